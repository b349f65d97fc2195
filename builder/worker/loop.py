"""The training step, compiled: many steps to a call, in the way that the run's policy chooses.

The arithmetic is that of Keras' own `fit` (the tests hold the two against each other); what differs is that Python is
entered once for a chunk of steps instead of once a step, that every step's true loss comes back (Keras logs running
means), and that the confusion matrix is counted in the pass that computes the validation metrics.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.events import Way
from builder.worker.backends import backend
from builder.worker.backends.backend import Course
from builder.worker.feed import Feed
from builder.worker.framework import keras
from builder.worker.pace import Pace
from builder.worker.placement import one_or_all, place
from builder.worker.runner import Runner, Unfit


@dataclass(frozen=True)
class Confusion:
    """How an output's values become a class: the largest of them, or one value above a threshold."""

    output: str
    position: int
    classes: int
    threshold: float | None = None

    def cells(self, labels: Any, predictions: Any) -> Any:
        """In compiled code: the cell (true, predicted) that each sample counts in, numbered row by row."""
        if self.threshold is None:
            predicted = backend.argmax(predictions)
        else:
            predicted = keras.ops.cast(keras.ops.reshape(predictions, [-1]) > self.threshold, "int32")
        return labels * self.classes + predicted

    def count(self, cells: np.ndarray) -> np.ndarray:
        """How many samples are in each cell, as a matrix: row = true class. A label that is no class counts nowhere."""
        size = self.classes**2
        there = cells[(cells >= 0) & (cells < size)]
        return np.bincount(there, minlength=size).reshape(self.classes, self.classes)


class Figures:
    """A compiled model's running metrics, and the state that must exist before a compiled loop can use it."""

    def __init__(self, model: Any, feed: Feed):
        _create_variables(model, feed)
        self.model = model
        self.loss = next(metric for metric in model.metrics if metric.name == "loss")
        self.reset = backend.resetting(model)
        self._results = backend.results(model)

    def update(self, x: Any, y: Any, predictions: Any, loss: Any, samples: Any) -> None:
        """Count a batch in."""
        self.loss.update_state(loss, sample_weight=samples)
        backend.count(self.model, x, y, predictions)

    def read(self) -> dict[str, float]:
        """The metrics over the batches since `reset`; one that has a value for each class gives their mean."""
        return {name: float(np.mean(value)) for name, value in self._results().items()}


class Trainer:
    """Trains a compiled model on a feed, a chunk of steps at a time; of at most so many where `most` is given."""

    def __init__(self, figures: Figures, feed: Feed, batch_size: int, policy: Course, *, most: int | None = None):
        self.figures = figures
        self.policy = policy
        self._placement = place(feed, batch_size)
        self._batch_size = min(batch_size, self._placement.size)
        self._longest = min(self._placement.most, self._placement.size // self._batch_size)
        self.pace = Pace(most=most or self._placement.most)
        self._step = backend.step(figures)
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
        way = policy.way if whole or not backend.runners[policy.way].whole_only else backend.any_size
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
        runner = backend.runners[way](self._step, self._placement, self._batch_size, self._longest)
        taken = runner.begin(batches)
        self._runners[way] = runner
        return taken


class Evaluator:
    """Measures a compiled model on a feed: its metrics and its confusion matrices in one pass.

    A call takes a chunk of batches; of at most so many where `most` is given.
    """

    def __init__(
        self,
        figures: Figures,
        feed: Feed,
        batch_size: int,
        confusions: tuple[Confusion, ...] = (),
        policy: Course | None = None,
        *,
        most: int | None = None,
    ):
        self.figures = figures
        self.confusions = confusions
        self._batch_size = batch_size
        self._placement = placement = place(feed, batch_size)
        self.pace = Pace(most=most or placement.most)
        self._cells: list[list[np.ndarray]] = [[] for _ in confusions]
        self._pass = backend.evaluation(figures, placement, min(batch_size, placement.size), confusions, policy)

    def evaluate(
        self, tick: Callable[[], None], around: Callable[[int], AbstractContextManager[Any]] = nullcontext
    ) -> dict[str, float]:
        """The metrics over all samples; `tick` is called several times a second, `around` with the number of each call.

        `model.stop_evaluating` ends it, as in Keras' own `evaluate`.
        """
        model = self.figures.model
        model.stop_evaluating = False
        self.figures.reset()
        self._cells = [[] for _ in self.confusions]
        batches = chunks(np.arange(self._placement.size), self._batch_size, self.pace)
        for index, rows in enumerate(batches):
            started = time.perf_counter()
            with around(index):
                for found, cells in zip(self._cells, self._pass(rows), strict=True):
                    found.append(cells.ravel())
            self.pace.took(len(rows), time.perf_counter() - started)
            tick()
            if model.stop_evaluating:
                break
        return self.figures.read()

    def counts(self) -> list[np.ndarray]:
        """The matrix of each confusion over the samples of the last evaluation."""
        return [
            confusion.count(np.concatenate(cells))
            for confusion, cells in zip(self.confusions, self._cells, strict=True)
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
    y = one_or_all([backend.tensor(target[:1]) for target in feed.targets])
    blank = [keras.ops.zeros([1, *(size or 1 for size in output.shape[1:])], output.dtype) for output in model.outputs]
    predictions = one_or_all(blank)
    model.compute_loss(y=y, y_pred=predictions)
    model.compute_metrics(None, y, predictions)
    model.reset_metrics()
