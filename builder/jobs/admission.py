"""Whether a document may become a run: the one rule of the page, the HTTP API and the command line.

A run that can never have the memory that it needs is refused before it waits for it; one that only has to wait for
others is not. What cannot be estimated is let in: the limits of workers (`guard`) hold for it all the same.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from builder.catalog.analysis import Analysis
from builder.catalog.memory import memory, too_large
from builder.document import Document
from builder.errors import LoomError, Problem, RunError
from builder.jobs.engine import Engine, EngineStatus
from builder.rundir import RunDirectory


def lacking_memory(document: Document, analysis: Analysis, largest: int | None) -> Problem | None:
    """Why training a document can never fit where a run may use `largest` bytes; None where it can, or nobody knows."""
    needed = memory(document, analysis)
    return too_large(document, needed, largest) if needed and largest is not None else None


def admit(engine: Engine, runs: Path, document: Document, owner: str, *, force: bool = False) -> int | None:
    """The bytes that the run is going to need (None: not known, or `force`); `RunError` where it is not to be started.

    `force` starts what is estimated not to fit.
    """
    status = engine.status()
    _within_share(runs, status, owner)
    if force:
        return None
    with suppress(RunError):  # Without an answer there is no estimate; that is no reason to refuse a run.
        analysis = engine.analyse(document)
        if problem := lacking_memory(document, analysis, status.memory):
            raise Refused(**problem.model_dump(exclude={"severity"}))
        needed = memory(document, analysis)
        return needed.total if needed else None
    return None


class Refused(LoomError):
    """The machine can never do what was asked."""


def _within_share(runs: Path, status: EngineStatus, owner: str) -> None:
    if not status.user_queued or len(status.queued) < status.user_queued:
        return
    waiting = sum(_owner(RunDirectory(runs / run_id)) == owner for run_id in status.queued)
    if waiting >= status.user_queued:
        raise RunError(
            f"{waiting} runs of {owner} are waiting already, and no more than {status.user_queued} may.",
            code="queue-full",
            hint="Start it when one of them has begun, stop one of them, or have the setting user_queued raised.",
        )


def _owner(run: RunDirectory) -> str | None:
    with suppress(RunError):
        return run.record().owner
    return None
