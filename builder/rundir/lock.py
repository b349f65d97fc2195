"""A lock file that one living process holds. The system lets go of it when the holder ends, however it ends.

A pid alone does not say who lives: pids are used again. Held lock and pid together do.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_BYTE = 2**30
"""On Windows a locked byte cannot be read, so the lock is on one far behind the pid."""


class FileLock:
    """A lock that this process holds, from `acquire` to `release` or to its end; the file names the pid."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, path: Path, *, timeout: float = 1.0) -> FileLock | None:
        """Take the lock, or None when another process still holds it after `timeout` seconds."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + timeout
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(0.005)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        return cls(descriptor)

    def release(self) -> None:
        os.close(self._descriptor)


def holder(path: Path) -> int | None:
    """The pid of the process that holds the lock (0 until it has written it), or None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)  # Also where nothing may be written, one may ask.
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        if _try_lock(descriptor, shared=True):
            return None
        text = os.read(descriptor, 20)
        return int(text) if text.isdigit() else 0
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
        os.lseek(descriptor, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
