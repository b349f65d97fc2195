"""What the layers of a network put out for some samples: the network walked through one layer after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import prod
from typing import Any

from builder.catalog.reading import inputs_of, is_input
from builder.catalog.registry import layers
from builder.document import Document
from builder.document.graph import ancestors, order
from builder.worker.framework import keras
from builder.worker.objects import apply
from builder.worker.wiring import connect


class Walk:
    """A built network as the document (expanded) lists it, or as much of it as leads to the node `to`.

    It is called within `backend.looking`.
    """

    def __init__(self, model: Any, document: Document, to: str | None = None):
        graph = document.model
        nodes = {node.id: node for node in graph.nodes}
        wanted = nodes.keys() if to is None else {to, *ancestors(graph, to)}
        made = {layer.name: layer for layer in model.layers}
        self._inputs = [node.id for node in inputs_of(graph)]
        self._calls = [
            (name, owner, made[owner.id], connect(name, layers[owner.kind], graph.inputs_of(name)))
            for name in order(graph)[0]
            if name in wanted and not is_input(nodes[name])
            for owner in [nodes[nodes[name].shares or name]]
        ]

    @property
    def names(self) -> list[str]:
        """The nodes in the order in which they are come to."""
        return [name for name, *_ in self._calls]

    def __call__(self, inputs: Sequence[Any], *, training: bool) -> Iterator[tuple[str, Any]]:
        """Each node that is not an Input with what it gives; an output that nothing follows is let go of."""
        tensors: dict[str, Any] = dict(zip(self._inputs, inputs, strict=True))
        uses = [source for *_, call in self._calls for source in call.sources]
        waiting = {name: uses.count(name) for name in set(uses)}
        for name, owner, layer, call in self._calls:
            tensors[name] = apply(call, layer, owner, tensors, training=training)
            yield name, tensors[name]
            for source in call.sources:
                waiting[source] -= 1
                if not waiting[source]:
                    del tensors[source]


def numbers_a_sample(model: Any) -> int:
    """How many numbers all layers put out for one sample; axes of any length count once."""
    count = 0
    for layer in model.layers:
        with suppress(AttributeError):  # A layer that is applied several times has no single output.
            count += sum(prod(size or 1 for size in output.shape) for output in keras.tree.flatten(layer.output))
    return count
