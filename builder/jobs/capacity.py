"""What the machine has left: memory that a new process could take without anything being swapped out, and whether a
run fits into it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from builder.catalog.analysis import Analysis
from builder.catalog.memory import memory, too_large
from builder.document import Document
from builder.errors import Problem

CGROUP = Path("/sys/fs/cgroup")


def free_memory(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = CGROUP) -> int | None:
    """Bytes that are free or can be freed at once, within the limit of the container; None where it cannot be told."""
    if sys.platform == "win32":
        return _windows()
    found = _kilobytes(meminfo).get("MemAvailable")
    left = [found] if found is not None else []
    with suppress(OSError, ValueError):
        used = int((cgroup / "memory.current").read_text())
        reclaimable = _numbers(cgroup / "memory.stat").get("inactive_file", 0)
        left.append(max(0, int((cgroup / "memory.max").read_text()) - used + reclaimable))
    if left:
        return min(left)
    with suppress(OSError, ValueError, AttributeError):  # No /proc, as on macOS: all there is, which is an upper bound.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def lacking_memory(document: Document, analysis: Analysis) -> Problem | None:
    """Why training a document would not fit into what is free now; None where it fits, or where that is not known."""
    needed, free = memory(document, analysis), free_memory()
    return too_large(document, needed, free) if needed and free is not None else None


def _kilobytes(path: Path) -> Mapping[str, int]:
    found = {}
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            name, _, rest = line.partition(":")
            found[name] = int(rest.split()[0]) * 1024
    return found


def _numbers(path: Path) -> Mapping[str, int]:
    found = {}
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            name, _, value = line.partition(" ")
            found[name] = int(value)
    return found


def _windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")
        ]

    status = Status(length=ctypes.sizeof(Status))
    return int(status.free) if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None
