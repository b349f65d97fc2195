"""One reader for each sort of data source: scikit-learn's own, `keras.datasets`, and made by a function."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np

from builder.catalog.spec import Dataset, GeneratedSource, KerasSource, SklearnSource, keras_datasets
from builder.errors import DataError
from builder.events import DataProgress
from builder.worker.framework import keras, without
from builder.worker.messages import plain

Tell = Callable[[DataProgress], None]


@dataclass(frozen=True)
class Arrays:
    """Samples and their labels: class numbers (int32), or values (float32) for a regression."""

    x: np.ndarray
    y: np.ndarray

    def take(self, indices: np.ndarray) -> Arrays:
        return Arrays(self.x[indices], self.y[indices])


def read(dataset: Dataset, seed: int, tell: Tell) -> tuple[Arrays, Arrays | None]:
    """All samples to learn from, and the test samples where the data set has some. Pixels stay in their one byte."""
    (x, y), test = _read(dataset.source, dataset, seed, tell)
    return _arrays(x, y, dataset), _arrays(*test, dataset) if test is not None else None


@singledispatch
def _read(source: Any, dataset: Dataset, seed: int, tell: Tell) -> tuple[Any, Any]:
    raise DataError(f"{dataset.title} has no source to read it from.", code="no-source", where="data.dataset")


@_read.register
def _generated(source: GeneratedSource, dataset: Dataset, seed: int, tell: Tell) -> tuple[Any, Any]:
    made, unseen = (source.make(source.samples, np.random.default_rng([seed, draw])) for draw in (0, 1))
    return made, unseen


@_read.register
def _sklearn(source: SklearnSource, dataset: Dataset, seed: int, tell: Tell) -> tuple[Any, Any]:
    with without("pandas", "pyarrow"):
        package = importlib.import_module("sklearn.datasets")
    return getattr(package, source.loader)(return_X_y=True, **source.options), None


@_read.register
def _keras(source: KerasSource, dataset: Dataset, seed: int, tell: Tell) -> tuple[Any, Any]:
    try:
        if source.here:
            return source.read(keras_datasets())
        return _watched(getattr(keras.datasets, source.module).load_data, source, dataset, keras_datasets(), tell)
    except Exception as error:
        if "URL fetch failure" in str(error):
            raise _missing(dataset, source) from error
        raise _unreadable(dataset, source, error) from error


def _watched(load: Callable[[], Any], source: KerasSource, dataset: Dataset, folder: Path, tell: Tell) -> Any:
    """Load in a thread; while files grow on disk, which is a download, tell how far it is."""
    total = round(source.megabytes * 1e6)
    before = _size(folder)
    outcome: list[Any] = []
    done = threading.Event()

    def fetch() -> None:
        try:
            outcome.append(load())
        except Exception as error:
            outcome.append(error)
        finally:
            done.set()

    threading.Thread(target=fetch, name="download", daemon=True).start()
    while not done.wait(0.5):
        fetched = min(_size(folder) - before, total)
        if fetched > 0:
            message = f"Downloading {dataset.title}"
            tell(DataProgress(phase="downloading", message=message, done=fetched, total=total))
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _size(folder: Path) -> int:
    size = 0
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            size += file.stat().st_size
    return size


def _missing(dataset: Dataset, source: KerasSource) -> DataError:
    which = source.path.name if source.files == ((source.path.name,),) else "all that is new"
    return DataError(
        f"{dataset.title} is not on this computer and could not be downloaded.",
        code="missing-data",
        where="data.dataset",
        hint=f"Connect to the internet and train again; or, on a computer that is connected, run "
        f'python -c "import keras; keras.datasets.{source.module}.load_data()" and copy {which} from its '
        f"~/.keras/datasets to {source.path.parent}.",
    )


def _unreadable(dataset: Dataset, source: KerasSource, error: Exception) -> DataError:
    return DataError(
        f"{dataset.title} could not be read from {source.path}: {plain(error)}",
        code="damaged-data",
        where="data.dataset",
        hint="Delete it and train again, which fetches it anew.",
    )


def _arrays(x: Any, y: Any, dataset: Dataset) -> Arrays:
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype != np.uint8:
        x = x.astype(dataset.dtype)
    if x.shape[1:] != dataset.shape and x[:1].size == np.prod(dataset.shape):
        x = x.reshape(len(x), *dataset.shape)
    y = y.reshape(len(y), -1)
    y = y[:, 0] if y.shape[1] == 1 else y
    return Arrays(np.ascontiguousarray(x), y.astype("int32" if dataset.classes else "float32"))
