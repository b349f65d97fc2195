"""Training on TensorFlow: loops of steps that TensorFlow or XLA compiles (`ways`), chosen by what pays (`policy`)."""

from __future__ import annotations

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
        self, figures: Figures, placement: Placement, batch_size: int, confusions: Sequence[Confusion]
    ) -> Pass:
        return _Evaluation(figures, placement, confusions)

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
    """A compiled loop over validation batches of any size."""

    def __init__(self, figures: Figures, placement: Placement, confusions: Sequence[Confusion]):
        self._figures = figures
        self._placement = placement
        self._confusions = confusions
        self._call = tf.function(self._steps, input_signature=specs(placement, None, None), autograph=False)

    def __call__(self, batches: np.ndarray) -> list[np.ndarray]:
        return [count.numpy() for count in self._call(*self._placement.rows(batches))]

    def _steps(self, *rows: Any) -> list[Any]:
        count = tf.shape(rows[0])[0]
        counted = [tf.zeros((c.classes, c.classes), tf.int32) for c in self._confusions]
        _, counted = tf.while_loop(
            lambda step, counted: step < count,
            lambda step, counted: (step + 1, self._step(tuple(row[step] for row in rows), counted)),
            (tf.constant(0), counted),
            parallel_iterations=1,
        )
        return counted

    def _step(self, row: tuple[Any, ...], counted: list[Any]) -> list[Any]:
        model = self._figures.model
        x, y, labels = self._placement.batch(row)
        predictions = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
        self._figures.update(x, y, predictions, loss, tf.size(labels))
        outputs = tf.nest.flatten(predictions)
        return [
            matrix + confusion.count(labels, outputs[confusion.position])
            for matrix, confusion in zip(counted, self._confusions, strict=True)
        ]


BACKEND = TensorFlow()
