"""Layers called on symbolic tensors: Keras' own shapes, parameters and errors, with nothing allocated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from builder.catalog.analysis import Tensor, item_size
from builder.worker.framework import keras


@dataclass(frozen=True)
class Outcome:
    """What Keras makes of a layer on given inputs."""

    output: Tensor
    parameters: int
    trainable: int
    weight_bytes: int
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Paths below the layer, with shapes."""


@contextmanager
def symbolic() -> Iterator[None]:
    """Variables made inside have a shape and no value.

    Keras keeps a list of such variables to give them values later; it is emptied, or they would never be freed.
    """
    from keras.src.backend.common import global_state

    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", [])


def infer(layer: Any, call: Callable[[], Any]) -> Outcome:
    """Make the call and see what came out; Keras' errors pass through."""
    outputs = keras.tree.flatten(call())
    if len(outputs) != 1:
        raise ValueError(f"The layer gives {len(outputs)} tensors; only layers with a single output can be connected.")
    output = Tensor(shape=tuple(outputs[0].shape), dtype=outputs[0].dtype)
    trainable = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
    size = sum(math.prod(weight.shape) * (item_size(weight.dtype) or 0) for weight in layer.weights)
    weights = tuple((weight.path.removeprefix(f"{layer.name}/"), tuple(weight.shape)) for weight in layer.weights)
    return Outcome(output, layer.count_params(), trainable, size, weights)
