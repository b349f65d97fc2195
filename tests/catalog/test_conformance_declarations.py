"""What the catalogue says of ranges, means and learning rates is what Keras computes."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest

from builder.catalog import comparing, intervals
from builder.catalog.intervals import Interval
from builder.catalog.parameters import ACTIVATIONS
from builder.catalog.registry import datasets, layers, losses, schedules
from builder.catalog.spec import Layer, Schedule

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]
NUMBERS = np.concatenate([np.linspace(-200, 200, 4001), np.linspace(-3, 3, 1001)]).astype("float32")


def test_every_activation_has_a_range() -> None:
    assert set(intervals.REACH) >= set(ACTIVATIONS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_reach_what_is_declared_and_not_more(keras: Any, name: str) -> None:
    x = np.random.default_rng(1).permutation(NUMBERS).reshape(-1, 2)
    if name == "sparsemax":
        x = np.abs(x)  # Keras 3.15 gives shares that add up to more than 1 for close numbers below 0.
    given = np.asarray(keras.activations.get(name)(x))
    low, high = intervals.REACH[name]
    assert low - 1e-3 <= given.min()
    assert given.max() <= high + 1e-3
    for end, reached in ((low, given.min()), (high, given.max())):
        assert abs(end - reached) < 0.01 if math.isfinite(end) else abs(reached) >= 30


def called(keras: Any, entry: Layer, x: np.ndarray, **params: Any) -> tuple[np.ndarray, Interval | None]:
    """What Keras makes of numbers from -2 to 5, and the interval that is declared for that."""
    given = {**entry.start_params, **params}
    values = entry.in_force(given)
    assert values is not None
    several = entry.ports.least > 1
    layer = getattr(keras.layers, entry.kind)(
        **{param.name: param.type.cast(given[param.name]) for param in entry.params if param.name in given}
    )
    inputs = tuple(Interval(-2, 5) for _ in range(2 if several else 1))
    assert entry.interval is not None
    over = {"training": False} if "training" in inspect.signature(layer.call).parameters else {}
    return np.asarray(layer([x, x[::-1]] if several else x, **over)), entry.interval(intervals.View(inputs, values))


PASSING = [
    pytest.param(entry, id=entry.kind)
    for entry in layers
    if entry.interval not in (None, intervals.anything, intervals.wrapped, intervals.both_ways)
    and entry.family != "attention"
    and entry.counts_to is None
]


@pytest.mark.parametrize("entry", PASSING)
def test_layers_give_numbers_in_the_declared_range(keras: Any, entry: Layer) -> None:
    keras.utils.set_random_seed(3)
    x = np.random.default_rng(4).uniform(-2, 5, (16, *entry.example)).astype("float32")
    x.reshape(-1)[:2] = -2, 5
    given, interval = called(keras, entry, x)
    assert interval is not None
    assert interval.low - 1e-4 <= given.min()
    assert given.max() <= interval.high + 1e-4


@pytest.mark.parametrize(
    ("kind", "params", "expected"),
    [
        ("Rescaling", {"scale": -2.0, "offset": 1.0}, (-9, 5)),
        ("Normalization", {"mean": 1.0, "variance": 4.0}, (-1.5, 2)),
        ("Normalization", {"mean": 1.0, "variance": 4.0, "invert": True}, (-3, 11)),
        ("ReLU", {"max_value": 2.0}, (0, 2)),
        ("ReLU", {"negative_slope": 0.5}, (-1, 5)),
        ("LeakyReLU", {"negative_slope": 0.1}, (-0.2, 5)),
        ("ELU", {}, (math.expm1(-2), 5)),
        ("Activation", {"activation": "relu6"}, (0, 5)),
        ("Add", {}, (-4, 10)),
        ("Subtract", {}, (-7, 7)),
        ("Multiply", {}, (-10, 25)),
        ("Average", {}, (-2, 5)),
        ("Maximum", {}, (-2, 5)),
    ],
)
def test_ends_of_a_range_are_worked_out(keras: Any, kind: str, params: dict[str, Any], expected: Any) -> None:
    x = np.tile(np.array([-2.0, 5.0], dtype="float32"), (2, 4))
    given, interval = called(keras, layers[kind], x, **params)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(expected)
    assert interval.low - 1e-5 <= given.min() <= given.max() <= interval.high + 1e-5


def test_whole_numbers_stay_whole_where_nothing_is_mixed() -> None:
    whole = Interval(0, 16, whole=True)

    def behind(kind: str, **params: Any) -> Interval | None:
        entry = layers[kind]
        values = entry.in_force({**entry.start_params, **params})
        assert entry.interval
        assert values is not None
        return entry.interval(intervals.View((whole,), values))

    assert behind("Flatten") == whole
    assert behind("MaxPooling2D") == whole
    assert behind("Rescaling", scale=2.0) == Interval(0, 32, whole=True)
    assert behind("Rescaling", scale=0.5) == Interval(0, 8)
    assert behind("AveragePooling2D") == Interval(0, 16)
    assert behind("Discretization", bin_boundaries=[1.0, 2.0]) == Interval(0, 2, whole=True)


@pytest.mark.parametrize("kind", ["digits", "mnist"])
def test_whole_data_sets_are_declared(kind: str) -> None:
    assert datasets[kind].whole


def test_no_other_data_set_is_whole() -> None:
    import sklearn.datasets

    for entry in datasets:
        if hasattr(entry.source, "loader"):
            values = getattr(sklearn.datasets, entry.source.loader)(**entry.source.options).data
            assert entry.whole == bool((values == values.round()).all()), entry.kind


COMPARING = [
    ("BatchNormalization", {}, (5,), 1, 1),
    ("BatchNormalization", {}, (5,), 4, 4),
    ("BatchNormalization", {}, (3, 3, 5), 1, 9),
    ("LayerNormalization", {}, (1,), 4, 1),
    ("LayerNormalization", {}, (3, 5), 4, 5),
    ("GroupNormalization", {"groups": -1}, (5,), 4, 1),
    ("GroupNormalization", {"groups": 2}, (4,), 4, 2),
    ("GroupNormalization", {"groups": -1}, (3, 3, 5), 4, 9),
]


@pytest.mark.parametrize(("kind", "params", "shape", "batch", "numbers"), COMPARING)
def test_a_mean_of_one_number_leaves_nothing(
    keras: Any, kind: str, params: dict[str, Any], shape: tuple[int, ...], batch: int, numbers: int
) -> None:
    entry = layers[kind]
    values = entry.in_force(params)
    assert entry.compares
    assert values is not None
    assert entry.compares(comparing.Sizes(shape, batch, values)) == numbers
    x = np.random.default_rng(2).normal(size=(batch, *shape)).astype("float32")
    given = np.asarray(getattr(keras.layers, kind)(**params)(x, training=True))
    assert (np.abs(given).max() < 1e-6) == (numbers == 1)


COURSES = [
    {},
    {"staircase": True},
    {"cycle": True, "power": 2.0},
    {"t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1},
    {"warmup_target": 0.05, "warmup_steps": 40, "alpha": 0.01},
]


@pytest.mark.parametrize("schedule", [pytest.param(entry, id=entry.kind) for entry in schedules])
@pytest.mark.parametrize("more", COURSES, ids=str)
def test_schedules_have_keras_rate_at_every_step(keras: Any, schedule: Schedule, more: dict[str, Any]) -> None:
    params = {**schedule.start_params, **{name: value for name, value in more.items() if schedule.param(name)}}
    values = schedule.in_force(params)
    assert values is not None
    made = getattr(keras.optimizers.schedules, schedule.kind)(
        **{name: schedule.param(name).type.cast(value) for name, value in params.items()}
    )
    for step in (0, 1, 39, 41, 500, 999, 1001, 1999, 2001, 2999, 3500, 10_000):
        assert schedule.rate(values, step) == pytest.approx(float(np.asarray(made(step))), rel=2e-3, abs=1e-7), step
    assert schedule.param(schedule.length)
    assert schedule.warmup is None or schedule.param(schedule.warmup)


def gradient_at(keras: Any, kind: str, label: float, output: float) -> float:
    """How a loss changes around an output, as Keras computes it."""
    loss = getattr(keras.losses, kind)()
    ends = [float(np.asarray(loss(np.array([[label]]), np.array([[output + step]])))) for step in (1e-3, -1e-3)]
    return (ends[0] - ends[1]) / 2e-3


@pytest.mark.parametrize("kind", ["Poisson", "MeanSquaredLogarithmicError", "BinaryCrossentropy"])
def test_nothing_is_learned_from_outputs_beyond_the_declared_ones(keras: Any, kind: str) -> None:
    domain = losses[kind].domain
    beyond = domain.outputs.low - 0.5
    found = gradient_at(keras, kind, 1.0, beyond)
    assert found == 0 or math.isnan(found)
    assert abs(gradient_at(keras, kind, 1.0, domain.outputs.low + 0.5)) > 1e-3


def test_labels_beyond_the_declared_ones_are_taken_for_others(keras: Any) -> None:
    assert losses["MeanSquaredLogarithmicError"].domain.labels.low == 0
    below = gradient_at(keras, "MeanSquaredLogarithmicError", -1.0, 0.5)
    assert below == pytest.approx(gradient_at(keras, "MeanSquaredLogarithmicError", 0.0, 0.5), rel=1e-3)


def test_the_direction_of_one_number_has_no_gradient(keras: Any) -> None:
    assert losses["CosineSimilarity"].domain.width == 2
    assert gradient_at(keras, "CosineSimilarity", 1.0, 0.5) == pytest.approx(0, abs=1e-6)
