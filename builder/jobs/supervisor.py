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
from builder.jobs import memory_kills, process, recovery, resources, transitions
from builder.jobs.adoption import Next, find, goes_on, living_worker
from builder.jobs.channel import address
from builder.jobs.children import Analysis, Child, ChildEnded, WorkerEnded, Zygote, ZygoteSaid, start_fresh
from builder.jobs.clerk import Clerk
from builder.jobs.desk import Asked, Desk, HungUp
from builder.jobs.guard import Guard
from builder.jobs.queue import FairQueue, Waiting
from builder.jobs.room import Going, Room
from builder.jobs.sandbox import fetched_to, sandbox
from builder.jobs.workers import Origin, Watch, Worker
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
    still: float = 60.0
    """Without a sign of life, until that is told."""
    dead: float = 600.0
    """Without a sign of life, until a worker that only sleeps is ended; its run goes on from the last checkpoint."""
    warming: float = 60.0
    """Longest wait for the zygote to import TensorFlow before a run starts without it."""
    shutdown: float = 20.0
    """For the workers to write their checkpoints."""
    again: float = 1.0
    """After the second death of a run's worker in a row, until it goes on; each further time longer."""
    beat: float = 0.25
    """Between two looks at the workers."""
    grace: float = 15.0
    """Beyond a run's time limit, until a worker that has not ended by itself is asked to stop."""
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
        self.sandbox = sandbox(settings)
        self.guard = Guard(settings, timing.grace)
        self.room = Room(self.slots, resources.gpus(), settings.user_running)
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.queue = FairQueue()
        self.workers: dict[str, Worker] = {}
        self.closing: float | None = None
        """When it began to end."""
        self.wants_zygote = False
        self.later = recovery.Later()
        self._unsettled: list[tuple[Worker, int | None]] = []
        self._warming_since = 0.0
        self._retry_at = 0.0
        self._find_at = float("inf")
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
        self.later.remove(run.id)
        self.queue.add(Waiting(record.created, run.id, record.owner, record.memory))

    def going(self) -> list[Going]:
        """What the runs with a worker take of the machine."""
        return [worker.going() for worker in self.workers.values()]

    def dequeue(self, run: RunDirectory) -> None:
        """Have a waiting run wait no longer."""
        self.queue.remove(run.id)
        self.later.remove(run.id)

    def requeue(self, run: RunDirectory) -> None:
        """Queue the next attempt of a run that no worker is at work on and that a person has told to go on."""
        transitions.queued_again(run)
        self.enqueue(run)

    def _recover(self, run: RunDirectory, status: int | None, **seen: Any) -> None:
        """Let a run go on whose worker died without a word, now or a little later."""
        pause = recovery.after_death(run, status, wait=self.timing.again, **seen)
        record = run.record()
        log.warning("run %s is %s: process %s ended with status %s", run.id, record.state, record.pid, status)
        if pause:
            self.later.add(run.id, time.monotonic() + pause)
        elif pause is not None:
            self.enqueue(run)

    def _enqueue_later_ones(self, now: float) -> None:
        for run_id in self.later.take(now):
            try:
                run = RunDirectory.open(self.settings.runs, run_id)
                if run.record().state is State.QUEUED and run_id not in self.workers:
                    self.enqueue(run)
            except LoomError as error:
                log.warning("run %s is dropped: %s", run_id, error)
            except OSError as error:
                log.warning("run %s cannot be queued yet: %s", run_id, error)
                self.later.add(run_id, now + self.timing.retry)

    def _new_zygote(self) -> Zygote:
        # Forking is proven safe on Linux; elsewhere the process that is warm becomes the worker itself.
        spare = () if sys.platform == "linux" else ("--spare",)
        return Zygote([*self.commands.zygote, *spare], self.environ, self.inbox.put, self.sandbox)

    def _side_environ(self) -> dict[str, str]:
        return {**resources.clean_environment(self.settings), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

    def _find_runs(self) -> None:
        for found in find(self.settings.runs):
            if found.run.id in self.workers or found.run.id in self.queue or found.run.id in self.later:
                continue
            try:
                match found.next:
                    case Next.QUEUE:
                        self.enqueue(found.run)
                    case Next.ADOPT:
                        log.info("run %s goes on in process %s", found.run.id, found.pid)
                        self._watch(self._worker(found.run, found.record.owner, "adopted", pid=found.pid or None))
                    case Next.RESUME:
                        transitions.goes_on(found.run, "It goes on from its last checkpoint.")
                        self.enqueue(found.run)
                    case Next.RECOVER:
                        self._recover(found.run, None)
                    case Next.STOP:
                        transitions.stopped(found.run)
            except LoomError as error:
                log.warning("run %s is left as it is: %s", found.run.id, error)
            except OSError as error:
                log.warning("run %s is left as it is for now: %s", found.run.id, error)
                self._find_at = time.monotonic() + self.timing.retry

    def _worker(self, run: RunDirectory, owner: str, origin: Origin, **known: Any) -> Worker:
        record = run.record()
        return Worker(run, owner, origin, memory=record.memory or 0, gpu=record.gpu, **known)

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
        if now >= self._find_at:
            self._find_at = float("inf")
            self._find_runs()
        if now >= self._retry_at:
            unsettled, self._unsettled = self._unsettled, []
            for worker, status in unsettled:
                self._settle(worker, status)
        whole = self.guard.begin(now)
        for worker in tuple(self.workers.values()):
            if worker.origin == "adopted" and worker.gone():
                self._settle(worker, None)
                continue
            self._hold_to_limits(worker, now, whole)
            worker.press(now, self.timing.patience)
            worker.feel(now, self.timing.still, self.timing.dead)
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
        self._enqueue_later_ones(now)
        self._fill(now)
        if self.workers or self.queue or self.later or self.clerk.clients or self.stay:
            self._busy_at = now
        elif now - self._busy_at > self.timing.idle:
            self.leave("nothing to do")

    def _hold_to_limits(self, worker: Worker, now: float, whole: bool) -> None:
        """End a worker that takes more than it may; its end is told when it has come."""
        if worker.pid and (problem := self.guard.exceeded(worker, whole=whole)):
            worker.ended_for = problem
            log.warning("run %s: %s", worker.run.id, problem.message)
            process.end_family(worker.pid)
        elif self.guard.overdue(worker):
            worker.ask(Control.STOP, now)

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
            going = self.going()
            waiting = self.queue.take((run.owner for run in going), self.room.hold(going))
            if waiting is None:
                self._send_home(now)
                return
            try:
                run = RunDirectory.open(self.settings.runs, waiting.run_id)
                state = run.record().state
                if state is State.QUEUED:
                    run.requests.answered(Control.PAUSE)
                    transitions.starting(run, gpu=self.room.gpu(going))
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
        if self._forks(run) and self.zygote.fork(run, _share(run)):
            watch = Watch(run, run.events_path.stat().st_size, now)
            self._watch(self._worker(run, owner, "forked", watch=watch))
        else:
            self._start_fresh(run, owner)

    def _forks(self, run: RunDirectory) -> bool:
        """Whether the warm process will do: it computes with what it has imported, and fetches no data set."""
        return self.zygote.ready and BACKENDS[run.record().backend].warm and fetched_to(run.document()) is None

    def _start_fresh(self, run: RunDirectory, owner: str) -> None:
        """Start a worker in a process of its own, which imports the run's backend and may fetch its data set."""
        fetch = fetched_to(run.document())
        if fetch:
            fetch.mkdir(parents=True, exist_ok=True)
        own = {"LAYERLOOM_KERAS": run.record().backend, **_share(run)}
        environ = {**resources.worker_environment(self.settings, network=fetch is not None), **own}
        pid = start_fresh(self.commands.worker, run, environ, self.inbox.put, self.sandbox, fetch=fetch)
        self._watch(self._worker(run, owner, "fresh", pid=pid))

    def _zygote_said(self, zygote: Zygote, message: dict[str, Any]) -> None:
        if message.get("ready"):
            zygote.say_ready(message.get("pid"))
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
            transitions.starting(worker.run, message, gpu=worker.gpu)
        self._start_fresh(worker.run, worker.owner)

    def _settle(self, worker: Worker, status: int | None) -> None:
        """A worker has ended: write what became of its run, unless it did so itself."""
        run = worker.run
        self.workers.pop(run.id, None)
        worker.pulse.note(run, still=False, halted=False)
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
        elif worker.ended_for:
            recovery.over_limit(run, worker.ended_for)
        elif worker.asked is Control.STOP and worker.ended:
            transitions.stopped(run, "The training process did not answer and was ended.")
        elif self.closing is not None and run.resume_mark.exists():
            log.info("run %s ended without a checkpoint of its last epoch; the next start resumes it", run.id)
        elif worker.hung:
            self._start_anew(worker, "The warm worker did not get going; a fresh process takes over.")
        else:
            status = None if status == OCCUPIED else status
            self._recover(
                run,
                status,
                asked=worker.asked,
                out_of_memory=memory_kills.count() > worker.memory_kills,
                stood_still=worker.stood_still,
            )
        if worker.resume_after and run.record().state in (State.STOPPED, State.PAUSED):
            self.requeue(run)


def _share(run: RunDirectory) -> dict[str, str]:
    """What tells a worker which GPU is its own."""
    gpu = run.record().gpu
    return {} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu}


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
