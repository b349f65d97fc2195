"""What every engine promises. `tests/jobs/engine_suite.py` holds an implementation to it.

The run directory is the truth: an engine keeps nothing of a run that it could not read there again, so that a
message or an engine that is lost loses no run.

    queued ──► starting ──► running ──► finished | failed    written by the worker, its last act
      ▲            │           │
      │            └─────┬─────┘──► stopped | paused         by the worker, when asked
      │                  └────────► lost | failed            by the engine, when the worker ended silently
      └──── resume ── paused | stopped | failed | lost       by the engine; attempt + 1, from the checkpoint

- queued -> starting: the engine found a free slot. Owners take turns; runs of one owner start in the order in
  which they were created. "starting" is written before the worker exists, so that no crash can start two
  workers; the worker holds `worker.lock` while it lives, which refuses a second one in any case.
- starting -> running: the worker read the run directory and is at work.
- queued -> stopped, paused -> stopped: at once, by the engine; there is no worker to ask.
- running -> stopped, running -> paused: the worker is asked. One that is to stop and does not answer is ended.
- starting | running -> lost: the worker was ended from outside. -> failed: it crashed.
- An engine that shuts down pauses its workers, leaves a mark, and its next start resumes them. Runs that it
  finds interrupted without a mark (the machine went down) are resumed in the same way, up to `MAX_ATTEMPTS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from builder.catalog.analysis import Analysis
from builder.document import Document
from builder.rundir import RunDirectory

MAX_ATTEMPTS = 5
"""Attempts after which an interrupted run waits for a person: it may be what takes the machine down."""


@dataclass(frozen=True)
class EngineStatus:
    """What the engine is doing now."""

    supervisor: int
    """Process id of the supervisor."""
    warm: bool
    """Whether a new run starts in a process that has imported everything already."""
    running: tuple[str, ...]
    queued: tuple[str, ...]
    """Run ids in the order in which they will start, as far as it is known."""
    slots: int
    processes: tuple[int, ...] = ()
    """Ids of the processes that live as long as the engine: analysis and the warm starter."""


@runtime_checkable
class Engine(Protocol):
    """Runs workers and answers shape questions for one home. All methods may be called from any thread.

    Every method raises `RunError` with a sentence where the engine cannot be reached, and nothing has been
    lost then.
    """

    def submit(self, run: RunDirectory) -> None:
        """Start the run, whose state is queued, as soon as a slot is free. Twice is the same as once."""

    def stop(self, run_id: str) -> None:
        """End the run and keep what it has learned. A run that has ended stays as it is."""

    def pause(self, run_id: str) -> None:
        """Write a checkpoint and free the slot. A run that is not starting or running stays as it is."""

    def resume(self, run_id: str) -> None:
        """Queue the run again, from its last checkpoint. `RunError` where it has finished."""

    def analyse(self, document: Document) -> Analysis:
        """What Keras says of every node; waits while the analysis process starts."""

    def status(self) -> EngineStatus:
        """What the engine is doing now."""

    def close(self, *, shutdown: bool = False) -> None:
        """Leave the engine. With `shutdown`, and nobody else connected, it pauses its runs and ends first.

        The engine object can be used again afterwards; it then connects anew.
        """
