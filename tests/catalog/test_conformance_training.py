"""Losses, optimizers, metrics, callbacks and schedules: nothing of Keras is missing, and what is declared trains."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from keras_objects import make, namespace_of

from builder.catalog import registry
from builder.catalog.spec import Callback, Entry, Loss, Metric, Optimizer, Schedule
from builder.catalog.types import Float, Int

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

BASES = {
    "losses": {"Loss"},
    "optimizers": {
        "Optimizer",
        "LossScaleOptimizer",  # wraps another optimizer
        "MultiOptimizer",  # takes optimizers by layer
        "OptimizerMap",  # part of it
    },
    "schedules": {"LearningRateSchedule"},
}
"""What Keras exports that is no choice of its own."""


def params_of(entries: Any) -> list[Any]:
    return [pytest.param(entry, id=entry.kind) for entry in entries]


@pytest.mark.parametrize("sort", BASES)
def test_nothing_that_keras_exports_is_missing(keras: Any, sort: str) -> None:
    exported = {name for name, item in vars(namespace_of(keras, sort)).items() if inspect.isclass(item)}
    assert exported - {entry.kind for entry in getattr(registry, sort)} == BASES[sort]


def test_every_callback_of_keras_is_offered_or_listed_with_the_reason(keras: Any) -> None:
    exported = {name for name, item in vars(keras.callbacks).items() if inspect.isclass(item)}
    offered = {callback.kind for callback in registry.callbacks}
    assert exported == offered | registry.callbacks.absent.keys()
    assert not offered & registry.callbacks.absent.keys()
    assert all(reason.endswith(".") for reason in registry.callbacks.absent.values())


@pytest.mark.parametrize("sort", ["losses", "optimizers"])
def test_every_name_that_keras_takes_is_an_alias(keras: Any, sort: str) -> None:
    namespace = namespace_of(keras, sort)
    for entry in getattr(registry, sort):
        for alias in entry.aliases:
            made = namespace.get(alias)
            name = getattr(made, "__name__", type(made).__name__)
            assert name.lower().replace("_", "") == entry.kind.lower()


def data_for(task: str, labels: str) -> tuple[int, str | None, str, np.ndarray]:
    """Units and activation of a last layer, a fitting loss, and labels for 16 samples."""
    rng = np.random.default_rng(5)
    if labels in ("integer", "one-hot"):
        classes = 2 if task == "binary" else 3
        numbers = np.arange(16) % classes
        if labels == "integer":
            return classes, "softmax", "sparse_categorical_crossentropy", numbers.astype("int32")
        return classes, "softmax", "categorical_crossentropy", np.eye(classes, dtype="float32")[numbers]
    if task == "regression":
        return 1, "softplus", "mse", rng.random((16, 1), dtype="float32")
    units = 1 if task == "binary" else 3
    return units, "sigmoid", "binary_crossentropy", rng.integers(0, 2, (16, units)).astype("float32")


def model_of(keras: Any, units: int, activation: str | None, **settings: Any) -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation=activation)])
    model.compile(**{"optimizer": "sgd", **settings}, run_eagerly=True)
    return model


X = np.random.default_rng(6).random((16, 4), dtype="float32")


COMBINATIONS = {
    "integer": ("classification", "binary"),
    "one-hot": ("classification", "binary"),
    "values": ("binary", "multilabel", "regression"),
}
"""The tasks that labels of a kind occur in."""

FITTING_LOSSES = [
    pytest.param(loss, task, activation, id=f"{loss.kind}-{task}-{activation}")
    for loss in registry.losses
    for task in loss.tasks
    if task in COMBINATIONS[loss.labels]
    for activation in loss.activations
]


@pytest.mark.parametrize(("loss", "task", "activation"), FITTING_LOSSES)
def test_losses_train_with_their_labels_and_activations(keras: Any, loss: Loss, task: str, activation: str) -> None:
    units, _, _, y = data_for(task, loss.labels)
    model = model_of(keras, units, activation, loss=make(keras, "losses", loss))
    assert np.isfinite(model.train_on_batch(X, y))


@pytest.mark.parametrize("loss", params_of(loss for loss in registry.losses if loss.param("from_logits")))
def test_from_logits_means_without_the_activation(keras: Any, loss: Loss) -> None:
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(8, 3)).astype("float32")
    activation = getattr(keras.activations, loss.activations[0])
    y = np.arange(8) % 3
    y = y if loss.labels == "integer" else np.eye(3, dtype="float32")[y]
    raw = float(make(keras, "losses", loss, from_logits=True)(y, scores))
    done = float(make(keras, "losses", loss)(y, activation(scores)))
    assert raw == pytest.approx(done, rel=1e-4)


FITTING_METRICS = [
    pytest.param(metric, task, labels, id=f"{metric.kind}-{task}-{labels}")
    for metric in registry.metrics
    for labels in metric.labels
    for task in metric.tasks
    if task in COMBINATIONS[labels]
]


@pytest.mark.parametrize(("metric", "task", "labels"), FITTING_METRICS)
def test_metrics_take_their_tasks_and_labels(keras: Any, metric: Metric, task: str, labels: str) -> None:
    units, activation, loss, y = data_for(task, labels)
    params = {"num_classes": units} if metric.param("num_classes") else {}
    made = make(keras, "metrics", metric, **params) if hasattr(keras.metrics, metric.kind) else metric.kind
    if not isinstance(made, str):
        made.name = metric.name
    figures = model_of(keras, units, activation, loss=loss, metrics=[made]).train_on_batch(X, y, return_dict=True)
    assert set(figures) == {"loss", metric.name}
    assert np.shape(figures[metric.name]) == ()
    assert np.isfinite(figures[metric.name])


@pytest.mark.parametrize("metric", params_of(metric for metric in registry.metrics if metric.kind != "accuracy"))
def test_metric_names_and_directions_are_keras_own(keras: Any, metric: Metric) -> None:
    made = make(keras, "metrics", metric)
    assert made.name.rstrip("0123456789").rstrip("_") == metric.name
    direction = getattr(made, "_direction", None)
    assert (direction is not None) == metric.directed
    assert direction in (None, {"max": "up", "min": "down"}[metric.better])


MAY_BE_NONE = [
    pytest.param(metric, param.name, id=f"{metric.kind}-{param.name}")
    for metric in registry.metrics
    if metric.kind != "accuracy"
    for param in metric.params
    if param.type.check(None) is None
]


@pytest.mark.parametrize(("metric", "name"), MAY_BE_NONE)
def test_a_metric_is_one_figure_where_the_catalogue_says_so(keras: Any, metric: Metric, name: str) -> None:
    params = {param.name: param.start for param in metric.params if param.required} | {name: None}
    made = getattr(keras.metrics, metric.kind)(**params)
    y = np.eye(3, dtype="float32")
    made.update_state(np.arange(3) if metric.kind.startswith("Sparse") else y, y)  # Class numbers, else rows.
    assert metric.one_figure(params) == (np.shape(made.result()) == ())


@pytest.mark.parametrize("optimizer", params_of(registry.optimizers))
def test_optimizers_take_a_step(keras: Any, optimizer: Optimizer) -> None:
    variable = keras.Variable(np.full((3, 3), 2.0, dtype="float32"))
    made = make(keras, "optimizers", optimizer)
    made.build([variable])
    made.apply([keras.ops.ones((3, 3))])
    assert (np.asarray(variable) < 2.0).all()
    assert np.isfinite(np.asarray(variable)).all()


@pytest.mark.parametrize("schedule", params_of(registry.schedules))
@pytest.mark.parametrize("optimizer", params_of(registry.optimizers))
def test_every_optimizer_takes_every_schedule(keras: Any, optimizer: Optimizer, schedule: Schedule) -> None:
    rate = make(keras, "schedules", schedule)
    assert 0 < float(rate(0)) <= 1
    made = make(keras, "optimizers", optimizer, learning_rate=rate)
    assert float(made.learning_rate) == pytest.approx(float(rate(0)))


@pytest.mark.parametrize("callback", params_of(registry.callbacks))
def test_callbacks_run(keras: Any, callback: Callback) -> None:
    units, activation, loss, y = data_for("classification", "integer")
    made = make(keras, "callbacks", callback)
    optimizer = keras.optimizers.Adam(use_ema=True)
    model = model_of(keras, units, activation, loss=loss, optimizer=optimizer)
    model.fit(X, y, validation_data=(X, y), batch_size=16, verbose=0, callbacks=[made])
    assert int(optimizer.iterations) == 1


BOUNDED = [
    pytest.param(sort, entry, param, id=f"{sort}-{entry.kind}-{param.name}")
    for sort in ("losses", "optimizers", "metrics", "callbacks", "schedules")
    for entry in getattr(registry, sort)
    for param in entry.params
    if isinstance(param.type, Int | Float)
]


SWITCHED_ON = {"num_labels": {"multi_label": True}}
"""What has to be on for Keras to take a parameter."""


@pytest.mark.parametrize(("sort", "entry", "param"), BOUNDED)
def test_values_at_the_bounds_are_accepted(keras: Any, sort: str, entry: Entry, param: Any) -> None:
    kind = param.type
    above, below = getattr(kind, "above", None), getattr(kind, "below", None)
    ends = (kind.low, kind.high, None if above is None else above + 1e-9, None if below is None else below - 1e-9)
    for end in ends:
        if end is not None:
            assert kind.check(end) is None
            make(keras, sort, entry, **{param.name: end}, **SWITCHED_ON.get(param.name, {}))
