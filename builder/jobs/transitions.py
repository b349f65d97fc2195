"""The state changes that an engine writes, each for a run that no worker is at work on.

The event comes before the record: a follower that sees the run ended has then had the last event within
reach. All raise `OSError` where the disk is full and `RunError` where the run directory is gone; nothing has
changed then.
"""

from __future__ import annotations

import time
from typing import Any

from builder.errors import Problem
from builder.events import Event, Noticed, StateChanged
from builder.rundir import Control, RunDirectory, RunRecord, State


def starting(run: RunDirectory, message: str | None = None, *, gpu: str | None = None) -> RunRecord:
    """A slot is free: the worker comes next, and has this GPU to itself."""
    return _change(run, State.STARTING, message, pid=None, problem=None, gpu=gpu)


def stopped(run: RunDirectory, message: str | None = None) -> RunRecord:
    """Stopped while it waited, or by force."""
    run.requests.clear()
    return _change(run, State.STOPPED, message, ended=time.time(), pid=None)


def paused(run: RunDirectory, notice: Problem | None = None) -> RunRecord:
    """Put aside while it waited, or after its worker died on the way to it."""
    run.requests.clear()
    return _change(run, State.PAUSED, notice and notice.sentence(), notice, pid=None)


def queued_again(run: RunDirectory, message: str | None = None) -> RunRecord:
    """Resumed by a person: the next attempt goes on from the last checkpoint.

    That takes back what was asked of the run before, but for a step, which is why it goes on.
    """
    for control in Control:
        run.requests.answered(control)
    return _next_attempt(run, message, setbacks=0)


def goes_on(run: RunDirectory, message: str | None = None, notice: Problem | None = None, **changes: Any) -> RunRecord:
    """Resumed by nobody: as `queued_again`, and what was asked of it and not done yet is asked still."""
    return _next_attempt(run, message, notice, **changes)


def ended(run: RunDirectory, state: State, problem: Problem, **changes: Any) -> RunRecord:
    """Lost or failed: its worker died, and the run waits for a person."""
    return _change(run, state, problem.sentence(), ended=time.time(), pid=None, problem=problem, **changes)


def _next_attempt(run: RunDirectory, message: str | None, notice: Problem | None = None, **changes: Any) -> RunRecord:
    attempt = run.record().attempt + 1
    record = _change(run, State.QUEUED, message, notice, attempt=attempt, ended=None, pid=None, problem=None, **changes)
    run.resume_mark.unlink(missing_ok=True)
    return record


def _change(
    run: RunDirectory, state: State, message: str | None, notice: Problem | None = None, **changes: Any
) -> RunRecord:
    attempt = changes.get("attempt") or run.record().attempt
    told: list[Event] = [Noticed(problem=notice)] if notice else []
    told.append(StateChanged(state=state, attempt=attempt, message=message))
    log = run.event_log()
    try:
        for event in told:
            log.append(event)
    finally:
        log.close()
    return run.update(state=state, **changes)
