"""What the machine has: memory that a new process could take without anything being swapped out, and what there is in
all, of which one run may have most."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from builder.catalog.memory import gigabytes
from builder.settings import Settings

__all__ = ["free_memory", "gigabytes", "largest_run", "total_memory"]

CGROUP = Path("/sys/fs/cgroup")
SHARE = 0.9
"""Of the machine's memory that one run may have: the rest keeps the server going."""


def free_memory(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = CGROUP) -> int | None:
    """Bytes that are free or can be freed at once, within the limit of the container; None where it cannot be told."""
    if sys.platform == "win32":
        return _windows("free")
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


def total_memory(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = CGROUP) -> int | None:
    """Bytes of memory of the machine, or of the container; None where it cannot be told."""
    if sys.platform == "win32":
        return _windows("total")
    found = _kilobytes(meminfo).get("MemTotal")
    left = [found] if found is not None else []
    with suppress(OSError, ValueError):
        left.append(int((cgroup / "memory.max").read_text()))
    if left:
        return min(left)
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def largest_run(settings: Settings) -> int | None:
    """Bytes that one run may use here; None where neither a setting nor the machine says."""
    total = total_memory()
    bounds = [settings.run_memory * 2**20] if settings.run_memory else []
    return min([*bounds, *([round(SHARE * total)] if total else [])], default=None)


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


def _windows(field: str) -> int | None:
    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")
        ]

    status = Status(length=ctypes.sizeof(Status))
    return int(getattr(status, field)) if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None
