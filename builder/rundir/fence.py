"""The fence around a run: only the newest attempt writes into it.

An attempt's number is its token. The lock of `worker.lock` keeps two workers apart as long as the system that holds it
does; where it cannot (somebody removed the file, or a network disk forgot it), a worker of an older attempt that comes
back to life finds a newer number in `run.json` before its next write, and writes no more.
"""

from __future__ import annotations

import json
import os
from pathlib import Path


class Superseded(BaseException):
    """A newer attempt is at work on the run. No `Exception`, so that nothing takes it for an error of the run."""


class Fence:
    """Called before every write of an attempt; raises `Superseded` where a newer one has begun.

    `run.json` is read only where the file has changed since; one that cannot be read has let no newer attempt begin.
    """

    def __init__(self, path: Path, attempt: int):
        self._path = path
        self._attempt = attempt
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> None:
        try:
            stat = os.stat(self._path)
            stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if stamp == self._seen:
                return
            newest = json.loads(self._path.read_bytes())["attempt"]
        except (OSError, ValueError, KeyError, TypeError):
            return
        if isinstance(newest, int) and newest > self._attempt:
            raise Superseded(f"Attempt {newest} of this run is at work; attempt {self._attempt} writes no more.")
        self._seen = stamp


def no_fence() -> None:
    """Lets everybody write: for readers, and for engines, which write where no worker lives."""
