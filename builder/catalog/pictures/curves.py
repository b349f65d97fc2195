"""Functions, drawn from their true values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from builder.catalog.pictures.attending import softmax
from builder.catalog.pictures.marks import (
    HUE,
    INK,
    MID,
    SOFT,
    Drawn,
    arrow,
    becomes,
    blocks,
    dots,
    line,
    lines,
    n,
    picture,
    stroke,
    text,
)  # fmt: skip

Curve = Callable[[float], float]


def relu(x: float, slope: float = 0.0) -> float:
    return x if x > 0 else slope * x


def leaky_relu(x: float) -> float:
    return relu(x, 0.3)


def elu(x: float) -> float:
    return x if x > 0 else math.expm1(x)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def bell(x: float, mean: float = 0.0, deviation: float = 1.0) -> float:
    """The normal distribution, without its factor: 1 at its mean."""
    return math.exp(-(((x - mean) / deviation) ** 2) / 2)


LOW, HIGH = -4.0, 4.0
X, Y, UNIT, RISE = 80.0, 50.0, 14.0, 15.0


def _path(function: Curve, low: float = LOW, high: float = HIGH) -> str:
    """The curve in steps of a quarter, so that a corner at 0 stays one."""
    points = [low + step / 4 for step in range(round((high - low) * 4) + 1)]
    return "M" + "L".join(f"{n(round(X + x * UNIT, 1))} {n(round(Y - function(x) * RISE, 1))}" for x in points)


def _axes() -> list[str]:
    return [
        line((X + LOW * UNIT - 2, Y), (X + HIGH * UNIT + 2, Y), tone=0.35),
        line((X, 4), (X, 68), tone=0.35),
        line((X - 2, Y - RISE), (X + 2, Y - RISE), tone=0.5),
        text(X - 7, Y - RISE, 1, tone=0.65),
    ]


@picture
def curve(function: Curve, *others: Curve, high: float = 3.0) -> Drawn:
    """A function over its axes; others stand thin behind it."""
    name = function.__name__.replace("_", " ")
    return f"The curve of {name}: what goes in from left to right, what comes out upwards.", [
        *_axes(),
        *(stroke(_path(other, high=min(high, HIGH)), color=HUE, tone=0.55, width=1.2) for other in others),
        stroke(_path(function, high=high), color=HUE, tone=1, width=2.2),
    ]


def third(x: float) -> float:
    return relu(x, 0.35)


def quarter(x: float) -> float:
    return relu(x, 0.25)


def tenth(x: float) -> float:
    return relu(x, 0.1)


@picture
def learned_slope() -> Drawn:
    """The curve of PReLU with several slopes, and a handle that training moves."""
    end = LOW * 0.25
    return "The slope for negative numbers is learned: several possible ones, one of them chosen.", [
        *_axes(),
        *(stroke(_path(other, high=0), color=HUE, tone=0.55, width=1.2) for other in (relu, tenth, third)),
        stroke(_path(quarter, high=3), color=HUE, tone=1, width=2.2),
        dots([(X + LOW * UNIT * 0.9, Y - end * 0.9 * RISE)], 3),
    ]


@picture
def shares() -> Drawn:
    """Scores of any size become positive shares that add up to one."""
    scores = (1.0, 2.2, -0.8, 0.3)
    base, scale = 44.0, 13.0
    marks = [line((14, base), (64, base), tone=0.4), line((96, 62), (146, 62), tone=0.4)]
    for place, (score, share) in enumerate(zip(scores, softmax(scores), strict=True)):
        high = abs(score) * scale
        tone = 1 if score == max(scores) else MID
        marks += [
            blocks([(15.5 + 12 * place, base - high if score > 0 else base)], 11, high, color=INK, tone=0.35),
            blocks([(97.5 + 12 * place, 62 - share * 54)], 11, max(share * 54, 2.4), tone=tone),
            text(103 + 12 * place, 56 - share * 54, f"{share:.1f}".removeprefix("0"), tone=0.75),
        ]
    return "Four scores become four shares that add up to one; the largest score takes most.", [
        *marks,
        becomes(80, 40, 14),
    ]


@picture
def rescale() -> Drawn:
    """A range is mapped to another one, in proportion."""
    top, bottom = 16.0, 54.0
    marks = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        a, b = 18 + 124 * share, 48 + 64 * share
        edge = share in (0.0, 1.0)
        marks.append(line((a, top + 3), (b, bottom - 3), color=HUE, tone=MID if edge else SOFT, width=1.1))
    return "The numbers from 0 to 255 are mapped to the range from 0 to 1.", [
        *marks,
        line((18, top), (142, top), color=INK, tone=0.6, width=2),
        line((48, bottom), (112, bottom), color=HUE, tone=1, width=2.4),
        text(18, top - 8, 0),
        text(142, top - 8, 255),
        text(48, bottom + 10, 0),
        text(112, bottom + 10, 1),
        arrow((80, 24), (80, 45)),
    ]


@picture
def bins() -> Drawn:
    """A number line cut into bins; each number gets its bin's."""
    borders = (14, 46, 72, 112, 146)
    values = (24, 35, 58, 82, 91, 101, 130)
    y = 30.0
    marks = [
        line((14, y), (146, y), tone=0.5),
        lines([((x, 14), (x, y + 8)) for x in borders[1:-1]], tone=0.55, width=1.2),
    ]
    for number, (a, b) in enumerate(pairwise(borders)):
        middle = (a + b) / 2
        inside = [(x, y - 6) for x in values if a <= x < b]
        marks += [
            dots(inside, 2.6, tone=(0.4, 0.6, 0.8, 1)[number]),
            arrow((middle, 41), (middle, 49)),
            blocks([(middle - 8, 52)], 16, 16, tone=(SOFT, 0.45, MID, 0.75)[number]),
            text(middle, 60, number, tone=0.95),
        ]
    return "A line of numbers is cut into four bins; each number becomes the number of its bin.", marks


@picture
def noise(factor: bool) -> Drawn:
    """A smooth signal, and the same with random numbers added or multiplied."""
    pulls = (0.3, -0.6, 0.9, -0.2, -0.9, 0.5, 0.1, -0.7, 0.8, -0.4, 0.6, -0.1, -0.8, 0.4, 0.7, -0.5, 0.2)

    def wave(share: float) -> float:
        return math.sin(share * 2 * math.pi) * 0.9

    def path(left: float, shaken: bool) -> str:
        points = []
        for step, pull in enumerate(pulls):
            value = wave(step / 16)
            if shaken:
                value = value * (1 + 0.55 * pull) if factor else value + 0.32 * pull
            points.append(f"{n(left + step * 3.6)} {n(round(36 - value * 22, 1))}")
        return "M" + "L".join(points)

    marks = [
        line((8, 36), (66, 36), tone=0.25),
        line((94, 36), (152, 36), tone=0.25),
        stroke(path(8.2, False), tone=0.6, width=1.6),
        becomes(80, 36, 14),
        stroke(path(94.2, False), tone=0.35, width=1),
        stroke(path(94.2, True), color=HUE, tone=1, width=1.7),
    ]
    how = "multiplied by random factors" if factor else "with random numbers added"
    return f"A smooth signal, and the same one {how}.", marks


@picture
def drop_to_floor() -> Drawn:
    """Dropped numbers go to a floor below zero, so that mean and spread stay."""
    values: Sequence[float] = (0.9, -0.7, 0.5, 1.2, -0.9, 0.4, -0.6)
    dropped = {2, 5}
    marks = []
    for left, out in ((8.0, False), (95.0, True)):
        marks.append(line((left - 2, 36), (left + 60, 36), tone=0.4))
        for place, value in enumerate(values):
            lost = out and place in dropped
            height = -1.35 if lost else value
            high = abs(height) * 20
            top = 36 - high if height > 0 else 36
            marks.append(
                blocks([(left + place * 8.4, top)], 7.6, high, color=INK if lost else HUE, tone=0.4 if lost else MID)
            )
    return "Some numbers are replaced by a floor below zero.", [
        *marks,
        becomes(80, 36, 12),
        line((93, 63), (155, 63), tone=0.5, dashed=True),
    ]
