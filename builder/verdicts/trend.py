"""Whether a series of figures goes down, or up, or whether that is noise: the test of Mann (1945) and Kendall."""

from __future__ import annotations

from functools import cache

import numpy as np

LEVEL = 0.05
"""Chance that a series without any trend passes for one that has it."""
LEAST = 4
"""Figures below which no order of them is that unlikely: 3 in a row fall by chance in one case of 6, 4 in one of 24."""
MOST = 40
"""Figures that are looked at; of a longer series the last ones."""


def falls(series: np.ndarray, level: float = LEVEL) -> bool:
    """Whether it falls, by a one-sided test."""
    return chance(series) < level


def rises(series: np.ndarray, level: float = LEVEL) -> bool:
    """Whether it rises, by a one-sided test."""
    return chance(-series) < level


def chance(series: np.ndarray) -> float:
    """How likely a series of the same numbers in random order falls in as many pairs as this one, ties not counted."""
    values = series[np.isfinite(series)][-MOST:]
    count = len(values)
    if count < LEAST:
        return 1.0
    falling = int(np.sum(np.triu(values[:, None] > values[None, :], 1)))
    return float(_orders(count)[falling:].sum())


def fall(series: np.ndarray) -> float:
    """By how much it falls from its beginning to its end: the median slope (Theil 1950, Sen 1968) times its length."""
    index = np.arange(len(series))
    first, second = np.triu_indices(len(series), 1)
    slopes = (series[second] - series[first]) / (index[second] - index[first])
    return -float(np.median(slopes)) * (len(series) - 1) if len(slopes) else 0.0


@cache
def _orders(count: int) -> np.ndarray:
    """The share of all orders of so many numbers that has 0, 1, 2, ... falling pairs."""
    shares = np.ones(1)
    for size in range(2, count + 1):
        shares = np.convolve(shares, np.full(size, 1 / size))
    return shares
