"""What can be asked of a running worker: by files in `control/` (`rundir.requests`) or by a signal."""

from __future__ import annotations

import math
import signal
import threading
import time
from types import FrameType
from typing import Any

from builder.errors import Problem
from builder.rundir import Control, RunDirectory, Superseded

INTERVAL = 0.25


class Stopped(Exception):
    """The run is to end and keep what it has learned: a person asked for it, or its time is over."""


class Paused(Exception):
    """The run is to be put aside, to go on later."""


class Controls:
    """Looks at the requests and the clock; as a context, also takes SIGTERM and Ctrl-C as "pause".

    After `minutes` (0: never) it ends the run as a person's stop would; `out_of_time` says so then.
    """

    def __init__(self, run: RunDirectory, minutes: float = 0):
        self.requests = run.requests
        self.out_of_time: Problem | None = None
        self._minutes = minutes
        self._until = time.monotonic() + 60 * minutes if minutes else math.inf
        self._signalled = False
        self._next = 0.0
        self._handlers: dict[int, Any] = {}

    def check(self) -> bool:
        """Raise `Stopped` or `Paused` where that was asked; the disk is looked at four times a second at most.

        True where it has just been looked at, so that other requests are worth a look as well.
        """
        now = time.monotonic()
        if now < self._next and not self._signalled:
            return False
        self._next = now + INTERVAL
        if self.requests.asked(Control.STOP):
            raise Stopped
        if self._signalled or self.requests.asked(Control.PAUSE):
            raise Paused
        if now >= self._until:
            self.out_of_time = _out_of_time(self._minutes)
            raise Stopped
        return True

    def __enter__(self) -> Controls:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._handlers[number] = signal.signal(number, self._signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """What was asked is done. An end after the epoch, and a step, outlast a signal: the next attempt does them."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if kind and issubclass(kind, Superseded):
            return  # It was asked of the newer attempt.
        if self._signalled:
            for control in (Control.STOP, Control.PAUSE):
                self.requests.answered(control)
        else:
            self.requests.clear()

    def _signal(self, number: int, frame: FrameType | None) -> None:
        self._signalled = True


def _out_of_time(minutes: float) -> Problem:
    return Problem(
        code="time",
        severity="warning",
        message=f"The run has trained for {minutes:g} minute{'' if minutes == 1 else 's'}, as long as a run may here.",
        hint="What it learned is kept. Resume trains on for as long again; the setting run_minutes is the limit.",
    )
