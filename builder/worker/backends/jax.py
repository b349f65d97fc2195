"""Training on JAX: one compiled program takes a chunk of steps, from the state before it to the state after it.

JAX compiles pure functions, so every variable of the model goes in and comes out (`State`), and the samples are
arguments: what a function closes over becomes part of the program.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from builder.catalog.compilation import Gain, families
from builder.document import Document
from builder.events import Way
from builder.worker.backends.backend import Pass, Tell
from builder.worker.backends.settled import Settled
from builder.worker.framework import keras
from builder.worker.runner import Unfit

if TYPE_CHECKING:
    from builder.worker.loop import Confusion, Figures
    from builder.worker.placement import Placement

LOOP = "JAX makes one program of many steps."
CONVOLUTIONS = (
    "On processors JAX computes the gradients of convolutions many times slower inside a loop, so each step is a call."
)
XLA_ALWAYS = "The setting for XLA does not count: JAX always compiles by it."

Values = tuple[list[Any], list[Any]]
"""Of the variables that are trained, and of all others."""


class State:
    """The variables of a compiled model as values that go through pure functions."""

    def __init__(self, model: Any):
        every = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
        self.trained = list(model.trainable_variables)
        trained = {id(variable) for variable in self.trained}
        self.others = list({id(variable): variable for variable in every if id(variable) not in trained}.values())

    def take(self) -> Values:
        return [variable.value for variable in self.trained], [variable.value for variable in self.others]

    def keep(self, values: Values) -> None:
        for variables, new in zip((self.trained, self.others), values, strict=True):
            for variable, value in zip(variables, new, strict=True):
                variable.assign(value)

    def within(self, values: Values, **options: Any) -> Any:
        """A scope in which the variables have these values."""
        pairs = [*zip(self.trained, values[0], strict=True), *zip(self.others, values[1], strict=True)]
        return keras.StatelessScope(pairs, initialize_variables=False, **options)

    def after(self, scope: Any) -> Values:
        """The values at the end of a scope."""
        return tuple([scope.get_current_value(v) for v in variables] for variables in (self.trained, self.others))


class Step:
    """A training step as a pure function."""

    def __init__(self, figures: Figures):
        self._figures = figures
        self.state = State(figures.model)

    def __call__(self, values: Values, x: Any, y: Any) -> tuple[Values, Any]:
        model, state = self._figures.model, self.state

        def loss_of(trained: list[Any]) -> tuple[Any, tuple[Any, Any, list[Any]]]:
            with state.within((trained, values[1]), collect_losses=True) as scope:
                predictions = model(x, training=True)
                loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
                scaled = model.optimizer.scale_loss(loss)
            return scaled, (loss, predictions, state.after(scope)[1])

        gradients, (loss, predictions, others) = jax.grad(loss_of, has_aux=True)(values[0])
        with state.within((values[0], others)) as scope:
            if state.trained:
                model.optimizer.apply(gradients, state.trained)
            self._figures.update(x, y, predictions, loss, keras.tree.flatten(x)[0].shape[0])
        return state.after(scope), loss.astype("float32")

    def rate(self, values: Values) -> Any:
        with self.state.within(values):
            return keras.ops.cast(self._figures.model.optimizer.learning_rate, "float32")


class Loop:
    """Many steps to a call, all of it one program for `longest` rows of whole batches."""

    whole_only = True

    def __init__(self, step: Step, placement: Placement, batch_size: int, longest: int):
        self._step = step
        self._placement = placement
        self._rows = np.zeros((longest, batch_size), np.int32)
        self._call = jax.jit(self._steps)

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        try:  # Variables are set behind the last step only, so where anything fails none has been taken.
            if not self._placement.held:
                raise MemoryError("the samples are too many to be held in memory twice")
            return self.run(batches)
        except Exception as error:
            raise Unfit(Way.SINGLE) from error

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        count, state = len(batches), self._step.state
        self._rows[:count] = batches
        rows = self._placement.rows(self._rows)
        values, losses, rate = self._call(state.take(), self._placement.held, np.int32(count), rows)
        losses = np.asarray(losses)[:count]
        state.keep(values)
        return losses, float(rate)

    def _steps(self, values: Values, held: tuple[Any, ...], count: Any, rows: tuple[Any, ...]) -> tuple[Any, Any, Any]:
        def take(index: Any, carried: tuple[Values, Any]) -> tuple[Values, Any]:
            values, losses = carried
            x, y, _ = self._placement.batch(tuple(row[index] for row in rows), held)
            values, loss = self._step(values, x, y)
            return values, losses.at[index].set(loss)

        values, losses = jax.lax.fori_loop(0, count, take, (values, jnp.zeros(len(self._rows), "float32")))
        return values, losses, self._step.rate(values)


class Single:
    """One step to a call, of any batch size; the state comes back to the model after the last one."""

    whole_only = False

    def __init__(self, step: Step, placement: Placement, batch_size: int, longest: int):
        self._step = step
        self._placement = placement
        self._call = jax.jit(self._take)
        self._rate = jax.jit(step.rate)

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        return self.run(batches)

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        values, losses = self._step.state.take(), []
        for batch in batches:
            values, loss = self._call(values, self._placement.held, self._placement.rows(batch[None]))
            losses.append(loss)
        rate = float(self._rate(values))
        self._step.state.keep(values)
        return np.array(losses, np.float32), rate

    def _take(self, values: Values, held: tuple[Any, ...], rows: tuple[Any, ...]) -> tuple[Values, Any]:
        x, y, _ = self._placement.batch(tuple(row[0] for row in rows), held)
        return self._step(values, x, y)


class Evaluation:
    """A compiled loop over validation batches; of samples that are handed over, one batch to a call."""

    def __init__(self, figures: Figures, placement: Placement, batch_size: int, confusions: Sequence[Confusion]):
        self._figures = figures
        self._placement = placement
        self._confusions = confusions
        self._state = State(figures.model)
        self._batch_size = batch_size
        self._longest = min(placement.most, placement.size // batch_size) if placement.held else 1
        self._call = jax.jit(self._steps)

    def __call__(self, batches: np.ndarray) -> list[np.ndarray]:
        found = []
        longest = self._longest if batches.shape[1] == self._batch_size else 1
        trained, others = self._state.take()
        for start in range(0, len(batches), longest):
            part = batches[start : start + longest]
            padded = np.zeros((longest, batches.shape[1]), np.int32)
            padded[: len(part)] = part
            rows = self._placement.rows(padded)
            others, cells = self._call((trained, others), self._placement.held, np.int32(len(part)), rows)
            found.append([np.asarray(of)[: len(part)] for of in cells])
        self._state.keep((trained, others))
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]

    def _steps(
        self, values: Values, held: tuple[Any, ...], count: Any, rows: tuple[Any, ...]
    ) -> tuple[list[Any], list[Any]]:
        def take(index: Any, carried: tuple[list[Any], list[Any]]) -> tuple[list[Any], list[Any]]:
            others, cells = self._step((values[0], carried[0]), tuple(row[index] for row in rows), held)
            return others, [all_.at[index].set(of) for all_, of in zip(carried[1], cells, strict=True)]

        blank = [jnp.zeros(rows[0].shape[:2], "int32") for _ in self._confusions]
        return jax.lax.fori_loop(0, count, take, (values[1], blank))

    def _step(self, values: Values, row: tuple[Any, ...], held: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
        model = self._figures.model
        x, y, labels = self._placement.batch(row, held)
        with self._state.within(values) as scope:
            predictions = model(x, training=False)
            loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
            self._figures.update(x, y, predictions, loss, labels.shape[0])
        outputs = keras.tree.flatten(predictions)
        return self._state.after(scope)[1], [
            confusion.cells(labels, outputs[confusion.position]).astype("int32") for confusion in self._confusions
        ]


class Jax:
    title = "JAX"
    runners: Mapping[Way, Callable[..., Any]] = {Way.XLA_LOOP: Loop, Way.SINGLE: Single}
    any_size = Way.SINGLE
    plain_first = False  # Run as they are, operations are compiled one by one, which takes longer.

    def use_threads(self, count: int) -> None:
        os.environ.setdefault("NPROC", str(count))  # Read when the first operation starts JAX's processor client.

    def tensor(self, array: np.ndarray, dtype: str | None = None) -> Any:
        return jnp.asarray(array, dtype)

    def handed(self, array: np.ndarray, dtype: str | None = None) -> Any:
        return np.asarray(array, dtype)

    def gather(self, tensor: Any, indices: Any) -> Any:
        return jnp.take(tensor, indices, axis=0, mode="clip")

    def argmax(self, values: Any) -> Any:
        return jnp.argmax(values, axis=-1)

    def numpy(self, variable: Any) -> np.ndarray:
        return np.array(variable.value)

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
    ) -> Settled:
        slow = "convolution" in families(document) and jax.default_backend() == "cpu"
        way, reason = (Way.SINGLE, CONVOLUTIONS) if slow else (Way.XLA_LOOP, LOOP)
        reason = reason if wanted == "automatic" else f"{reason} {XLA_ALWAYS}"
        return Settled(way, reason, cannot="JAX cannot make a loop of the steps", tell=tell)

    def step(self, figures: Figures) -> Step:
        return Step(figures)

    def evaluation(
        self,
        figures: Figures,
        placement: Placement,
        batch_size: int,
        confusions: Sequence[Confusion],
        course: Any = None,
    ) -> Pass:
        return Evaluation(figures, placement, batch_size, confusions)

    def count(self, model: Any, x: Any, y: Any, predictions: Any) -> None:
        model.compute_metrics(x, y, predictions)

    def resetting(self, model: Any) -> Callable[[], Any]:
        model.reset_metrics()
        fresh = [(variable, variable.value) for variable in model.metrics_variables]

        def reset() -> None:
            for variable, value in fresh:
                variable.assign(value)

        return reset

    def results(self, model: Any) -> Callable[[], Mapping[str, Any]]:
        names: list[str] = []

        def values() -> list[Any]:
            found = model.get_metrics_result()
            names[:] = found
            return list(found.values())

        read = _pure(values, model.metrics_variables)
        return lambda: dict(zip(names, read(), strict=True))  # What a program gives as a dict is sorted by its keys.

    def compiled(self, function: Callable[..., Any], model: Any) -> Callable[..., Any]:
        return _pure(function, model.variables)

    def looking(self, model: Any) -> AbstractContextManager[Any]:
        # Named with their values: those of a function that is being compiled are known to the scope around this one.
        return keras.StatelessScope([(v, v.value) for v in model.variables], initialize_variables=False)

    def gradients(self, model: Any, x: Any, y: Any) -> list[Any]:
        state = State(model)
        trained, others = state.take()

        def loss_of(values: list[Any]) -> Any:
            with state.within((values, others), collect_losses=True):
                predictions = model(x, training=True)
                return model.compute_loss(x=x, y=y, y_pred=predictions, training=True)

        return jax.grad(loss_of)(trained)


def _pure(function: Callable[..., Any], variables: Sequence[Any]) -> Callable[..., Any]:
    """A function that reads these variables, compiled with their values as arguments."""

    @jax.jit
    def given(values: list[Any], *arguments: Any) -> Any:
        with keras.StatelessScope(list(zip(variables, values, strict=True)), initialize_variables=False):
            return function(*arguments)

    return lambda *arguments: given([variable.value for variable in variables], *arguments)


BACKEND = Jax()
