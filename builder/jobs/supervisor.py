"""The supervisor: one process for each home, which starts, watches and ends the workers.

One thread owns everything; all that happens (a question, a child's word, a signal) comes to it through the
inbox. In it, the clerk answers clients, the dispatcher starts what waits, and the reaper settles what has ended.
The supervisor holds no truth: killed at any moment, its successor finds in the run directories what to adopt,
resume and start. It ends by itself when nobody is connected and nothing is left to do.
"""

from __future__ import annotations

import logging
import queue
import signal
import sys
import time
from dataclasses import dataclass
from typing import Any

from builder.errors import LoomError
from builder.jobs import process, resources, transitions
from builder.jobs.adoption import Next, find
from builder.jobs.channel import address
from builder.jobs.children import Analysis, Child, ChildEnded, Commands, WorkerEnded, ZygoteSaid
from builder.jobs.clerk import Clerk
from builder.jobs.cores import Cores
from builder.jobs.desk import Asked, Desk, HungUp
from builder.jobs.dispatcher import Dispatcher
from builder.jobs.guard import Guard
from builder.jobs.reaper import Reaper
from builder.jobs.room import Going
from builder.jobs.timing import Timing
from builder.jobs.workers import Worker
from builder.rundir import Control, FileLock, holder
from builder.settings import Settings, load

log = logging.getLogger("layerloom")


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
        commands: Commands | None = None,
        timing: Timing | None = None,
        stay: bool = False,
    ):
        self.settings = settings
        self.commands = commands or Commands()
        self.timing = timing or Timing()
        self.stay = stay
        self.guard = Guard(settings, self.timing.grace)
        self.cores = Cores.of_this_process() if resources.shares_cores(settings) else None
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.workers: dict[str, Worker] = {}
        self.closing: float | None = None
        """When it began to end."""
        self.retry_at = 0.0
        """Until then nothing is started, and no end written, because something could not be written."""
        self._find_at = float("inf")
        self._mistake = ""
        self._busy_at = time.monotonic()
        where, environ = address(settings.home, "analysis"), resources.analysis_environment(settings)
        self.analysis = Analysis(self.commands.analysis, where, environ, self.inbox.put)
        self.dispatcher = Dispatcher(self)
        self.reaper = Reaper(self)
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
        self.dispatcher.zygote.close(patience=0.5)
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

    def going(self) -> list[Going]:
        """What the runs with a worker take of the machine."""
        return [worker.going() for worker in self.workers.values()]

    def _find_runs(self) -> None:
        for found in find(self.settings.runs):
            if found.run.id in self.workers or self.dispatcher.waits(found.run.id):
                continue
            try:
                match found.next:
                    case Next.QUEUE:
                        self.dispatcher.enqueue(found.run)
                    case Next.ADOPT:
                        log.info("run %s goes on in process %s", found.run.id, found.pid)
                        self.watch(Worker.of(found.run, "adopted", pid=found.pid or None))
                    case Next.RESUME:
                        transitions.goes_on(found.run, "It goes on from its last checkpoint.")
                        self.dispatcher.enqueue(found.run)
                    case Next.RECOVER:
                        self.reaper.recover(found.run, None)
                    case Next.STOP:
                        transitions.stopped(found.run)
            except LoomError as error:
                log.warning("run %s is left as it is: %s", found.run.id, error)
            except OSError as error:
                log.warning("run %s is left as it is for now: %s", found.run.id, error)
                self._find_at = time.monotonic() + self.timing.retry

    def watch(self, worker: Worker) -> None:
        """Care for a living worker, and for what people have asked of it already."""
        for control in (Control.STOP, Control.PAUSE):
            if worker.asked is None and worker.run.requests.asked(control):
                worker.ask(control, time.monotonic())
        self.workers[worker.run.id] = worker

    def adopt(self, worker: Worker) -> None:
        """Go on without the one that would have told of the worker's end."""
        worker.origin, worker.watch = "adopted", None
        self.watch(worker)

    def _take(self, word: Any) -> None:
        match word:
            case Asked():
                self.clerk.answer(word)
            case HungUp(line):
                self.clerk.forget(line)
            case ZygoteSaid(zygote, message):
                self.dispatcher.hear(zygote, message)
            case WorkerEnded(run_id, pid, status):
                worker = self.workers.get(run_id)
                if worker and worker.pid == pid:
                    self.reaper.settle(worker, status)
            case ChildEnded(child, status):
                self._child_ended(child, status)
            case Leave(reason):
                self.leave(reason)

    def _child_ended(self, child: Child, status: int) -> None:
        if child is self.analysis:
            child.ended(status, time.monotonic())
        elif child is self.dispatcher.zygote:
            self.dispatcher.zygote_ended(status, time.monotonic())
        else:  # It was a spare zygote and has become a worker.
            for worker in tuple(self.workers.values()):
                if worker.pid == child.pid:
                    self.reaper.settle(worker, status)

    def _beat(self, now: float) -> None:
        if now >= self._find_at:
            self._find_at = float("inf")
            self._find_runs()
        if now >= self.retry_at:
            self.reaper.settle_again()
        whole = self.guard.begin(now)
        for worker in tuple(self.workers.values()):
            if worker.origin == "adopted" and worker.gone():
                self.reaper.settle(worker, None)
                continue
            self._hold_to_limits(worker, now, whole)
            worker.press(now, self.timing.patience)
            worker.feel(now, self.timing.still, self.timing.dead)
            if worker.watch and worker.watch.hangs(worker.pid, now, self.timing.hang):
                self.dispatcher.replace(worker)
        if self.closing is not None:
            if now > self.closing + self.timing.shutdown:
                for worker in self.workers.values():
                    worker.kill()
            return
        self.analysis.keep(now)
        self.dispatcher.dispatch(now)
        if self.cores:
            self.cores.share({run_id: worker.pid for run_id, worker in self.workers.items() if worker.pid})
        if self.workers or self.dispatcher.queue or self.dispatcher.later or self.clerk.clients or self.stay:
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
    log.info("supervisor serves %s with %d slots", supervisor.settings.home, supervisor.dispatcher.room.slots)
    try:
        supervisor.serve()
    finally:
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
