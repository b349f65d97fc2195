"""Functions that are run as they are while a run is young, and compiled once it lasts long enough.

Where a backend has nothing to gain from that, its functions are made fast at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from builder.worker.backends import backend

Clock = Callable[[], float]

PATIENCE = 3000
"""A function is compiled once the run has lasted so many times as long as one plain call.

Tracing takes about ten times as long as a plain call (measured: 5 to 12), so it costs at most a part in 300 of the run.
"""


class Effort:
    """Makes functions thrifty, and counts what their first calls and their compiling cost, which comes once."""

    def __init__(self, clock: Clock = time.monotonic):
        self.clock = clock
        self.started = clock()
        self.invested = 0.0
        self.over = False
        """Whether nothing is worth compiling any more."""

    def pays(self, seconds: float) -> bool:
        """Whether the run is long enough to compile a function that takes so long."""
        return not self.over and self.clock() - self.started >= PATIENCE * seconds

    def thrifty(self, function: Callable[..., Any], model: Any = None) -> Thrifty:
        """`model` is what the function looks at."""
        return Thrifty(function, model, self)


class Thrifty:
    """A function of tensors that is always called with the same shapes."""

    def __init__(self, function: Callable[..., Any], model: Any, effort: Effort):
        self.compiled = not backend.plain_first
        self._function = function if backend.plain_first else backend.compiled(function, model)
        self._model = model
        self._effort = effort
        self._seconds: float | None = None

    def __call__(self, *arguments: Any) -> Any:
        started = self._effort.clock()
        first = self._seconds is None
        if not first and not self.compiled and self._effort.pays(self._seconds):
            self._function = backend.compiled(self._function, self._model)
            self.compiled = first = True
        result = self._function(*arguments)
        self._seconds = self._effort.clock() - started
        if first:
            self._effort.invested += self._seconds
        return result
