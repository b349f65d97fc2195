"""What a supervisor finds when it starts, and what each run wants next."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from builder.errors import RunError
from builder.jobs import process
from builder.rundir import Control, RunDirectory, RunRecord, State, holder

log = logging.getLogger("layerloom")


class Next(Enum):
    """What a run that is not at rest wants."""

    QUEUE = auto()
    """It waits for its first start, or for the next attempt."""
    ADOPT = auto()
    """Its worker outlived the supervisor that started it."""
    RESUME = auto()
    """It was put aside by a shutdown, or told to go on, and does so from its last checkpoint."""
    RECOVER = auto()
    """Its worker died with the supervisor."""
    STOP = auto()
    """A person asked to stop it, and nobody did."""


@dataclass(frozen=True)
class Found:
    """A run that is not at rest; `pid` is that of its living worker (0 while it is unknown)."""

    run: RunDirectory
    record: RunRecord
    next: Next
    pid: int | None = None


def find(runs: Path) -> Iterator[Found]:
    """The runs that are not at rest. One that cannot be read is left alone and named in the log."""
    for run in RunDirectory.all(runs):
        try:
            record = run.record()
        except RunError as error:
            log.warning("%s", error)
            continue
        pid = living_worker(run) if record.state in (State.STARTING, State.RUNNING, State.PAUSED) else None
        step = Next.ADOPT if pid is not None else _next(run, record)
        if step:
            yield Found(run, record, step, pid)


def living_worker(run: RunDirectory) -> int | None:
    """The pid of the process at work on a run (0 while it is unknown), or None where there is none."""
    pid = holder(run.lock_path)
    return pid if pid is not None and (pid == 0 or process.alive(pid)) else None


def more_epochs(run: RunDirectory, record: RunRecord) -> bool:
    """Whether more epochs were asked of the run just when it finished."""
    wanted = [value for name, value in run.requests.settings() if name == "epochs" and isinstance(value, int)]
    return bool(wanted) and wanted[-1] > record.epoch


def goes_on(run: RunDirectory) -> bool:
    """Whether a run that its worker has left in order was told meanwhile to go on."""
    record = run.record()
    if record.state is State.PAUSED:
        return run.requests.step_asked()
    return record.state is State.FINISHED and more_epochs(run, record)


def _next(run: RunDirectory, record: RunRecord) -> Next | None:
    """What a run without a worker wants; None where it is at rest."""
    if record.state is State.FINISHED:
        return Next.RESUME if goes_on(run) else None
    if record.state not in (State.QUEUED, State.STARTING, State.RUNNING, State.PAUSED):
        return None
    if run.requests.asked(Control.STOP):
        return Next.STOP
    if record.state is State.QUEUED:
        return Next.QUEUE
    if run.resume_mark.exists():
        return Next.RESUME
    if record.state is State.PAUSED:
        return Next.RESUME if goes_on(run) else None
    return Next.RECOVER
