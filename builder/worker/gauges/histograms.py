"""How the weights of layers spread, and what the layers put out for a batch of validation samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from builder.catalog.registry import layers
from builder.events import Histogram, Histograms
from builder.worker.backends import backend
from builder.worker.framework import keras
from builder.worker.gauges.gauge import Moment, Subject, spread, tensors
from builder.worker.gauges.outputs import Walk, numbers_a_sample

BINS = 30
LAYERS = 24
"""Layers that are shown, at most; of more, so many evenly spread ones."""
VALUES = 4096
"""Values of a layer that are counted: about so many, evenly taken from all."""
NUMBERS = 4_000_000
SAMPLES = 64
"""Validation samples that are put through, and numbers that all layers put out for them, at most."""


class HistogramGauge:
    interval = 1.0
    share = 0.002
    shows = "How weights and activations spread"

    def __init__(self, subject: Subject):
        model = subject.model
        weights = {layer.name: layer.trainable_variables for layer in model.layers if layer.trainable_variables}
        nodes = [
            node
            for node in subject.document.model.nodes
            if not node.shares and (node.id in weights or layers[node.kind].activation or node.kind == "Activation")
        ]
        shown = [nodes[index].id for index in spread(len(nodes), LAYERS)] if nodes else []
        self._weights = {name: weights[name] for name in shown if name in weights}
        self._shown = frozenset(shown)
        self._model = model
        self._walk = Walk(model, subject.document)
        most = max(8, min(SAMPLES, NUMBERS // numbers_a_sample(model)))
        self._inputs = tensors(subject.validation, spread(len(subject.validation), most))
        self._values = subject.thrifty(self._taken)

    def look(self, moment: Moment) -> Sequence[Histograms]:
        weights, activations = self._values(*self._inputs)
        items = [histogram(name, "weights", np.asarray(values)) for name, values in weights.items()]
        items += [histogram(name, "activations", np.asarray(values)) for name, values in activations.items()]
        return [Histograms(epoch=moment.epoch, items=tuple(item for item in items if item))]

    def _taken(self, *inputs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """About `VALUES` numbers of each layer's weights and of what it puts out."""
        weights = {
            name: keras.ops.concatenate([_some(weight.value, VALUES // len(own)) for weight in own], axis=0)
            for name, own in self._weights.items()
        }
        activations = {}
        with backend.looking(self._model):
            for name, output in self._walk(inputs, training=False):
                if name in self._shown:
                    activations[name] = _some(output, VALUES)
        return weights, activations


def histogram(name: str, what: str, values: np.ndarray) -> Histogram | None:
    """The finite values counted in `BINS` bins; None where there is none."""
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    counts, edges = np.histogram(values, bins=BINS)
    low, high = (float(f"{edge:.6g}") for edge in (edges[0], edges[-1]))
    return Histogram(name=name, what=what, low=low, high=high, counts=tuple(counts.tolist()))


def _some(value: Any, most: int) -> Any:
    flat = keras.ops.reshape(keras.ops.cast(value, "float32"), [-1])
    size = most if None in tuple(value.shape) else prod(value.shape)
    return flat[:: max(1, -(-size // max(1, most)))]
