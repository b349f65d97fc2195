"""How layers learn: norms of weights and gradients, how far a step moves the weights, and units that stay silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.catalog.registry import layers
from builder.document import Node
from builder.events import Layers
from builder.worker.backends import backend
from builder.worker.framework import keras
from builder.worker.gauges.gauge import Moment, Subject, one_or_all, spread, tensors
from builder.worker.gauges.outputs import Walk, numbers_a_sample
from builder.worker.telemetry import number

RECTIFIERS = frozenset({"relu", "relu6"})
"""Activations that can put out 0 for ever: where they do, no gradient flows back."""

HELD = 16_000_000
"""Weights that are copied to see how far they move, at most: 64 MB. Larger networks tell no updates."""

NUMBERS = 4_000_000
SAMPLES = 256
"""Of the samples that units are watched on, and of the numbers that all layers put out for them, at most."""

ROWS = 4096
ROUNDING = 1e-5
"""Share of the largest weight by which equal ones may differ: what rounding makes of equal sums in float32 (measured
after 100 epochs of Adam: up to 2e-6)."""

NUMBERS_BACK = 2_000_000
"""Numbers that all layers put out for the samples of the gradients, at most: they are kept until the way back."""


@dataclass(frozen=True)
class Before:
    """The weights as they were after a step."""

    step: int
    values: list[np.ndarray]


class LayerGauge:
    """Gradients are those of one batch of training samples, or as much of it as memory is kept for, the same in every
    look; silence is seen on validation samples."""

    interval = 0.5
    share = 0.003
    shows = "How the layers learn"
    evidence = True

    def __init__(self, subject: Subject):
        self._model = model = subject.model
        nodes = [node for node in subject.document.model.nodes if not node.shares]
        trained = {layer.name: [id(weight) for weight in layer.trainable_variables] for layer in model.layers}
        self._rectified = [node.id for node in nodes if is_rectifier(node)]
        self.names = tuple(node.id for node in nodes if trained.get(node.id) or node.id in self._rectified)
        place = {id(weight): index for index, weight in enumerate(model.trainable_variables)}
        self._weights = [[place[weight] for weight in trained[name] if weight in place] for name in self.names]
        each = numbers_a_sample(model)
        batch = spread(len(subject.training), min(subject.document.training.batch_size, max(16, NUMBERS_BACK // each)))
        self._inputs = tensors(subject.training, batch)
        self._targets = one_or_all([backend.tensor(target[batch]) for target in subject.training.targets])
        most = max(8, min(SAMPLES, NUMBERS // each))
        self._watched = tensors(subject.validation, spread(len(subject.validation), most))
        self._walk = Walk(model, subject.document)
        self._squares = subject.thrifty(self._squared_norms)
        self._silence = subject.thrifty(self._silent)
        self._movable = model.count_params() <= HELD
        self._before: Before | None = None

    def look(self, moment: Moment) -> Sequence[Layers] | None:
        """The weights are copied at one look and compared at the next, some steps later."""
        before = self._before
        if before is None and self._movable and not moment.now:
            self._before = Before(moment.step, self._values())
            return None
        if before and before.step == moment.step and not moment.now:
            return None
        self._before = None
        weights, gradients = (np.asarray(squares) for squares in self._squares(*self._inputs))
        moved = None
        if before and before.step < moment.step:
            change = [np.sum(np.square(now - was)) for now, was in zip(self._values(), before.values, strict=True)]
            moved = np.array(change) / (moment.step - before.step) ** 2
        silent = dict(zip(self._rectified, np.asarray(self._silence(*self._watched)).tolist(), strict=True))
        return [
            Layers(
                epoch=moment.epoch,
                step=moment.step,
                names=self.names,
                weights=self._norms(weights),
                gradients=self._norms(gradients),
                updates=self._ratios(moved, weights),
                dead=tuple(number(silent[name]) if name in silent else None for name in self.names),
                alike=self._alike() if moment.planned else (),
                penalty=number(self._penalty()) if moment.planned else None,
                planned=moment.planned,
            )
        ]

    def _alike(self) -> tuple[str, ...]:
        """Layers of several units that all have the same weights: of each the first kernel, its last axis the units."""
        layers = {layer.name: layer for layer in self._model.layers if layer.name in self.names}
        kernels = {
            name: next((w for w in layer.trainable_variables if len(w.shape) > 1 and w.shape[-1] > 1), None)
            for name, layer in layers.items()
        }
        return tuple(name for name, kernel in kernels.items() if kernel is not None and same_units(kernel))

    def _penalty(self) -> float:
        return float(sum(np.asarray(keras.ops.convert_to_numpy(loss)) for loss in self._model.losses))

    def _values(self) -> list[np.ndarray]:
        return [backend.numpy(weight) for weight in self._model.trainable_variables]

    def _norms(self, squares: np.ndarray) -> tuple[float | None, ...]:
        return tuple(number(float(np.sqrt(squares[own].sum()))) if own else None for own in self._weights)

    def _ratios(self, moved: np.ndarray | None, weights: np.ndarray) -> tuple[float | None, ...]:
        if moved is None:
            return (None,) * len(self.names)
        with np.errstate(all="ignore"):
            return tuple(
                number(float(np.sqrt(moved[own].sum() / weights[own].sum()))) if own else None for own in self._weights
            )

    def _squared_norms(self, *inputs: Any) -> tuple[Any, Any]:
        """The squared norm of every trainable variable, and of the gradient of the loss by it."""
        gradients = backend.gradients(self._model, one_or_all(list(inputs)), self._targets)
        weights = [weight.value for weight in self._model.trainable_variables]
        return _stack(map(_square, weights)), _stack(map(_square, gradients))

    def _silent(self, *inputs: Any) -> Any:
        """Of every rectifying layer the share of units that are 0 at all places of all samples."""
        found = {}
        with backend.looking(self._model):
            for name, output in self._walk(inputs, training=False):
                if name in self._rectified:
                    silent = keras.ops.all(output == 0, axis=tuple(range(len(output.shape) - 1)))
                    found[name] = keras.ops.mean(keras.ops.cast(silent, "float32"))
        return _stack(found[name] for name in self._rectified)


def same_units(kernel: Any) -> bool:
    """Whether all columns are equal up to rounding; of a large kernel the first rows speak for the others."""
    rows = keras.ops.reshape(kernel.value, [-1, kernel.shape[-1]])[:ROWS]
    values = keras.ops.convert_to_numpy(keras.ops.cast(rows, "float32"))
    return bool(np.ptp(values, axis=1).max() <= ROUNDING * np.abs(values).max())


def is_rectifier(node: Node) -> bool:
    """Whether the layer's units may put out 0 whatever comes in."""
    entry = layers[node.kind]
    activation = entry.param("activation")
    return (activation.value(node.params) if activation else entry.activation) in RECTIFIERS


def _square(value: Any) -> Any:
    return keras.ops.sum(keras.ops.square(keras.ops.cast(value, "float32")))


def _stack(numbers: Iterable[Any]) -> Any:
    found = list(numbers)
    return keras.ops.stack(found) if found else keras.ops.zeros(0)
