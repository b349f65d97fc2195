"""What becomes of a run whose worker died without a word: it goes on by itself, and is given up only where that
leads nowhere.

A death that is followed by a newer checkpoint costs nothing but time, however often it happens. A run that dies
`MAX_SETBACKS` times in a row without one is lost: the machine cannot carry it, or it takes the machine down. Between
two such attempts it waits longer each time, since memory that ran out may be free again. All that this needs to know
is in the run directory, so that the next supervisor counts on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.errors import Fix, Problem
from builder.jobs import process, transitions
from builder.jobs.engine import MAX_SETBACKS
from builder.rundir import Control, RunDirectory, RunRecord, State, event_of, last_events, last_of
from builder.verdicts.fixes import halve_batch

OUTSIDE = frozenset({1, 2, 9, 15})
"""Signals that somebody sends (HUP, INT, KILL, TERM); all others come from a crash."""
UNWRITABLE = 74
"""Exit status of a worker that could not write into its run's folder."""
NO_MEMORY = (b"bad_alloc", b"cannot allocate memory", b"out of memory", b"oom when allocating", b"memoryerror")
"""What processes say that crash for want of memory."""
LAST_WORDS = 2000
"""Bytes of the log in which that is looked for."""
LONGER = 4.0
"""Each wait is so many times as long as the one before."""


def after_death(
    run: RunDirectory,
    status: int | None,
    *,
    asked: Control | None = None,
    out_of_memory: bool = False,
    stood_still: bool = False,
    wait: float = 0.0,
) -> float | None:
    """Write what becomes of a run that its worker left starting or running.

    `status` is the exit status, a signal as a negative number, or None where nobody saw the end; `asked` is what the
    worker was asked, which it may have crossed off before it died. The result is the number of seconds after which the
    next attempt is to start, in multiples of `wait`; None where the run rests.
    """
    record = run.record()
    words = Words(run, record, status, out_of_memory or _said_memory(run, status), stood_still)
    if asked is Control.STOP or run.requests.asked(Control.STOP):
        transitions.stopped(run, f"{words.what()} It was to be stopped.")
        return None
    if asked is Control.PAUSE or run.requests.asked(Control.PAUSE):
        transitions.paused(run, words.notice("It was to be paused, and rests now.", words.resume()))
        return None
    if status is not None and status >= 0 and status != UNWRITABLE:
        transitions.ended(run, State.FAILED, words.failed(status))
        return None
    newest = _newest(run)
    stuck_at = newest["path"] if newest else ""
    setbacks = record.setbacks + 1 if record.setbacks and stuck_at == record.stuck_at else 1
    if setbacks >= MAX_SETBACKS:
        transitions.ended(run, State.LOST, words.lost(setbacks), setbacks=0)
        return None
    pause = 0.0 if setbacks == 1 else wait * LONGER ** (setbacks - 2)
    notice = words.notice(words.memory(), words.goes_on(pause))
    transitions.goes_on(run, notice.sentence(), notice, setbacks=setbacks, stuck_at=stuck_at)
    return pause


def over_limit(run: RunDirectory, problem: Problem) -> None:
    """Write that the worker took more of the machine than a run may and was ended; it waits for a person."""
    resume = Words(run, run.record(), None, out_of_memory=False, stood_still=False).resume()
    transitions.ended(run, State.FAILED, problem.model_copy(update={"hint": f"{problem.hint} {resume}"}))


@dataclass(frozen=True)
class Words:
    """The sentences about one death: what happened, where, and what comes next."""

    run: RunDirectory
    record: RunRecord
    status: int | None
    out_of_memory: bool
    stood_still: bool

    def what(self) -> str:
        """How the process ended, and where the run stood."""
        return f"{self._how()}{self._where()}."

    def notice(self, *next_steps: str) -> Problem:
        hint = " ".join(filter(None, next_steps))
        return Problem(code="interrupted", severity="warning", message=self.what(), hint=hint, fix=self._fix())

    def lost(self, times: int) -> Problem:
        message = f"{self.what()[:-1]}. That happened {times} times in a row without a new checkpoint."
        hint = " ".join(filter(None, (self.memory(), self._last_words(), self.resume())))
        return Problem(code="lost", message=message, hint=hint, fix=self._fix())

    def failed(self, status: int) -> Problem:
        message = f"The training process ended with status {status}{self._where()} before it could say why."
        return Problem(code="crashed", message=message, hint=f"{self._last_words()} {self.resume()}")

    def goes_on(self, pause: float) -> str:
        when = "by itself" if not pause else f"by itself in {pause:.3g} s"
        newest = _newest(self.run)
        if newest is None:
            return f"It starts again from the beginning, {when}: there was no checkpoint yet."
        step = f", step {newest['step']}" if newest.get("step") is not None else ""
        return f"It goes on {when} from its last checkpoint, after epoch {newest['epoch']}{step}."

    def resume(self) -> str:
        newest = _newest(self.run)
        return "Resume starts it again." if newest is None else f"Resume continues from epoch {newest['epoch'] + 1}."

    def memory(self) -> str:
        if self.out_of_memory:
            return "A smaller batch size or fewer runs at the same time need less."
        if self.status == -process.KILL and not self.stood_still:
            return "The system does that when memory runs out; a smaller batch size needs less."
        if self.status is not None and self.status < 0 and -self.status not in OUTSIDE:
            return "Memory that ran out can be the cause; a smaller batch size needs less."
        return ""

    def _last_words(self) -> str:
        return f"Its last words are in {self.run.log_path}."

    def _how(self) -> str:
        if self.stood_still:
            return "The training process stood still and was ended"
        if self.status is None:
            return "The training process is gone and left no word why"
        if self.status == UNWRITABLE:
            return "The run's folder could not be written, as on a full disk, so the training process ended"
        if self.status >= 0:
            return f"The training process ended with status {self.status}"
        name = f"(signal {-self.status}, {process.signal_name(-self.status)})"
        if self.out_of_memory:
            return f"Memory ran out, and that ended the training process {name}"
        if -self.status in OUTSIDE:
            return f"The training process was ended from outside {name}"
        return f"The training process crashed {name}"

    def _where(self) -> str:
        at = last_events(self.run.events_path, ("steps", "epoch"))
        if not at:
            return " before its first step"
        epoch, step = max((event["epoch"], (event.get("steps") or [event.get("step")])[-1]) for event in at.values())
        return f" in epoch {epoch}, after step {step}"

    def _fix(self) -> Fix | None:
        """Half the batch for the next run, where memory ran out."""
        return halve_batch(self.run.document()) if self.out_of_memory else None


class Later:
    """Runs that wait a while after their worker's death, before they take their place in the queue."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._due)

    def __iter__(self) -> Iterator[str]:
        return iter(self._due)

    def add(self, run_id: str, due: float) -> None:
        self._due[run_id] = due

    def remove(self, run_id: str) -> None:
        self._due.pop(run_id, None)

    def take(self, now: float) -> list[str]:
        """Remove and return those whose time has come."""
        found = [run_id for run_id, due in self._due.items() if due <= now]
        for run_id in found:
            del self._due[run_id]
        return found


def _said_memory(run: RunDirectory, status: int | None) -> bool:
    """Whether the last words of a process that crashed were that it got no memory."""
    if status is None or status >= 0 or -status in OUTSIDE:
        return False
    try:
        with open(run.log_path, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_WORDS))
            words = file.read().lower()
    except OSError:
        return False
    return any(word in words for word in NO_MEMORY)


def _newest(run: RunDirectory) -> dict[str, Any] | None:
    """The event of the last checkpoint that a run goes on from."""
    line = last_of(run.events_path, "checkpoint", but=b'"best":true')
    event = event_of(line.encode()) if line else None
    sound = event and isinstance(event.get("epoch"), int) and isinstance(event.get("path"), str)
    return event if sound else None
