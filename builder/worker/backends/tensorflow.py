"""Training on TensorFlow: loops of steps that TensorFlow or XLA compiles (`ways`), chosen by what pays (`policy`)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from builder.catalog.compilation import Gain
from builder.document import Document
from builder.events import Way
from builder.worker.backends.backend import Pass, Tell
from builder.worker.framework import keras, tf
from builder.worker.policy import Policy
from builder.worker.ways import RUNNERS, Step, specs

if TYPE_CHECKING:
    from builder.worker.loop import Confusion, Figures
    from builder.worker.placement import Placement

log = logging.getLogger(__name__)


class TensorFlow:
    title = "TensorFlow"
    runners = RUNNERS
    any_size = Way.CHUNK
    plain_first = True

    def use_threads(self, count: int) -> None:
        with suppress(RuntimeError):  # It has computed in this process already, and keeps what it has.
            tf.config.threading.set_intra_op_parallelism_threads(count)

    def tensor(self, array: np.ndarray, dtype: str | None = None) -> Any:
        return tf.constant(array, dtype)

    handed = tensor

    def gather(self, tensor: Any, indices: Any) -> Any:
        return tf.gather(tensor, indices)

    def argmax(self, values: Any) -> Any:
        return tf.argmax(values, axis=-1, output_type=tf.int32)

    def numpy(self, variable: Any) -> np.ndarray:
        return variable.value.numpy()

    def random_states(self) -> list[np.ndarray]:
        return []

    def put_random_states(self, states: Sequence[np.ndarray]) -> None:
        """There are none: seeds are variables."""

    def course(
        self,
        document: Document,
        gain: Gain,
        *,
        steps: int = 0,
        wanted: str = "automatic",
        tell: Tell = lambda execution: None,
    ) -> Policy:
        return Policy(gain, steps=steps, wanted=wanted, tell=tell)

    def step(self, figures: Figures) -> Step:
        def take(x: Any, y: Any) -> Any:
            model = figures.model
            with tf.GradientTape() as tape:
                predictions = model(x, training=True)
                loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
                scaled = model.optimizer.scale_loss(loss)
            if model.trainable_variables:
                gradients = tape.gradient(scaled, model.trainable_variables)
                model.optimizer.apply(gradients, model.trainable_variables)
            figures.update(x, y, predictions, loss, tf.shape(tf.nest.flatten(x)[0])[0])
            return tf.cast(loss, tf.float32)

        return Step(take, lambda: tf.cast(figures.model.optimizer.learning_rate, tf.float32))

    def evaluation(
        self,
        figures: Figures,
        placement: Placement,
        batch_size: int,
        confusions: Sequence[Confusion],
        course: Policy | None = None,
    ) -> Pass:
        return _Evaluation(figures, placement, batch_size, confusions, course or Policy())

    def count(self, model: Any, x: Any, y: Any, predictions: Any) -> None:
        model.compute_metrics(x, y, predictions)

    def resetting(self, model: Any) -> Callable[[], Any]:
        return tf.function(model.reset_metrics, autograph=False)

    def results(self, model: Any) -> Callable[[], Mapping[str, Any]]:
        return tf.function(model.get_metrics_result, autograph=False)

    def compiled(self, function: Callable[..., Any], model: Any) -> Callable[..., Any]:
        return tf.function(function, autograph=False)

    def looking(self, model: Any) -> AbstractContextManager[Any]:
        return keras.StatelessScope(initialize_variables=False)

    def gradients(self, model: Any, x: Any, y: Any) -> list[Any]:
        variables = model.trainable_variables
        with tf.GradientTape() as tape:
            same = [(weight, weight) for weight in variables]  # Penalties count only for weights that a scope names.
            with keras.StatelessScope(same, collect_losses=True, initialize_variables=False):
                predictions = model(x, training=True)
                loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
        return tape.gradient(loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)


class _Evaluation:
    """A compiled loop over validation batches of any size; those of the usual one go through XLA where that pays."""

    def __init__(
        self,
        figures: Figures,
        placement: Placement,
        batch_size: int,
        confusions: Sequence[Confusion],
        course: Policy,
    ):
        self._figures = figures
        self._placement = placement
        self._batch_size = batch_size
        self._confusions = confusions
        self._course = course
        self._plain = self._loop(self._through, None, None)
        self._by_xla: Callable[..., Any] | None = None
        self._fails = False
        self._seconds = 0.0

    def __call__(self, batches: np.ndarray) -> list[np.ndarray]:
        whole = batches.shape[1] == self._batch_size
        if whole and not self._fails and self._course.validates_by_xla(self._seconds):
            try:  # A program of XLA sets the running metrics at its end or, where anything fails, not at all.
                self._by_xla = self._by_xla or self._compiled()
                return self._by_xla(batches)
            except Exception:
                log.info("XLA cannot compile the validation, which stays as it was.", exc_info=True)
                self._fails = True
        started = time.perf_counter()
        cells = self._plain(batches)
        self._seconds += time.perf_counter() - started
        return cells

    def _compiled(self) -> Callable[..., Any]:
        """As much of the loop by XLA as of the training's."""
        if self._course.way is Way.XLA_LOOP:
            longest = min(self._placement.most, self._placement.size // self._batch_size)
            return self._loop(self._through, longest, self._batch_size, jit_compile=True)
        through = tf.function(self._through, autograph=False, jit_compile=True)
        return self._loop(through, None, self._batch_size)

    def _loop(
        self, through: Callable[..., Any], most: int | None, batch: int | None, **options: Any
    ) -> Callable[[np.ndarray], list[np.ndarray]]:
        """The loop as a function of sample indices, for at most so many steps where XLA must know that."""

        def steps(count: Any, *rows: Any) -> list[Any]:
            found = [tf.TensorArray(tf.int32, most or count) for _ in self._confusions]
            _, found = tf.while_loop(
                lambda step, found: step < count,
                lambda step, found: (step + 1, self._step(through, step, tuple(row[step] for row in rows), found)),
                (tf.constant(0), found),
                parallel_iterations=1,
            )
            return [cells.stack() for cells in found]

        signature = [tf.TensorSpec((), tf.int32), *specs(self._placement, most, batch)]
        compiled = tf.function(steps, input_signature=signature, autograph=False, **options)

        def run(batches: np.ndarray) -> list[np.ndarray]:
            count = len(batches)
            if most:
                batches = np.concatenate([batches, np.zeros((most - count, batches.shape[1]), batches.dtype)])
            found = compiled(tf.constant(count), *self._placement.rows(batches))
            return [cells.numpy()[:count] for cells in found]

        return run

    def _step(self, through: Callable[..., Any], step: Any, row: tuple[Any, ...], found: list[Any]) -> list[Any]:
        x, y, labels = self._placement.batch(row)
        outputs = through(x, y, tf.size(labels))
        return [
            cells.write(step, confusion.cells(labels, outputs[confusion.position]))
            for cells, confusion in zip(found, self._confusions, strict=True)
        ]

    def _through(self, x: Any, y: Any, samples: Any) -> list[Any]:
        """Count a batch in; what each output gives for it."""
        model = self._figures.model
        predictions = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
        self._figures.update(x, y, predictions, loss, samples)
        return tf.nest.flatten(predictions)


BACKEND = TensorFlow()
