"""How often the system has ended a process because memory ran out: it says so nowhere else than in a counter.

Linux counts for each control group (a container's own, if there is one) and for the whole machine; elsewhere 0.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

GROUP = Path("/sys/fs/cgroup/memory.events")
MACHINE = Path("/proc/vmstat")


def count(group: Path = GROUP, machine: Path = MACHINE) -> int:
    """The count of the control group where there is one, else that of the machine."""
    for file in (group, machine):
        with suppress(OSError, ValueError):
            for line in file.read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == "oom_kill":
                    return int(value)
    return 0
