"""The training step, compiled: many steps to a call, batches gathered by index from data that stays in memory.

The arithmetic is that of Keras' own `fit` (the tests hold the two against each other); what differs is that Python is
entered once for a chunk of steps instead of once a step, that every step's true loss comes back (Keras logs running
means), and that the confusion matrix is counted in the pass that computes the validation metrics.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.worker.feed import Feed
from builder.worker.framework import tf

BATCHES = tf.TensorSpec((None, None), tf.int32)


@dataclass(frozen=True)
class Confusion:
    """How an output's values become a class: the largest of them, or one value above a threshold."""

    output: str
    position: int
    classes: int
    threshold: float | None = None

    def count(self, labels: Any, predictions: Any) -> Any:
        """Counts of (true, predicted) as an int32 matrix, row = true class."""
        if self.threshold is None:
            predicted = tf.argmax(predictions, axis=-1, output_type=tf.int32)
        else:
            predicted = tf.cast(tf.reshape(predictions, [-1]) > self.threshold, tf.int32)
        pairs = labels * self.classes + predicted
        size = self.classes**2
        counts = tf.math.bincount(pairs, minlength=size, maxlength=size, dtype=tf.int32)
        return tf.reshape(counts, (self.classes, self.classes))


class Source:
    """A feed as tensors, and the gathering of a batch from them."""

    def __init__(self, feed: Feed):
        tensors: dict[int, Any] = {}
        self._inputs = [tensors.setdefault(id(x), tf.constant(x)) for x in feed.inputs]
        self._targets = [tensors.setdefault(id(y), tf.constant(y)) for y in feed.targets]
        self._labels = tensors.setdefault(id(feed.labels), tf.constant(feed.labels))
        self._dtypes = feed.dtypes
        self.size = len(feed)

    def batch(self, indices: Any) -> tuple[Any, Any, Any]:
        """Inputs and targets as the model takes them, and the plain labels."""
        x = [tf.cast(tf.gather(t, indices), d) for t, d in zip(self._inputs, self._dtypes, strict=True)]
        y = [tf.gather(t, indices) for t in self._targets]
        return _one_or_all(x), _one_or_all(y), tf.gather(self._labels, indices)


class Pace:
    """How many steps to take in one call, so that calls last long enough to be cheap and short enough to follow.

    `steps_taken` and `seconds_taken` leave out the first call, which also compiled.
    """

    def __init__(self, seconds: float = 0.07, most: int = 4096):
        self.steps = 1
        self.steps_taken = 0
        self.seconds_taken = 0.0
        self._seconds = seconds
        self._most = most
        self._compiled = False

    @property
    def step_seconds(self) -> float | None:
        """How long a step takes on average, once known."""
        return self.seconds_taken / self.steps_taken if self.steps_taken else None

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a call."""
        if not self._compiled:
            self._compiled = True
            return
        self.steps_taken += steps
        self.seconds_taken += seconds
        self.steps = max(1, min(round(self._seconds * steps / seconds), self.steps * 8, self._most))


class Figures:
    """A compiled model's running metrics, and the state that must exist before a compiled loop can use it."""

    def __init__(self, model: Any, feed: Feed):
        _create_variables(model, feed)
        self.model = model
        self.loss = next(metric for metric in model.metrics if metric.name == "loss")
        self.reset = tf.function(model.reset_metrics, autograph=False)
        self._results = tf.function(model.get_metrics_result, autograph=False)

    def update(self, x: Any, y: Any, predictions: Any, loss: Any, samples: Any) -> None:
        """Count a batch in."""
        self.loss.update_state(loss, sample_weight=samples)
        self.model.compute_metrics(x, y, predictions)

    def read(self) -> dict[str, float]:
        """The metrics over the batches since `reset`; one that has a value for each class gives their mean."""
        return {name: float(np.mean(value)) for name, value in self._results().items()}


class Trainer:
    """Trains a compiled model on a feed, a chunk of steps at a time."""

    def __init__(self, figures: Figures, feed: Feed):
        self.figures = figures
        self.pace = Pace()
        self._source = Source(feed)
        self._chunk = tf.function(self._steps, input_signature=[BATCHES], autograph=False)

    def train(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        """Take one step for each row of sample indices; the loss of each, and the last learning rate."""
        started = time.perf_counter()
        losses, rate = self._chunk(tf.constant(batches, tf.int32))
        losses = losses.numpy()
        self.pace.took(len(batches), time.perf_counter() - started)
        return losses, float(rate)

    def batch(self, indices: np.ndarray) -> tuple[Any, Any]:
        """Inputs and targets of some samples, as the model takes them."""
        x, y, _ = self._source.batch(tf.constant(indices, tf.int32))
        return x, y

    def _steps(self, batches: Any) -> tuple[Any, Any]:
        count = tf.shape(batches)[0]
        losses = tf.TensorArray(tf.float32, size=count)
        _, losses = tf.while_loop(
            lambda step, losses: step < count,
            lambda step, losses: (step + 1, losses.write(step, self._step(batches[step]))),
            (tf.constant(0), losses),
            parallel_iterations=1,
        )
        return losses.stack(), tf.cast(self.figures.model.optimizer.learning_rate, tf.float32)

    def _step(self, indices: Any) -> Any:
        model = self.figures.model
        x, y, _ = self._source.batch(indices)
        with tf.GradientTape() as tape:
            predictions = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
            scaled = model.optimizer.scale_loss(loss)
        if model.trainable_variables:
            gradients = tape.gradient(scaled, model.trainable_variables)
            model.optimizer.apply(gradients, model.trainable_variables)
        self.figures.update(x, y, predictions, loss, tf.size(indices))
        return tf.cast(loss, tf.float32)


class Evaluator:
    """Measures a compiled model on a feed: its metrics and its confusion matrices in one pass."""

    def __init__(self, figures: Figures, feed: Feed, batch_size: int, confusions: tuple[Confusion, ...] = ()):
        self.figures = figures
        self.confusions = confusions
        self.pace = Pace()
        self._batch_size = batch_size
        self._source = Source(feed)
        self._chunk = tf.function(self._steps, input_signature=[BATCHES], autograph=False)

    def evaluate(self, tick: Callable[[], None]) -> tuple[dict[str, float], list[np.ndarray]]:
        """The metrics over all samples and the counts of each confusion; `tick` is called several times a second."""
        self.figures.reset()
        totals = [np.zeros((c.classes, c.classes), int) for c in self.confusions]
        for batches in chunks(np.arange(self._source.size), self._batch_size, self.pace):
            started = time.perf_counter()
            counts = self._chunk(tf.constant(batches, tf.int32))
            totals = [total + count.numpy() for total, count in zip(totals, counts, strict=True)]
            self.pace.took(len(batches), time.perf_counter() - started)
            tick()
        return self.figures.read(), totals

    def _steps(self, batches: Any) -> list[Any]:
        count = tf.shape(batches)[0]
        counted = [tf.zeros((c.classes, c.classes), tf.int32) for c in self.confusions]
        _, counted = tf.while_loop(
            lambda step, counted: step < count,
            lambda step, counted: (step + 1, self._step(batches[step], counted)),
            (tf.constant(0), counted),
            parallel_iterations=1,
        )
        return counted

    def _step(self, indices: Any, counted: list[Any]) -> list[Any]:
        model = self.figures.model
        x, y, labels = self._source.batch(indices)
        predictions = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
        self.figures.update(x, y, predictions, loss, tf.size(indices))
        outputs = tf.nest.flatten(predictions)
        return [
            matrix + confusion.count(labels, outputs[confusion.position])
            for matrix, confusion in zip(counted, self.confusions, strict=True)
        ]


def chunks(indices: np.ndarray, batch_size: int, pace: Pace) -> Iterator[np.ndarray]:
    """Sample indices as matrices of as many whole batches as the pace asks for, and what is left over as a last one."""
    whole = len(indices) // batch_size
    start = 0
    while start < whole:
        stop = min(start + pace.steps, whole)
        yield indices[start * batch_size : stop * batch_size].reshape(-1, batch_size)
        start = stop
    if len(indices) % batch_size:
        yield indices[whole * batch_size :].reshape(1, -1)


def _create_variables(model: Any, feed: Feed) -> None:
    """Create the variables of losses and metrics, which cannot come into being inside a compiled loop."""
    y = _one_or_all([tf.constant(target[:1]) for target in feed.targets])
    blank = [tf.zeros([1, *(size or 1 for size in output.shape[1:])], output.dtype) for output in model.outputs]
    predictions = _one_or_all(blank)
    model.compute_loss(y=y, y_pred=predictions)
    model.compute_metrics(None, y, predictions)
    model.reset_metrics()


def _one_or_all(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items
