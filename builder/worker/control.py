"""What can be asked of a running worker: by files in `control/` (`rundir.requests`) or by a signal."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

from builder.rundir import Control, RunDirectory, Superseded

INTERVAL = 0.25


class Stopped(Exception):
    """A person asked to end the run and keep what it has learned."""


class Paused(Exception):
    """The run is to be put aside, to go on later."""


class Controls:
    """Looks at the requests; as a context, also takes SIGTERM and Ctrl-C as "pause"."""

    def __init__(self, run: RunDirectory):
        self.requests = run.requests
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
