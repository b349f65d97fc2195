"""What gauges tell, against the same figures worked out by hand; and that looking changes nothing about the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worker_documents import DIGITS_CNN, TWO_BY_TWO, dense, graph, stack

from builder.document import Document
from builder.events import Boundary, Event, Noticed, SystemUse

pytestmark = pytest.mark.keras

NOISY = stack(
    "Input",
    "BatchNormalization",
    ("Dense", {"units": 8, "activation": "relu", "kernel_regularizer": "l2"}),
    ("Dropout", {"rate": 0.4}),
    dense(3, "softmax"),
    data="iris",
    batch_size=20,
    metrics=["accuracy"],
)
SPIRAL = stack("Input", dense(6, "relu"), dense(1, "sigmoid"), data="spiral", loss="binary_crossentropy")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _subject(document: Document) -> Any:
    """A compiled model with the samples of its data set, as a run has them."""
    from builder.catalog.registry import datasets
    from builder.document.expand import expanded
    from builder.worker import data
    from builder.worker.build import build, compile_model, output_names
    from builder.worker.feed import feed
    from builder.worker.gauges.gauge import Subject
    from builder.worker.loop import Figures

    document = expanded(document)
    dataset = datasets[document.data.dataset]
    splits = data.load(document.data, dataset, lambda event: None)
    model = build(document)
    compile_model(model, document)
    widths = {name: out.shape[-1] for name, out in zip(output_names(document), model.outputs, strict=True)}
    training, validation = (feed(part, document, dataset, widths) for part in (splits.training, splits.validation))
    Figures(model, training)
    return Subject(model, document, dataset, training, validation)


def _moment(step: int = 1, *, last: bool = False) -> Any:
    from builder.worker.gauges.gauge import Moment

    return Moment(1, step, last=last)


def _state(model: Any) -> list[np.ndarray]:
    from builder.worker.checkpoints import State

    return State(model).take()


@pytest.mark.parametrize("document", [NOISY, DIGITS_CNN, TWO_BY_TWO, SPIRAL], ids=["noisy", "digits", "2x2", "spiral"])
def test_looking_changes_nothing(document: Document) -> None:
    from builder.worker.gauges.panel import gauges_for

    subject = _subject(document)
    before = _state(subject.model)
    gauges = gauges_for(subject)
    assert len(gauges) == (5 if document is SPIRAL else 4)
    for gauge in gauges:
        for step in (1, 2):
            gauge.look(_moment(step))
    for was, now in zip(before, _state(subject.model), strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize("compiled", [False, True])
def test_norms_and_gradients_are_those_of_keras(compiled: bool) -> None:
    from builder.worker.framework import tf
    from builder.worker.gauges.gauge import spread
    from builder.worker.gauges.layers import LayerGauge

    document = stack("Input", dense(8, "relu"), dense(3, "softmax"), data="iris", batch_size=20)
    subject = _subject(document)
    if compiled:
        subject.effort.started = -1e9
    gauge, model = LayerGauge(subject), subject.model
    batch = spread(len(subject.training), 20)
    assert set(subject.training.labels[batch]) == {0, 1, 2}
    with tf.GradientTape() as tape:
        loss = model.compute_loss(y=subject.training.targets[0][batch], y_pred=model(subject.training.inputs[0][batch]))
    gradients = [gradient.numpy() for gradient in tape.gradient(loss, model.trainable_variables)]
    weights = model.get_weights()
    assert gauge.look(_moment(5)) is None
    assert gauge.look(_moment(5)) is None
    model.set_weights([1.02 * weight for weight in weights])
    model.set_weights([weight * 1.02 if index < 2 else weight for index, weight in enumerate(weights)])
    told = gauge.look(_moment(7))[0]
    model.set_weights(weights)
    gauge.look(_moment(8))
    again = gauge.look(_moment(9))[0]
    assert gauge._squares.compiled is compiled
    assert told.names == ("n1", "n2")
    norms = [np.sqrt(sum(np.sum(w**2) for w in weights[i : i + 2])) for i in (0, 2)]
    assert told.weights == pytest.approx([1.02 * norms[0], norms[1]], rel=1e-4)
    assert told.updates == pytest.approx([0.01 / 1.02, 0], rel=1e-3, abs=1e-9)
    assert again.weights == pytest.approx(norms, rel=1e-5)
    expected = [np.sqrt(sum(np.sum(g**2) for g in gradients[i : i + 2])) for i in (0, 2)]
    assert again.gradients == pytest.approx(expected, rel=1e-4)
    assert again.updates == (0.0, 0.0)


def test_regularisation_counts_as_part_of_the_loss() -> None:
    from builder.worker.gauges.layers import LayerGauge

    def gradient(regularizer: str | None) -> float:
        layer = ("Dense", {"units": 3, "activation": "softmax", "kernel_regularizer": regularizer})
        subject = _subject(stack("Input", layer, data="iris"))
        kernel = subject.model.get_layer("n1").kernel
        kernel.assign(np.full(kernel.shape, 1000.0))
        return LayerGauge(subject).look(_moment(last=True))[0].gradients[0]

    penalty = 2 * 0.01 * 1000 * np.sqrt(12)
    assert gradient(None) < 10
    assert gradient("l2") == pytest.approx(penalty, rel=0.15)


def test_silent_units_are_those_that_are_zero_for_every_sample() -> None:
    from builder.worker.gauges.layers import LayerGauge

    document = stack(
        "Input",
        ("Conv2D", {"filters": 4, "kernel_size": 3, "activation": "relu"}),
        "Flatten",
        dense(8, "relu"),
        dense(10, "softmax"),
        data="digits",
    )
    subject = _subject(document)
    convolution, hidden = subject.model.get_layer("n1"), subject.model.get_layer("n3")
    convolution.bias.assign([-1e6, -1e6, -1e6, 1.0])
    hidden.bias.assign([-1e6] * 2 + [1e6] * 6)
    told = LayerGauge(subject).look(_moment(last=True))[0]
    assert dict(zip(told.names, told.dead, strict=True)) == {"n1": 0.75, "n3": 0.25, "n4": None}


def test_a_layer_that_is_applied_twice_and_a_frozen_one() -> None:
    from builder.document import apply
    from builder.worker.gauges.histograms import HistogramGauge
    from builder.worker.gauges.layers import LayerGauge

    document = graph(
        [
            ("x", "Input", {}),
            ("a", "Dense", {"units": 4, "activation": "relu"}),
            ("b", "Dense", {"units": 4}),
            ("y", "Dense", {"units": 3, "activation": "softmax"}),
        ],
        [("x", "a"), ("a", "b"), ("b", "y")],
        data="iris",
    )
    document = apply(document, {"op": "share", "node": "b", "with": "a"})
    document = apply(document, {"op": "switch", "nodes": ["y"], "name": "frozen", "value": True})
    subject = _subject(document)
    told = LayerGauge(subject).look(_moment(last=True))[0]
    assert told.names == ("a",)
    assert told.gradients[0] > 0
    assert {item.name for item in HistogramGauge(subject).look(_moment())[0].items} == {"a"}


def test_histograms_count_weights_and_outputs() -> None:
    from builder.worker.gauges.gauge import spread
    from builder.worker.gauges.histograms import HistogramGauge, histogram

    subject = _subject(NOISY)
    told = HistogramGauge(subject).look(_moment())[0]
    found = {(item.name, item.what): item for item in told.items}
    assert set(found) == {(name, what) for name in ("n1", "n2", "n4") for what in ("weights", "activations")}
    outputs = subject.model.predict(subject.validation.inputs[0][spread(len(subject.validation), 64)], verbose=0)
    last = found["n4", "activations"]
    assert list(last.counts) == np.histogram(outputs, bins=30)[0].tolist()
    assert (last.low, last.high) == pytest.approx((outputs.min(), outputs.max()), rel=1e-4)
    kernel, bias = subject.model.get_layer("n2").get_weights()
    assert sum(found["n2", "weights"].counts) == kernel.size + bias.size
    assert histogram("n", "weights", np.array([np.nan, np.inf])) is None
    assert histogram("n", "weights", np.zeros(5)).counts[15] == 5


def test_large_layers_are_sampled() -> None:
    from builder.worker.gauges.histograms import VALUES, HistogramGauge

    subject = _subject(stack("Input", "Flatten", dense(600), dense(10, "softmax"), data="digits"))
    counts = [sum(item.counts) for item in HistogramGauge(subject).look(_moment())[0].items]
    assert max(counts) <= VALUES + 2
    assert min(counts) > 500


def test_boundary_is_what_the_network_says_of_every_cell() -> None:
    from builder.worker.gauges.plane import plane_gauge

    subject = _subject(SPIRAL)
    gauge = plane_gauge(subject)
    points, boundary = gauge.look(_moment())
    assert len(points.xs) == len(points.ys) == len(points.labels) == 500
    assert set(points.labels) == {0.0, 1.0}
    size = boundary.size
    xs, ys = (np.linspace(boundary.low[axis], boundary.high[axis], size) for axis in (0, 1))
    assert xs[0] < min(points.xs)
    assert xs[-1] > max(points.xs)
    assert ys[0] < min(points.ys)
    assert ys[-1] > max(points.ys)
    for row, column in ((0, 0), (3, 30), (39, 1)):
        said = subject.model.predict(np.array([[xs[column], ys[row]]], "float32"), verbose=0)[0, 0]
        cell = row * size + column
        assert boundary.values[cell] == int(said > 0.5)
        assert boundary.probabilities[cell] == pytest.approx(max(said, 1 - said), abs=0.006)
    assert [type(event) for event in gauge.look(_moment(2))] == [Boundary]


def test_boundary_of_logits_and_of_values() -> None:
    from builder.worker.gauges.plane import plane_gauge

    logits = {"kind": "SparseCategoricalCrossentropy", "params": {"from_logits": True}}
    subject = _subject(stack("Input", dense(2), data="circle", loss=logits))
    boundary = plane_gauge(subject).look(_moment())[1]
    said = subject.model.predict(np.array([boundary.low], "float32"), verbose=0)[0]
    shares = np.exp(said) / np.exp(said).sum()
    assert (boundary.values[0], boundary.classes) == (said.argmax(), 2)
    assert boundary.probabilities[0] == pytest.approx(shares.max(), abs=0.006)

    subject = _subject(stack("Input", dense(1), data="plane", loss="mean_squared_error"))
    boundary = plane_gauge(subject).look(_moment())[1]
    said = subject.model.predict(np.array([boundary.high], "float32"), verbose=0)[0, 0]
    assert boundary.values[-1] == pytest.approx(said, rel=2e-3)
    assert (boundary.classes, boundary.probabilities) == (0, ())
    assert plane_gauge(_subject(NOISY)) is None


def test_samples_are_the_same_ones_with_all_classes() -> None:
    from builder.worker.gauges.samples import sample_gauge

    subject = _subject(DIGITS_CNN)
    gauge = sample_gauge(subject)
    shown, told = gauge.look(_moment())
    chosen = list(told.indices)
    assert len(chosen) == 16
    assert shown.indices == told.indices
    assert shown.image
    assert shown.shape == (8, 8, 1)
    pixels = subject.validation.inputs[0][chosen[3]].reshape(-1)
    assert list(shown.inputs[3]) == np.rint(pixels / 16 * 255).astype(int).tolist()
    said = subject.model.predict(subject.validation.inputs[0][chosen], verbose=0)
    assert list(told.truths) == subject.validation.labels[chosen].tolist()
    assert list(told.predictions) == said.argmax(axis=1).tolist()
    np.testing.assert_allclose(told.probabilities, said, atol=0.006)
    assert [event.indices for event in gauge.look(_moment(2))] == [told.indices]


def test_samples_of_a_regression_are_values() -> None:
    from builder.worker.gauges.samples import sample_gauge

    subject = _subject(stack("Input", dense(1), data="diabetes", loss="mean_squared_error"))
    shown, told = sample_gauge(subject).look(_moment())
    chosen = list(told.indices)
    said = subject.model.predict(subject.validation.inputs[0][chosen], verbose=0)[:, 0]
    assert told.predictions == pytest.approx(said.tolist(), rel=1e-3, abs=1e-5)
    assert told.truths == pytest.approx(subject.validation.labels[chosen].tolist())
    assert told.probabilities == ()
    assert not shown.image
    assert shown.inputs[0] == pytest.approx(subject.validation.inputs[0][chosen[0]].tolist(), rel=1e-4)


def test_large_pictures_are_made_smaller() -> None:
    from dataclasses import replace

    from builder.catalog.registry import datasets
    from builder.worker.gauges.samples import examples

    wide = replace(datasets["digits"], shape=(70, 50, 3), low=0.0, high=255.0)
    picture = np.arange(70 * 50 * 3, dtype="float32").reshape(1, 70, 50, 3) % 256
    shown = examples(picture, np.array([4]), wide)
    assert shown.shape == (24, 17, 3)
    assert shown.inputs[0][:3] == tuple(picture[0, 0, 0].astype(int))


def test_system_use_is_of_this_process() -> None:
    from builder.worker.gauges.system import SystemGauge

    gauge = SystemGauge(1)
    blocks = [np.ones(2_000_000) for _ in range(5)]
    told = gauge.look(_moment())[0]
    assert isinstance(told, SystemUse)
    assert told.memory > sum(block.nbytes for block in blocks)
    assert 0 <= told.cpu <= 100 * 64


class Looking:
    """A gauge that takes some seconds of the clock to look."""

    interval = 1.0
    share = 0.01
    shows = "Nothing"

    def __init__(self, clock: Clock, seconds: float, *, waits: int = 0, fails: bool = False):
        self.looks: list[float] = []
        self._clock, self._seconds, self._waits, self._fails = clock, seconds, waits, fails

    def look(self, moment: Any) -> list[Event] | None:
        if self._fails:
            raise RuntimeError("no")
        if self._waits and not moment.last:
            self._waits -= 1
            return None
        self.looks.append(self._clock.now)
        self._clock.now += self._seconds
        return [SystemUse()]


def _watch(clock: Clock, *gauges: Any) -> tuple[Any, list[Event]]:
    from builder.worker.gauges.effort import Effort
    from builder.worker.gauges.watch import Watch

    told: list[Event] = []
    return Watch(gauges, Effort(clock), told.append), told


def _run(watch: Any, clock: Clock, seconds: float) -> None:
    until, step = clock.now + seconds, 0
    while clock.now < until:
        clock.now += 0.1
        step += 1
        watch.tick(_moment(step))


def test_gauges_keep_their_interval_and_their_share() -> None:
    clock = Clock()
    quick, slow = Looking(clock, 0.0), Looking(clock, 0.05)
    watch, told = _watch(clock, quick, slow)
    _run(watch, clock, 60)
    assert 50 <= len(quick.looks) <= 60
    assert len(slow.looks) * 0.05 <= 0.01 * 60 + 0.05
    assert len(slow.looks) >= 10
    assert len(told) == len(quick.looks) + len(slow.looks)


def test_looks_grow_rare_in_a_long_run() -> None:
    clock = Clock()
    gauge = Looking(clock, 0.0)
    watch, _ = _watch(clock, gauge)
    _run(watch, clock, 3600)
    assert 200 < len(gauge.looks) < 900


def test_a_gauge_can_wait_for_a_step_and_the_last_step_is_told() -> None:
    clock = Clock()
    gauge = Looking(clock, 0.0, waits=3)
    watch, told = _watch(clock, gauge)
    _run(watch, clock, 1.25)
    assert told == []
    watch.close(1, 99)
    assert len(told) == 1
    watch.close(1, 99)
    assert len(told) == 1


def test_a_gauge_that_fails_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    good, bad = Looking(clock, 0.0), Looking(clock, 0.0, fails=True)
    watch, told = _watch(clock, bad, good)
    _run(watch, clock, 10)
    assert len(good.looks) > 5
    (notice,) = [event for event in told if isinstance(event, Noticed)]
    assert notice.problem.message == "Nothing cannot be shown for this network on TensorFlow: no."
    assert sum("Looking failed" in record.message for record in caplog.records) == 1


def test_functions_are_compiled_once_the_run_is_long_enough() -> None:
    from builder.worker.framework import tf
    from builder.worker.gauges.effort import PATIENCE, Effort

    clock = Clock()
    effort = Effort(clock)
    traced: list[bool] = []

    def square(x: Any) -> Any:
        traced.append(not tf.executing_eagerly())
        clock.now += 0.01
        return x * x

    thrifty = effort.thrifty(square)
    for _ in range(3):
        assert float(thrifty(tf.constant(3.0))) == 9
    assert traced == [False] * 3
    assert effort.invested == pytest.approx(0.01)
    clock.now += PATIENCE * 0.01
    for _ in range(3):
        assert float(thrifty(tf.constant(3.0))) == 9
    assert traced == [False] * 3 + [True]
    assert effort.invested == pytest.approx(0.02)
