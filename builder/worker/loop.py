"""The training step, compiled: many steps to a call, in the way that the run's policy chooses.

The arithmetic is that of Keras' own `fit` (the tests hold the two against each other); what differs is that Python is
entered once for a chunk of steps instead of once a step, that every step's true loss comes back (Keras logs running
means), and that the confusion matrix is counted in the pass that computes the validation metrics.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.events import Way
from builder.worker.feed import Feed
from builder.worker.framework import tf
from builder.worker.pace import Pace
from builder.worker.placement import one_or_all, place
from builder.worker.policy import Policy
from builder.worker.ways import RUNNERS, Runner, Unfit


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

    def __init__(self, figures: Figures, feed: Feed, batch_size: int, policy: Policy):
        self.figures = figures
        self.policy = policy
        self._placement = place(feed, batch_size)
        self._batch_size = min(batch_size, self._placement.size)
        self._longest = min(self._placement.most, self._placement.size // self._batch_size)
        self.pace = Pace(most=self._placement.most)
        self._runners: dict[Way, Runner] = {}

    def train(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        """Take one step for each row of sample indices; the loss of each, and the last learning rate."""
        losses: list[np.ndarray] = []
        rate = math.nan
        while len(batches):
            part = batches[: self.policy.ahead()]
            batches = batches[len(part) :]
            found, rate = self._take(part)
            losses.append(found)
        return np.concatenate(losses), rate

    def _take(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        """Go the policy's way, or where that proves unfit the one that the policy then turns to."""
        policy = self.policy
        whole = batches.shape[1] == self._batch_size
        way = policy.way if whole or not RUNNERS[policy.way].whole_only else Way.CHUNK
        runner = self._runners.get(way)
        started = time.perf_counter()
        try:
            taken = runner.run(batches) if runner else self._begin(way, batches)
        except Unfit as unfit:
            policy.failed(unfit.instead, unfit.__cause__ or unfit)
            self.pace.restart()
            return self._take(batches)
        seconds = time.perf_counter() - started
        if way is policy.way:
            self.pace.took(len(batches), seconds)
            policy.took(len(batches), seconds, first=runner is None)
        else:
            policy.passed(len(batches))
        if way is not policy.way and whole:
            self.pace.restart()
        return taken

    def batch(self, indices: np.ndarray) -> tuple[Any, Any]:
        """Inputs and targets of some samples, as the model takes them."""
        x, y, _ = self._placement.batch(tuple(part[0] for part in self._placement.rows(indices[np.newaxis])))
        return x, y

    def _begin(self, way: Way, batches: np.ndarray) -> tuple[np.ndarray, float]:
        runner = RUNNERS[way](self._step, self._rate, self._placement, self._batch_size, self._longest)
        taken = runner.begin(batches)
        self._runners[way] = runner
        return taken

    def _step(self, x: Any, y: Any) -> Any:
        model = self.figures.model
        with tf.GradientTape() as tape:
            predictions = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
            scaled = model.optimizer.scale_loss(loss)
        if model.trainable_variables:
            gradients = tape.gradient(scaled, model.trainable_variables)
            model.optimizer.apply(gradients, model.trainable_variables)
        self.figures.update(x, y, predictions, loss, tf.shape(tf.nest.flatten(x)[0])[0])
        return tf.cast(loss, tf.float32)

    def _rate(self) -> Any:
        return tf.cast(self.figures.model.optimizer.learning_rate, tf.float32)


class Evaluator:
    """Measures a compiled model on a feed: its metrics and its confusion matrices in one pass."""

    def __init__(self, figures: Figures, feed: Feed, batch_size: int, confusions: tuple[Confusion, ...] = ()):
        self.figures = figures
        self.confusions = confusions
        self._batch_size = batch_size
        self._placement = placement = place(feed, batch_size)
        self.pace = Pace(most=placement.most)
        self._chunk = tf.function(self._steps, input_signature=placement.signature(None, None), autograph=False)

    def evaluate(self, tick: Callable[[], None]) -> tuple[dict[str, float], list[np.ndarray]]:
        """The metrics over all samples and the counts of each confusion; `tick` is called several times a second."""
        self.figures.reset()
        totals = [np.zeros((c.classes, c.classes), int) for c in self.confusions]
        for batches in chunks(np.arange(self._placement.size), self._batch_size, self.pace):
            started = time.perf_counter()
            counts = self._chunk(*self._placement.rows(batches))
            totals = [total + count.numpy() for total, count in zip(totals, counts, strict=True)]
            self.pace.took(len(batches), time.perf_counter() - started)
            tick()
        return self.figures.read(), totals

    def _steps(self, *rows: Any) -> list[Any]:
        count = tf.shape(rows[0])[0]
        counted = [tf.zeros((c.classes, c.classes), tf.int32) for c in self.confusions]
        _, counted = tf.while_loop(
            lambda step, counted: step < count,
            lambda step, counted: (step + 1, self._step(tuple(row[step] for row in rows), counted)),
            (tf.constant(0), counted),
            parallel_iterations=1,
        )
        return counted

    def _step(self, row: tuple[Any, ...], counted: list[Any]) -> list[Any]:
        model = self.figures.model
        x, y, labels = self._placement.batch(row)
        predictions = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
        self.figures.update(x, y, predictions, loss, tf.size(labels))
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
    y = one_or_all([tf.constant(target[:1]) for target in feed.targets])
    blank = [tf.zeros([1, *(size or 1 for size in output.shape[1:])], output.dtype) for output in model.outputs]
    predictions = one_or_all(blank)
    model.compute_loss(y=y, y_pred=predictions)
    model.compute_metrics(None, y, predictions)
    model.reset_metrics()
