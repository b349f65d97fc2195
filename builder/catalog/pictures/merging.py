"""Merging: two rows of bars and what becomes of them, computed."""

from __future__ import annotations

import math
from collections.abc import Callable

from builder.catalog.pictures.marks import (
    HUE,
    INK,
    MID,
    STRONG,
    Drawn,
    becomes,
    blocks,
    grid,
    line,
    lines,
    picture,
    squares,
    text,
)  # fmt: skip

FIRST = (0.5, 0.9, 0.3, 0.7)
SECOND = (0.4, 0.2, 0.6, 0.8)
STEP, UNIT, BASE = 9.0, 34.0, 52.0


def _bars(x: float, values: tuple[float, ...], color: str, tone: float) -> str:
    marks = [line((x - 2, BASE), (x + len(values) * STEP, BASE), tone=0.4)]
    for place, value in enumerate(values):
        high = max(abs(value) * UNIT, 2.2)
        marks.append(
            blocks([(x + place * STEP, BASE - high if value >= 0 else BASE)], STEP - 0.8, high, color=color, tone=tone)
        )
    return "".join(marks)


@picture
def combine(sign: str, word: str, of: Callable[[tuple[float, float]], float]) -> Drawn:
    """Two rows of numbers, position by position, become one."""
    result = tuple(of(pair) for pair in zip(FIRST, SECOND, strict=True))
    named = len(sign) > 1
    marks = [_bars(118, result, HUE, 0.9), _bars(10, FIRST, INK, 0.5), _bars(56 if named else 64, SECOND, INK, 0.28)]
    if named:
        marks += [becomes(104.5, 39, 14), text(104.5, 29.5, sign, tone=0.9)]
    else:
        marks += [text(54.5, 38, sign, tone=0.9, size=11), text(108, 38, "=", tone=0.9, size=11)]
    return f"Two rows of four numbers; at each position their {word} comes out.", marks


def difference(pair: tuple[float, float]) -> float:
    return pair[0] - pair[1]


def mean(pair: tuple[float, float]) -> float:
    return sum(pair) / 2


@picture
def join() -> Drawn:
    """Two rows become one longer row."""
    return "Two short rows are put side by side and make one longer row.", [
        squares([(14 + place * 12, 12) for place in range(3)], 10.8, tone=STRONG),
        squares([(14 + place * 12, 49) for place in range(2)], 10.8, color=INK, tone=0.45),
        lines((((53, 18), (66, 32)), ((41, 54), (66, 40))), tone=0.5, width=1.1),
        becomes(72, 36, 12),
        squares([(88 + place * 12, 30.6) for place in range(3)], 10.8, tone=STRONG),
        squares([(124 + place * 12, 30.6) for place in range(2)], 10.8, color=INK, tone=0.45),
    ]


@picture
def dot() -> Drawn:
    """Pairs are multiplied and added up to one number."""
    total = sum(math.prod(pair) for pair in zip(FIRST, SECOND, strict=True))
    pitch = 14.0
    marks = [
        grid(16, 8, [list(FIRST)], pitch),
        grid(16, 51, [list(SECOND)], pitch),
        *(text(16 + place * pitch + 6.4, 36, "×", tone=0.8) for place in range(4)),
        lines(
            [
                ((16 + place * pitch + 6.4, a), (16 + place * pitch + 6.4, b))
                for place in range(4)
                for a, b in ((23, 30), (42, 49))
            ],
            tone=0.45,
        ),
        text(88, 36, "sum", tone=0.8),
        becomes(107, 36, 12),
        squares([(120, 25)], 22, tone=MID),
        text(131, 36, f"{total:.2f}".removeprefix("0"), tone=0.95),
    ]
    return "The numbers of two rows are multiplied in pairs and added up to one number.", marks
