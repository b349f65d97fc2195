"""A network as a small picture: boxes in the hues of their families, flowing from left to right, in rows if it is long.

The picture is an SVG that brings its colours along and follows the page between light and dark: what is no layer has
the colour of the text around it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from html import escape

from builder.catalog.spec import Family
from builder.charts.families import hue
from builder.charts.scene import Box, Scene, scene, steps
from builder.document import Document

STEP = (54.0, 40.0)
"""From one box to the next, along the flow and across it."""
SIZE = (38.0, 26.0)
MARGIN = 10.0
SWING = 22.0
"""Room at both ends of rows for lines that go on in the next one."""
LARGEST = 1.3
REACH = 9.0
"""From a box's centre to where its lines begin, below the box."""
MOST_ROWS = 8
Point = tuple[float, float]


def thumbnail(document: Document, width: int = 320, height: int = 120) -> str:
    """The picture as SVG; its text says what it shows for those who cannot see it."""
    shown = scene(document)
    count = len(document.model.nodes)
    label = f"{document.name}: a network of {count} layer{'' if count == 1 else 's'}"
    body = _body(shown, width, height) if shown.boxes else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" role="img" '
        f'aria-label="{escape(label)}" style="display:block">{body}</svg>'
    )


def _body(shown: Scene, width: int, height: int) -> str:
    centres, rows, (wide, high) = _spread(shown, width - 2 * MARGIN, height - 2 * MARGIN)
    scale = min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high, LARGEST)
    left, top = (width - wide * scale) / 2, (height - high * scale) / 2
    lines = "".join(_line(centres[a], centres[b], rows[a], rows[b]) for a, b in shown.lines)
    families: dict[Family, list[Box]] = defaultdict(list)
    for box in shown.boxes:
        families[box.family].append(box)
    shapes = "".join(
        f'<g style="fill:{hue(family)};stroke:{hue(family)}" stroke-width="0">'
        + "".join(_shape(box, centres[box.id]) for box in boxes)
        + "</g>"
        for family, boxes in families.items()
    )
    return (
        f'<g transform="translate({left:.1f} {top:.1f}) scale({scale:.4f})">'
        f'<path d="{lines}" fill="none" stroke="currentColor" stroke-opacity=".38" stroke-width="{1.4 / scale:.2f}"/>'
        f"{shapes}</g>"
    )


def _spread(shown: Scene, width: float, height: float) -> tuple[dict[str, Point], dict[str, int], Point]:
    """Centres of all boxes, the row each is in, and the size of the whole, in as many rows as make boxes largest."""
    place, edge = steps(shown), min(box.x for box in shown.boxes)
    length = max(place.values())
    deep = (max(box.x for box in shown.boxes) - edge) * STEP[1] + SIZE[1]
    pitch = deep + (STEP[1] - SIZE[1]) * 1.6

    def per_row(number: int) -> int:
        return max(math.ceil((length + 1) / number), 1)

    def size(number: int) -> Point:
        swing = 2 * SWING if number > 1 else 0
        return (per_row(number) - 1) * STEP[0] + SIZE[0] + swing, (number - 1) * pitch + deep

    def fitting(number: int) -> float:
        wide, high = size(number)
        return min(width / wide, height / high, LARGEST)

    number = max(range(1, MOST_ROWS + 1), key=fitting)
    number = math.ceil((length + 1) / per_row(number))
    start = SWING if number > 1 else 0
    centres, rows = {}, {}
    for box in shown.boxes:
        row = rows[box.id] = place[box.id] // per_row(number)
        centres[box.id] = (
            start + (place[box.id] - row * per_row(number)) * STEP[0] + SIZE[0] / 2,
            row * pitch + (box.x - edge) * STEP[1] + SIZE[1] / 2,
        )
    return centres, rows, size(number)


def _line(start: Point, end: Point, row: int, to: int) -> str:
    """A line between two boxes; one that passes over others bows, one to a later row swings back to its beginning."""
    x1, y1 = start[0] + REACH, start[1]
    x2, y2 = end[0] - REACH, end[1]
    if row != to:
        bend = SWING + SIZE[0] / 2
        middle = (y1 + y2) / 2
        return (
            f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x1 + bend:.1f} {middle:.1f} {x1:.1f} {middle:.1f}"
            f"L{x2:.1f} {middle:.1f}C{x2 - bend:.1f} {middle:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        )
    reach = x2 - x1
    if reach > 1.5 * STEP[0] and abs(y1 - y2) < STEP[1] / 3:
        bow = min(STEP[1] * 0.85, STEP[1] * 0.6 + reach * 0.03)
        side = reach * 0.15
        return f"M{x1:.1f} {y1:.1f}C{x1 + side:.1f} {y1 - bow:.1f} {x2 - side:.1f} {y2 - bow:.1f} {x2:.1f} {y2:.1f}"
    bend = max(abs(reach) / 2, 6)
    return f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def _shape(box: Box, centre: Point) -> str:
    x, y = centre[0] - SIZE[0] / 2, centre[1] - SIZE[1] / 2
    if box.family == "merging" and not box.stacked:
        return f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{SIZE[1] / 2.4:.1f}"/>'
    rect = '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="6"{}/>'
    if not box.stacked:
        return rect.format(x, y, *SIZE, "")
    behind = "".join(rect.format(x + d, y - d, *SIZE, f' fill-opacity="{1 - d / 10:.2f}"') for d in (6, 3))
    return behind + rect.format(x, y, *SIZE, ' stroke-width="1.2" style="stroke:light-dark(#fff,#12151c)"')
