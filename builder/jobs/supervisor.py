"""The supervisor: one process for each home, which starts, watches and ends the workers.

One thread owns everything; all that happens (a question, a child's word, a signal) comes to it through the
inbox. It holds no truth: killed at any moment, its successor finds in the run directories what to adopt,
resume and start. It ends by itself when nobody is connected and nothing is left to do.
"""

from __future__ import annotations

import logging
import queue
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.catalog.backends import BACKENDS
from builder.errors import LoomError
from builder.jobs import process, resources, transitions
from builder.jobs.adoption import Next, find, goes_on, living_worker
from builder.jobs.channel import address
from builder.jobs.children import Analysis, Child, ChildEnded, WorkerEnded, Zygote, ZygoteSaid, start_fresh
from builder.jobs.clerk import Clerk
from builder.jobs.desk import Asked, Desk, HungUp
from builder.jobs.queue import FairQueue, Waiting
from builder.jobs.workers import Watch, Worker
from builder.rundir import Control, FileLock, RunDirectory, State, holder
from builder.settings import Settings, load

log = logging.getLogger("layerloom")

OCCUPIED = 75
"""Exit status of a worker that found another one at work on its run."""


@dataclass(frozen=True)
class Commands:
    """How the processes are started; the address or the run directory is added at the end."""

    zygote: tuple[str, ...] = (sys.executable, "-m", "builder.worker.zygote")
    worker: tuple[str, ...] = (sys.executable, "-m", "builder.worker.zygote", "--run")
    analysis: tuple[str, ...] = (sys.executable, "-m", "builder.worker.analysis_process")


@dataclass(frozen=True)
class Timing:
    """Seconds."""

    idle: float = 60.0
    """Without clients and runs, until it ends."""
    patience: float = 10.0
    """Until a worker that does not answer gets SIGTERM, and again until SIGKILL."""
    hang: float = 20.0
    """Without event and without processor time, until a forked worker is replaced by a fresh process."""
    warming: float = 60.0
    """Longest wait for the zygote to import TensorFlow before a run starts without it."""
    shutdown: float = 20.0
    """For the workers to write their checkpoints."""
    beat: float = 0.25
    """Between two looks at the workers."""
    retry: float = 5.0
    """After something could not be written, until it is tried again."""


@dataclass(frozen=True)
class Leave:
    """Somebody asked the supervisor to end: a signal, or the last client."""

    reason: str


class Supervisor:
    """The state of one home's engine and the loop that changes it. The caller holds the home's lock."""

    def __init__(
        self,
        settings: Settings,
        *,
        commands: Commands = Commands(),
        timing: Timing = Timing(),
        stay: bool = False,
    ):
        self.settings = settings
        self.commands = commands
        self.timing = timing
        self.stay = stay
        self.slots = resources.slots(settings)
        self.environ = resources.worker_environment(settings)
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.queue = FairQueue()
        self.workers: dict[str, Worker] = {}
        self.closing: float | None = None
        """When it began to end."""
        self.wants_zygote = False
        self._unsettled: list[tuple[Worker, int | None]] = []
        self._warming_since = 0.0
        self._retry_at = 0.0
        self._mistake = ""
        self._busy_at = time.monotonic()
        where = address(settings.home, "analysis")
        self.analysis = Analysis(commands.analysis, where, self._side_environ(), self.inbox.put)
        self.zygote = self._new_zygote()
        self.clerk = Clerk(self)
        self.desk = Desk(address(settings.home, "supervisor"), self.inbox.put)

    def serve(self) -> None:
        """Work until told to leave or idle; then pause the runs, end the children and return."""
        self._find_runs()
        while self.closing is None or self.workers:
            try:
                word = self.inbox.get(timeout=self.timing.beat if self.workers else 4 * self.timing.beat)
            except queue.Empty:
                word = None
            try:
                self._take(word)
                self._beat(time.monotonic())
            except Exception as error:
                # A mistake of ours must not take the runs' supervision down; the log tells once what it was.
                if repr(error) != self._mistake:
                    self._mistake = repr(error)
                    log.exception("this should not have happened")
        self.desk.close()
        self.zygote.close(patience=0.5)
        self.analysis.close()
        log.info("supervisor ends")

    def leave(self, reason: str) -> None:
        """Begin to end: pause what runs, so that the next start resumes it. A second call kills it."""
        if self.closing is not None:
            self.closing = float("-inf")
            return
        log.info("supervisor leaves: %s", reason)
        self.closing = time.monotonic()
        self.clerk.say_goodbye()
        for worker in self.workers.values():
            worker.pause_now()

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
        self.queue.add(Waiting(record.created, run.id, record.owner))

    def requeue(self, run: RunDirectory, message: str | None = None) -> None:
        """Queue the next attempt of a run that no worker is at work on."""
        transitions.queued_again(run, message)
        self.enqueue(run)

    def _new_zygote(self) -> Zygote:
        # Forking is proven safe on Linux; elsewhere the process that is warm becomes the worker itself.
        spare = () if sys.platform == "linux" else ("--spare",)
        return Zygote([*self.commands.zygote, *spare], self.environ, self.inbox.put)

    def _side_environ(self) -> dict[str, str]:
        return {**resources.environment(self.settings), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

    def _find_runs(self) -> None:
        for found in find(self.settings.runs):
            try:
                match found.next:
                    case Next.QUEUE:
                        self.enqueue(found.run)
                    case Next.ADOPT:
                        log.info("run %s goes on in process %s", found.run.id, found.pid)
                        self._watch(Worker(found.run, found.record.owner, "adopted", pid=found.pid or None))
                    case Next.RESUME:
                        self.requeue(found.run, "It was interrupted and goes on from its last checkpoint.")
                    case Next.STOP:
                        transitions.stopped(found.run)
                    case Next.GIVE_UP:
                        transitions.lost(found.run, None)
            except (LoomError, OSError) as error:
                log.warning("run %s is left as it is: %s", found.run.id, error)

    def _watch(self, worker: Worker) -> None:
        """Care for a living worker, and for what people have asked of it already."""
        for control in (Control.STOP, Control.PAUSE):
            if worker.asked is None and worker.run.requests.asked(control):
                worker.ask(control, time.monotonic())
        self.workers[worker.run.id] = worker

    def _adopt(self, worker: Worker) -> None:
        """Go on without the one that would have told of the worker's end."""
        worker.origin, worker.watch = "adopted", None
        self._watch(worker)

    def _take(self, word: Any) -> None:
        match word:
            case Asked():
                self.clerk.answer(word)
            case HungUp(line):
                self.clerk.forget(line)
            case ZygoteSaid(zygote, message):
                self._zygote_said(zygote, message)
            case WorkerEnded(run_id, pid, status):
                worker = self.workers.get(run_id)
                if worker and worker.pid == pid:
                    self._settle(worker, status)
            case ChildEnded(child, status):
                self._child_ended(child, status)
            case Leave(reason):
                self.leave(reason)

    def _beat(self, now: float) -> None:
        if now >= self._retry_at:
            unsettled, self._unsettled = self._unsettled, []
            for worker, status in unsettled:
                self._settle(worker, status)
        for worker in tuple(self.workers.values()):
            if worker.origin == "adopted" and worker.gone():
                self._settle(worker, None)
                continue
            worker.press(now, self.timing.patience)
            if worker.watch and worker.watch.hangs(worker.pid, now, self.timing.hang):
                self._replace(worker)
        if self.closing is not None:
            if now > self.closing + self.timing.shutdown:
                for worker in self.workers.values():
                    worker.kill()
            return
        self.analysis.keep(now)
        if self.wants_zygote and self.zygote.process is None:
            self._warming_since = now
            self.zygote.keep(now)
        self._fill(now)
        if self.workers or self.queue or self.clerk.clients or self.stay:
            self._busy_at = now
        elif now - self._busy_at > self.timing.idle:
            self.leave("nothing to do")

    def _replace(self, worker: Worker) -> None:
        """End what hangs: the forked worker, or the zygote that never said its pid. Its end starts a fresh process."""
        worker.hung, worker.watch = True, None
        if worker.pid is not None:
            log.warning("run %s: the forked worker %d hangs; a fresh process follows", worker.run.id, worker.pid)
            worker.kill()
        elif self.zygote.pid is not None:
            log.warning("the zygote hangs")
            process.end_group(self.zygote.pid)

    def _fill(self, now: float) -> None:
        """Start what waits, as far as there are slots; while the zygote warms up, waiting is quicker than starting."""
        warming = self.wants_zygote and not self.zygote.ready and not self.zygote.failures
        if (warming and now - self._warming_since < self.timing.warming) or now < self._retry_at:
            return
        if self.queue and len(self.workers) >= self.slots:
            self._send_home(now)
        while self.queue and len(self.workers) < self.slots:
            waiting = self.queue.take(worker.owner for worker in self.workers.values())
            assert waiting is not None
            try:
                run = RunDirectory.open(self.settings.runs, waiting.run_id)
                state = run.record().state
                if state is State.QUEUED:
                    run.requests.answered(Control.PAUSE)
                    transitions.starting(run)
                elif state is not State.STARTING:
                    continue
                self._start(run, waiting.owner, now)
            except LoomError as error:
                log.warning("run %s is dropped: %s", waiting.run_id, error)
            except OSError as error:
                log.warning("run %s cannot start yet: %s", waiting.run_id, error)
                self.queue.add(waiting)
                self._retry_at = now + self.timing.retry
                return

    def _send_home(self, now: float) -> None:
        """Have workers leave that only wait for their paused run's next step: somebody needs the slot."""
        for worker in self.workers.values():
            if worker.asked is None and worker.run.record().state is State.PAUSED:
                worker.ask(Control.PAUSE, now)

    def _start(self, run: RunDirectory, owner: str, now: float) -> None:
        if BACKENDS[run.record().backend].warm and self.zygote.ready and self.zygote.fork(run):
            watch = Watch(run, run.events_path.stat().st_size, now)
            self._watch(Worker(run, owner, "forked", watch=watch))
        else:
            self._watch(Worker(run, owner, "fresh", pid=self._start_fresh(run)))

    def _start_fresh(self, run: RunDirectory) -> int:
        """Start a process that imports the run's own backend; its pid."""
        environ = {**self.environ, "LAYERLOOM_KERAS": run.record().backend}
        return start_fresh(self.commands.worker, run, environ, self.inbox.put)

    def _zygote_said(self, zygote: Zygote, message: dict[str, Any]) -> None:
        if message.get("ready"):
            zygote.ready = True
            return
        worker = self.workers.get(Path(message["run"]).name)
        if worker is None:
            return
        if "refused" in message:
            log.warning("the zygote does not fork any more: %s", message["refused"])
            self._start_anew(worker)
        elif "exit" in message:
            if worker.pid == message["pid"]:
                self._settle(worker, message["exit"])
        else:
            worker.pid = message["pid"]
            if zygote.spare:
                self.zygote = self._new_zygote()
            if self.closing is not None:
                worker.pause_now()

    def _child_ended(self, child: Child, status: int) -> None:
        if child is self.analysis or child is self.zygote:
            pid = child.pid
            child.ended(status, time.monotonic())
            if child is self.analysis:
                return
            log.info("zygote %s is gone", pid)
            for worker in [worker for worker in self.workers.values() if worker.origin == "forked"]:
                if worker.pid is None and holder(worker.run.lock_path) is None:
                    self._start_anew(worker)
                else:
                    self._adopt(worker)
            return
        for worker in tuple(self.workers.values()):
            if worker.pid == child.pid:
                self._settle(worker, status)

    def _start_anew(self, worker: Worker, message: str | None = None) -> None:
        """Give the run of a worker that never got going a process of its own."""
        self.workers.pop(worker.run.id, None)
        if message:
            transitions.starting(worker.run, message)
        self._watch(Worker(worker.run, worker.owner, "fresh", pid=self._start_fresh(worker.run)))

    def _settle(self, worker: Worker, status: int | None) -> None:
        """A worker has ended: write what became of its run, unless it did so itself."""
        run = worker.run
        self.workers.pop(run.id, None)
        try:
            state = run.record().state
            if state in (State.STARTING, State.RUNNING):
                self._settle_silent(worker, status)
            elif state is State.PAUSED and worker.asked is Control.STOP:
                transitions.stopped(run)
            elif (state not in (State.QUEUED, State.FINISHED) and worker.resume_after) or goes_on(run):
                self.requeue(run)
        except LoomError as error:
            log.warning("run %s is dropped: %s", run.id, error)
        except OSError as error:
            log.warning("run %s: its end cannot be written yet: %s", run.id, error)
            self._unsettled.append((worker, status))
            self._retry_at = time.monotonic() + self.timing.retry

    def _settle_silent(self, worker: Worker, status: int | None) -> None:
        run = worker.run
        pid = living_worker(run) if status == OCCUPIED else None
        if pid is not None:
            worker.pid = pid or None
            self._adopt(worker)
        elif worker.asked is Control.STOP:
            transitions.stopped(run, "The training process did not answer and was ended.")
        elif self.closing is not None and run.resume_mark.exists():
            log.info("run %s ended without a checkpoint of its last epoch; the next start resumes it", run.id)
        elif worker.hung:
            self._start_anew(worker, "The warm worker did not get going; a fresh process takes over.")
        else:
            record = transitions.ended_without_a_word(run, status)
            log.warning("run %s is %s: %s", run.id, record.state, record.problem and record.problem.message)


def main(*, stay: bool = False, wait: float = 30.0) -> int:
    """Serve the home of the environment's settings; `wait` seconds for a predecessor that is just ending."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    settings = load()
    settings.runs.mkdir(parents=True, exist_ok=True)
    lock_path = settings.home / "supervisor.lock"
    lock = FileLock.acquire(lock_path, timeout=wait)
    if lock is None:
        log.error("Process %s already runs the jobs of %s.", holder(lock_path), settings.home)
        return 1
    supervisor = Supervisor(settings, stay=stay)
    return run(supervisor, lock)


def run(supervisor: Supervisor, lock: FileLock) -> int:
    """Serve until the end, with SIGTERM and Ctrl-C meaning "leave"."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: supervisor.inbox.put(Leave(signal.Signals(received).name)))
    log.info("supervisor serves %s with %d slots", supervisor.settings.home, supervisor.slots)
    try:
        supervisor.serve()
    finally:
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
