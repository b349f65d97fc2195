"""What the worker takes of the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress

from builder.events import SystemUse
from builder.worker.gauges.gauge import Moment
from builder.worker.share import usable_cores


class SystemGauge:
    interval = 1.0
    share = 0.001
    shows = "What the run takes of the machine"

    def __init__(self, threads: int):
        """`threads` is the number that the run computes with; 0 means as many as there are cores."""
        self._threads = threads
        self._taken = (time.monotonic(), time.process_time())

    def look(self, moment: Moment) -> Sequence[SystemUse]:
        now = (time.monotonic(), time.process_time())
        seconds, busy = (new - old for new, old in zip(now, self._taken, strict=True))
        self._taken = now
        cores = usable_cores(self._threads)
        cpu = round(100 * busy / seconds / cores, 1) if seconds else None
        return [SystemUse(cpu=cpu, cores=cores, memory=resident())]


def resident() -> int | None:
    """Bytes of memory that the process holds; None where that cannot be told."""
    with suppress(OSError, ValueError, AttributeError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None
