"""Names by Keras' own word: every one that it takes is known here and means the same, or stands here with a reason."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
from keras_objects import namespace_of

from builder.catalog import registry
from builder.catalog.parameters import ACTIVATION, CONSTRAINT, INITIALIZER, REGULARIZER
from builder.catalog.types import EntryOf

pytestmark = pytest.mark.keras

NO_CHOICE = {
    "initializers": {
        "Initializer": "the base of the others",
        "STFT": "fills kernels of a length that only Keras' own layer of spectra has",
    },
    "regularizers": {"Regularizer": "the base of the others"},
    "constraints": {"Constraint": "the base of the others"},
    "losses": {"Loss": "the base of the others", "LossFunctionWrapper": "the base of the others"},
    "optimizers": {
        "Optimizer": "the base of the others",
        "LossScaleOptimizer": "wraps another optimizer",
        "MultiOptimizer": "takes optimizers by layer",
        "OptimizerMap": "part of MultiOptimizer",
    },
    "metrics": {
        "Metric": "the base of the others",
        "MeanMetricWrapper": "the base of others",
        "Mean": "sums up what a program gives it, not outputs against labels",
        "Sum": "sums up what a program gives it, not outputs against labels",
        "Accuracy": "compares whole numbers; the name accuracy means what fits the output",
        "IoU": "for outputs that are class numbers; MeanIoU takes shares",
        "OneHotIoU": "MeanIoU takes these labels as class numbers",
        "OneHotMeanIoU": "MeanIoU takes these labels as class numbers",
        "ConcordanceCorrelation": "of every sample with itself: no meaning for an output of one number",
        "PearsonCorrelation": "of every sample with itself: no meaning for an output of one number",
    },
}
"""Classes that Keras exports and the catalogue does not offer, with the reason."""

NO_ACTIVATION = {
    "glu": "halves the last axis, and Keras' layers say the shape from before",
    "threshold": "needs arguments that no name can carry",
}

BY_NAME = {"initializers": INITIALIZER, "regularizers": REGULARIZER, "constraints": CONSTRAINT}
SORTS = sorted(NO_CHOICE)


def classes(keras: Any, sort: str) -> dict[str, type]:
    """What Keras exports, by the name under which the class was written."""
    exported = vars(namespace_of(keras, sort)).values()
    return {item.__name__: item for item in exported if inspect.isclass(item)}


def meant(keras: Any, sort: str, name: str) -> str | None:
    """The class that Keras makes of a name, without capitals and underscores; None where it takes no such name."""
    try:
        found = getattr(keras, sort).get(name)
    except (ValueError, TypeError, KeyError):
        return None
    return None if found is None else plain(getattr(found, "__name__", type(found).__name__))


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def names(keras: Any, sort: str) -> set[str]:
    """Every name in Keras' own table, and all that it exports."""
    table = importlib.import_module(f"keras.src.{sort}").ALL_OBJECTS_DICT
    return {*map(str, table), *(name for name in vars(getattr(keras, sort)) if not name.startswith("_"))}


@pytest.mark.parametrize("sort", SORTS)
def test_every_class_is_offered_or_left_out_with_a_reason(keras: Any, sort: str) -> None:
    offered = {entry.kind for entry in getattr(registry, sort) if entry.kind != "accuracy"}
    reasons = set(NO_CHOICE[sort])
    assert set(classes(keras, sort)) - offered == reasons & set(classes(keras, sort))
    assert offered <= set(classes(keras, sort))
    assert not offered & reasons


@pytest.mark.parametrize("sort", SORTS)
def test_every_name_is_known_and_means_the_same(keras: Any, sort: str) -> None:
    known = getattr(registry, sort)
    reasons = {plain(name) for name in NO_CHOICE[sort]}
    taken = {name: kind for name in names(keras, sort) if (kind := meant(keras, sort, name)) and kind not in reasons}
    assert len(taken) > 3
    for name, kind in taken.items():
        if name == "accuracy":
            continue
        assert name in known, f"Keras takes {name} for {kind}"
        assert plain(known[name].kind) == kind


@pytest.mark.parametrize("sort", SORTS)
def test_no_alias_means_something_else(keras: Any, sort: str) -> None:
    for entry in getattr(registry, sort):
        for alias in entry.aliases:
            kind = meant(keras, sort, alias)
            assert kind is None or alias in ("accuracy", "acc") or kind == plain(entry.kind), alias


@pytest.mark.parametrize("name", ["adam", "ADAM", "AdamW", "RMSProp", "sgd"])
def test_capitals_of_optimizers_do_not_count_as_with_keras(keras: Any, name: str) -> None:
    assert registry.optimizers[name].kind == type(keras.optimizers.get(name)).__name__


@pytest.mark.parametrize("sort", sorted(BY_NAME))
def test_a_name_alone_is_one_that_keras_takes(keras: Any, sort: str) -> None:
    kind: EntryOf = BY_NAME[sort]
    for entry in getattr(registry, sort):
        name = kind.cast(entry.kind)
        assert (meant(keras, sort, name) is not None) == entry.by_name, name
        assert not any(param.required for param in entry.params)


def test_every_activation_is_offered_or_left_out_with_a_reason(keras: Any) -> None:
    taken = {name for name in names(keras, "activations") if name not in ("get", "serialize", "deserialize")}
    assert {name for name in taken if ACTIVATION.check(name)} == set(NO_ACTIVATION)
    for name in taken - set(NO_ACTIVATION):
        assert keras.activations.get(ACTIVATION.cast(name)) is keras.activations.get(name)
        assert keras.activations.get(name).__name__ == ACTIVATION.usual(name)


def test_glu_gives_another_shape_than_its_layer_says(keras: Any) -> None:
    layer = keras.layers.Dense(8, activation="glu")
    assert layer(keras.Input((4,))).shape == (None, 8)
    assert layer(keras.ops.ones((2, 4))).shape == (2, 4)
