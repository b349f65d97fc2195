"""Attention: a table of how much each query takes from each key, computed as the layers compute it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from builder.catalog.pictures.marks import (
    HUE,
    INK,
    MID,
    Drawn,
    becomes,
    frame,
    grid,
    lines,
    picture,
    squares,
    stroke,
    text,
)  # fmt: skip

QUERIES = ((1.0, 0.2), (0.1, 1.0), (0.9, 0.9), (-0.4, 0.8))
KEYS = ((1.0, 0.0), (0.7, 0.7), (0.0, 1.0), (-0.7, 0.5))


def softmax(scores: Sequence[float]) -> list[float]:
    """Shares that are positive and add up to one."""
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def weights(sharpness: float = 3.0, shift: int = 0) -> list[list[float]]:
    """How much each query takes from each key, the largest as 1."""
    rows = [
        softmax(
            [sharpness * sum(a * b for a, b in zip(query, KEYS[(key + shift) % 4], strict=True)) for key in range(4)]
        )
        for query in QUERIES
    ]
    most = max(max(row) for row in rows)
    return [[value / most for value in row] for row in rows]


@picture
def attend(sign: str) -> Drawn:
    """Each query is compared with each key; the weights mix the values."""
    table = weights()
    pitch, x, y = 12.0, 42, 21
    mixed = [sum(a * b for a, b in zip(row, (1.0, 0.2, 0.7, 0.0), strict=True)) / sum(row) for row in table]
    marks = [
        squares([(24, y + row * pitch) for row in range(4)], 10.8, color=INK, tone=0.35),
        squares([(x + key * pitch, 5) for key in range(4)], 10.8, color=INK, tone=0.35),
        text(14, y + 23.4, "Q", tone=0.8),
        text(x + 54, 10.4, "K", tone=0.8),
        text(29.5, 10.4, sign, tone=0.95, size=11, color=HUE),
        grid(x, y, table, pitch),
        frame(x - 1.6, y + pitch - 1.6, 4 * pitch + 2, pitch + 2, width=1.2),
        becomes(103, y + 23.4, 13),
        grid(117, y, [[value, 1 - value] for value in mixed], pitch),
        frame(117 - 1.6, y + pitch - 1.6, 2 * pitch + 2, pitch + 2, width=1.2),
        text(128, 10.4, "V mixed", tone=0.8),
    ]
    how = "multiplied with" if sign == "×" else "added to"
    return f"Every query is {how} every key; the resulting weights mix the values.", marks


@picture
def heads() -> Drawn:
    """Several tables of weights side by side, each with an eye for something else."""
    marks = []
    for head, (sharpness, shift) in enumerate(((5.0, 0), (2.0, 1), (4.0, 3))):
        x = 21 + head * 42.0
        marks += [
            grid(x, 9, weights(sharpness, shift), 8.4),
            stroke(f"M{x + 16.2:g} 46C{x + 16.2:g} 56 79.2 50 79.2 58", tone=0.45),
        ]
    marks += [
        grid(48.6, 60, [[0.3, 0.6, 1.0, 0.6, 0.8, 0.3]], 10.4),
    ]
    return "Three heads with a table of weights each; what they gather is joined.", marks


@picture
def shared_heads() -> Drawn:
    """Groups of queries share one pair of keys and values."""
    marks = []
    for index in range(4):
        x = 20 + index * 34.0
        marks += [squares([(x, 6)], 18, tone=MID), text(x + 9, 15.2, "Q", tone=0.95)]
    links = []
    for index in range(2):
        x = 37 + index * 68.0
        marks += [frame(x - 8, 47, 34, 19, color=INK, tone=0.5, width=1, r=4), text(x + 9, 56.6, "K V", tone=0.9)]
        links += [((29 + (2 * index + side) * 34.0, 26), (x + 9, 45)) for side in (0, 1)]
    return "Four heads of queries; each two of them share their keys and values.", [
        lines(links, color=HUE, tone=0.8, width=1.2),
        *marks,
    ]
