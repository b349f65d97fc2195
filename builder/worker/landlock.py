"""Landlock: this process gives up for ever what it does not need. Linux only; needs no rights and no other program.

What is given up stays so in every thread and process that is started afterwards, and nothing can take it back. See
landlock(7) for the numbers; a kernel that knows only some of the rules is asked for those.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Numbers of the system calls, the same on all of Linux' architectures but Alpha."""
_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38
_SUBREAPER = 36

_WRITE_FILE, _REMOVE_DIR, _REMOVE_FILE, _REFER, _TRUNCATE = 1 << 1, 1 << 4, 1 << 5, 1 << 13, 1 << 14
_MAKE = sum(1 << bit for bit in range(6, 13))
"""Devices, folders, files, sockets, pipes, block devices and links."""
_TCP = 3
"""Bind and connect."""
_SCOPES = 3
"""Abstract sockets and signals of others."""


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def version() -> int:
    """What this kernel knows: 1 files, 3 shortening them, 4 TCP, 6 signals; 0 where there is no Landlock."""
    if sys.platform != "linux" or platform.machine() == "alpha":
        return 0
    return max(0, _call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION)))


def confine(writable: Iterable[Path], *, network: bool = False) -> bool:
    """Write nowhere but beneath these folders, which exist, and into devices; connect to nobody unless `network`.

    False where the kernel has no Landlock. Holds for the calling thread and for what it starts from now on.
    """
    known = version()
    if not known:
        return False
    files = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE
    files |= (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    tcp = _TCP if known >= 4 and not network else 0
    rules = _Ruleset(files, tcp, _SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    ruleset = _call(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for folder in writable:
            _allow(ruleset, folder, files)
        with suppress(OSError):
            _allow(ruleset, Path("/dev"), _WRITE_FILE | (files & _TRUNCATE) | _MAKE | _REMOVE_FILE)
        if _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return _call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
    finally:
        os.close(ruleset)


def adopt_orphans() -> None:
    """Become the parent of whatever is left behind by what this process starts, so that it can be found and ended."""
    if sys.platform == "linux":
        _libc().prctl(_SUBREAPER, 1, 0, 0, 0)


def _allow(ruleset: int, folder: Path, rights: int) -> None:
    descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Beneath(rights, descriptor)
        _call(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    return int(_libc().syscall(ctypes.c_long(number), *arguments))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
