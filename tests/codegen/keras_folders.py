"""Small files in the form in which Keras keeps its data sets, none of which has the hash that Keras knows."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


def mnist(folder: Path, count: int = 200) -> None:
    rng = np.random.default_rng(0)
    images = {f"x_{part}": rng.integers(0, 256, (count, 28, 28), "uint8") for part in ("train", "test")}
    labels = {f"y_{part}": np.arange(count, dtype="uint8") % 10 for part in ("train", "test")}
    np.savez(folder / "mnist.npz", **images, **labels)


def fashion_mnist(folder: Path) -> None:
    rng = np.random.default_rng(1)
    (folder / "fashion-mnist").mkdir()
    for part, count in (("train", 150), ("t10k", 50)):
        labels = bytes(8) + bytes(index % 10 for index in range(count))
        images = bytes(16) + rng.integers(0, 256, count * 28 * 28, "uint8").tobytes()
        for name, content in (("labels-idx1", labels), ("images-idx3", images)):
            (folder / "fashion-mnist" / f"{part}-{name}-ubyte.gz").write_bytes(gzip.compress(content))


def cifar10_batch(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    values = {
        b"batch_label": b"one of six",
        b"labels": [index % 10 for index in range(30)],
        b"data": rng.integers(0, 256, (30, 3072), "uint8"),
    }
    return pickle.dumps(values, protocol=3)


def cifar10_unpacked(folder: Path) -> None:
    inside = folder / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    inside.mkdir(parents=True)
    for seed, name in enumerate(BATCHES):
        (inside / name).write_bytes(cifar10_batch(seed))


def cifar10_archive(folder: Path, content: Callable[[int], bytes] = cifar10_batch) -> None:
    with tarfile.open(folder / "cifar-10-batches-py-target_archive", "w:gz") as archive:
        for seed, name in reversed(list(enumerate(BATCHES))):
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content(seed))
            archive.addfile(info, io.BytesIO(content(seed)))


def cifar10_both(folder: Path) -> None:
    cifar10_unpacked(folder)
    cifar10_archive(folder, lambda seed: b"not what was unpacked")


def cifar10_partly_unpacked(folder: Path) -> None:
    cifar10_both(folder)
    (folder / "cifar-10-batches-py-target" / "cifar-10-batches-py" / "data_batch_3").unlink()
    cifar10_archive(folder)


FOLDERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "mnist": ("mnist", mnist),
    "fashion_mnist": ("fashion_mnist", fashion_mnist),
    "cifar10, unpacked": ("cifar10", cifar10_unpacked),
    "cifar10, its archive": ("cifar10", cifar10_archive),
    "cifar10, both": ("cifar10", cifar10_both),
    "cifar10, partly unpacked": ("cifar10", cifar10_partly_unpacked),
}


def content(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
