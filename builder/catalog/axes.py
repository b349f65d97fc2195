"""What the axes of every tensor are called: height, width, channels; time, features."""

from __future__ import annotations

from collections.abc import Mapping

from builder.catalog.analysis import Analysis
from builder.catalog.registry import layers
from builder.document import Document
from builder.document.graph import order

USUAL: Mapping[int, tuple[str, ...]] = {
    1: ("features",),
    2: ("time", "features"),
    3: ("height", "width", "channels"),
    4: ("depth", "height", "width", "channels"),
}
"""Names of a sample's axes by their number, as Keras' layers take them: channels last."""


def axes(document: Document, analysis: Analysis) -> dict[str, tuple[str, ...]]:
    """Names of the axes of each node's output, the batch left out; no names where nothing is known.

    A tensor keeps the names that came in as long as it has as many axes, unless its layer declares others.
    """
    nodes = {node.id: node for node in document.model.nodes}
    first: dict[str, str] = {}
    for edge in sorted(document.model.edges, key=lambda edge: edge.port):
        first.setdefault(edge.target, edge.source)
    found: dict[str, tuple[str, ...]] = {}
    for node in order(document.model)[0]:
        report = analysis.nodes.get(node)
        if report is None or report.output is None:
            continue
        entry = layers.get(nodes[node].kind)
        declared = entry.axes if entry else None
        rank = len(report.output.shape) - 1
        owner = nodes[nodes[node].shares or node]
        if entry and entry.channels_first(owner.params) and rank > 1:
            *places, channels = USUAL.get(rank, ("",))
            declared = (channels, *places)
        names = found.get(first.get(node, ""), ()) if declared is None else declared
        found[node] = names if len(names) == rank or declared == () else USUAL.get(rank, ())
    return found
