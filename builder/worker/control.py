"""What can be asked of a running worker: stop and pause, by files in `control/` or by a signal."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

from builder.rundir import Control, RunDirectory

INTERVAL = 0.25


class Stopped(Exception):
    """A person asked to end the run and keep what it has learned."""


class Paused(Exception):
    """The run is to be put aside, to go on later."""


class Controls:
    """Looks at the requests; as a context, also takes SIGTERM and Ctrl-C as "pause"."""

    def __init__(self, run: RunDirectory):
        self._run = run
        self._signalled = False
        self._next = 0.0
        self._handlers: dict[int, Any] = {}

    def check(self) -> None:
        """Raise `Stopped` or `Paused` where that was asked; the disk is looked at four times a second at most."""
        now = time.monotonic()
        if now < self._next and not self._signalled:
            return
        self._next = now + INTERVAL
        if self._run.asked(Control.STOP):
            raise Stopped
        if self._signalled or self._run.asked(Control.PAUSE):
            raise Paused

    def __enter__(self) -> Controls:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._handlers[number] = signal.signal(number, self._signal)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for control in Control:
            self._run.answered(control)

    def _signal(self, number: int, frame: FrameType | None) -> None:
        self._signalled = True
