"""What is done now and then, by the clock."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

Clock = Callable[[], float]


class Throttle:
    """Says when something may be done again: after `interval` seconds, and for no more than a share of the time."""

    def __init__(
        self, interval: float, *, share: float = 0.02, due_at_once: bool = True, clock: Clock = time.monotonic
    ):
        self._interval = interval
        self._share = share
        self._clock = clock
        self._next = -math.inf if due_at_once else clock() + interval
        self._started = 0.0

    def due(self) -> bool:
        return self._clock() >= self._next

    def __enter__(self) -> None:
        self._started = self._clock()

    def __exit__(self, *error: object) -> None:
        now = self._clock()
        self._next = now + max(self._interval, (now - self._started) / self._share)
