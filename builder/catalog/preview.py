"""A few samples of a data set to look at, read without any framework: only what is already on this computer."""

from __future__ import annotations

import importlib
from functools import singledispatch
from typing import Any

import numpy as np

from builder.catalog.spec import Dataset, GeneratedSource, KerasSource, SklearnSource, keras_datasets

Samples = tuple[np.ndarray, np.ndarray]


def samples(dataset: Dataset, count: int, seed: int = 7) -> Samples | None:
    """Up to `count` samples in random order: x of shape (n, *dataset.shape), and y (class numbers or values).

    None where the data set must be downloaded first, or has to be unpacked, which takes too long just to look at it.
    The first call for a scikit-learn data set takes a second to import it.
    """
    found = _read(dataset.source, seed)
    if found is None:
        return None
    x, y = (np.asarray(part) for part in found)
    chosen = np.random.default_rng(seed).permutation(len(x))[:count]
    return x[chosen].reshape(len(chosen), *dataset.shape), y[chosen].reshape(len(chosen))


@singledispatch
def _read(source: Any, seed: int) -> tuple[Any, Any] | None:
    return None


@_read.register
def _generated(source: GeneratedSource, seed: int) -> tuple[Any, Any]:
    return source.make(source.samples, np.random.default_rng([seed, 0]))


@_read.register
def _sklearn(source: SklearnSource, seed: int) -> tuple[Any, Any]:
    package = importlib.import_module("sklearn.datasets")
    return getattr(package, source.loader)(return_X_y=True, **source.options)


@_read.register
def _keras(source: KerasSource, seed: int) -> tuple[Any, Any] | None:
    return source.read(keras_datasets())[0] if source.here and source.path.suffix == ".npz" else None
