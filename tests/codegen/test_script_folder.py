"""What lies in Keras' folder: runs and scripts read the same of it, and leave all of it as it is."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from code_documents import chain, node
from keras_folders import FOLDERS, cifar10_archive, content, mnist
from script_runs import run_up_to_training

from builder.catalog import registry
from builder.codegen import script
from builder.document import Document
from builder.errors import DataError

pytestmark = pytest.mark.keras


@pytest.fixture
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


@pytest.fixture
def no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker.framework import keras

    def refuse() -> None:
        raise AssertionError("Keras was asked")

    for module in ("mnist", "fashion_mnist", "cifar10"):
        monkeypatch.setattr(getattr(keras.datasets, module), "load_data", refuse)


def images(dataset: str, **data: Any) -> Document:
    return chain(node("image", "Input"), node("flat", "Flatten"), dataset=dataset, data=data)


@pytest.mark.usefixtures("no_download")
@pytest.mark.parametrize("name", FOLDERS)
def test_scripts_read_what_runs_read_and_leave_it_as_it_is(name: str, keras_home: Path) -> None:
    from builder.worker import data

    kind, fill = FOLDERS[name]
    fill(keras_home / "datasets")
    before = content(keras_home)
    document = images(kind, limit=80)
    dataset = registry.datasets[kind]
    assert document.data is not None
    assert dataset.to_download == 0
    wanted = data.load(document.data, dataset, lambda event: None)
    made = run_up_to_training(document)
    for part, arrays in (("train", wanted.training), ("val", wanted.validation), ("test", wanted.test)):
        assert arrays is not None
        assert made[f"x_{part}"].dtype == arrays.x.dtype
        np.testing.assert_array_equal(made[f"x_{part}"], arrays.x)
        np.testing.assert_array_equal(made[f"y_{part}"], arrays.y)
    assert content(keras_home) == before


@pytest.mark.usefixtures("keras_home")
@pytest.mark.parametrize("kind", ["mnist", "fashion_mnist", "cifar10"])
def test_what_is_not_there_is_loaded_by_keras(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker.framework import keras

    shape = registry.datasets[kind].shape
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (40, *(shape[:2] if shape[2] == 1 else shape)), "uint8")
    y = (np.arange(40, dtype="uint8") % 10).reshape((-1, 1) if kind == "cifar10" else -1)
    monkeypatch.setattr(getattr(keras.datasets, kind), "load_data", lambda: ((x, y), (x, y)))
    assert registry.datasets[kind].to_download > 0
    made = run_up_to_training(images(kind))
    assert made["x_test"].shape == (40, *shape)
    assert made["y_train"].ndim == 1


class Harmful:
    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.usefixtures("no_download")
def test_a_batch_that_would_run_a_program_is_refused(keras_home: Path, tmp_path: Path) -> None:
    from builder.worker import data

    mark = tmp_path / "was here"
    cifar10_archive(keras_home / "datasets", lambda seed: pickle.dumps(Harmful(mark)))
    document = images("cifar10")
    assert document.data is not None
    with pytest.raises(DataError, match=r"could not be read from .*: there is no \w+\.mkdir in CIFAR-10"):
        data.load(document.data, registry.datasets["cifar10"], lambda event: None)
    with pytest.raises(pickle.UnpicklingError):
        run_up_to_training(document)
    assert not mark.exists()


def test_a_whole_script_writes_its_model_and_nothing_else(keras_home: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    mnist(keras_home / "datasets")
    (keras_home / "datasets" / "notes.txt").write_text("of somebody else", encoding="utf-8")
    subprocess.run([sys.executable, "-c", "import keras"], check=True)  # which makes keras.json where there is none
    before = content(keras_home)
    assert "keras.json" in before
    document = chain(
        node("image", "Input"),
        node("scale", "Rescaling", scale=1 / 255),
        node("flat", "Flatten"),
        node("out", "Dense", units=10, activation="softmax"),
        dataset="mnist",
        name="Digits",
        metrics=["accuracy"],
        epochs=2,
    )
    text = script(document)
    assert "It writes\n# digits.keras, and downloads MNIST (11.5 MB) where Keras does not have it yet." in text
    (tmp_path / "work" / "digits.py").write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "digits.py"], cwd=tmp_path / "work", capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "Test: {'accuracy': 0." in ran.stdout
    assert content(keras_home) == before
    assert set(content(tmp_path / "work")) == {"digits.py", "digits.keras"}
    assert {file.name for file in tmp_path.iterdir()} == {"work", "keras"}
