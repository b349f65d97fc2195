"""What the layers of a network put out for some samples: the network walked through one layer after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from math import prod
from typing import Any

from builder.catalog.reading import inputs_of, is_input
from builder.catalog.registry import layers
from builder.document import Document
from builder.document.graph import order
from builder.worker.wiring import connect


class Walk:
    """A built network as the document (expanded) lists it. It is called within `backend.looking`."""

    def __init__(self, model: Any, document: Document):
        graph = document.model
        nodes = {node.id: node for node in graph.nodes}
        made = {layer.name: layer for layer in model.layers}
        self._inputs = [node.id for node in inputs_of(graph)]
        self._calls = [
            (name, made[nodes[name].shares or name], connect(name, layers[nodes[name].kind], graph.inputs_of(name)))
            for name in order(graph)[0]
            if not is_input(nodes[name])
        ]

    def __call__(self, inputs: Sequence[Any], *, training: bool) -> Iterator[tuple[str, Any]]:
        """Each node that is not an Input with what it gives; an output that nothing follows is let go of."""
        tensors: dict[str, Any] = dict(zip(self._inputs, inputs, strict=True))
        uses = [source for _, _, call in self._calls for source in call.sources]
        waiting = {name: uses.count(name) for name in set(uses)}
        for name, layer, call in self._calls:
            tensors[name] = call(partial(layer, training=training), tensors)
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
            count += prod(size or 1 for size in layer.output.shape)
    return count
