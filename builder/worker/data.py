"""From the document's data settings to training, validation and test arrays, values as published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from builder.catalog.reading import split_sizes
from builder.catalog.spec import Dataset
from builder.document import Data
from builder.errors import DataError
from builder.events import DataProgress
from builder.worker.sources import Arrays, read

Tell = Callable[[DataProgress], None]


@dataclass(frozen=True)
class Splits:
    """What the network learns from, what it is judged by after every epoch, and what it sees only at the very end."""

    training: Arrays
    validation: Arrays
    test: Arrays | None = None


def load(data: Data, dataset: Dataset, tell: Tell) -> Splits:
    """Read the data set and split it; `DataError` says what is missing or damaged and what to do.

    Validation samples are drawn from the training samples with the data seed, each class in its share; `limit` counts
    training samples. The test set is the published one, or for generated data a second draw of the same size.
    """
    tell(DataProgress(phase="loading", message=f"Reading {dataset.title}"))
    training, test = read(dataset, data.seed, tell)
    _check(training, dataset)
    if test:
        _check(test, dataset)
    labels = training.y if dataset.classes else None
    chosen, kept, held = split(len(training.y), labels, data.validation_split, data.limit, data.seed)
    if not len(kept):
        raise DataError(
            f"{dataset.title} has only {len(chosen)} samples: none is left to train on.",
            code="too-few",
            where="data.validation_split",
            hint="Hold back a smaller share for validation.",
        )
    splits = Splits(training.take(kept), training.take(held), test)
    tell(
        DataProgress(
            phase="ready",
            message=f"{dataset.title}: {len(kept):,} samples to train, {len(held):,} to validate",
            training_samples=len(kept),
            validation_samples=len(held),
        )
    )
    return splits


def split(
    samples: int, labels: np.ndarray | None, share: float, limit: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of the samples in use, of those to train on, and of those held back.

    The samples are shuffled, put in order of their class, and taken evenly from that order: so every class has its
    share, give or take one, in a way that an exported script can repeat in four lines.
    """
    order = np.random.default_rng(seed).permutation(samples)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    kept, back = split_sizes(samples, share, limit)
    order = _evenly(order, kept + back)
    held = _evenly(order, back)
    return order, np.setdiff1d(order, held), held


def _evenly(order: np.ndarray, count: int) -> np.ndarray:
    return order[np.arange(count) * len(order) // count]


def _check(arrays: Arrays, dataset: Dataset) -> None:
    """Hold what was read against the catalogue's declaration."""
    problem = None
    if arrays.x.shape[1:] != dataset.shape:
        problem = f"samples of shape {arrays.x.shape[1:]} where {dataset.shape} is expected"
    elif len(arrays.x) != len(arrays.y):
        problem = f"{len(arrays.x):,} samples and {len(arrays.y):,} labels"
    elif dataset.classes and not (arrays.y.min() >= 0 and arrays.y.max() < len(dataset.classes)):
        problem = f"labels from {arrays.y.min()} to {arrays.y.max()} where there are {len(dataset.classes)} classes"
    elif arrays.x.dtype.kind == "f" and not np.isfinite(arrays.x).all():
        problem = "values that are not finite numbers"
    if problem:
        raise DataError(
            f"{dataset.title} is damaged: it has {problem}.",
            code="damaged-data",
            where="data.dataset",
            hint="Delete its file in the cache and train again, which fetches it anew.",
        )
