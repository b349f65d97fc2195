"""The state changes that an engine writes, each for a run that no worker is at work on.

The event comes before the record: a follower that sees the run ended has then had the last event within
reach. All raise `OSError` where the disk is full and `RunError` where the run directory is gone; nothing has
changed then.
"""

from __future__ import annotations

import time
from typing import Any

from builder.errors import Problem
from builder.events import StateChanged
from builder.jobs import process
from builder.rundir import Control, RunDirectory, RunRecord, State

OUTSIDE = frozenset({1, 2, 9, 15})
"""Signals that somebody sends (HUP, INT, KILL, TERM); all others come from a crash."""


def starting(run: RunDirectory, message: str | None = None, *, gpu: str | None = None) -> RunRecord:
    """A slot is free: the worker comes next, and has this GPU to itself."""
    return _change(run, State.STARTING, message, pid=None, problem=None, gpu=gpu)


def stopped(run: RunDirectory, message: str | None = None) -> RunRecord:
    """Stopped while it waited, or by force."""
    run.requests.clear()
    return _change(run, State.STOPPED, message, ended=time.time(), pid=None)


def paused(run: RunDirectory) -> RunRecord:
    """Put aside while it waited."""
    run.requests.clear()
    return _change(run, State.PAUSED, None)


def queued_again(run: RunDirectory, message: str | None = None) -> RunRecord:
    """Resumed: the next attempt goes on from the last checkpoint.

    The person who resumes it takes back what was asked of it before, but for a step, which is why it goes on.
    """
    for control in Control:
        run.requests.answered(control)
    run.resume_mark.unlink(missing_ok=True)
    attempt = run.record().attempt + 1
    return _change(run, State.QUEUED, message, attempt=attempt, ended=None, pid=None, problem=None)


def lost(run: RunDirectory, signal: int | None) -> RunRecord:
    """The worker was ended from outside (`signal`), or nobody knows how it ended (None)."""
    if signal is None:
        message = "The training process is gone and left no word why."
    else:
        message = f"The training process was ended from outside (signal {signal}, {process.signal_name(signal)})."
    hint = _resume_hint(run)
    if signal == process.KILL:
        hint = f"The system does that when memory runs out; a smaller batch size needs less. {hint}"
    problem = Problem(code="lost", message=message, hint=hint)
    return _change(run, State.LOST, problem.sentence(), ended=time.time(), pid=None, problem=problem)


def failed(run: RunDirectory, status: int) -> RunRecord:
    """The worker crashed: it ended with this exit status, or by this signal where negative."""
    how = f"crashed (signal {-status}, {process.signal_name(-status)})" if status < 0 else f"ended with status {status}"
    problem = Problem(
        code="crashed",
        message=f"The training process {how} before it could say why.",
        hint=f"Its last words are in {run.log_path}. {_resume_hint(run)}",
    )
    return _change(run, State.FAILED, problem.sentence(), ended=time.time(), pid=None, problem=problem)


def ended_for(run: RunDirectory, problem: Problem) -> RunRecord:
    """The worker took more than a run may and was ended."""
    told = problem.model_copy(update={"hint": f"{problem.hint} {_resume_hint(run)}"})
    return _change(run, State.FAILED, told.sentence(), ended=time.time(), pid=None, problem=told)


def ended_without_a_word(run: RunDirectory, status: int | None) -> RunRecord:
    """What became of a run that its worker left starting or running; None where its status is unknown."""
    if status is None or -status in OUTSIDE:
        return lost(run, None if status is None else -status)
    return failed(run, status)


def checkpointed_epoch(run: RunDirectory) -> int | None:
    """The last whole epoch that a checkpoint holds, or None where there is no checkpoint."""
    epochs = [event["epoch"] for event in run.events() if event["type"] == "checkpoint" and not event["best"]]
    return epochs[-1] if epochs else None


def _resume_hint(run: RunDirectory) -> str:
    epoch = checkpointed_epoch(run)
    return "Resume starts it again." if epoch is None else f"Resume continues from epoch {epoch + 1}."


def _change(run: RunDirectory, state: State, message: str | None, **changes: Any) -> RunRecord:
    attempt = changes.get("attempt") or run.record().attempt
    log = run.event_log()
    try:
        log.append(StateChanged(state=state, attempt=attempt, message=message))
    finally:
        log.close()
    return run.update(state=state, **changes)
