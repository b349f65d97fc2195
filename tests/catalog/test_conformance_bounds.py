"""Bounds are no stricter than Keras' own: what lies just outside is refused by Keras too, or stands here with a reason.

Those of layers are tried with whole models in `test_conformance_layers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras_objects import make

from builder.catalog import registry
from builder.catalog.spec import Entry, Param
from builder.catalog.types import Float, Floats, Int, Ints, Type

pytestmark = pytest.mark.keras

SORTS = ("losses", "optimizers", "metrics", "schedules", "initializers", "regularizers", "constraints")

A_SHARE = "it is a share, so less than nothing and more than all mean nothing"
STRENGTH = "a strength below 0 would reward what is to be kept small"
DIVIDES = "0 leaves a division by zero"
NO_STEP = "with 0 no weight would ever change"
LASTS = "no run has so many steps"
FILLS = "the memory of metrics is not in the estimate of a run's, so it is kept small"
STANDS_STILL = "1 keeps the first value for ever, and Adam's kin divide by 1 - 1"

STRICTER: dict[str | tuple[str, str], str] = {
    "seed": "a seed below 0 reads like a mistake, and 32 bits are what every backend takes",
    "epsilon": DIVIDES,
    "epsilon_1": DIVIDES,
    "epsilon_2": DIVIDES,
    "loss_scale_factor": DIVIDES,
    "initial_accumulator_value": "the root of less than 0 is no number",
    "learning_rate": NO_STEP,
    "clipnorm": NO_STEP,
    "clipvalue": NO_STEP,
    "global_clipnorm": NO_STEP,
    "clip_threshold": DIVIDES,
    "rms_rate": NO_STEP,
    "adam_lr_ratio": NO_STEP,
    "gradient_accumulation_steps": LASTS,
    "ema_overwrite_frequency": LASTS,
    "warmup_steps": "steps cannot be fewer than none, and no run has so many",
    "decay_steps": LASTS,
    "first_decay_steps": LASTS,
    "boundaries": "steps cannot be fewer than none, and no run has so many",
    "ns_steps": "each multiplies all matrices: so many would only take time",
    "beta_1": STANDS_STILL,
    "beta_2": STANDS_STILL,
    "adam_beta_1": STANDS_STILL,
    "adam_beta_2": STANDS_STILL,
    "rho": STANDS_STILL,
    "momentum": "above 1 each step is larger than the last, without end",
    "weight_decay": "below 0 all weights would grow without end",
    "adam_weight_decay": "below 0 all weights would grow without end",
    "beta_2_decay": "above 0 the averages would not follow the gradients",
    ("Ftrl", "beta"): STRENGTH,
    "initial_learning_rate": "a rate below 0 climbs where it is to descend",
    "end_learning_rate": "a rate below 0 climbs where it is to descend",
    "warmup_target": "a rate below 0 climbs where it is to descend",
    "values": "a rate below 0 climbs where it is to descend",
    ("CosineDecay", "alpha"): "a rate below 0 climbs where it is to descend",
    ("CosineDecayRestarts", "alpha"): "a rate below 0 climbs where it is to descend",
    "decay_rate": "below 0 the rate changes its sign, or is divided by zero on the way",
    "t_mul": "falls that grow shorter come to an end, and Keras' rate is then no number",
    "m_mul": "a rate below 0 climbs where it is to descend",
    "power": "divides by zero at the end of the fall",
    "label_smoothing": A_SHARE,
    ("BinaryFocalCrossentropy", "alpha"): A_SHARE,
    ("CategoricalFocalCrossentropy", "alpha"): "a class with a weight below 0 would be learned to be missed",
    ("Tversky", "alpha"): "a weight below 0 would reward mistakes",
    ("Tversky", "beta"): "a weight below 0 would reward mistakes",
    ("BinaryFocalCrossentropy", "gamma"): "below 0 the right ones count most, and a perfect one divides by zero",
    ("CategoricalFocalCrossentropy", "gamma"): "below 0 the right ones count most, and a perfect one divides by zero",
    ("Circle", "gamma"): "with 0 nothing counts",
    ("Circle", "margin"): "similarities of unit vectors lie between -1 and 1",
    ("Huber", "delta"): "with 0 nothing counts",
    "thresholds": A_SHARE,
    "label_weights": "a weight below 0 would reward mistakes",
    "num_labels": FILLS,
    "num_thresholds": FILLS,
    "num_classes": FILLS,
    "target_class_ids": "of yes and no there are two",
    "k": "the best none of the outputs never hit",
    "top_k": "the best none of the outputs never hit",
    "stddev": "a spread cannot be less than none",
    "max_value": "a length cannot be less than none",
    "min_value": "a length cannot be less than none",
    "rate": A_SHARE,
}
"""Values that Keras takes and the catalogue refuses, with the reason: by the parameter, or by entry and parameter."""

BOUNDED = [
    (sort, entry, param)
    for sort in SORTS
    for entry in getattr(registry, sort)
    for param in entry.params
    if isinstance(param.type.number, Int | Float | Ints | Floats)
]


def outside(kind: Type, far: int = 1) -> Iterator[float]:
    """A value below and one above what fits, so far away; an end that does not fit is the nearest of all."""
    step = far if isinstance(kind, Int | Ints) else far / 4
    above, below = getattr(kind, "above", None), getattr(kind, "below", None)
    if kind.low is not None:
        yield kind.low - step
    if kind.high is not None:
        yield kind.high + step
    if above is not None:
        yield above if far == 1 else above - step
    if below is not None:
        yield below if far == 1 else below + step


def shaped(param: Param, value: float) -> Any:
    """The value as the type takes it: as many numbers as it starts with where one is not enough."""
    kind = param.type.number
    value = float(value) if isinstance(kind, Float | Floats) else value
    several = isinstance(kind, Ints | Floats) and not kind.single
    return [value] * (kind.size or len(param.start or param.default or [0])) if several else value


ROWS = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], "float32")
NUMBERS = np.arange(3, dtype="int32")
LABELS = {"integer": NUMBERS, "one-hot": np.eye(3, dtype="float32"), "values": np.eye(3, dtype="float32")}
SWITCHED_ON = {"ema_momentum": {"use_ema": True}, "ema_overwrite_frequency": {"use_ema": True}}
"""What has to be on for Keras to look at a parameter."""


def use(keras: Any, sort: str, entry: Entry, **params: Any) -> None:
    """Make it and use it once."""
    made = make(keras, sort, entry, **params)
    if sort == "optimizers":
        variable = keras.Variable(np.full((3, 3), 2.0, "float32"))
        made.build([variable])
        made.apply([keras.ops.ones((3, 3))])
    elif sort == "losses":
        made(LABELS[entry.labels], ROWS)
    elif sort == "metrics":
        made.update_state(LABELS[entry.labels[0]], ROWS)
        made.result()
    elif sort == "schedules":
        made(500)
    elif sort == "initializers":
        made((3, 3))
    else:
        made(np.ones((3, 3), "float32"))


def refused(keras: Any, sort: str, entry: Entry, param: Param, value: Any) -> bool:
    try:
        use(keras, sort, entry, **{param.name: value}, **SWITCHED_ON.get(param.name, {}))
    except Exception:
        return True
    return False


def reason(entry: Entry, param: Param) -> str | tuple[str, str] | None:
    found: tuple[str | tuple[str, str], ...] = ((entry.kind, param.name), param.name)
    return next((key for key in found if key in STRICTER), None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=st.sampled_from([case for case in BOUNDED if case[1].kind != "accuracy"]), far=st.integers(1, 40))
def test_what_lies_outside_is_refused_by_keras_or_for_a_reason(
    keras: Any, case: tuple[str, Entry, Param], far: int
) -> None:
    sort, entry, param = case
    kind = param.type.number
    for value in outside(kind, far):
        given_value = shaped(param, value)
        assert param.type.check(given_value) is not None
        assert reason(entry, param) or refused(keras, sort, entry, param, given_value), given_value


def test_every_reason_is_needed(keras: Any) -> None:
    needed = {
        reason(entry, param)
        for sort, entry, param in BOUNDED
        if any(not refused(keras, sort, entry, param, shaped(param, v)) for v in outside(param.type.number))
    }
    assert needed - {None} == set(STRICTER)


@pytest.mark.parametrize(
    ("sort", "kind", "params"),
    [
        ("schedules", "CosineDecay", {"initial_learning_rate": 0, "warmup_target": 0.001, "warmup_steps": 100}),
        ("schedules", "CosineDecay", {"alpha": 2.0}),
        ("schedules", "CosineDecayRestarts", {"m_mul": 1.5, "t_mul": 1.0}),
        ("schedules", "PolynomialDecay", {"initial_learning_rate": 0.0, "end_learning_rate": 0.1}),
        ("schedules", "ExponentialDecay", {"decay_rate": 1.5}),
        ("schedules", "PiecewiseConstantDecay", {"values": [0.0, 0.1, 0.0]}),
        ("optimizers", "SGD", {"momentum": 1.0, "learning_rate": 1000}),
        ("optimizers", "Adam", {"beta_1": 0.0, "epsilon": 1.0}),
        ("losses", "SparseCategoricalCrossentropy", {"ignore_class": -100}),
        ("metrics", "BinaryAccuracy", {"threshold": 0.0}),
        ("metrics", "BinaryAccuracy", {"threshold": -2.5}),
    ],
    ids=str,
)
def test_what_keras_takes_at_the_edges_fits(keras: Any, sort: str, kind: str, params: dict[str, Any]) -> None:
    entry = getattr(registry, sort)[kind]
    for name, value in params.items():
        assert entry.param(name).type.check(value) is None
    use(keras, sort, entry, **params)
