"""Data sets: declarations against scikit-learn and Keras' cached files, and the generated problems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.catalog.registry import datasets
from builder.catalog.spec import Dataset, GeneratedSource, KerasSource, SklearnSource


def with_source(source: type) -> list[Any]:
    return [pytest.param(entry, id=entry.kind) for entry in datasets if isinstance(entry.source, source)]


def test_the_data_sets_that_were_asked_for_are_there() -> None:
    assert {entry.kind for entry in datasets} >= {
        "digits",
        "iris",
        "wine",
        "breast_cancer",
        "diabetes",
        "circle",
        "xor",
        "gaussians",
        "spiral",
        "plane",
        "mnist",
        "fashion_mnist",
        "cifar10",
    }


def test_tasks_and_classes_agree() -> None:
    for entry in datasets:
        assert bool(entry.classes) == (entry.task != "regression"), entry.kind
        assert (entry.labels is None) == bool(entry.classes), entry.kind
        assert (len(entry.classes) == 2) == (entry.task == "binary"), entry.kind
        assert entry.low < entry.high
        assert entry.samples > 0
        assert entry.licence
        assert len(entry.features) in (0, entry.shape[0])


@pytest.mark.parametrize("entry", with_source(SklearnSource))
def test_tables_are_as_declared(entry: Dataset) -> None:
    import sklearn.datasets

    loaded = getattr(sklearn.datasets, entry.source.loader)(**entry.source.options)
    assert len(loaded.data) == entry.samples
    assert np.prod(loaded.data.shape[1:]) == np.prod(entry.shape)
    assert (loaded.data.min(), loaded.data.max()) == (entry.low, entry.high)
    if entry.features:
        assert tuple(loaded.feature_names) == entry.features
    if entry.classes:
        assert tuple(str(name) for name in loaded.target_names) == entry.classes
        assert set(loaded.target) == set(range(len(entry.classes)))
    else:
        assert (loaded.target.min(), loaded.target.max()) == entry.labels


@pytest.mark.parametrize("entry", with_source(GeneratedSource))
def test_generated_problems_are_as_declared(entry: Dataset) -> None:
    x, y = entry.source.make(entry.samples, np.random.default_rng(1))
    assert x.shape == (entry.samples, *entry.shape)
    assert x.dtype == np.float32
    assert y.shape == (entry.samples,)
    assert entry.low <= x.min() < x.max() <= entry.high
    if entry.classes:
        assert y.dtype.kind == "i"
        assert set(y) == {0, 1}
        assert 0.4 < y.mean() < 0.6
    else:
        assert entry.labels[0] <= y.min() < y.max() <= entry.labels[1]


@pytest.mark.parametrize("entry", with_source(GeneratedSource))
def test_generated_problems_come_back_with_the_same_seed_only(entry: Dataset) -> None:
    make = entry.source.make
    first, again, other = (make(50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("samples", [1, 2, 7])
@pytest.mark.parametrize("entry", with_source(GeneratedSource))
def test_generated_problems_take_any_number_of_samples(entry: Dataset, samples: int) -> None:
    x, y = entry.source.make(samples, np.random.default_rng(0))
    assert len(x) == len(y) == samples


def nearest_neighbour_error(entry: Dataset) -> float:
    """Share of points whose nearest neighbour is of the other class: what no network can learn away."""
    x, y = entry.source.make(1000, np.random.default_rng(4))
    distance = ((x[:, None] - x[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(distance, np.inf)
    return float((y[distance.argmin(axis=1)] != y).mean())


@pytest.mark.parametrize("kind", ["circle", "xor", "gaussians", "spiral"])
def test_generated_classes_can_be_told_apart(kind: str) -> None:
    assert nearest_neighbour_error(datasets[kind]) < 0.02


@pytest.mark.parametrize("kind", ["circle", "xor", "spiral"])
def test_no_straight_line_parts_the_harder_ones(kind: str) -> None:
    x, y = datasets[kind].source.make(1000, np.random.default_rng(4))
    columns = np.column_stack([x, np.ones(len(x))])
    line = np.linalg.lstsq(columns, 2.0 * y - 1, rcond=None)[0]
    assert ((columns @ line > 0) == y).mean() < 0.75


def test_mnist_is_as_declared(mnist_cache: Path) -> None:
    entry = datasets["mnist"]
    assert isinstance(entry.source, KerasSource)
    file = mnist_cache / "datasets" / entry.source.path.name
    assert file.stat().st_size == pytest.approx(entry.source.megabytes * 1e6, rel=0.01)
    with np.load(file) as arrays:
        x, y = arrays["x_train"], arrays["y_train"]
        assert x.shape == (entry.samples, *entry.shape[:2])
        assert (x.min(), x.max()) == (entry.low, entry.high)
        assert set(y) == set(range(len(entry.classes)))
        assert len(arrays["x_test"]) == entry.test


@pytest.mark.parametrize(
    ("kind", "wants"), [("digits", True), ("mnist", True), ("wine", True), ("iris", False), ("spiral", False)]
)
def test_large_values_want_scaling(kind: str, wants: bool) -> None:
    assert datasets[kind].wants_scaling == wants
