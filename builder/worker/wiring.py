"""Which tensors a layer is called with: from the edges into a node to the arguments of the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.catalog.spec import Layer
from builder.document import Edge
from builder.errors import DocumentError


@dataclass(frozen=True)
class Call:
    """The nodes whose outputs a layer takes, in order, and how Keras wants them (`catalog.spec.Ports.call`)."""

    how: str
    sources: tuple[str, ...]
    names: tuple[str, ...] = ()

    def __call__(self, layer: Any, tensors: Mapping[str, Any], **options: Any) -> Any:
        """Apply the layer to the tensors of its sources, and to what else its call is given."""
        given = [tensors[source] for source in self.sources]
        if self.how == "arguments":
            return layer(**dict(zip(self.names, given, strict=True)), **options)
        return layer(given if self.how == "list" else given[0], **options)


def connect(node_id: str, entry: Layer, edges: Sequence[Edge]) -> Call:
    """Sort the edges into a node by its ports; `DocumentError` where one is missing, taken twice or unknown."""
    ports = entry.ports
    name = f'"{node_id}" ({entry.kind})'
    edges = sorted(edges, key=lambda edge: edge.port)
    if len(edges) < ports.least:
        raise DocumentError(
            f"{name} needs {_count(ports.least)}, and has {len(edges) or 'none'}.",
            code="missing-input",
            node=node_id,
            hint="Connect a layer to it.",
        )
    if ports.most is not None and len(edges) > ports.most:
        raise DocumentError(
            f"{name} takes {_count(ports.most) if ports.most else 'no input'}, and {len(edges)} are connected.",
            code="too-many-inputs",
            node=node_id,
            hint="Join them by a merging layer first, such as Add or Concatenate.",
        )
    for before, edge in zip([None, *edges], edges, strict=False):
        unknown = bool(ports.names) and edge.port >= len(ports.names)
        if unknown or (before and before.port == edge.port):
            raise DocumentError(
                f"{name} has no port number {edge.port}." if unknown else f"{name} takes one connection to a port.",
                code="port",
                node=node_id,
                edge=(edge.source, edge.target, edge.port),
                hint="Remove this connection.",
            )
    names = tuple(ports.names[edge.port] for edge in edges) if ports.names else ()
    return Call(ports.call, tuple(edge.source for edge in edges), names)


def _count(number: int) -> str:
    return "1 input" if number == 1 else f"{number} inputs"
