"""A part of a network, cut out to be put into another one: its nodes, the edges between them, blocks and positions."""

from __future__ import annotations

from typing import Any

from builder.document.model import Block, Document, Node


def cut(document: Document, block_id: str) -> dict[str, Any]:
    """A block with all that is in it, as the JSON value {nodes, edges, blocks, layout, folded}; the block comes first.

    Positions count from the upper left corner. A layer whose owner stays outside becomes a layer of its own, which
    further ones in the part share.
    """
    graph = document.model
    inside = set(graph.inside(block_id))
    blocks = _with_inner(document, block_id)
    held = inside | {block.id for block in blocks}
    edges = [edge for edge in graph.edges if edge.source in inside and edge.target in inside]
    layout = {key: position for key, position in document.layout.items() if key in held}
    left = min((position.x for position in layout.values()), default=0.0)
    top = min((position.y for position in layout.values()), default=0.0)
    return {
        "nodes": [node.model_dump(mode="json") for node in _nodes(document, inside)],
        "edges": [edge.model_dump(mode="json") for edge in edges],
        "blocks": [block.model_dump(mode="json") for block in blocks],
        "layout": {key: {"x": place.x - left, "y": place.y - top} for key, place in layout.items()},
        "folded": [name for name in document.folded if name in held],
    }


def _with_inner(document: Document, block_id: str) -> list[Block]:
    block = document.model.block(block_id)
    known = {other.id for other in document.model.blocks}
    return [block, *(inner for member in block.members if member in known for inner in _with_inner(document, member))]


def _nodes(document: Document, inside: set[str]) -> list[Node]:
    heirs: dict[str, str] = {}
    cut_out: list[Node] = []
    for node in document.model.nodes:
        if node.id not in inside:
            continue
        owner = node.shares
        if owner and owner not in inside:
            heir = heirs.setdefault(owner, node.id)
            own = {"shares": None, "params": document.model.node(owner).params}
            node = node.model_copy(update=own if heir == node.id else {"shares": heir})
        cut_out.append(node)
    return cut_out
