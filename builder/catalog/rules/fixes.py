"""Repairs as edits: each function gives one edit in JSON, `fix` makes one click and one step of undo of several."""

from __future__ import annotations

from typing import Any

from builder.catalog.registry import layers
from builder.catalog.rules.view import View
from builder.document import Edge, thaw
from builder.errors import Fix

STEP = {"x": 0.0, "y": 120.0}
"""Where a node is put after another that stands alone."""


def fix(label: str, *edits: dict[str, Any]) -> Fix:
    """The edits as one repair under a label such as "Set units to 10"."""
    return Fix(label=label, edits=edits if len(edits) == 1 else ({"op": "batch", "edits": list(edits)},))


def set_param(node_id: str, name: str, value: Any) -> dict[str, Any]:
    return {"op": "set_param", "node": node_id, "name": name, "value": thaw(value)}


def reset_param(node_id: str, name: str) -> dict[str, Any]:
    return {"op": "reset_param", "node": node_id, "name": name}


def set_path(path: str, value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": thaw(value)}


def connect(source: str, target: str, port: int = 0) -> dict[str, Any]:
    return {"op": "connect", "edge": {"source": source, "target": target, "port": port}}


def disconnect(edge: Edge) -> dict[str, Any]:
    return {"op": "disconnect", "edge": edge.model_dump()}


def remove(node_id: str) -> dict[str, Any]:
    return {"op": "remove", "nodes": [node_id]}


def add_node(
    node_id: str,
    kind: str,
    params: dict[str, Any],
    position: dict[str, float] | None = None,
    edges: tuple[dict[str, Any], ...] = (),
    block: str | None = None,
) -> dict[str, Any]:
    node = {"id": node_id, "kind": kind, "params": params}
    edit = {"op": "add_node", "node": node, "position": position, "edges": list(edges)}
    return edit | {"block": block} if block else edit


def repeat(block_id: str, times: int) -> dict[str, Any]:
    return {"op": "set_block", "block": block_id, "repeat": times}


def nest(members: tuple[str, ...], block_id: str) -> dict[str, Any]:
    """Put nodes and blocks into a block."""
    return {"op": "nest", "members": list(members), "block": block_id}


def switch(name: str, value: bool, *node_ids: str) -> dict[str, Any]:
    """Freeze or bypass nodes, or undo that."""
    return {"op": "switch", "nodes": list(node_ids), "name": name, "value": value}


def own_layer(node_id: str) -> dict[str, Any]:
    """Give a node that shares a layer one of its own."""
    return {"op": "share", "node": node_id, "with": None}


def take_out(view: View, node_id: str) -> Fix | None:
    """Remove a node that one other feeds, which then leads to all that it led to; None where that cannot be.

    What settings say of an output holds for the node that is the output then.
    """
    if view.stuck or len(view.into[node_id]) != 1:
        return None
    source, ends = view.into[node_id][0].source, not view.out_of[node_id]
    if ends and (view.is_input(source) or len(view.out_of[source]) > 1 or is_watched(view, node_id)):
        return None
    joined = [connect(source, edge.target, view.drawn(edge).port) for edge in view.out_of[node_id]]
    return fix(f'Remove "{node_id}"', *hand_on(view, node_id, source), remove(node_id), *joined)


def is_watched(view: View, output: str) -> bool:
    """Whether a callback watches a figure of this output, which has the output's name."""
    if len(view.outputs) < 2:
        return False
    monitors = (choice.params.get("monitor") for choice in view.document.training.callbacks)
    return any(isinstance(name, str) and f"{output}_" in name for name in monitors)


def hand_on(view: View, output: str, heir: str) -> list[dict[str, Any]]:
    """Edits by which what settings say of an output holds for another node; none where they say nothing of it."""
    settings = view.document.training.outputs.get(output)
    if settings is None:
        return []
    value = settings.model_dump(mode="json", exclude_none=True)
    return [set_path(f"training.outputs.{output}", None), set_path(f"training.outputs.{heir}", value)]


def insert_after(view: View, node_id: str, kind: str, **params: Any) -> list[dict[str, Any]]:
    """Put a new node behind another: it takes over all edges, and what follows makes room on the canvas."""
    edges = view.out_of[node_id]
    return _insert(view, node_id, edges, kind, params, view.parents.get(node_id))


def insert_before(view: View, node_id: str, kind: str, **params: Any) -> list[dict[str, Any]]:
    """Put a new node into the first edge that leads to another."""
    return insert_on(view, view.into[node_id][0], kind, **params)


def insert_on(view: View, edge: Edge, kind: str, **params: Any) -> list[dict[str, Any]]:
    """Put a new node into an edge, in the block that the edge leads into."""
    return _insert(view, edge.source, (edge,), kind, params, view.parents.get(edge.target))


def _insert(
    view: View, source: str, edges: tuple[Edge, ...], kind: str, params: dict[str, Any], block: str | None
) -> list[dict[str, Any]]:
    new = free_id(view, kind)
    layout = view.document.layout
    moves: list[dict[str, Any]] = []
    position = None
    if source in layout:
        here = layout[source]
        following = [layout[edge.target] for edge in edges if edge.target in layout]
        step = {"x": following[0].x - here.x, "y": following[0].y - here.y} if following else STEP
        position = {"x": here.x + step["x"], "y": here.y + step["y"]}
        later = {target for edge in edges for target in (edge.target, *view.behind(edge.target))}
        moved = {
            other: {"x": layout[other].x + step["x"], "y": layout[other].y + step["y"]}
            for other in sorted(later)
            if other in layout
        }
        moves = [{"op": "move", "positions": moved}] if moved else []
    return [
        *moves,
        *(disconnect(view.drawn(edge)) for edge in edges),
        add_node(new, kind, params, position, ({"source": source, "target": new, "port": 0},), block),
        *(connect(new, edge.target, view.drawn(edge).port) for edge in edges),
    ]


def free_id(view: View, kind: str) -> str:
    """An id for a new node that no other has: rescaling, rescaling_2, ..."""
    base = "".join(f"_{char.lower()}" if char.isupper() else char for char in kind).strip("_").replace("2_d", "2d")
    model = view.document.model
    taken = {item.id for item in (*model.nodes, *model.blocks)}
    return next(name for name in (base, *(f"{base}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def start_params(kind: str) -> dict[str, Any]:
    """What a newly placed node of this kind holds, as JSON."""
    return thaw(layers[kind].start_params)
