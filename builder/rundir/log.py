"""The event log: append, and read from n. One worker writes, any number of readers follow."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from builder.events import Event

HEAD = 120
"""Bytes of a line that hold `seq`, `time` and `type`, which the log writes first."""


class EventLog:
    """Appends events to `events.jsonl`, numbering them on from what the file already holds.

    A last line that a crash cut short is cut off before the first append. An append that fails (a full disk) raises
    `OSError`, leaves no half line and uses up no number.
    """

    def __init__(self, path: Path):
        self.path = path
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - it is kept open until `close`
        self._seq = self._repair()

    def append(self, event: Event) -> Event:
        """Write the event and return it with its number and time."""
        event = event.model_copy(update={"seq": self._seq + 1, "time": round(time.time(), 3)})
        line = event.model_dump_json().encode() + b"\n"
        end = os.fstat(self._file.fileno()).st_size
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(f"{self.path}: the disk took {written} of {len(line)} bytes")
        except OSError:
            os.ftruncate(self._file.fileno(), end)
            raise
        self._seq += 1
        return event

    def close(self) -> None:
        self._file.close()

    def _repair(self) -> int:
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._file.fileno(), whole)
        last = content[:whole].splitlines()[-1:]
        return json.loads(last[0])["seq"] if last else 0


def last_of(path: Path, kind: str) -> str | None:
    """The line of the last event of this type; None where there is none."""
    mark, found = f'"type":"{kind}"'.encode(), None
    try:
        with open(path, "rb") as lines:
            for line in lines:
                if mark in line[:HEAD] and line.endswith(b"\n"):
                    found = line
    except FileNotFoundError:
        return None
    return found.decode().rstrip("\n") if found else None


def read_after(path: Path, seq: int = 0, offset: int = 0, limit: int | None = None) -> tuple[list[str], int]:
    """The whole lines of events numbered above `seq`, and the byte offset to go on from.

    A follower keeps the offset and passes it again; a line that is being written is left for the next time.
    """
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    lines = []
    for line in content.splitlines(keepends=True):
        if not line.endswith(b"\n") or (limit is not None and len(lines) >= limit):
            break
        offset += len(line)
        if json.loads(line)["seq"] > seq:
            lines.append(line.decode().rstrip("\n"))
    return lines, offset
