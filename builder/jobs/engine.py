"""What every engine promises. `tests/jobs/engine_suite.py` holds an implementation to it.

The run directory is the truth: an engine keeps nothing of a run that it could not read there again, so that a
message or an engine that is lost loses no run. What a person may ask, and in which state, is `verbs.VERBS`; what makes
no sense in a run's state is a `RunError` with a sentence, and nothing has changed then.

    queued ──► starting ──► running ──► finished | failed    written by the worker, its last act
      ▲            │           │
      │            └─────┬─────┘──► stopped | paused         by the worker, when asked
      │                  └────────► failed | lost            by the engine, where going on leads nowhere
      ├──── again ── paused | stopped | failed | lost        by the engine; attempt + 1, from the checkpoint
      └──── again ── starting | running                      the same, after the worker died without a word

Starting
- queued -> starting: the engine found a free slot. Owners take turns; runs of one owner start in the order in
  which they were created. "starting" is written before the worker exists, so that no crash can start two
  workers; the worker holds `worker.lock` while it lives, which refuses a second one in any case.
- A run starts only when what it was estimated to need (`RunRecord.memory`) is free beside what those going were, and
  when there is a GPU for it where there are GPUs. A run that does not fit yet lets a few others by and then keeps its
  place: small runs never pass a large one for ever. Whatever waits, `EngineStatus.waits` says why.
- What can never fit on the machine is refused before it is created, whoever asks (`admission`).
- starting -> running: the worker read the run directory and is at work.
- A run is submitted once, however often it is submitted: with the key of `RunDirectory.create` that holds for a
  person who presses twice as well.

Ending
- running -> finished: the last epoch in force has been validated. -> failed: an error of its own, told as `problem`.
- queued -> stopped, paused -> stopped: at once, by the engine; there is no worker to ask.
- starting | running -> stopped: the worker is asked, writes a checkpoint and saves the model of the best epoch. One
  that does not answer is ended. After `finish` it does the same by itself at the end of the epoch, and when it has
  trained as long at a stretch as a run may.
- starting | running -> failed: it took more of the machine than a run may and was ended; `problem` names the limit.
- starting | running -> failed: the worker ended by itself, with a status and no word why. -> lost: it was killed or
  crashed by a signal `MAX_SETBACKS` times in a row. Both name how it ended, where, and what to do next; the last event
  of a run that has ended tells the state that it has ended in.

Waiting and going on
- queued -> paused: at once. starting | running -> paused: the worker is asked, writes a checkpoint and frees the slot.
- paused | stopped | failed | lost -> queued (`resume`): the next attempt goes on from the last checkpoint, with
  weights, optimizer, random state, position and changed settings as they were: no epoch is left out, and the curve is
  that of a run that was never interrupted.
- starting | running (`resume`): a pause or an end after this epoch that the worker has not come to yet is taken back.
- starting | running -> queued, by itself: the worker was ended by a signal, from outside or in a crash, or could not
  write into the run's folder. A "problem" event tells how it ended, where, and from where the run goes on; attempt + 1,
  from the last checkpoint. A death after a newer checkpoint than at the one before is the first of a row; from the
  second on the run waits, longer each time. What a person had asked of the dead worker is done: a stop or a pause at
  once, the end after the epoch and a step by the next attempt.
- paused -> ... -> paused (`step`): the run goes on for one batch or one epoch. Its worker may stay and wait for the
  next step; it leaves when another run needs the slot, and every step ends with a checkpoint.
- finished | stopped | failed | lost -> queued (`extend`): the run goes on for so many epochs after the last whole one.
  The document stays as it was frozen; `run.json` holds the number of epochs in force.

Who may write
- Lease: a worker holds `worker.lock` while it lives, and the system takes it from the dead. A run goes on only when
  nobody holds it.
- Fencing token: `attempt` in `run.json`. It grows before the next worker exists, and a worker looks at it before every
  write of an event, of the record, of a checkpoint or a model; where it has grown, that worker writes no more.
- Heartbeat: a worker shows that it lives by events and processor time, so that a slow one is never taken for dead. One
  that gives no sign for a minute is told of (`heartbeat.standstill`); after ten it is ended and its run goes on, unless
  it is halted or waits for a disk. A pause that it does not answer ends it after a minute.
- The engine's own process shows that it lives by its answers: its clients replace one that is dead, or halted and
  silent, and the next one finds all that it knew.
- A disk that is full or a folder that cannot be written holds a run up: its worker stands still, or its end is written
  as soon as that is possible.

Changing
- A live setting (`catalog.live`) that is changed counts from a step that the worker chooses, between two steps, and
  tells by a "setting" event; `run.json` notes it, so that later attempts make the same change at the same step.

Ends of the engine
- An engine that shuts down pauses its workers, leaves a mark, and its next start resumes them. Runs that it
  finds interrupted without a mark (the machine went down) go on as after any death of their workers.
- What a person paused stays paused. What a person asked and nobody has done yet is done by the next start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from builder.catalog.analysis import Analysis
from builder.document import Document
from builder.rundir import RunDirectory

MAX_SETBACKS = 5
"""Deaths in a row without a newer checkpoint after which a run waits for a person: it may be what takes the machine
down."""


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
    waits: Mapping[str, str] = field(default_factory=dict)
    """Why each queued run waits, by its id, as the rest of a sentence: "waits for memory: needs 3.1 GB, ..."."""
    memory: int | None = None
    """Bytes that one run may use at most; None where nobody knows."""
    user_queued: int = 0
    """Runs of one owner that may wait; 0 means no limit."""


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
        """Write a checkpoint and free the slot. A paused run stays as it is; `RunError` where it has ended."""

    def resume(self, run_id: str) -> None:
        """Queue the run again, from its last checkpoint. `RunError` where it has finished.

        A run that is going keeps going: a pause that has not come yet is taken back.
        """

    def step(self, run_id: str, stride: str) -> None:
        """Have a paused run go on for a "batch" or an "epoch". `RunError` where it is not paused."""

    def finish(self, run_id: str) -> None:
        """Stop the run when its epoch has been validated. `RunError` where no epoch is under way."""

    def extend(self, run_id: str, epochs: int) -> None:
        """Train so many epochs more than planned; where the run has ended, queue it again for so many."""

    def change(self, run_id: str, setting: str, value: float) -> None:
        """Change a live setting. `RunError` where the run has none of that name, it does not fit, or it has ended."""

    def analyse(self, document: Document) -> Analysis:
        """What Keras says of every node; waits while the analysis process starts."""

    def status(self) -> EngineStatus:
        """What the engine is doing now."""

    def close(self, *, shutdown: bool = False) -> None:
        """Leave the engine. With `shutdown`, and nobody else connected, it pauses its runs and ends first.

        The engine object can be used again afterwards; it then connects anew.
        """
