"""Training on PyTorch: one step after the other, on samples that are tensors already.

PyTorch computes each operation as it comes, so there is no loop to compile. What is saved against Keras' `fit` is what
that does around each step: reading every metric, calling callbacks, and copying batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from builder.catalog.compilation import Gain
from builder.document import Document
from builder.events import Way
from builder.worker.backends.backend import Pass, Tell
from builder.worker.backends.settled import Settled
from builder.worker.framework import keras

if TYPE_CHECKING:
    from builder.worker.loop import Confusion, Figures
    from builder.worker.placement import Placement

STEPS = "PyTorch takes one step after the other: it compiles no loop of them."
NO_XLA = "The setting for XLA does not count: PyTorch does without it."


class Single:
    """One step after the other, of any batch size."""

    whole_only = False

    def __init__(self, step: TrainingStep, placement: Placement, batch_size: int, longest: int):
        self._step = step
        self._placement = placement

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        return self.run(batches)

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        losses = []
        for batch in batches:
            x, y, _ = self._placement.batch(tuple(row[0] for row in self._placement.rows(batch[None])))
            losses.append(self._step(x, y))
        loss, rate = torch.stack(losses), self._step.rate()
        return keras.ops.convert_to_numpy(loss), rate


class TrainingStep:
    def __init__(self, figures: Figures):
        self._figures = figures

    def __call__(self, x: Any, y: Any) -> Any:
        model = self._figures.model
        predictions = model(x, training=True)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
        scaled = model.optimizer.scale_loss(loss)
        variables = list(model.trainable_variables)
        gradients = _gradients(scaled, variables) if variables else ()
        with torch.no_grad():
            if variables:
                model.optimizer.apply(gradients, variables)
            self._figures.update(x, y, predictions, loss, len(keras.tree.flatten(x)[0]))
        return loss.detach().to(torch.float32)

    def rate(self) -> float:
        return float(keras.ops.convert_to_numpy(self._figures.model.optimizer.learning_rate))


class Evaluation:
    """One validation batch after the other."""

    def __init__(self, figures: Figures, placement: Placement, confusions: Sequence[Confusion]):
        self._figures = figures
        self._placement = placement
        self._confusions = confusions

    def __call__(self, batches: np.ndarray) -> list[np.ndarray]:
        with torch.no_grad():
            found = [self._step(tuple(row[0] for row in self._placement.rows(batch[None]))) for batch in batches]
        return [np.stack(cells) for cells in zip(*found, strict=True)]

    def _step(self, row: tuple[Any, ...]) -> list[np.ndarray]:
        model = self._figures.model
        x, y, labels = self._placement.batch(row)
        predictions = model(x, training=False)
        loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=False)
        self._figures.update(x, y, predictions, loss, len(labels))
        outputs = keras.tree.flatten(predictions)
        return [keras.ops.convert_to_numpy(c.cells(labels, outputs[c.position])) for c in self._confusions]


class Torch:
    title = "PyTorch"
    runners: Mapping[Way, Callable[..., Any]] = {Way.SINGLE: Single}
    any_size = Way.SINGLE
    plain_first = False

    def use_threads(self, count: int) -> None:
        torch.set_num_threads(count)

    def tensor(self, array: np.ndarray, dtype: str | None = None) -> Any:
        return keras.ops.convert_to_tensor(array, dtype or array.dtype.name)

    handed = tensor

    def gather(self, tensor: Any, indices: Any) -> Any:
        return torch.index_select(tensor, 0, indices)

    def argmax(self, values: Any) -> Any:
        return torch.argmax(values, dim=-1)

    def numpy(self, variable: Any) -> np.ndarray:
        return variable.value.detach().cpu().numpy().copy()  # Steps change the memory that it shares.

    def random_states(self) -> list[np.ndarray]:
        """Dropout without a seed draws from PyTorch's own generators."""
        return [state.cpu().numpy().copy() for state in (torch.get_rng_state(), *torch.cuda.get_rng_state_all())]

    def put_random_states(self, states: Sequence[np.ndarray]) -> None:
        own, *others = map(torch.from_numpy, states)
        torch.set_rng_state(own)
        torch.cuda.set_rng_state_all(others)

    def course(
        self,
        document: Document,
        gain: Gain,
        *,
        steps: int = 0,
        wanted: str = "automatic",
        tell: Tell = lambda execution: None,
    ) -> Settled:
        return Settled(Way.SINGLE, STEPS if wanted == "automatic" else f"{STEPS} {NO_XLA}", tell=tell)

    def step(self, figures: Figures) -> TrainingStep:
        return TrainingStep(figures)

    def evaluation(
        self,
        figures: Figures,
        placement: Placement,
        batch_size: int,
        confusions: Sequence[Confusion],
        course: Any = None,
    ) -> Pass:
        return Evaluation(figures, placement, confusions)

    def count(self, model: Any, x: Any, y: Any, predictions: Any) -> None:
        """As `compute_metrics` does, which would read every metric after every batch as well."""
        for metric in model.metrics:
            if metric.name == "compile_metrics":
                metric.update_state(y, predictions)

    def resetting(self, model: Any) -> Callable[[], Any]:
        return model.reset_metrics

    def results(self, model: Any) -> Callable[[], Mapping[str, Any]]:
        return self.compiled(model.get_metrics_result, model)

    def compiled(self, function: Callable[..., Any], model: Any) -> Callable[..., Any]:
        """As it is; its results are arrays, wherever they were computed."""

        def looked(*arguments: Any) -> Any:
            with torch.no_grad():
                return keras.tree.map_structure(keras.ops.convert_to_numpy, function(*arguments))

        return looked

    @contextmanager
    def looking(self, model: Any) -> Iterator[None]:
        with torch.no_grad(), torch.random.fork_rng(), keras.StatelessScope(initialize_variables=False):
            yield

    def gradients(self, model: Any, x: Any, y: Any) -> list[Any]:
        variables = list(model.trainable_variables)
        # Penalties count only for weights that a scope names.
        pairs = [(variable, variable.value) for variable in variables]
        scope = keras.StatelessScope(pairs, collect_losses=True, initialize_variables=False)
        x = keras.tree.map_structure(torch.clone, x)  # Some layers overwrite what comes in.
        with torch.enable_grad(), torch.random.fork_rng(), scope:
            predictions = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=predictions, training=True)
        found = _gradients(loss, variables) if variables else ()
        return [
            torch.zeros_like(variable.value) if gradient is None else gradient
            for gradient, variable in zip(found, variables, strict=True)
        ]


def _gradients(loss: Any, variables: Sequence[Any]) -> tuple[Any, ...]:
    """None for a variable that the loss does not depend on."""
    return torch.autograd.grad(loss, [variable.value for variable in variables], allow_unused=True)


BACKEND = Torch()
