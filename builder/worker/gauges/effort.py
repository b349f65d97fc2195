"""Functions of TensorFlow that are run as they are while a run is young, and compiled once it lasts long enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from builder.worker.framework import tf

Clock = Callable[[], float]

PATIENCE = 1000
"""A function is compiled once the run has lasted so many times as long as one plain call.

Tracing takes about ten times as long as a plain call (measured: 8 to 12), so it costs at most a hundredth of the run.
"""


class Effort:
    """Makes functions thrifty, and counts what their first calls and their compiling cost, which comes once."""

    def __init__(self, clock: Clock = time.monotonic):
        self.clock = clock
        self.started = clock()
        self.invested = 0.0

    def thrifty(self, function: Callable[..., Any]) -> Thrifty:
        return Thrifty(function, self)


class Thrifty:
    """A function of tensors that is always called with the same shapes."""

    def __init__(self, function: Callable[..., Any], effort: Effort):
        self.compiled = False
        self._function = function
        self._effort = effort
        self._seconds: float | None = None

    def __call__(self, *arguments: Any) -> Any:
        started = self._effort.clock()
        first = self._seconds is None
        if not first and not self.compiled and started - self._effort.started >= PATIENCE * self._seconds:
            self._function = tf.function(self._function, autograph=False)
            self.compiled = first = True
        result = self._function(*arguments)
        self._seconds = self._effort.clock() - started
        if first:
            self._effort.invested += self._seconds
        return result
