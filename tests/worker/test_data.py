"""Reading and splitting data sets: values as published, every class in its share, and sentences for what is missing."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_documents import dense, stack

from builder.catalog.registry import datasets
from builder.document import Data
from builder.errors import DataError
from builder.events import DataProgress
from builder.rundir import RunDirectory, State

pytestmark = pytest.mark.keras


def _load(name: str, **settings: Any) -> Any:
    from builder.worker import data

    return data.load(Data(dataset=name, **settings), datasets[name], lambda event: None)


@pytest.mark.parametrize(
    "name", ["digits", "iris", "wine", "breast_cancer", "diabetes", "circle", "xor", "gaussians", "spiral", "plane"]
)
def test_data_set_is_as_the_catalogue_declares_it(name: str) -> None:
    dataset = datasets[name]
    splits = _load(name)
    x = np.concatenate([splits.training.x, splits.validation.x])
    y = np.concatenate([splits.training.y, splits.validation.y])
    assert x.shape == (dataset.samples or 1000, *dataset.shape)
    assert x.dtype == dataset.dtype
    assert dataset.low <= x.min()
    assert x.max() <= dataset.high
    assert len(splits.validation.y) == round(len(y) * 0.2)
    assert (splits.test is not None) == (dataset.test > 0 or not dataset.samples or name in POINTS)
    if dataset.classes:
        assert y.dtype == np.int32
        np.testing.assert_allclose(np.bincount(splits.validation.y), np.bincount(y) * 0.2, atol=1)
        assert set(y) == set(range(len(dataset.classes)))
    else:
        assert y.dtype == np.float32


POINTS = ("circle", "xor", "gaussians", "spiral", "plane")


def test_split_is_the_seeds_alone() -> None:
    first, again, other = _load("iris", seed=3), _load("iris", seed=3), _load("iris", seed=4)
    np.testing.assert_array_equal(first.validation.x, again.validation.x)
    assert not np.array_equal(first.validation.x, other.validation.x)


def test_test_set_of_made_points_is_another_draw() -> None:
    splits = _load("spiral", seed=3)
    assert splits.test.x.shape == (1000, 2)
    seen = {tuple(point) for point in np.concatenate([splits.training.x, splits.validation.x])}
    assert not seen & {tuple(point) for point in splits.test.x}


def test_limit_counts_training_samples() -> None:
    splits = _load("digits", limit=100, validation_split=0.25)
    assert (len(splits.training.y), len(splits.validation.y)) == (100, 33)
    assert set(np.bincount(splits.training.y)) <= {9, 10, 11}


def test_nothing_left_to_train_on_is_said() -> None:
    from builder.worker import data

    tiny = np.zeros(1, int)
    chosen, kept, held = data.split(1, tiny, 0.5, None, 0)
    assert (len(chosen), len(kept), len(held)) == (1, 0, 1)


def _damaged(name: str, x: np.ndarray, y: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> str:
    from builder.worker import data
    from builder.worker.sources import Arrays

    monkeypatch.setattr(data, "read", lambda *_: (Arrays(x, y), None))
    with pytest.raises(DataError) as caught:
        _load(name)
    assert caught.value.problem.code == "damaged-data"
    return caught.value.problem.message


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.zeros((9, 5), "float32"), np.zeros(9, "int32"), "samples of shape (5,) where (4,) is expected"),
        (np.zeros((9, 4), "float32"), np.zeros(8, "int32"), "9 samples and 8 labels"),
        (np.zeros((9, 4), "float32"), np.full(9, 3, "int32"), "labels from 3 to 3 where there are 3 classes"),
        (np.full((9, 4), np.nan, "float32"), np.zeros(9, "int32"), "values that are not finite"),
    ],
)
def test_damaged_data_is_told(x: np.ndarray, y: np.ndarray, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words in _damaged("iris", x, y, monkeypatch)


def test_real_mnist_is_read_from_the_cache_and_left_there(
    mnist_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "datasets").mkdir()
    file = tmp_path / "datasets" / "mnist.npz"
    shutil.copy(mnist_cache / "datasets" / "mnist.npz", file)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    splits = _load("mnist", limit=4000)
    assert splits.training.x.shape == (4000, 28, 28, 1)
    assert splits.training.x.dtype == np.uint8
    assert splits.test.x.shape == (10_000, 28, 28, 1)
    assert splits.training.x.max() == 255
    assert file.is_file()


def _mnist(folder: Path, count: int) -> None:
    rng = np.random.default_rng(0)
    images = {f"x_{part}": rng.integers(0, 256, (count, 28, 28), "uint8") for part in ("train", "test")}
    labels = {f"y_{part}": np.arange(count, dtype="uint8") % 10 for part in ("train", "test")}
    np.savez(folder / "mnist.npz", **images, **labels)


def test_file_that_keras_does_not_know_is_used_and_left_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "datasets").mkdir()
    _mnist(tmp_path / "datasets", 200)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert len(_load("mnist").training.y) == 160
    assert (tmp_path / "datasets" / "mnist.npz").is_file()


def test_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "datasets").mkdir()
    file = tmp_path / "datasets" / "mnist.npz"
    _mnist(tmp_path / "datasets", 200)
    file.write_bytes(file.read_bytes()[:1000])
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(DataError) as caught:
        _load("mnist")
    assert caught.value.problem.code == "damaged-data"
    assert str(file) in caught.value.problem.message
    assert file.is_file()


def test_run_without_its_data_set_says_how_to_get_it_offline(home: Path, tmp_path: Path) -> None:
    run = RunDirectory.create(home / "runs", stack("Input", "Flatten", dense(10, "softmax"), data="mnist"))
    nowhere = {"KERAS_HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    worker = subprocess.run(
        [sys.executable, "-m", "builder.worker.main", str(run.path)], env=os.environ | nowhere, capture_output=True
    )
    assert worker.returncode == 1
    record = run.record()
    assert (record.state, record.problem.code) == (State.FAILED, "missing-data")
    assert record.problem.message == "MNIST is not on this computer and could not be downloaded."
    assert f"copy mnist.npz from its ~/.keras/datasets to {tmp_path / 'datasets'}." in record.problem.hint


FASHION = """
import json, os
from builder.catalog.registry import datasets
from builder.document import Data
from builder.worker import data
splits = data.load(Data(dataset="fashion_mnist"), datasets["fashion_mnist"], lambda event: None)
print(json.dumps([splits.training.x.shape, str(splits.training.x.dtype), splits.test.x.shape]))
"""


def test_fashion_mnist_is_read_by_keras_from_its_cache(tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for part, count in (("train", 50), ("t10k", 20)):
        labels = bytes(8) + bytes(index % 10 for index in range(count))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(16 + count * 28 * 28)))
    reader = subprocess.run(
        [sys.executable, "-c", FASHION], env=os.environ | {"KERAS_HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert reader.returncode == 0, reader.stderr
    assert json.loads(reader.stdout) == [[40, 28, 28, 1], "uint8", [20, 28, 28, 1]]


def test_download_is_told_while_the_file_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from builder.worker import sources

    grown, told = threading.Event(), threading.Event()
    events: list[DataProgress] = []

    def load() -> str:
        (tmp_path / "file").write_bytes(bytes(400_000))
        grown.set()
        assert told.wait(30)
        return "loaded"

    def tell(event: DataProgress) -> None:
        events.append(event)
        told.set()

    source = sources.KerasSource("mnist", (("mnist.npz",),), 2.0, datasets["mnist"].source.read)
    assert sources._watched(load, source, datasets["mnist"], tmp_path, tell) == "loaded"
    assert grown.is_set()
    assert (events[0].phase, events[0].done, events[0].total) == ("downloading", 400_000, 2_000_000)
    assert events[0].message == "Downloading MNIST"
