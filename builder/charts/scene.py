"""Where the boxes of a network stand when it is drawn as a picture: nodes, folded blocks, frames and lines.

Positions are counted in cells of the canvas (a layer's place with the gap around it): x across, y along the flow. Those
that a person gave are kept; layers without one stand below what feeds them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from builder.catalog.registry import layers
from builder.catalog.spec import Family
from builder.document import Document, Graph
from builder.document.graph import order

CELL = (276.0, 112.0)
"""Pixels of the canvas from one layer to the next, across and along."""


@dataclass(frozen=True)
class Box:
    """A layer, or a folded block, which is `stacked`; `holds` are the ids of its nodes."""

    id: str
    title: str
    subtitle: str
    family: Family
    x: float
    y: float
    stacked: bool = False
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """An open block around its boxes."""

    title: str
    boxes: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """A network as boxes, the frames around them and lines between them, by the ids of boxes."""

    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    lines: tuple[tuple[str, str], ...]
    shown: dict[str, str]
    """Node id -> the box that stands for it."""


def scene(document: Document) -> Scene:
    """The boxes that a person sees of a document."""
    graph = document.model
    shown = _shown(document)
    lines = tuple(
        dict.fromkeys(
            (shown[edge.source], shown[edge.target]) for edge in graph.edges if shown[edge.source] != shown[edge.target]
        )
    )
    ids = tuple(dict.fromkeys(shown[node.id] for node in graph.nodes))
    places = _places(document, ids, lines)
    kinds = {node.id: node.kind for node in graph.nodes}
    boxes = []
    for box in ids:
        x, y = places[box]
        if box in kinds:
            boxes.append(Box(box, box, kinds[box], _family(kinds[box]), x, y, holds=(box,)))
            continue
        block, holds = graph.block(box), graph.inside(box)
        times = f" × {block.repeat}" if block.repeat > 1 else ""
        count = f"{len(holds)} layer{'s' if len(holds) > 1 else ''}{times}"
        boxes.append(Box(box, block.name, count, _main_family([kinds[n] for n in holds]), x, y, True, holds))
    return Scene(tuple(boxes), _frames(graph, shown), lines, shown)


def steps(shown: Scene) -> dict[str, int]:
    """The step along the flow that each box is at: boxes at about one height share it, wide gaps count as one."""
    found: dict[str, int] = {}
    step, at = 0, None
    for box in sorted(shown.boxes, key=lambda box: box.y):
        if at is not None and box.y - at > 0.5:
            step += 1
            at = box.y
        at = box.y if at is None else at
        found[box.id] = step
    return found


def _family(kind: str) -> Family:
    layer = layers.get(kind)
    return layer.family if layer else "input"


def _main_family(kinds: list[str]) -> Family:
    """What a block is mostly made of, leaving aside what stands in any block."""
    families = [_family(kind) for kind in kinds]
    telling = [family for family in families if family not in ("normalization", "merging", "input")] or families
    return max(dict.fromkeys(telling), key=telling.count)


def _shown(document: Document) -> dict[str, str]:
    """Node id -> itself, or the outermost folded block that it is in."""
    parents, folded = document.model.parents(), set(document.folded)
    found = {}
    for node in document.model.nodes:
        box, above = node.id, parents.get(node.id)
        while above:
            box = above if above in folded else box
            above = parents.get(above)
        found[node.id] = box
    return found


def _frames(graph: Graph, shown: dict[str, str]) -> tuple[Frame, ...]:
    """The blocks that are open, and in no folded one."""
    blocks = {block.id for block in graph.blocks}
    frames = []
    for block in graph.blocks:
        inner = {block.id, *_blocks_inside(graph, block.id, blocks)}
        boxes = tuple(dict.fromkeys(shown[node_id] for node_id in graph.inside(block.id)))
        if block.id not in boxes and all(box in inner or box not in blocks for box in boxes):
            frames.append(Frame(f"{block.name} × {block.repeat}" if block.repeat > 1 else block.name, boxes))
    return tuple(frames)


def _blocks_inside(graph: Graph, block_id: str, blocks: set[str]) -> set[str]:
    inner = {member for member in graph.block(block_id).members if member in blocks}
    return inner.union(*(_blocks_inside(graph, member, blocks) for member in inner))


def _places(
    document: Document, ids: tuple[str, ...], lines: tuple[tuple[str, str], ...]
) -> dict[str, tuple[float, float]]:
    given = {
        key: (place.x / CELL[0], place.y / CELL[1]) for key, place in document.layout.items() if key in frozenset(ids)
    }
    sources: dict[str, list[str]] = defaultdict(list)
    for source, target in lines:
        sources[target].append(source)
    ranked = _ranks(ids, sources, document.model, _shown(document))
    if not given:
        return _layered(ids, sources, ranked)
    for box in sorted((box for box in ids if box not in given), key=lambda box: ranked[box]):
        fed = [given[source] for source in sources[box] if source in given]
        x = sum(place[0] for place in fed) / len(fed) if fed else max(place[0] for place in given.values()) + 1
        y = max(place[1] for place in fed) + 1 if fed else min(place[1] for place in given.values())
        while any(abs(x - other[0]) < 0.9 and abs(y - other[1]) < 0.6 for other in given.values()):
            x += 1
        given[box] = (x, y)
    return given


def _ranks(ids: tuple[str, ...], sources: dict[str, list[str]], graph: Graph, shown: dict[str, str]) -> dict[str, int]:
    """How many boxes stand before each on its longest way from an input; circles end where they close."""
    sequence, stuck = order(graph)
    ordered = dict.fromkeys(shown[node_id] for node_id in (*sequence, *sorted(stuck)))
    ranks: dict[str, int] = {}
    for _ in range(2):
        # A folded block may come before one of its sources in this order; the second round puts that right.
        for box in ordered:
            ranks[box] = max((ranks[source] + 1 for source in sources[box] if source in ranks), default=0)
            ranks[box] = min(ranks[box], len(ids))
    return ranks


def _layered(
    ids: tuple[str, ...], sources: dict[str, list[str]], ranks: dict[str, int]
) -> dict[str, tuple[float, float]]:
    """Each rank is a row, each box as near as it can be to the middle of what feeds it."""
    rows: dict[int, list[str]] = defaultdict(list)
    for box in ids:
        rows[ranks[box]].append(box)
    x: dict[str, float] = {}
    for rank in sorted(rows):
        wanted = {}
        for box in rows[rank]:
            fed = [x[source] for source in sources[box] if source in x]
            wanted[box] = sum(fed) / len(fed) if fed else 0.0
        row = sorted(rows[rank], key=lambda box: wanted[box])
        for index, box in enumerate(row):
            x[box] = max(wanted[box], x[row[index - 1]] + 1) if index else wanted[box]
        shift = sum(x[box] - wanted[box] for box in row) / len(row)
        for box in row:
            x[box] -= shift
    return {box: (x[box], float(ranks[box])) for box in ids}
