"""The cores that a run may compute on at the moment: the supervisor narrows and widens them while it trains."""

from __future__ import annotations

import os
from collections.abc import Callable


def usable_cores(threads: int) -> int:
    """How many cores this process may compute on now; no more than its threads, where their number is set (not 0)."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, threads or allowed)


class Share:
    """Has the backend follow the cores that the run may use."""

    def __init__(self, threads: int, use_threads: Callable[[int], None]):
        self._threads = threads
        self._use_threads = use_threads
        self._used = threads

    def look(self) -> None:
        """Between two calls of compiled code: compute with as many threads as there are cores to compute on."""
        if (found := usable_cores(self._threads)) != self._used:
            self._used = found
            self._use_threads(found)
