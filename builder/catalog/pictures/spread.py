"""Normalisation: over what the mean and the spread are taken, and what that does to the numbers."""

from __future__ import annotations

import math
from typing import Literal

from builder.catalog.pictures.curves import bell
from builder.catalog.pictures.marks import (
    HUE,
    INK,
    MID,
    Drawn,
    arrow,
    becomes,
    dots,
    frame,
    line,
    n,
    picture,
    ring,
    squares,
    stroke,
    text,
)  # fmt: skip

Over = Literal["batch", "sample", "group"]

ROWS, COLUMNS, PITCH = 4, 4, 13.0
REGIONS: dict[Over, tuple[int, int, int, int]] = {
    "batch": (1, 0, 1, ROWS),
    "sample": (0, 1, COLUMNS, 1),
    "group": (0, 1, COLUMNS // 2, 1),
}
"""Column, row, columns and rows of what shares one mean."""
WORDS = {
    "batch": "one channel over all samples of the batch",
    "sample": "all channels of one sample",
    "group": "a group of channels of one sample",
}


def _bell(x: float, unit: float, base: float, high: float, mean: float, deviation: float) -> str:
    points = [mean + deviation * (step / 8 - 2.5) for step in range(41)][::2]
    return "M" + "L".join(
        f"{n(round(x + p * unit, 1))} {n(round(base - high * bell(p, mean, deviation), 1))}" for p in points
    )


def _before_after(centred: bool) -> list[str]:
    """The spread of the numbers before, thin, and after, strong; divided by the root mean square where not centred."""
    mean, deviation = 1.4, 1.5
    after = (0.0, 0.7) if centred else tuple(0.7 * value / math.hypot(mean, deviation) for value in (mean, deviation))
    x, base, unit = 112.0, 58.0, 9.0
    return [
        line((86, base), (156, base), tone=0.4),
        line((x, base), (x, base + 3), tone=0.7),
        text(x, 66, 0, tone=0.65),
        stroke(_bell(x, unit, base, 22, mean, deviation), tone=0.5, width=1.3),
        stroke(_bell(x, unit, base, 46, *after), color=HUE, tone=1, width=2),
    ]


@picture
def normalize(over: Over, centred: bool = True) -> Drawn:
    """Samples in rows, channels in columns: what shares one mean, and the spread before and after."""
    column, row, wide, high = REGIONS[over]
    x, y = 25.0, 8.0
    places = {(i, j): (x + j * PITCH, y + i * PITCH) for i in range(ROWS) for j in range(COLUMNS)}
    inside = [place for (i, j), place in places.items() if row <= i < row + high and column <= j < column + wide]
    marks = [
        squares([place for place in places.values() if place not in inside], PITCH - 1.2, color=INK, tone=0.13),
        squares(inside, PITCH - 1.2, tone=MID),
        frame(x + column * PITCH - 1.8, y + row * PITCH - 1.8, wide * PITCH + 2.4, high * PITCH + 2.4),
        text(x + 25.6, 66.5, "channels", tone=0.65),
        f'<g transform="rotate(-90 13 34)">{text(13, 34, "samples", tone=0.65)}</g>',
        *_before_after(centred),
    ]
    scaled = "brought to mean 0 and variance 1" if centred else "divided by their root mean square"
    return f"The numbers of {WORDS[over]} are {scaled}.", marks


@picture
def unit_length() -> Drawn:
    """Arrows of any length end on the unit circle."""
    x, y, radius = 80.0, 36.0, 22.0
    marks = [line((x - 60, y), (x + 60, y), tone=0.25), line((x, 4), (x, 68), tone=0.25), ring(x, y, radius, tone=0.7)]
    for angle, length in ((25, 58.0), (150, 46.0), (250, 12.0), (318, 36.0)):
        c, s = math.cos(math.radians(angle)), -math.sin(math.radians(angle))
        marks += [
            line((x, y), (x + c * length, y + s * length), tone=0.45, dashed=True),
            dots([(x + c * length, y + s * length)], 2.2, color=INK, tone=0.5),
            arrow((x, y), (x + c * radius, y + s * radius), color=HUE, tone=1),
        ]
    return "Arrows of different lengths are all brought to length one, each in its own direction.", marks


@picture
def standardize() -> Drawn:
    """Two columns of a table with different ranges come to the same one."""
    marks = []
    for y, mean, deviation in ((30.0, -1.6, 0.7), (62.0, 0.6, 1.3)):
        marks += [
            line((8, y), (68, y), tone=0.35),
            stroke(_bell(38, 7.5, y, 18, mean, deviation), tone=0.6, width=1.5),
            line((96, y), (152, y), tone=0.35),
            line((124, y - 21), (124, y), color=HUE, tone=0.5, width=1, dashed=True),
            stroke(_bell(124, 7.5, y, 18, 0, 1), color=HUE, tone=1, width=1.9),
            becomes(82, y - 8, 14),
        ]
    return "Two columns with different means and spreads; afterwards both have mean 0 and variance 1.", marks
