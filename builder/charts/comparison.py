"""A network as a drawing to look at, and the difference between two of them on it.

What was added is marked + and framed in green, what was removed is a dashed ghost marked −, what changed is marked ~ in
amber: the marks say it without the colours, which stay apart for colour-blind eyes besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from builder.charts.families import hue
from builder.charts.scene import Box, Frame, Scene, scene
from builder.document import Document
from builder.document.changes import words
from builder.document.diff import Changes

STEP = (226.0, 76.0)
SIZE = (196.0, 46.0)
MARGIN = 26.0

SURFACE = "light-dark(#ffffff,#1b202a)"
POINTED = "fill:none;stroke-width:3;stroke:light-dark(#3457d5,#7d97ff)"
Point = tuple[float, float]


@dataclass(frozen=True)
class Look:
    """How a mark is drawn: its sign, its colour in light and dark, and the dashes of its lines."""

    sign: str
    color: str
    dash: str = ""
    opacity: float = 1.0


LOOKS = {
    "added": Look("+", "light-dark(#007a59, #35c59a)"),
    "removed": Look("−", "light-dark(#c62f36, #ff7b80)", "5 4", 0.75),
    "changed": Look("~", "light-dark(#9a5b00, #f2b450)"),
}


@dataclass(frozen=True)
class Marks:
    """What is marked, with the name of its look: nodes by id, lines by (source, target)."""

    nodes: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], str] = field(default_factory=dict)


def drawing(document: Document, *, pointed: str | None = None) -> str:
    """A document's network as SVG in its natural size, one node pointed at."""
    return _svg(scene(document), Marks(), f"{document.name}: the network", pointed)


def comparison(before: Document, after: Document, changes: Changes, *, pointed: str | None = None) -> str:
    """The later network with what was added and changed marked on it, and what was removed as ghosts."""
    together = _together(before, after, changes)
    nodes = {node.id: "added" for node in changes.added} | {node.id: "removed" for node in changes.removed}
    nodes |= {change.after.id: "changed" for change in changes.changed}
    lines = {(edge.source, edge.target): "added" for edge in changes.connected}
    kept = {(edge.source, edge.target) for edge in after.model.edges}
    for edge in changes.disconnected:
        ends = (edge.source, edge.target)
        lines[ends] = "changed" if ends in kept else "removed"
    label = f"What changed in {after.name}: {len(words(changes))} changes"
    return _svg(scene(together), Marks(nodes, lines), label, pointed)


def _together(before: Document, after: Document, changes: Changes) -> Document:
    """The later document with the removed nodes and edges in it again."""
    graph = after.model
    ids = {node.id for node in (*graph.nodes, *changes.removed)}
    ghosts = tuple(
        node.model_copy(update={"shares": node.shares if node.shares in ids else None}) for node in changes.removed
    )
    lost = tuple(edge for edge in changes.disconnected if edge.source in ids and edge.target in ids)
    taken = {block.id for block in graph.blocks}
    ghosts = tuple(node for node in ghosts if node.id not in taken)
    known = {node.id for node in (*graph.nodes, *ghosts)}
    places = {node.id: before.layout[node.id] for node in ghosts if node.id in before.layout}
    made = graph.model_copy(
        update={
            "nodes": (*graph.nodes, *ghosts),
            "edges": (*graph.edges, *(edge for edge in lost if {edge.source, edge.target} <= known)),
        }
    )
    return after.model_copy(update={"model": made, "layout": {**places, **after.layout}})


def _svg(shown: Scene, marks: Marks, label: str, pointed: str | None) -> str:
    if not shown.boxes:
        return ""
    left, top = min(box.x for box in shown.boxes), min(box.y for box in shown.boxes)
    places = {box.id: ((box.x - left) * STEP[0] + MARGIN, (box.y - top) * STEP[1] + MARGIN + 10) for box in shown.boxes}
    width = max(x for x, _ in places.values()) + SIZE[0] + MARGIN
    height = max(y for _, y in places.values()) + SIZE[1] + MARGIN
    of_boxes = {box.id: _mark(box, marks) for box in shown.boxes}
    lines: dict[tuple[str, str], str] = {}
    for ends, mark in marks.lines.items():
        lines.setdefault((shown.shown.get(ends[0], ""), shown.shown.get(ends[1], "")), mark)
    point = shown.shown.get(pointed or "")
    parts = [
        *(_frame(frame, places) for frame in shown.frames),
        *(_line(places[a], places[b], lines.get((a, b))) for a, b in shown.lines),
        *(_box(box, places[box.id], of_boxes[box.id], box.id == point) for box in shown.boxes),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(label)}" font-size="12.5" '
        f'style="display:block;margin:0 auto;max-width:none">{"".join(parts)}</svg>'
    )


def _mark(box: Box, marks: Marks) -> str | None:
    """The mark of a box; a folded block in which anything is marked has changed, unless all of it came or went."""
    found = {marks.nodes.get(node_id) for node_id in box.holds}
    if found == {None}:
        return None
    return found.pop() if len(found) == 1 else "changed"


def _frame(frame: Frame, places: Mapping[str, Point]) -> str:
    corners = [places[box] for box in frame.boxes if box in places]
    x, y = min(x for x, _ in corners) - 10, min(y for _, y in corners) - 20
    width, height = max(x for x, _ in corners) + SIZE[0] + 10 - x, max(y for _, y in corners) + SIZE[1] + 10 - y
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="10" fill="currentColor" '
        f'fill-opacity=".04" stroke="currentColor" stroke-opacity=".25" stroke-dasharray="2 4"/>'
        f'<text x="{x + 10:.0f}" y="{y + 14:.0f}" fill="currentColor" fill-opacity=".7" font-size="11">'
        f"{escape(_short(frame.title, 30))}</text>"
    )


def _line(start: Point, end: Point, mark: str | None) -> str:
    x1, y1 = start[0] + SIZE[0] / 2, start[1] + SIZE[1]
    x2, y2 = end[0] + SIZE[0] / 2, end[1]
    bend = max((y2 - y1) / 2, 12)
    path = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    if y2 - y1 > 1.2 * STEP[1] and abs(x1 - x2) < SIZE[0] / 2:
        side = max(x1, x2) + SIZE[0] / 2 + 18
        path = (
            f"M{x1 + 40:.0f} {y1:.0f}C{x1 + 44:.0f} {y1 + 22:.0f} {side:.0f} {y1 + 8:.0f} {side:.0f} {y1 + 40:.0f}"
            f"L{side:.0f} {y2 - 40:.0f}C{side:.0f} {y2 - 8:.0f} {x2 + 44:.0f} {y2 - 22:.0f} {x2 + 40:.0f} {y2:.0f}"
        )
    if not mark:
        return f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity=".35" stroke-width="1.5"/>'
    look = LOOKS[mark]
    return (
        f'<path d="{path}" fill="none" style="stroke:{look.color}" stroke-width="2.4" '
        f'stroke-dasharray="{look.dash}" data-mark="{mark}"/>'
    )


def _box(box: Box, place: Point, mark: str | None, pointed: bool) -> str:
    x, y = place
    look = LOOKS.get(mark or "")
    stroke = f"stroke:{look.color};stroke-width:2" if look else "stroke:currentColor;stroke-opacity:.22"
    dash = f";stroke-dasharray:{look.dash.replace(' ', ',')}" if look and look.dash else ""
    paper = f'style="fill:{SURFACE};{stroke}{dash}"'
    bar = f'style="fill:{hue(box.family)}"'
    parts = [
        _rect(x - 4, y - 4, SIZE[0] + 8, SIZE[1] + 8, 11, f'style="{POINTED}" class="pointed"') if pointed else "",
        *(_rect(x + d, y - d, *SIZE, 8, paper) for d in ((6, 3) if box.stacked else ())),
        _rect(x, y, *SIZE, 8, paper),
        _rect(x + 8, y + 9, 5, SIZE[1] - 18, 2.5, bar),
        f'<text x="{x + 22:.0f}" y="{y + 20:.0f}" fill="currentColor" font-weight="600">',
        f"{escape(_short(box.title, 24))}</text>",
        f'<text x="{x + 22:.0f}" y="{y + 36:.0f}" fill="currentColor" fill-opacity=".66" font-size="11.5">',
        f"{escape(_short(box.subtitle, 27))}</text>",
        _badge(look, x + SIZE[0], y) if look else "",
    ]
    opacity = look.opacity if look else 1
    return f'<g data-box="{escape(box.id)}" data-mark="{mark or ""}" opacity="{opacity}">{"".join(parts)}</g>'


def _rect(x: float, y: float, width: float, height: float, radius: float, style: str) -> str:
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="{radius}" {style}/>'


def _badge(look: Look, x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="9.5" style="fill:{look.color}"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" font-weight="700" font-size="14" '
        f'style="fill:light-dark(#fff,#12151c)">{look.sign}</text>'
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
