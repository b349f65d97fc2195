"""Whether a run moves, and what is said where it does not.

The heartbeat of a worker is what it does anyway: it tells events and uses processor time, so a slow one is never taken
for a dead one. The supervisor notes here that one stands still; pages and command line read it, and see by themselves
what keeps everybody, the supervisor too, from writing.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass

from pydantic import ValidationError

from builder.errors import Problem
from builder.jobs import process
from builder.rundir import RunDirectory, RunRecord, State, write_atomic

LEAST = 64 * 1024
"""Bytes below which a disk counts as full."""
MOVES = 0.02
"""Seconds of processor time that are a sign of life."""
GOING = frozenset({State.QUEUED, State.STARTING, State.RUNNING})


@dataclass
class Pulse:
    """The signs of life of one worker; `since` (of `time.monotonic`) is when it gave the last one."""

    since: float
    size: int = -1
    used: float = -1.0
    awake: float = float("-inf")
    """When it was last seen in another state than asleep, though it gave no sign: halted, or waiting for a disk."""
    noted: str | None = None
    """The word that is left of its standing still, "" for none; None: an earlier supervisor may have left one."""

    def still(self, run: RunDirectory, pid: int, now: float) -> float:
        """For how many seconds it has given no sign; 0 where the system does not tell of its processor time."""
        used = process.cpu_seconds(pid)
        try:
            size = run.events_path.stat().st_size
        except OSError:
            size = self.size
        if used is None or size != self.size or used > self.used + MOVES:
            self.size, self.used, self.since = size, used or 0.0, now
        return now - self.since

    def asleep(self, state: str | None, now: float) -> float:
        """For how many seconds it has given no sign and had nothing but itself to wait for; 0 in another state."""
        if state != "S":
            self.awake = now
        return now - max(self.since, self.awake)

    def note(self, run: RunDirectory, still: bool, halted: bool) -> None:
        """Leave word for those who look at the run, or take it away again."""
        word = _still(halted).model_dump_json() if still else ""
        if word == self.noted:
            return
        with suppress(OSError):  # A disk that is full tells that by itself.
            if word:
                write_atomic(run.standstill_path, word)
            else:
                run.standstill_path.unlink(missing_ok=True)
            self.noted = word


def standstill(run: RunDirectory, record: RunRecord) -> Problem | None:
    """Why a run that is going does not move; None where it does, or where it is at rest."""
    if record.state not in GOING:
        return None
    with suppress(OSError):
        if not os.access(run.path, os.W_OK):
            return _unwritable("is not writable")
        if shutil.disk_usage(run.path).free < LEAST:
            return _unwritable("is on a disk that is full")
        if run.held_path.exists():
            return _unwritable("cannot be written")
    if record.state is not State.QUEUED:
        with suppress(OSError, ValidationError):
            return Problem.model_validate_json(run.standstill_path.read_bytes())
    return None


def _still(halted: bool) -> Problem:
    why = "somebody has halted it (SIGSTOP)" if halted else "it waits for a disk, the network or for itself"
    what_next = (
        "SIGCONT lets it go on. Stop ends it all the same, and Resume then continues from its last checkpoint."
        if halted
        else "If that lasts, it is ended and the run goes on from its last checkpoint."
    )
    return Problem(
        code="standstill",
        severity="warning",
        message=f"The training process gives no sign of life: {why}.",
        hint=what_next,
    )


def _unwritable(how: str) -> Problem:
    return Problem(
        code="disk",
        severity="warning",
        message=f"The run's folder {how}: the run waits, and keeps what it has learned.",
        hint="It goes on by itself as soon as there is room.",
    )
