"""The ways in which TensorFlow computes training steps: one class for each `Way`, all with the same results.

Compiled code has the step's form of Keras' `fit`; what differs is how many steps a call takes and who compiles them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from builder.events import Way
from builder.worker.framework import tf
from builder.worker.randomness import same_random_numbers
from builder.worker.runner import Unfit

if TYPE_CHECKING:
    from builder.worker.placement import Placement


@dataclass(frozen=True)
class Step:
    """What is compiled: a step on inputs and targets, which gives its loss, and the learning rate."""

    take: Callable[[Any, Any], Any]
    rate: Callable[[], Any]


class Chunk:
    """Many steps to a call, of any batch size."""

    whole_only = False

    def __init__(self, step: Step, placement: Placement, batch_size: int, longest: int):
        self._step = step.take
        self._rate = step.rate
        self._placement = placement
        self._call: Any = None

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        try:
            self._call = _traced(self._steps, specs(self._placement, None, None))
        except Exception as error:
            raise Unfit(Way.SINGLE) from error
        return self.run(batches)

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        losses, rate = self._call(tf.constant(len(batches)), *self._placement.rows(batches))
        return losses.numpy(), float(rate)

    def _steps(self, count: Any, *rows: Any) -> tuple[Any, Any]:
        return _loop(count, count, rows, self._take), self._rate()

    def _take(self, *row: Any) -> Any:
        x, y, _ = self._placement.batch(row)
        return self._step(x, y)


class XlaStep(Chunk):
    """Many steps to a call, each a program that XLA compiled for whole batches; gathering them stays plain."""

    whole_only = True

    def __init__(self, step: Step, placement: Placement, batch_size: int, longest: int):
        compiled = tf.function(step.take, autograph=False, jit_compile=True)
        super().__init__(Step(compiled, step.rate), placement, batch_size, longest)
        self._batch_size = batch_size

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        try:  # A program of XLA sets the variables at its end or, where anything fails, not at all.
            with same_random_numbers():
                self._call = _traced(self._steps, specs(self._placement, None, self._batch_size))
            return self.run(batches)
        except Exception as error:
            raise Unfit(Way.CHUNK) from error


class XlaLoop(Chunk):
    """Many steps to a call, all of it one program that XLA compiled for `longest` rows of whole batches."""

    whole_only = True

    def __init__(self, step: Step, placement: Placement, batch_size: int, longest: int):
        super().__init__(step, placement, batch_size, longest)
        self._rows = np.zeros((longest, batch_size), np.int32)

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        try:
            with same_random_numbers():
                self._call = _traced(self._steps, specs(self._placement, *self._rows.shape), jit_compile=True)
            return self.run(batches)
        except Exception as error:
            raise Unfit(Way.CHUNK) from error

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        count = len(batches)
        self._rows[:count] = batches
        losses, rate = self._call(tf.constant(count), *self._placement.rows(self._rows))
        return losses.numpy()[:count], float(rate)

    def _steps(self, count: Any, *rows: Any) -> tuple[Any, Any]:
        return _loop(count, len(self._rows), rows, self._take), self._rate()


class Single(Chunk):
    """One step to a call, as Keras' `fit` does: for what cannot be part of a compiled loop."""

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        self._call = tf.function(self._take, autograph=False)
        return self.run(batches)

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        rows = (self._placement.rows(batch[None]) for batch in batches)
        losses = [float(self._call(*(part[0] for part in row))) for row in rows]
        return np.array(losses, np.float32), float(self._rate())


def specs(placement: Placement, steps: int | None, batch: int | None) -> tuple[Any, ...]:
    """The signature of what is handed over for so many steps."""
    return tuple(tf.TensorSpec(shape, dtype) for shape, dtype in placement.form(steps, batch))


def _traced(steps: Callable[..., Any], signature: tuple[Any, ...], **options: Any) -> Any:
    return tf.function(steps, autograph=False, **options).get_concrete_function(tf.TensorSpec((), tf.int32), *signature)


def _loop(count: Any, size: Any, rows: tuple[Any, ...], take: Callable[..., Any]) -> Any:
    """`size` losses, the first `count` of them those of the steps on these rows."""
    _, losses = tf.while_loop(
        lambda index, _: index < count,
        lambda index, losses: (index + 1, losses.write(index, take(*(row[index] for row in rows)))),
        (tf.constant(0), tf.TensorArray(tf.float32, size=size)),
        parallel_iterations=1,
    )
    return losses.stack()


RUNNERS: dict[Way, type[Chunk]] = {
    Way.CHUNK: Chunk,
    Way.XLA_STEP: XlaStep,
    Way.XLA_LOOP: XlaLoop,
    Way.SINGLE: Single,
}
