"""Whole numbers that layers look up, held against those that they know before anything is trained.

One that is too large ends a run on TensorFlow and PyTorch with words of their own, becomes NaN on JAX, and under XLA is
silently taken for the largest that is known; a negative one counts from the end everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from builder.catalog.reading import inputs_of
from builder.catalog.registry import layers
from builder.document import Document
from builder.document.expand import expand
from builder.document.graph import ancestors
from builder.worker.backends import backend
from builder.worker.feed import Feed
from builder.worker.framework import keras
from builder.worker.gauges.gauge import tensors
from builder.worker.gauges.outputs import Walk
from builder.worker.messages import lookup_error

BATCH = 1024
"""Samples that are put through the layers before a lookup at once."""


def check_lookups(model: Any, document: Document, drawn: Document, feeds: Sequence[Feed]) -> None:
    """Raise `RunError` where the samples hold numbers that a layer does not know; `document` is the one expanded.

    What comes out of layers that learn changes, and is looked at when something has gone wrong (`check_batch`).
    """
    learning = {layer.name for layer in model.layers if layer.trainable_weights}
    for name, source in _lookups(document):
        if not learning & {source, *ancestors(document.model, source)}:
            given = [part for feed in feeds for part in _coming(model, document, source, feed)]
            _check(document, drawn, name, given)


def check_batch(model: Any, document: Document, drawn: Document, inputs: Sequence[Any]) -> None:
    """The same for all of them and the tensors of one batch, with the weights as they are now."""
    for name, source in _lookups(document):
        _check(document, drawn, name, [_at(model, document, source, inputs)])


def _lookups(document: Document) -> Iterator[tuple[str, str]]:
    """The layers that look numbers up, each with the node that feeds it."""
    for node in document.model.nodes:
        if layers[node.kind].counts_to is not None:
            yield node.id, document.model.inputs_of(node.id)[0].source


def _coming(model: Any, document: Document, source: str, feed: Feed) -> Iterator[np.ndarray]:
    """What a node gives for all samples, in parts."""
    inputs = [node.id for node in inputs_of(document.model)]
    if source in inputs:
        yield feed.inputs[inputs.index(source)]
        return
    for start in range(0, len(feed), BATCH):
        yield _at(model, document, source, tensors(feed, np.arange(start, min(start + BATCH, len(feed)))))


def _at(model: Any, document: Document, source: str, inputs: Sequence[Any]) -> np.ndarray:
    """What a node gives for these inputs."""
    names = [node.id for node in inputs_of(document.model)]
    if source in names:
        return keras.ops.convert_to_numpy(inputs[names.index(source)])
    with backend.looking(model):
        *_, (_, output) = Walk(model, document, to=source)(inputs, training=False)
    return keras.ops.convert_to_numpy(output)


def _check(document: Document, drawn: Document, name: str, given: Sequence[np.ndarray]) -> None:
    nodes = {node.id: node for node in document.model.nodes}
    owner = nodes[nodes[name].shares or name]
    param = layers[owner.kind].param(layers[owner.kind].counts_to or "")
    low, high = int(min(part.min() for part in given)), int(max(part.max() for part in given))
    if param and not 0 <= low <= high < param.value(owner.params):
        origin = expand(drawn.model).origin
        raise lookup_error(drawn.model.node(origin[name]), drawn.model.node(origin[owner.id]), param, low, high)
