"""What the worker takes of the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress

from builder.events import SystemUse
from builder.worker.gauges.gauge import Moment


class SystemGauge:
    interval = 1.0
    share = 0.001
    shows = "What the run takes of the machine"

    def __init__(self, threads: int):
        """`threads` is the number of cores that the run may use; 0 means all that the process may."""
        self._cores = threads or _cores()
        self._taken = (time.monotonic(), time.process_time())

    def look(self, moment: Moment) -> Sequence[SystemUse]:
        now = (time.monotonic(), time.process_time())
        seconds, busy = (new - old for new, old in zip(now, self._taken, strict=True))
        self._taken = now
        cpu = round(100 * busy / seconds / self._cores, 1) if seconds else None
        return [SystemUse(cpu=cpu, memory=resident())]


def resident() -> int | None:
    """Bytes of memory that the process holds; None where that cannot be told."""
    with suppress(OSError, ValueError, AttributeError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
