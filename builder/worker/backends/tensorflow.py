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

    def bincount(self, values: Any, size: int) -> Any:
        return tf.math.bincount(values, minlength=size, maxlength=size, dtype=tf.int32)

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
        self._plain = self._loop(self._through, None)
        self._by_xla: Callable[..., Any] | None = None
        self._fails = False
        self._seconds = 0.0

    def __call__(self, batches: np.ndarray) -> list[np.ndarray]:
        rows, whole = self._placement.rows(batches), batches.shape[1] == self._batch_size
        if whole and not self._fails and self._course.validates_by_xla(self._seconds):
            try:  # A program of XLA sets the running metrics at its end or, where anything fails, not at all.
                if self._by_xla is None:
                    through = tf.function(self._through, autograph=False, jit_compile=True)
                    self._by_xla = self._loop(through, self._batch_size)
                return [count.numpy() for count in self._by_xla(*rows)]
            except Exception:
                log.info("XLA cannot compile the validation, which stays as it was.", exc_info=True)
                self._fails = True
        started = time.perf_counter()
        counts = [count.numpy() for count in self._plain(*rows)]
        self._seconds += time.perf_counter() - started
        return counts

    def _loop(self, through: Callable[..., Any], batch: int | None) -> Callable[..., Any]:
        def steps(*rows: Any) -> list[Any]:
            count = tf.shape(rows[0])[0]
            counted = [tf.zeros((c.classes, c.classes), tf.int32) for c in self._confusions]
            _, counted = tf.while_loop(
                lambda step, counted: step < count,
                lambda step, counted: (step + 1, self._step(through, tuple(row[step] for row in rows), counted)),
                (tf.constant(0), counted),
                parallel_iterations=1,
            )
            return counted

        return tf.function(steps, input_signature=specs(self._placement, None, batch), autograph=False)

    def _step(self, through: Callable[..., Any], row: tuple[Any, ...], counted: list[Any]) -> list[Any]:
        x, y, labels = self._placement.batch(row)
        outputs = through(x, y, tf.size(labels))
        return [
            matrix + confusion.count(labels, outputs[confusion.position])
            for matrix, confusion in zip(counted, self._confusions, strict=True)
        ]

    def _through(self, x: Any, y: Any, samples: Any) -> list[Any]:
        """Count a batch in; what each output gives for it."""
        model = self._figures.model
        predictions = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
        self._figures.update(x, y, predictions, loss, samples)
        return tf.nest.flatten(predictions)


BACKEND = TensorFlow()
