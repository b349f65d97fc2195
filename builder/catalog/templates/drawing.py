"""Short ways to write nodes, edges and blocks of templates and ready blocks, and places for them on the canvas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Value = dict[str, Any]
COLUMN, ROW = 276.0, 130.0
"""Steps from one layer to that beside and to that below it, in pixels."""
BORDER = (0.0, 56.0)
"""Where a block's first layer stands, seen from the folded box: straight below what feeds it."""


def node(node_id: str, kind: str, **params: Any) -> Value:
    """A layer with those parameters that differ from Keras' defaults."""
    return {"id": node_id, "kind": kind, "params": params} if params else {"id": node_id, "kind": kind}


def edges(*paths: str) -> list[Value]:
    """Edges along paths such as "image > conv > add:1", where ":1" is the input of "add" that the path enters by."""
    drawn = []
    for path in paths:
        for source, target in pairwise(path.split(" > ")):
            name, _, port = target.partition(":")
            drawn.append({"source": source.partition(":")[0], "target": name, "port": int(port or 0)})
    return drawn


@dataclass(frozen=True)
class Drawing:
    """Layers and the edges between them; two of them make one, in which a step of one may name a layer of the other."""

    nodes: tuple[Value, ...]
    edges: tuple[Value, ...]

    def __add__(self, other: Drawing) -> Drawing:
        return Drawing((*self.nodes, *other.nodes), (*self.edges, *other.edges))


def chain(*steps: Value | str) -> Drawing:
    """Layers one behind the other; a text such as "add:1" stands for a layer that is drawn elsewhere, and its input."""
    path = " > ".join(step if isinstance(step, str) else step["id"] for step in steps)
    return Drawing(tuple(step for step in steps if not isinstance(step, str)), tuple(edges(path)))


def block(block_id: str, name: str, members: str | Iterable[str], repeat: int = 1) -> Value:
    """A part of the network under a name; `members` are the ids of its layers and blocks, apart by spaces."""
    found = members.split() if isinstance(members, str) else list(members)
    return {"id": block_id, "name": name, "members": found, **({"repeat": repeat} if repeat > 1 else {})}


def ids(nodes: Iterable[Value]) -> list[str]:
    """The ids of layers, for a block that holds them."""
    return [item["id"] for item in nodes]


def layout(nodes: Sequence[Value], drawn: Sequence[Value], blocks: Sequence[Value] = ()) -> dict[str, Value]:
    """Places that read from top to bottom: a chain goes down, what runs beside it has a column of its own.

    A block is one box here, and its layers stand below its upper left corner, for when it is opened.
    """
    parents = {member: item["id"] for item in blocks for member in item["members"]}
    children: dict[str | None, list[str]] = defaultdict(list)
    for name in (*ids(nodes), *ids(blocks)):
        children[parents.get(name)].append(name)
    places: dict[str, Value] = {}

    def place(group: str | None, x: float, y: float) -> None:
        for name, (column, row) in _grid(children[group], drawn, parents).items():
            places[name] = {"x": x + COLUMN * column, "y": y + ROW * row}
            if children.get(name):
                place(name, places[name]["x"] + BORDER[0], places[name]["y"] + BORDER[1])

    place(None, 0.0, 0.0)
    return places


def _grid(boxes: list[str], drawn: Sequence[Value], parents: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Column and row of each box of one group: below all that feed it, in the column of one of these if that is free.

    Where several ways meet, the one in the middle is followed.
    """
    sources = _feeds(boxes, drawn, parents)
    grid: dict[str, tuple[int, int]] = {}
    open_ends: dict[int, str] = {}
    waiting = list(boxes)
    while waiting:
        name = next((box for box in waiting if all(source in grid for source in sources[box])), waiting[0])
        waiting.remove(name)
        before = [source for source in sources[name] if source in grid]
        free = sorted(grid[source][0] for source in before if open_ends.get(grid[source][0]) == source)
        column = free[(len(free) - 1) // 2] if free else 1 + max(open_ends, default=-1)
        grid[name] = (column, 1 + max((grid[source][1] for source in before), default=-1))
        open_ends[column] = name
    return grid


def _feeds(boxes: list[str], drawn: Sequence[Value], parents: dict[str, str]) -> dict[str, list[str]]:
    """Which boxes of a group feed which; layers deeper inside count for the box of the group that holds them."""
    here = set(boxes)

    def box_of(name: str | None) -> str | None:
        while name is not None and name not in here:
            name = parents.get(name)
        return name

    found: dict[str, list[str]] = {name: [] for name in boxes}
    for edge in drawn:
        source, target = box_of(edge["source"]), box_of(edge["target"])
        if source and target and source != target and source not in found[target]:
            found[target].append(source)
    return found


def part(nodes: Sequence[Value], drawn: Sequence[Value], blocks: Sequence[Value] = ()) -> Value:
    """A piece of a network as a document would hold it: placed, and its blocks folded."""
    return {
        "nodes": list(nodes),
        "edges": list(drawn),
        "blocks": list(blocks),
        "layout": layout(nodes, drawn, blocks),
        "folded": ids(blocks),
    }


def boxed(block_id: str, name: str, drawn: Drawing, repeat: int = 1) -> Value:
    """A piece of a network that is all in one block."""
    return part(drawn.nodes, drawn.edges, [block(block_id, name, ids(drawn.nodes), repeat)])


def design(name: str, nodes: Sequence[Value], drawn: Sequence[Value], blocks: Sequence[Value] = ()) -> Value:
    """A document without data, to look at and to build on: its blocks are folded, its layers placed."""
    whole = part(nodes, drawn, blocks)
    return {
        "format": 1,
        "name": name,
        "model": {key: whole[key] for key in ("nodes", "edges", "blocks")},
        "data": None,
        "training": {"metrics": ["accuracy"]},
        "layout": whole["layout"],
        "folded": whole["folded"],
    }
