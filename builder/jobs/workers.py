"""What the supervisor knows of the living workers: their origin, what was asked of them, whether they move."""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import Literal

from builder.errors import Problem
from builder.jobs import memory_kills, process
from builder.jobs.heartbeat import Pulse
from builder.jobs.room import Going
from builder.rundir import Control, RunDirectory, holder, read_after

log = logging.getLogger("layerloom")

Origin = Literal["forked", "fresh", "adopted"]
UNDER_WAY = frozenset({"steps", "progress", "epoch", "finished"})
"""Events that prove that a forked worker got through its first batch, where a bad fork hangs."""


@dataclass
class Worker:
    """One living worker. Times are those of `time.monotonic`.

    `origin` says how its end is noticed: the zygote reports it ("forked"), a thread waits for it ("fresh"),
    or only its lock tells ("adopted": it outlived the supervisor or the zygote that started it).
    """

    run: RunDirectory
    owner: str
    origin: Origin
    pid: int | None = None
    asked: Control | None = None
    asked_at: float = 0.0
    signalled: bool = False
    resume_after: bool = False
    """A person asked for resume while it was still on its way out."""
    hung: bool = False
    ended: bool = False
    """It did not answer, and was killed for that."""
    watch: Watch | None = None
    pulse: Pulse = field(default_factory=lambda: Pulse(time.monotonic()))
    stood_still: bool = False
    """It gave no sign of life for so long that it was ended."""
    memory_kills: int = field(default_factory=memory_kills.count)
    """How often the system had ended a process for want of memory before this one began."""
    memory: int = 0
    """Bytes that it was estimated to need."""
    gpu: str | None = None
    marked: bool = False
    """Whether the system knows that it is the first to go when memory runs out."""
    ended_for: Problem | None = None
    """What it had too much of."""

    @classmethod
    def of(cls, run: RunDirectory, origin: Origin, *, pid: int | None = None, watch: Watch | None = None) -> Worker:
        """The worker of a run that takes of the machine what the run's record says."""
        record = run.record()
        return cls(run, record.owner, origin, pid, memory=record.memory or 0, gpu=record.gpu, watch=watch)

    def ask(self, control: Control, now: float) -> None:
        """Leave a request in the run directory and note when: silence is answered with a signal."""
        self.run.requests.ask(control)
        if self.asked is not control:
            self.asked, self.asked_at, self.signalled = control, now, False

    def take_back(self) -> None:
        """Forget a pause, or an end after this epoch, that the worker has not answered yet."""
        for control in (Control.PAUSE, Control.FINISH):
            self.run.requests.answered(control)
        if self.asked is Control.PAUSE:
            self.asked = None

    def press(self, now: float, patience: float) -> None:
        """Answer silence: SIGTERM after `patience` seconds and, where it is to stop, SIGKILL after as much again."""
        if self.asked is None or self.pid is None or now < self.asked_at + patience:
            return
        if not self.signalled:
            self.signalled = True
            process.send(self.pid, signal.SIGTERM)
        elif self.asked is Control.STOP and now >= self.asked_at + 2 * patience:
            self.ended = True
            process.end_group(self.pid)

    def feel(self, now: float, still: float, dead: float) -> None:
        """Note where it stands still, and end it where that lasts: never one that is halted or waits for a disk."""
        if self.pid is None or self.hung:
            return
        if self.pulse.still(self.run, self.pid, now) <= still:
            self.pulse.note(self.run, still=False, halted=False)
            return
        state = process.state(self.pid)
        self.pulse.note(self.run, still=True, halted=state in ("T", "t"))
        wanted = self.asked is Control.PAUSE and state is not None
        if self.pulse.asleep(state, now) > dead or wanted:
            log.warning("run %s: process %d stands still and is ended", self.run.id, self.pid)
            self.stood_still = True
            self.kill()

    def pause_now(self) -> None:
        """Ask for a checkpoint and the end, by the quickest way that the system has, and mark the run for the
        next start.

        A run that a person is pausing or stopping gets no mark: it is not to go on by itself.
        """
        if self.asked is None:
            try:
                self.run.resume_mark.touch()
            except OSError as error:
                log.warning("run %s: a person will have to resume it: %s", self.run.id, error)
        if sys.platform == "win32":
            self.run.requests.ask(Control.PAUSE)
        elif self.pid is not None:
            process.send(self.pid, signal.SIGTERM)

    def going(self) -> Going:
        used = process.usage(self.pid, descendants=False) if self.pid else None
        return Going(self.owner, self.memory, used.memory if used else 0, self.gpu)

    def kill(self) -> None:
        if self.pid is not None:
            process.end_group(self.pid)

    def gone(self) -> bool:
        """Whether an adopted worker has ended: nobody holds the lock, or the holder is dead."""
        pid = holder(self.run.lock_path)
        if pid:
            self.pid = pid
        return pid is None or (pid > 0 and not process.alive(pid))


@dataclass
class Watch:
    """Tells a forked worker that hangs: it makes no events and uses no processor time."""

    run: RunDirectory
    offset: int
    since: float
    used: float = field(default=-1.0)
    done: bool = False

    def hangs(self, pid: int | None, now: float, patience: float) -> bool:
        """Whether it has stood still for `patience` seconds; `pid` None: it has not even been forked."""
        lines, offset = read_after(self.run.events_path, offset=self.offset)
        used = self.used if pid is None else process.cpu_seconds(pid)
        if offset != self.offset or used is None or used > self.used + 0.05:
            self.offset, self.used, self.since = offset, used or 0.0, now
        self.done = self.done or any(json.loads(line)["type"] in UNDER_WAY for line in lines)
        return not self.done and now - self.since > patience
