"""Reading what a run's event log already holds: from a number on, in chunks, thinned where there is much."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import from_json

from builder.rundir import event_of

CHUNK = 256 * 1024
THINNED = 4 * CHUNK
"""Bytes that are thinned at once."""
POINTS = 2000
MATRICES = 100
LONG = 8 * 2**20
"""Bytes of a log above which a viewer gets about `SNAPSHOTS` of each thing that is told of layers and outputs."""
SNAPSHOTS = 200

_SEQ = re.compile(rb'\{"seq":(\d+),')
_STEPS = b'"type":"steps"'
_STEPS_LINE = re.compile(rb'\{"seq":\d+,"time":[^,]+,"type":"steps",[^[\n]+\[([\d,]+)\],"losses":\[([^\]]+)\]\}\n?')
"""A line of steps: the steps and the losses."""
_PROGRESS = b'"type":"progress"'
_CONFUSION = b'"type":"confusion"'
_SNAPSHOT = re.compile(rb'"type":"(?:layers|histograms|boundary|samples|system)"(?:,"epoch":\d+,"output":"[^"]*")?')
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


def thinned(chunk: bytes, last_step: int, last_epoch: int, size: int = 0) -> list[bytes]:
    """The lines of a chunk that a viewer who catches up needs: what a screen cannot show is left out.

    Training losses: of each of `POINTS / 2` equal ranges of steps the lowest, the highest and one that is not finite,
    with the first of each attempt and the last of the chunk, so that spikes stay; they come in one event for each
    attempt, numbered as its last. Confusion matrices: about `MATRICES` epochs, and the last of the chunk of each
    output. Progress: the last of the chunk. Of what is told of layers, outputs and the machine, in a log whose `size`
    is above `LONG`: the chunk's share of `SNAPSHOTS`, with the last of the chunk. Everything else as it is, in order.
    """
    # One walk over the chunk finds the lines of steps and what lies between them.
    rest, *found = _STEPS_LINE.split(chunk)
    kept = _thinned_steps(chunk, found[0::3], found[1::3], max(1, last_step * 2 // POINTS))
    stride = max(1, last_epoch // MATRICES)
    progress: bytes | None = None
    matrices: dict[str, bytes] = {}
    snapshots: dict[bytes, list[bytes]] = {}
    for line in events_in(b"".join([rest, *found[2::3]])):
        head = line[:_HEAD]
        if _PROGRESS in head:
            progress = line
        elif stride > 1 and _CONFUSION in head:
            event = from_json(line)
            if event["epoch"] % stride:
                matrices[event["output"]] = line
            else:
                matrices.pop(event["output"], None)
                kept.append(line)
        elif size > LONG and (snapshot := _SNAPSHOT.search(line, 0, _HEAD)):
            key = re.sub(rb'"epoch":\d+', b"", snapshot[0])
            snapshots.setdefault(key, []).append(line)
        else:
            kept.append(line)
    for lines in snapshots.values():
        apart = -(-len(lines) // max(1, round(SNAPSHOTS * len(chunk) / size)))
        kept += lines[::-1][::apart]
    return sorted([*kept, *matrices.values(), *([progress] if progress else ())], key=seq_of)


def _thinned_steps(chunk: bytes, of_steps: list[bytes], of_losses: list[bytes], width: int) -> list[bytes]:
    """The steps of a chunk in one event for each attempt, with only the points that stay of each `width` steps.

    `of_steps` and `of_losses` have those of each line. A long run has millions of points: nothing here looks at a
    single one, except in numpy.
    """
    if not of_steps:
        return []
    steps = np.fromstring(b",".join(of_steps).decode(), dtype=np.int64, sep=",")
    text = b",".join(of_losses).replace(b"null", b"nan").decode()
    losses = np.fromstring(text, dtype=np.float64, sep=",")
    begins = np.flatnonzero(np.diff(steps, prepend=steps[0] + 1) <= 0)
    ends = np.append(begins[1:], len(steps))
    events = []
    for begin, end, line in zip(begins, ends, _last_lines(chunk, of_steps, ends), strict=True):
        stays = begin + _extremes(steps[begin:end] // width, losses[begin:end])
        told = [None if np.isnan(loss) else loss for loss in losses[stays].tolist()]
        event: dict[str, Any] = from_json(line) | {"steps": steps[stays].tolist(), "losses": told}
        events.append(json.dumps(event, separators=(",", ":")).encode())
    return events


def _last_lines(chunk: bytes, of_steps: list[bytes], ends: np.ndarray) -> list[bytes]:
    """The lines of steps that end with the points before `ends`."""
    if len(ends) == 1:
        start = chunk.rfind(b"\n", 0, chunk.rfind(_STEPS)) + 1
        return [chunk[start:].split(b"\n", 1)[0]]
    lines = [match[0] for match in _STEPS_LINE.finditer(chunk)]
    last = np.cumsum([steps.count(b",") + 1 for steps in of_steps])
    return [lines[at] for at in np.searchsorted(last, ends)]


def _extremes(ranges: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """Indices, ascending: of each range the lowest, the highest and one not finite value; the first and the last."""
    starts = np.flatnonzero(np.diff(ranges, prepend=ranges[0] - 1))
    of = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(ranges)))
    wanted = [np.array([0, len(ranges) - 1])]
    for found in (
        losses == np.fmin.reduceat(losses, starts)[of],
        losses == np.fmax.reduceat(losses, starts)[of],
        np.isnan(losses),
    ):
        at = np.flatnonzero(found)
        wanted.append(at[np.diff(of[at], prepend=-1) > 0])
    return np.unique(np.concatenate(wanted))
