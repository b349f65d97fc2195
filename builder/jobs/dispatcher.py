"""Starts what waits: keeps the queue, and gives each run a worker as soon as there is room for it.

A worker is forked by the zygote where that will do, and is a fresh process elsewhere. A worker that never got going is
started anew.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.catalog.backends import BACKENDS
from builder.errors import LoomError
from builder.jobs import process, resources, transitions
from builder.jobs.children import Zygote, start_fresh
from builder.jobs.queue import FairQueue, Waiting
from builder.jobs.recovery import Later
from builder.jobs.room import Room
from builder.jobs.sandbox import fetched_to, sandbox
from builder.jobs.workers import Watch, Worker
from builder.rundir import Control, RunDirectory, State, holder

if TYPE_CHECKING:
    from builder.jobs.supervisor import Supervisor

log = logging.getLogger("layerloom")


class Dispatcher:
    def __init__(self, supervisor: Supervisor):
        settings = supervisor.settings
        self.supervisor = supervisor
        self.room = Room(resources.slots(settings), resources.gpus(), settings.user_running)
        self.queue = FairQueue()
        self.later = Later()
        self.wants_zygote = False
        self._environ = resources.worker_environment(settings)
        self._sandbox = sandbox(settings)
        self._warming_since = 0.0
        self.zygote = self._new_zygote()

    def enqueue(self, run: RunDirectory) -> None:
        """Put a run whose state is queued into the queue, unless somebody has asked to stop it meanwhile."""
        record = run.record()
        if run.requests.asked(Control.STOP):
            transitions.stopped(run)
            return
        if run.requests.asked(Control.PAUSE):
            transitions.paused(run)
            return
        self.wants_zygote = self.wants_zygote or BACKENDS[record.backend].warm
        self.later.remove(run.id)
        self.queue.add(Waiting(record.created, run.id, record.owner, record.memory))

    def dequeue(self, run: RunDirectory) -> None:
        """Have a waiting run wait no longer."""
        self.queue.remove(run.id)
        self.later.remove(run.id)

    def requeue(self, run: RunDirectory) -> None:
        """Queue the next attempt of a run that no worker is at work on and that a person has told to go on."""
        transitions.queued_again(run)
        self.enqueue(run)

    def waits(self, run_id: str) -> bool:
        """Whether a run is to start, now or a little later."""
        return run_id in self.queue or run_id in self.later

    def dispatch(self, now: float) -> None:
        """Keep the zygote warm where it is wanted, and start what can start."""
        if self.wants_zygote and self.zygote.process is None and (self.queue or self.supervisor.analysis.ready):
            # The first page waits for the analysis: the longer import shall not take the processors from it.
            self._warming_since = now
            self.zygote.keep(now)
        self._enqueue_later_ones(now)
        self._fill(now)

    def start(self, run: RunDirectory, now: float) -> None:
        """Give a run its worker."""
        if self._forks(run) and self.zygote.fork(run, _share(run)):
            watch = Watch(run, run.events_path.stat().st_size, now)
            self.supervisor.watch(Worker.of(run, "forked", watch=watch))
        else:
            self._start_fresh(run)

    def start_anew(self, worker: Worker, message: str | None = None) -> None:
        """Give the run of a worker that never got going a process of its own."""
        self.supervisor.workers.pop(worker.run.id, None)
        if message:
            transitions.starting(worker.run, message, gpu=worker.gpu)
        self._start_fresh(worker.run)

    def replace(self, worker: Worker) -> None:
        """End what hangs: the forked worker, or the zygote that never said its pid. Its end starts a fresh process."""
        worker.hung, worker.watch = True, None
        if worker.pid is not None:
            log.warning("run %s: the forked worker %d hangs; a fresh process follows", worker.run.id, worker.pid)
            worker.kill()
        elif self.zygote.pid is not None:
            log.warning("the zygote hangs")
            process.end_group(self.zygote.pid)

    def hear(self, zygote: Zygote, message: dict[str, Any]) -> None:
        """Take note of what a zygote says: that it is ready, a worker's pid, or that it does not fork any more."""
        if message.get("ready"):
            zygote.say_ready(message.get("pid"))
            return
        worker = self.supervisor.workers.get(Path(message["run"]).name)
        if worker is None:
            return
        if "refused" in message:
            log.warning("the zygote does not fork any more: %s", message["refused"])
            self.start_anew(worker)
            return
        worker.pid = message["pid"]
        if zygote.spare:
            self.zygote = self._new_zygote()
        if self.supervisor.closing is not None:
            worker.pause_now()

    def zygote_ended(self, status: int, now: float) -> None:
        """Care by ourselves for the workers that it has forked, and start those anew that it has not."""
        pid = self.zygote.pid
        self.zygote.ended(status, now)
        log.info("zygote %s is gone", pid)
        for worker in [worker for worker in self.supervisor.workers.values() if worker.origin == "forked"]:
            if worker.pid is None and holder(worker.run.lock_path) is None:
                self.start_anew(worker)
            else:
                self.supervisor.adopt(worker)

    def _new_zygote(self) -> Zygote:
        # Forking is proven safe on Linux; elsewhere the process that is warm becomes the worker itself.
        spare = () if sys.platform == "linux" else ("--spare",)
        command = [*self.supervisor.commands.zygote, *spare]
        return Zygote(command, self._environ, self.supervisor.inbox.put, self._sandbox)

    def _enqueue_later_ones(self, now: float) -> None:
        for run_id in self.later.take(now):
            try:
                run = RunDirectory.open(self.supervisor.settings.runs, run_id)
                if run.record().state is State.QUEUED and run_id not in self.supervisor.workers:
                    self.enqueue(run)
            except LoomError as error:
                log.warning("run %s is dropped: %s", run_id, error)
            except OSError as error:
                log.warning("run %s cannot be queued yet: %s", run_id, error)
                self.later.add(run_id, now + self.supervisor.timing.retry)

    def _fill(self, now: float) -> None:
        """Start what waits, as far as there are slots; while the zygote warms up, waiting is quicker than starting."""
        supervisor = self.supervisor
        warming = self.wants_zygote and not self.zygote.ready and not self.zygote.failures
        if (warming and now - self._warming_since < supervisor.timing.warming) or now < supervisor.retry_at:
            return
        if self.queue and len(supervisor.workers) >= self.room.slots:
            self._send_home(now)
        while self.queue and len(supervisor.workers) < self.room.slots:
            going = supervisor.going()
            waiting = self.queue.take((run.owner for run in going), self.room.hold(going))
            if waiting is None:
                self._send_home(now)
                return
            try:
                run = RunDirectory.open(supervisor.settings.runs, waiting.run_id)
                state = run.record().state
                if state is State.QUEUED:
                    run.requests.answered(Control.PAUSE)
                    transitions.starting(run, gpu=self.room.gpu(going))
                elif state is not State.STARTING:
                    continue
                self.start(run, now)
            except LoomError as error:
                log.warning("run %s is dropped: %s", waiting.run_id, error)
            except OSError as error:
                log.warning("run %s cannot start yet: %s", waiting.run_id, error)
                self.queue.add(waiting)
                supervisor.retry_at = now + supervisor.timing.retry
                return

    def _send_home(self, now: float) -> None:
        """Have workers leave that only wait for their paused run's next step: somebody needs the slot."""
        for worker in self.supervisor.workers.values():
            if worker.asked is None and worker.run.record().state is State.PAUSED:
                worker.ask(Control.PAUSE, now)

    def _forks(self, run: RunDirectory) -> bool:
        """Whether the warm process will do: it computes with what it has imported, and fetches no data set."""
        return self.zygote.ready and BACKENDS[run.record().backend].warm and fetched_to(run.document()) is None

    def _start_fresh(self, run: RunDirectory) -> None:
        """Start a worker in a process of its own, which imports the run's backend and may fetch its data set."""
        supervisor = self.supervisor
        fetch = fetched_to(run.document())
        if fetch:
            fetch.mkdir(parents=True, exist_ok=True)
        own = {"LAYERLOOM_KERAS": run.record().backend, **_share(run)}
        environ = {**resources.worker_environment(supervisor.settings, network=fetch is not None), **own}
        pid = start_fresh(supervisor.commands.worker, run, environ, supervisor.inbox.put, self._sandbox, fetch=fetch)
        supervisor.watch(Worker.of(run, "fresh", pid=pid))


def _share(run: RunDirectory) -> dict[str, str]:
    """What tells a worker which GPU is its own."""
    gpu = run.record().gpu
    return {} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu}
