"""Units and the lines between them, and layers that pass things on."""

from __future__ import annotations

from itertools import pairwise

from builder.catalog.pictures.marks import (
    HUE,
    INK,
    MID,
    SOFT,
    Drawn,
    arrow,
    box,
    cross,
    dots,
    frame,
    grid,
    line,
    lines,
    picture,
    ring,
    squares,
    stroke,
    text,
)  # fmt: skip


def _column(x: float, count: int, pitch: float) -> list[tuple[float, float]]:
    top = 36 - (count - 1) * pitch / 2
    return [(x, top + index * pitch) for index in range(count)]


@picture
def connect() -> Drawn:
    """Every output hears every input."""
    left, right = _column(40, 5, 14), _column(120, 3, 19)
    return "Five inputs, each connected to each of three outputs.", [
        lines([(a, b) for a in left for b in right[::2]], tone=0.28),
        lines([(a, right[1]) for a in left], color=HUE, tone=0.9, width=1.2),
        dots(left, 4, color=INK, tone=0.55),
        dots(right[::2], 5.5, tone=MID),
        dots([right[1]], 5.5),
    ]


@picture
def switch_off() -> Drawn:
    """Some units are left out, others than last time."""
    marks = []
    for x, off in ((30, {1, 6}), (104, {3, 4})):
        left, right = _column(x, 4, 16), _column(x + 32, 4, 16)
        units = left + right
        on = [unit for index, unit in enumerate(units) if index not in off]
        marks += [
            lines([(a, b) for a in left for b in right if a in on and b in on], color=HUE, tone=0.55),
            dots(on, 5),
            *(ring(*units[index], 4.6, color=INK, tone=0.45, width=1) for index in sorted(off)),
            *(cross(*units[index], 2, tone=0.55) for index in sorted(off)),
        ]
    marks.append(line((83, 8), (83, 64), tone=0.3, dashed=True))
    return "The same network at two training steps: each time other units are switched off.", marks


@picture
def switch_off_channels(rank: int) -> Drawn:
    """A whole channel is left out."""
    marks = []
    for lane, kept in enumerate((True, False, True)):
        if rank == 1:
            values = [[((lane * 3 + step * 5) % 7) / 7 for step in range(9)]]
            x, y, pitch, wide, high = 26.0, 9 + lane * 21.0, 12.0, 108.0, 12.0
        else:
            values = [[((lane * 5 + row * 3 + step * 5) % 8) / 8 for step in range(4)] for row in range(4)]
            x, y, pitch, wide, high = 11 + lane * 50.0, 16.0, 10.0, 40.0, 40.0
        if kept:
            marks.append(grid(x, y, values, pitch))
        else:
            places = [(x + j * pitch, y + i * pitch) for i in range(len(values)) for j in range(len(values[0]))]
            marks += [
                squares(places, pitch - 1.2, color=INK, tone=0.1),
                cross(x + wide / 2 - 0.6, y + high / 2 - 0.6, min(high / 2 - 1, 12)),
            ]
    return "Three channels, of which one is switched off as a whole.", marks


@picture
def pass_on(penalty: bool = False) -> Drawn:
    """What goes in comes out."""
    row = [[0.3], [1.0], [0.6], [0.0]]
    y = 14.0
    marks = [grid(30, y, row, 12), grid(119, y, row, 12), arrow((52, y + 23.4), (110, y + 23.4))]
    if penalty:
        marks += [
            line((80, 37.4), (80, 26), color=HUE, tone=1, width=1.2),
            arrow((80, 32), (80, 20), color=HUE, tone=1),
            box(60, 3, 40, 15),
            text(80, 10.5, "+ loss", tone=0.9),
        ]
        return "The numbers pass through unchanged, and their size is added to the loss.", marks
    return "The numbers pass through unchanged.", [*marks, ring(80, 37.4, 5)]


@picture
def enter() -> Drawn:
    """Tables, images and sequences come in."""
    rows = [[0.3, 0.6, 0.3], [0.6, 0.3, 1.0]]
    image = [[0.0, 0.6, 0.0], [0.6, 1.0, 0.6], [0.0, 0.6, 0.0]]
    marks = [
        grid(24, 4, rows, 8),
        grid(24, 25, image, 8),
        stroke("M23 61c3 -9 6 -9 9 0s6 9 9 0s6 -9 8 -3", color=HUE, tone=1, width=1.4),
        *(stroke(f"M54 {y}C74 {y} 72 36 90 36", tone=0.4) for y in (12, 36.5, 61)),
        arrow((88, 36), (98, 36)),
        box(101, 21, 32, 30),
        grid(106.6, 25.6, [[0.6] * 3, [0.6] * 3, [0.6] * 3], 7.2),
    ]
    return "Rows of a table, images or sequences enter the network.", marks


@picture
def each_step() -> Drawn:
    """The same layer at every step."""
    marks = []
    for step, value in enumerate((0.3, 1.0, 0.6, 0.0)):
        x = 16 + step * 36.0
        marks += [
            grid(x + 4, 5, [[value, 1 - value]], 6.6),
            arrow((x + 10, 15), (x + 10, 24)),
            box(x, 27, 20, 18),
            text(x + 10, 36, "f", tone=0.95, size=9),
            arrow((x + 10, 47.5), (x + 10, 56)),
            squares([(x + 6, 59)], 9, tone=(SOFT, MID, 0.8, MID)[step]),
        ]
    marks.append(lines([((x, 36), (x + 16, 36)) for x in (36, 72, 108)], color=HUE, tone=0.5, width=1))
    return "Each step of a sequence goes through the same layer by itself.", marks


@picture
def skip() -> Drawn:
    """Padding is marked, and later layers step over it."""
    pitch, x = 20.0, 20.0
    columns = [(0.6, 0.3), (1.0, 0.6), (0.3, 0.8), None, (0.6, 1.0), None]
    marks = []
    real = [index for index, column in enumerate(columns) if column]
    for index, column in enumerate(columns):
        left = x + index * pitch
        if column:
            marks.append(grid(left, 40, [[column[0]], [column[1]]], 13))
        else:
            marks += [
                frame(left, 40, 11.8, 24.8, color=INK, tone=0.35, width=1),
                text(left + 6, 46.4, 0, tone=0.5),
                text(left + 6, 59, 0, tone=0.5),
            ]
    for a, b in pairwise(real):
        start, end = x + a * pitch + 6, x + b * pitch + 6
        top = 30 - (end - start) * 0.42
        marks.append(
            stroke(f"M{start:g} 34C{start:g} {top:g} {end:g} {top:g} {end:g} 33", color=HUE, tone=1, width=1.3)
        )
        marks.append(stroke(f"M{end - 3:g} 30L{end:g} 33.5L{end + 3:g} 30", color=HUE, tone=1, width=1.3))
    return "A sequence with two steps of padding; later layers jump over them.", marks
