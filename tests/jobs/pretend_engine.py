"""A second, small implementation of `Engine`: its workers are generators that one thread of the test drives.

It holds the conformance suite against something that is not the local engine, and its subclasses break one promise
each, to see that the suite notices.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from pathlib import Path

from fake_worker import ENDLESS, Died, life

from builder.catalog.analysis import Analysis, NodeReport
from builder.catalog.live import checked
from builder.document import Document
from builder.jobs import VERBS, EngineStatus, recovery, transitions
from builder.jobs.queue import FairQueue, Waiting
from builder.jobs.room import Going, Room
from builder.rundir import ENDED, Control, RunDirectory, State, Stride

PATIENCE = 0.2


class PretendEngine:
    """One slot, one thread that takes a turn every few milliseconds."""

    def __init__(self, runs: Path):
        self.runs = runs
        self.queue = FairQueue()
        self.room = Room(slots=1)
        self.run: RunDirectory | None = None
        self.work: Generator[None, None, None] = (None for _ in ())
        self.stop_by = float("inf")
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._turns, daemon=True)
        self._thread.start()

    def submit(self, run: RunDirectory) -> None:
        with self._lock:
            record = run.record()
            if record.state is State.QUEUED:
                self.queue.add(Waiting(record.created, run.id, record.owner, record.memory))

    def stop(self, run_id: str) -> None:
        with self._lock:
            run = self._told("stop", run_id)
            if self._works_on(run):
                run.requests.ask(Control.STOP)
                self.stop_by = min(self.stop_by, time.monotonic() + PATIENCE)
            elif run.record().state not in ENDED:
                self.queue.remove(run.id)
                transitions.stopped(run)

    def pause(self, run_id: str) -> None:
        with self._lock:
            run = self._told("pause", run_id)
            if self._works_on(run):
                run.requests.ask(Control.PAUSE)
            elif run.record().state is State.QUEUED:
                self.queue.remove(run.id)
                transitions.paused(run)

    def resume(self, run_id: str) -> None:
        with self._lock:
            run = self._told("resume", run_id)
            if self._works_on(run):
                run.requests.clear()
            elif run.record().state is not State.QUEUED:
                self._again(run)

    def step(self, run_id: str, stride: str) -> None:
        with self._lock:
            run = self._told("step", run_id)
            run.requests.ask_step(Stride(stride))
            self._again(run)

    def finish(self, run_id: str) -> None:
        with self._lock:
            self._told("finish", run_id).requests.ask(Control.FINISH)

    def extend(self, run_id: str, epochs: int) -> None:
        with self._lock:
            run = self._told("extend", run_id)
            record = run.record()
            ended = record.state in ENDED
            self.change(run_id, "epochs", (record.epoch if ended else record.epochs) + epochs, verb="extend")
            if ended:
                self._again(run)

    def change(self, run_id: str, setting: str, value: float, *, verb: str = "change") -> None:
        with self._lock:
            run = self._told(verb, run_id)
            run.requests.ask_setting(setting, checked(run.document(), setting, value))
            if setting == "epochs" and not self._works_on(run):
                run.update(epochs=value)

    def analyse(self, document: Document) -> Analysis:
        return Analysis(nodes={node.id: NodeReport() for node in document.model.nodes})

    def status(self) -> EngineStatus:
        with self._lock:
            running = (self.run.id,) if self.run else ()
            owners = [self.run.record().owner] if self.run else []
            waits = self.queue.reasons(owners, self.room.hold([Going(owner) for owner in owners]))
            queued = self.queue.order(owners)
            return EngineStatus(0, warm=True, running=running, queued=queued, slots=1, waits=waits)

    def close(self, *, shutdown: bool = False) -> None:
        if shutdown:
            self._over.set()
            self._thread.join()
            self.work.close()

    def _told(self, verb: str, run_id: str) -> RunDirectory:
        run = RunDirectory.open(self.runs, run_id)
        VERBS[verb].demand(run.record().state)
        return run

    def _works_on(self, run: RunDirectory) -> bool:
        return self.run is not None and self.run.id == run.id

    def _again(self, run: RunDirectory) -> None:
        transitions.queued_again(run)
        self.submit(run)

    def _turns(self) -> None:
        while not self._over.wait(0.003):
            with self._lock:
                self.turn()

    def turn(self) -> None:
        """Let the worker train one epoch, or start the run that comes next."""
        if self.run is None:
            waiting = self.queue.take((), self.room.hold([]))
            if waiting is not None:
                self.begin(RunDirectory(self.runs / waiting.run_id))
            return
        try:
            next(self.work)
        except StopIteration:
            self.run = None
        except Died as death:
            run, self.run = self.run, None
            self.died(run, death.status)
        else:
            if time.monotonic() > self.stop_by and self.run.record().name in ENDLESS:
                self.work.close()
                transitions.stopped(self.run, "It did not answer.")
                self.run = None

    def begin(self, run: RunDirectory) -> None:
        transitions.starting(run)
        self.run, self.work, self.stop_by = run, life(run, []), float("inf")

    def died(self, run: RunDirectory, status: int) -> None:
        if recovery.after_death(run, status) is not None:
            self.submit(run)
