"""Layers called on symbolic tensors: Keras' own shapes, parameters and errors, with nothing allocated."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.catalog.analysis import Tensor, item_size
from builder.worker.framework import keras

masking = importlib.import_module("keras.src.backend.common.masking")


@dataclass(frozen=True)
class Outcome:
    """What Keras makes of a layer on given inputs."""

    output: Tensor
    parameters: int
    trainable: int
    weight_bytes: int
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Paths below the layer, with shapes."""
    mask: tuple[int | None, ...] | None = None
    """Shape of the mask that comes with the output."""
    warnings: tuple[str, ...] = ()
    """What Keras warned of, without the layer's name."""


def _prove(layer: Any, outputs: list[Any]) -> None:
    """Have Keras refuse now what it would refuse when weights are filled or the first step is taken.

    That an initializer, a penalty or a limit suits a tensor depends on its number of axes, so each is tried on the
    small tensor with as many. Keras' errors pass through, and begin with what they are about.
    """
    for weight in layer.weights:
        with _instead_of(weight.path.removeprefix(f"{layer.name}/"), weight.shape) as small:
            if callable(weight._initializer):  # Until the weight has values, which it never gets here.
                weight._initializer(small, dtype=weight.dtype)
            for judge in (weight.regularizer, weight.constraint):
                if judge is not None:
                    judge(np.ones(small, "float32"))
    if (penalty := getattr(layer, "activity_regularizer", None)) is not None:
        with _instead_of("output", outputs[0].shape) as small:
            penalty(np.ones(small, "float32"))


@contextmanager
def _instead_of(what: str, shape: tuple[int | None, ...]) -> Iterator[tuple[int, ...]]:
    """A small shape to try; what Keras says against it is said of the real one."""
    small = (2,) * len(shape)
    try:
        yield small
    except Exception as error:
        raise ValueError(f"{what}: {error}".replace(str(small), str(tuple(shape)))) from error


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
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outputs = keras.tree.flatten(call())
        _prove(layer, outputs)
    if len(outputs) != 1:
        raise ValueError(f"The layer gives {len(outputs)} tensors; only layers with a single output can be connected.")
    output = Tensor(shape=tuple(outputs[0].shape), dtype=outputs[0].dtype)
    trainable = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
    size = sum(math.prod(weight.shape) * (item_size(weight.dtype) or 0) for weight in layer.weights)
    weights = tuple((weight.path.removeprefix(f"{layer.name}/"), tuple(weight.shape)) for weight in layer.weights)
    return Outcome(
        output,
        layer.count_params(),
        trainable,
        size,
        weights,
        mask_of(outputs[0]),
        tuple(_plain(layer, warning.message) for warning in caught if warning.category is UserWarning),
    )


def _plain(layer: Any, message: Warning | str) -> str:
    """A warning without the layer's name, which its reader knows: the same layer may stand under another one."""
    return str(message).removeprefix(f"Layer '{layer.name}' (of type {type(layer).__name__}) ").strip()


def mask_of(tensor: Any) -> tuple[int | None, ...] | None:
    """The shape of the mask that Keras has put on a tensor."""
    mask = masking.get_keras_mask(tensor)
    return None if mask is None else tuple(mask.shape)


def masked(tensor: Any, mask: tuple[int | None, ...] | None) -> Any:
    """The tensor with a mask of this shape on it, as the layer before it may have left one."""
    if mask is not None:
        masking.set_keras_mask(tensor, keras.KerasTensor(mask, dtype="bool"))
    return tensor
