"""The event log: append, and read from n. One worker writes, any number of readers follow."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from builder.events import Event
from builder.rundir.fence import no_fence

HEAD = 120
"""Bytes of a line that hold `seq`, `time` and `type`, which the log writes first."""


class EventLog:
    """Appends events to `events.jsonl`, numbering them on from what the file already holds.

    A last line that a crash cut short is cut off before the first append; whole lines that are no events, and half ones
    that somebody else leaves later, stay where they are and are passed over. An append that fails (a full disk) raises
    `OSError`, leaves nothing behind and uses up no number. The times never run backwards, even where the clock does.
    """

    def __init__(self, path: Path, fence: Callable[[], None] = no_fence):
        self.path = path
        self._fence = fence
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115 - it is kept open until `close`
        self._seq, self._time = self._repair()
        self._end = os.fstat(self._file.fileno()).st_size

    def append(self, event: Event) -> Event:
        """Write the event and return it with its number and time."""
        return self.extend([event])[0]

    def extend(self, events: Sequence[Event]) -> list[Event]:
        """Write these events, all of them or none, and return them with their numbers and their time."""
        now = max(self._time, round(time.time(), 3))
        told = [event.model_copy(update={"seq": self._seq + n, "time": now}) for n, event in enumerate(events, 1)]
        lines = b"".join(event.model_dump_json().encode() + b"\n" for event in told)
        self._fence()
        end = os.fstat(self._file.fileno()).st_size
        if end != self._end and not self._is_whole(end):
            lines = b"\n" + lines  # Somebody else has left half a line.
        try:
            written = self._file.write(lines)
            if written != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # It took a part of them, and no more.
        except OSError:
            os.ftruncate(self._file.fileno(), end)
            raise
        self._seq, self._time, self._end = self._seq + len(told), now, end + len(lines)
        return told

    def close(self) -> None:
        self._file.close()

    def _is_whole(self, end: int) -> bool:
        """Whether the file, `end` bytes long, ends with a line's end."""
        self._file.seek(max(0, end - 1))
        return end == 0 or self._file.read(1) == b"\n"

    def _repair(self) -> tuple[int, float]:
        """The number and the time of the last event."""
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._file.fileno(), whole)
        for line in reversed(content[:whole].split(b"\n")):
            if event := event_of(line):
                return event["seq"], event["time"]
        return 0, 0.0


def event_of(line: bytes) -> dict[str, Any] | None:
    """The event in a line as JSON values, or None where something else has written the line."""
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    sound = isinstance(value, dict) and isinstance(value.get("type"), str) and type(value.get("seq")) is int
    return value if sound and isinstance(value.setdefault("time", 0.0), int | float) else None


def all_of(path: Path, kind: str) -> list[dict[str, Any]]:
    """All events of one type; only their lines are read as JSON, so that a log of a million others costs little."""
    mark = f'"type":"{kind}"'.encode()
    try:
        with open(path, "rb") as lines:
            found = [event_of(line) for line in lines if mark in line[:HEAD] and line.endswith(b"\n")]
    except FileNotFoundError:
        return []
    return [event for event in found if event]


def last_of(path: Path, kind: str, but: bytes = b"\0") -> str | None:
    """The line of the last event of this type that does not hold the bytes `but`; None where there is none."""
    mark, found = f'"type":"{kind}"'.encode(), None
    try:
        with open(path, "rb") as lines:
            for line in lines:
                if mark in line[:HEAD] and line.endswith(b"\n") and but not in line:
                    found = line
    except FileNotFoundError:
        return None
    return found.decode().rstrip("\n") if found else None


def read_after(path: Path, seq: int = 0, offset: int = 0, limit: int | None = None) -> tuple[list[str], int]:
    """The whole lines of events numbered above `seq`, and the byte offset to go on from.

    A follower keeps the offset and passes it again; a line that is being written is left for the next time, and one
    that is no event is passed over.
    """
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    lines: list[str] = []
    for line in content.split(b"\n")[:-1]:
        if limit is not None and len(lines) >= limit:
            break
        offset += len(line) + 1
        event = event_of(line)
        if event and event["seq"] > seq:
            lines.append(line.decode())
    return lines, offset


def last_events(path: Path, types: tuple[str, ...], size: int = 65_536) -> dict[str, dict[str, Any]]:
    """The newest event of each of these types among the last `size` bytes of the log, by type."""
    found: dict[str, dict[str, Any]] = {}
    try:
        with open(path, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - size))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return found
    for line in reversed(lines):
        event = event_of(line) if line else None
        if event and event["type"] in types:
            found.setdefault(event["type"], event)
        if len(found) == len(types):
            break
    return found
