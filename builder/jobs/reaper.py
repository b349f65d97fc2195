"""Settles what has ended: writes what became of a run that its worker has left, unless the worker did so itself.

What cannot be written is kept and settled again later.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from builder.errors import LoomError
from builder.jobs import memory_kills, recovery, transitions
from builder.jobs.adoption import goes_on, living_worker
from builder.jobs.workers import Worker
from builder.rundir import Control, RunDirectory, State

if TYPE_CHECKING:
    from builder.jobs.supervisor import Supervisor

log = logging.getLogger("layerloom")

OCCUPIED = 75
"""Exit status of a worker that found another one at work on its run."""


class Reaper:
    def __init__(self, supervisor: Supervisor):
        self.supervisor = supervisor
        self._unsettled: list[tuple[Worker, int | None]] = []

    def settle(self, worker: Worker, status: int | None) -> None:
        """A worker has ended: write what became of its run. `status` as in `recovery.after_death`."""
        run = worker.run
        self.supervisor.workers.pop(run.id, None)
        worker.pulse.note(run, still=False, halted=False)
        try:
            state = run.record().state
            if state in (State.STARTING, State.RUNNING):
                self._settle_silent(worker, status)
            elif state is State.PAUSED and worker.asked is Control.STOP:
                transitions.stopped(run)
            elif (state not in (State.QUEUED, State.FINISHED) and worker.resume_after) or goes_on(run):
                self.supervisor.dispatcher.requeue(run)
        except LoomError as error:
            log.warning("run %s is dropped: %s", run.id, error)
        except OSError as error:
            log.warning("run %s: its end cannot be written yet: %s", run.id, error)
            self._unsettled.append((worker, status))
            self.supervisor.retry_at = time.monotonic() + self.supervisor.timing.retry

    def settle_again(self) -> None:
        """Try once more to write the ends that could not be written."""
        unsettled, self._unsettled = self._unsettled, []
        for worker, status in unsettled:
            self.settle(worker, status)

    def recover(self, run: RunDirectory, status: int | None, **seen: Any) -> None:
        """Let a run go on whose worker died without a word, now or a little later."""
        pause = recovery.after_death(run, status, wait=self.supervisor.timing.again, **seen)
        record = run.record()
        log.warning("run %s is %s: process %s ended with status %s", run.id, record.state, record.pid, status)
        if pause:
            self.supervisor.dispatcher.later.add(run.id, time.monotonic() + pause)
        elif pause is not None:
            self.supervisor.dispatcher.enqueue(run)

    def _settle_silent(self, worker: Worker, status: int | None) -> None:
        supervisor, run = self.supervisor, worker.run
        pid = living_worker(run) if status == OCCUPIED else None
        if pid is not None:
            worker.pid = pid or None
            supervisor.adopt(worker)
        elif worker.ended_for:
            recovery.over_limit(run, worker.ended_for)
        elif worker.asked is Control.STOP and worker.ended:
            transitions.stopped(run, "The training process did not answer and was ended.")
        elif supervisor.closing is not None and run.resume_mark.exists():
            log.info("run %s ended without a checkpoint of its last epoch; the next start resumes it", run.id)
        elif worker.hung:
            supervisor.dispatcher.start_anew(worker, "The warm worker did not get going; a fresh process takes over.")
        else:
            status = None if status == OCCUPIED else status
            self.recover(
                run,
                status,
                asked=worker.asked,
                out_of_memory=memory_kills.count() > worker.memory_kills,
                stood_still=worker.stood_still,
            )
        if worker.resume_after and run.record().state in (State.STOPPED, State.PAUSED):
            supervisor.dispatcher.requeue(run)
