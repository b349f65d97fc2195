"""When waiting runs will start: an estimate from how long those before them still take, given the slots.

Nothing here is known by an engine alone: its order of runs and the run directories are enough.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import RunError
from builder.jobs.engine import EngineStatus
from builder.rundir import RunDirectory, RunRecord, State, last_events
from builder.settings import Settings


@dataclass(frozen=True)
class Place:
    """A waiting run's place: `position` 1 comes next; `starts_in` in seconds, None where nobody can tell."""

    position: int
    waiting: int
    starts_in: float | None
    why: str | None = None
    """Why it waits, as the rest of a sentence: "waits for memory: needs 3.1 GB, 2.2 GB are free"."""

    def sentence(self) -> str:
        """ "Number 2 of 3 in the queue; it waits for a slot: all 2 are in use. It starts in about 2 min."."""
        where = "Next in the queue" if self.position == 1 else f"Number {self.position} of {self.waiting} in the queue"
        if self.why is None:
            return f"{where}; {_when(self.starts_in)}."
        when = _when(self.starts_in)
        return f"{where}; it {self.why}. {when[0].upper()}{when[1:]}."


def places(settings: Settings, status: EngineStatus) -> dict[str, Place]:
    """The places of the runs that wait, by their ids."""
    if not status.queued:
        return {}
    runs, longest = settings.runs, 60 * settings.run_minutes or math.inf
    past = {run.id: record for run in RunDirectory.all(runs) if (record := _record(run))}
    going, waiting = (
        [_bounded(_left(RunDirectory(runs / name), past), longest - _gone(past.get(name))) for name in names]
        for names in (status.running, status.queued)
    )
    starts = start_times(going, waiting, status.slots)
    if len(going) < status.slots and status.queued[0] in status.waits:
        # There is a slot: it waits for what those going take, or for other programs.
        starts = start_times(going, waiting, len(going)) if going else (None,) * len(waiting)
    return {
        name: Place(number, len(status.queued), start, status.waits.get(name))
        for number, (name, start) in enumerate(zip(status.queued, starts, strict=True), 1)
    }


def start_times(going: Iterable[float | None], waiting: Sequence[float | None], slots: int) -> tuple[float | None, ...]:
    """Seconds until each waiting run starts, from what is left of those going and what each waiting one will take.

    A run of unknown length counts as endless: who can only start after it has no time.
    """
    free = [math.inf if left is None else max(0.0, left) for left in going]
    free += [0.0] * (slots - len(free))
    heapq.heapify(free)
    starts = []
    for length in waiting:
        start = heapq.heappop(free)
        heapq.heappush(free, math.inf if length is None else start + length)
        starts.append(None if math.isinf(start) else start)
    return tuple(starts)


def _bounded(left: float | None, longest: float) -> float | None:
    """No run goes on for longer than it may, however long it is and whether that is known or not."""
    bounded = min(math.inf if left is None else left, max(0.0, longest))
    return None if math.isinf(bounded) else bounded


def _gone(record: RunRecord | None) -> float:
    """Seconds since a run started; 0 for a later attempt, of which only the first one's start is known."""
    return time.time() - record.started if record and record.started and record.attempt == 1 else 0.0


def _left(run: RunDirectory, past: dict[str, RunRecord]) -> float | None:
    """Seconds of training that are left of a run: its own word, else its own epochs, else those of its like before."""
    record = past.get(run.id)
    if record is None:
        return None
    last = last_events(run.events_path, ("progress", "epoch"))
    if record.state is not State.QUEUED and (progress := last.get("progress")) and progress.get("eta") is not None:
        return float(progress["eta"])
    epoch = _seconds(last) or _seconds_of_like(run, record, past)
    return None if epoch is None else max(0, record.epochs - record.epoch) * epoch


def _seconds(last: dict[str, dict[str, Any]]) -> float | None:
    return last["epoch"]["seconds"] if "epoch" in last else None


def _seconds_of_like(run: RunDirectory, record: RunRecord, past: dict[str, RunRecord]) -> float | None:
    """Seconds of the last epoch of the newest run of the same name and data that has one."""
    for other in past.values():
        if other.epoch and (other.name, other.dataset) == (record.name, record.dataset):
            events = RunDirectory(run.path.parent / other.id).events_path
            return _seconds(last_events(events, ("epoch",)))
    return None


def _record(run: RunDirectory) -> RunRecord | None:
    try:
        return run.record()
    except RunError:
        return None


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "nobody can tell yet when it starts"
    if seconds < 5:
        return "it starts in a moment"
    if seconds < 90:
        return f"it starts in about {round(seconds)} s"
    if seconds < 5400:
        return f"it starts in about {round(seconds / 60)} min"
    return f"it starts in about {round(seconds / 3600)} h"
