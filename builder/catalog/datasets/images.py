"""Images that Keras downloads once: grey values or colours from 0 to 255."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from builder.catalog.spec import Dataset, KerasSource

SITE = "https://keras.io/api/datasets/"


def read_mnist(folder: Path) -> Any:
    """The arrays of MNIST from the file that Keras keeps."""
    with open(folder / "mnist.npz", "rb") as file, np.load(file) as found:
        return (found["x_train"], found["y_train"]), (found["x_test"], found["y_test"])


def read_fashion_mnist(folder: Path) -> Any:
    """The arrays of Fashion-MNIST from the files that Keras keeps."""

    def values(name: str, start: int) -> np.ndarray:
        with gzip.open(folder / "fashion-mnist" / f"{name}-ubyte.gz") as file:
            return np.frombuffer(file.read(), "uint8", offset=start)

    def part(name: str) -> tuple[np.ndarray, np.ndarray]:
        images = values(f"{name}-images-idx3", start=16)
        return images.reshape(-1, 28, 28), values(f"{name}-labels-idx1", start=8)

    return part("train"), part("t10k")


def read_cifar10(folder: Path) -> Any:
    """The arrays of CIFAR-10 from what Keras has unpacked, or else from its archive."""

    class Batch(pickle.Unpickler):
        """Makes arrays and plain values; any other pickle could run a program."""

        def find_class(self, module: str, name: str) -> type:
            known = ("ndarray", "dtype", "_reconstruct")
            if module.startswith("numpy") and name in known:
                return super().find_class(module, name)
            raise pickle.UnpicklingError(f"there is no {module}.{name} in CIFAR-10")

    def part(texts: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
        batches = [Batch(io.BytesIO(text), encoding="bytes").load() for text in texts]
        images = np.concatenate([batch[b"data"] for batch in batches])
        labels = np.concatenate([batch[b"labels"] for batch in batches])
        images = images.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return images, labels.astype("uint8")

    inside = "cifar-10-batches-py"
    names = [f"{inside}/data_batch_{number}" for number in range(1, 6)]
    names.append(f"{inside}/test_batch")
    files = [folder / "cifar-10-batches-py-target" / name for name in names]
    if all(file.is_file() for file in files):
        texts = [file.read_bytes() for file in files]
    else:
        with tarfile.open(folder / "cifar-10-batches-py-target_archive") as archive:
            texts = [archive.extractfile(name).read() for name in names]
    return part(texts[:5]), part(texts[5:])


FASHION_FILES = tuple(
    f"fashion-mnist/{part}-{what}-ubyte.gz" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")
)
CIFAR10_FILES = (
    tuple(
        f"cifar-10-batches-py-target/cifar-10-batches-py/{name}"
        for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
    ),
    ("cifar-10-batches-py-target_archive",),
)

DATASETS = (
    Dataset(
        kind="mnist",
        name="MNIST",
        summary="Handwritten digits as grey images of 28 by 28 pixels; the classic first data set.",
        doc=f"{SITE}mnist/",
        source=KerasSource("mnist", (("mnist.npz",),), 11.5, read_mnist),
        task="classification",
        shape=(28, 28, 1),
        classes=tuple("0123456789"),
        low=0,
        high=255,
        whole=True,
        samples=60_000,
        test=10_000,
        icon="looks_one",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
    ),
    Dataset(
        kind="fashion_mnist",
        name="Fashion-MNIST",
        summary="Clothes, shoes and bags as grey images of 28 by 28 pixels; harder than digits.",
        doc=f"{SITE}fashion_mnist/",
        source=KerasSource("fashion_mnist", (FASHION_FILES,), 30.9, read_fashion_mnist),
        task="classification",
        shape=(28, 28, 1),
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        low=0,
        high=255,
        whole=True,
        samples=60_000,
        test=10_000,
        icon="checkroom",
        licence="MIT, Zalando SE",
    ),
    Dataset(
        kind="cifar10",
        name="CIFAR-10",
        summary="Small colour photographs of ten kinds of animals and vehicles, 32 by 32 pixels.",
        doc=f"{SITE}cifar10/",
        source=KerasSource("cifar10", CIFAR10_FILES, 170.5, read_cifar10, label_column=True),
        task="classification",
        shape=(32, 32, 3),
        classes=(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        low=0,
        high=255,
        whole=True,
        samples=50_000,
        test=10_000,
        icon="photo_library",
        licence="Alex Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009); no licence stated",
    ),
)
