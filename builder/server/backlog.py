"""Reading what a run's event log already holds: from a number on, in chunks, thinned where there is much."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from builder.rundir import event_of

CHUNK = 256 * 1024
POINTS = 2000
MATRICES = 100

_SEQ = re.compile(rb'\{"seq":(\d+),')
_STEPS = b'"type":"steps"'
_PROGRESS = b'"type":"progress"'
_CONFUSION = b'"type":"confusion"'
_HEAD = 120
"""Bytes of a line that hold `seq`, `time` and `type`, which the log writes first."""


def seq_of(line: bytes) -> int | None:
    """The number of the event in this line, or None where something else has written the line."""
    found = _SEQ.match(line)
    if found and line.rstrip().endswith(b"}") and line.count(b'{"seq":') == 1:
        return int(found[1])
    event = event_of(line)
    return event["seq"] if event else None


def events_in(chunk: bytes) -> list[bytes]:
    """The lines of a chunk that are events."""
    return [line for line in chunk.split(b"\n") if line and seq_of(line) is not None]


def read_chunk(path: Path, offset: int, size: int = CHUNK) -> bytes:
    """Whole lines from `offset`: about `size` bytes, more where a line is longer; empty at the end."""
    with open(path, "rb") as file:
        file.seek(offset)
        content = file.read(size)
        if len(content) == size and not content.endswith(b"\n"):
            content += file.readline()
    return content[: content.rfind(b"\n") + 1]


def last_lines(path: Path, size: int = CHUNK) -> tuple[bytes, int]:
    """The whole lines in about the last `size` bytes of the log, and the offset where they begin."""
    with open(path, "rb") as file:
        end = file.seek(0, 2)
        start = max(0, end - size)
        file.seek(start)
        if start:
            start += len(file.readline())
        content = file.read(end - start) if end > start else b""
    whole = content.rfind(b"\n") + 1
    if not whole and start and size < end:
        return last_lines(path, size * 4)
    return content[:whole], start


def offset_after(path: Path, seq: int) -> int:
    """The offset of the first event numbered above `seq` (numbers only grow, so this halves the file)."""
    if seq <= 0:
        return 0
    low, high = 0, path.stat().st_size
    with open(path, "rb") as file:
        while high - low > CHUNK:
            middle = (low + high) // 2
            file.seek(middle)
            start = middle + len(file.readline())
            line, found = file.readline(), None
            while line.endswith(b"\n") and (found := seq_of(line)) is None:
                line = file.readline()
            if start >= high or not line.endswith(b"\n") or found is None or found > seq:
                high = middle
            else:
                low = start
        file.seek(low)
        for line in file:
            if not line.endswith(b"\n") or (seq_of(line) or 0) > seq:
                break
            low += len(line)
    return low


def extent(path: Path) -> tuple[int, int]:
    """The last training step and the last epoch with a confusion matrix, from the end of the log."""
    steps = epochs = 0
    for line in reversed(events_in(last_lines(path, 4 * CHUNK)[0])):
        head = line[:_HEAD]
        if not steps and _STEPS in head:
            steps = max(from_json(line)["steps"], default=0)
        elif not epochs and _CONFUSION in head:
            epochs = from_json(line)["epoch"]
        if steps and epochs:
            break
    return steps, epochs


def thinned(chunk: bytes, last_step: int, last_epoch: int) -> list[bytes]:
    """The lines of a chunk that a viewer who catches up needs: what a screen cannot show is left out.

    Training losses: of each of `POINTS / 2` equal ranges of steps the lowest and the highest, with the first
    of each attempt and the last of the chunk, so that spikes stay. Confusion matrices: about `MATRICES`
    epochs, and the last of the chunk of each output. Progress: the last of the chunk. Everything else as it
    is, in order.
    """
    width = max(1, last_step * 2 // POINTS)
    stride = max(1, last_epoch // MATRICES)
    lines = events_in(chunk)
    kept: list[bytes | None] = list(lines)
    progress: int | None = None
    matrices: dict[str, int] = {}
    points: list[tuple[int, dict[str, Any]]] = []
    for index, line in enumerate(lines):
        head = line[:_HEAD]
        if _STEPS in head:
            kept[index] = None
            points.append((index, from_json(line)))
        elif _PROGRESS in head:
            if progress is not None:
                kept[progress] = None
            progress = index
        elif stride > 1 and _CONFUSION in head:
            event = from_json(line)
            before = matrices.get(event["output"])
            if before is not None:
                kept[before] = None
            matrices.pop(event["output"], None)
            if event["epoch"] % stride:
                matrices[event["output"]] = index
    for index, event in _thinned_steps(points, width):
        kept[index] = json.dumps(event, separators=(",", ":")).encode()
    return [line for line in kept if line is not None]


def _thinned_steps(events: list[tuple[int, dict[str, Any]]], width: int) -> list[tuple[int, dict[str, Any]]]:
    """Each event with only the points that stay; a point that is not finite stays too.

    Events are split at the borders of the ranges and looked at in whole parts: a long run has millions of points.
    """
    keep: set[tuple[int, int]] = set()
    low: tuple[float, int, int] | None = None
    high: tuple[float, int, int] | None = None
    current, last = -1, 0
    for at, (_, event) in enumerate(events):
        steps, losses = event["steps"], event["losses"]
        start = 0
        while start < len(steps):
            part, resumed = steps[start] // width, steps[start] <= last
            stop = bisect_left(steps, (part + 1) * width, start)
            if part != current or resumed:
                keep.update(found[1:] for found in (low, high) if found)
                low = high = None
                current = part
            if resumed or last == 0:
                keep.add((at, start))
            finite = losses[start:stop]
            if None in finite:
                keep.update((at, i) for i in range(start, stop) if losses[i] is None)
                finite = [loss for loss in finite if loss is not None]
            if finite:
                least, most = min(finite), max(finite)
                if low is None or least < low[0]:
                    low = (least, at, losses.index(least, start))
                if high is None or most > high[0]:
                    high = (most, at, losses.index(most, start))
            last, start = steps[stop - 1], stop
    keep.update(found[1:] for found in (low, high) if found)
    if last:
        at = max(i for i, (_, event) in enumerate(events) if event["steps"])
        keep.add((at, len(events[at][1]["steps"]) - 1))
    thin: dict[int, list[int]] = {}
    for at, i in sorted(keep):
        thin.setdefault(at, []).append(i)
    return [
        (index, event | {name: [event[name][i] for i in thin[at]] for name in ("steps", "losses")})
        for at, (index, event) in enumerate(events)
        if at in thin
    ]
