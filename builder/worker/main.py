"""Trains one run: `python -m builder.worker.main RUN_DIR`, or `run` in a process that was forked for it.

Importing this module imports Keras and its backend but runs no operation of theirs, so that a process that has only
imported it on TensorFlow can be forked.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

from builder import settings
from builder.catalog.registry import datasets
from builder.document import Document
from builder.errors import LoomError, Problem, RunError
from builder.events import DataProgress, StateChanged
from builder.rundir import RunDirectory, State, Superseded
from builder.worker import data
from builder.worker.backends import backend
from builder.worker.control import Controls, Paused, Stopped
from builder.worker.framework import without
from builder.worker.messages import problem_of
from builder.worker.telemetry import Telemetry
from builder.worker.train import Training

OCCUPIED = 75
"""Exit status where another worker is at work on the run."""

UNWRITABLE = 74
"""Exit status where the run's folder could not be written, so that its end is not told there."""

log = logging.getLogger(__name__)


def run(path: Path) -> int:
    """Train the run in this directory to a state of its own writing; the exit status is 1 where it failed.

    UNWRITABLE where the disk did not take that state; OCCUPIED where a newer attempt has begun meanwhile: the run is
    that one's, and nothing more is written.
    """
    try:
        return _attempt(RunDirectory(path))
    except Superseded as error:
        log.error("%s", error)
        return OCCUPIED


def _attempt(directory: RunDirectory) -> int:
    try:
        record = directory.claim()
        telemetry = Telemetry(directory)
    except (LoomError, OSError) as error:
        log.error("%s", error)
        return 1
    telemetry.record.now(
        state=State.RUNNING,
        pid=os.getpid(),
        started=record.started or time.time(),
        ended=None,
        problem=None,
    )
    telemetry.tell(StateChanged(state=State.RUNNING, attempt=record.attempt))
    problem, document = None, None
    with Controls(directory, settings.load().run_minutes) as controls:
        try:
            _use_threads()
            document = directory.document()
            state = _train(directory, document, telemetry, controls, resume=record.attempt > 1)
        except Stopped:
            state = State.STOPPED
        except Paused:
            state = State.PAUSED
        except Exception as error:
            log.exception("The run failed.")
            state, problem = State.FAILED, problem_of(error, document)
        if state is State.STOPPED:
            problem = controls.out_of_time
    return _end(directory, telemetry, state, problem, record.attempt)


def preload() -> None:
    """Import what data sets need and training does not, so that a process kept warm has it ready."""
    with without("pandas", "pyarrow"):
        import sklearn.datasets  # noqa: F401


def _train(
    directory: RunDirectory, document: Document, telemetry: Telemetry, controls: Controls, *, resume: bool
) -> State:
    def tell(event: DataProgress) -> None:
        telemetry.tell(event)
        controls.check()

    if document.data is None:
        raise RunError(
            "The document names no data set.",
            code="no-data",
            where="data",
            hint="Choose one on the Design page.",
        )
    dataset = datasets[document.data.dataset]
    # Nothing here may hold the arrays while the run trains: it has made tensors of them.
    training = Training(directory, document, dataset, data.load(document.data, dataset, tell), telemetry, controls)
    return training.run(resume=resume)


def _end(run: RunDirectory, telemetry: Telemetry, state: State, problem: Problem | None, attempt: int) -> int:
    """Tell the end and write it down; the events come first, since readers stop following once the record says so.

    A worker that leaves a run which it has paused already, to wait for a step, does not tell it again.
    """
    if problem:
        telemetry.notice(problem)
    if run.record().state is not state:
        telemetry.tell(StateChanged(state=state, attempt=attempt, message=problem.sentence() if problem else None))
    ended = None if state is State.PAUSED else max(time.time(), run.record().started or 0.0)
    written = telemetry.record.now(state=state, ended=ended, pid=None, problem=problem)
    telemetry.close()
    if not written:
        return UNWRITABLE
    return 1 if state is State.FAILED else 0


def _use_threads() -> None:
    """Compute on the run's share of the cores, where one is set; else on all of them."""
    if threads := settings.load().threads:
        backend.use_threads(threads)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        log.error("usage: python -m builder.worker.main RUN_DIR")
        return 2
    return run(Path(arguments[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
