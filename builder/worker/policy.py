"""Which way the steps of a run are computed: decided by what the network is, and by measuring.

A run starts with chunks of plain TensorFlow, so that its first point is there at once. XLA takes a second or more to
compile, so it follows only where what is left of the run pays for that, and goes again where it proves slower.

Rounding differs between the ways. So that a run that was interrupted repeats itself exactly, it goes the ways again
that it had chosen, from the same steps on; and a choice is made only after 16, 64, 256, ... steps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from builder.catalog.compilation import LARGE, SCOPES, Gain
from builder.events import Execution, Way
from builder.worker.messages import plain

FIRST_LOOK = 16
"""Steps after which the choice is made for the first time; each further time after four times as many."""
COMPILING = 4.0
"""Compiling by XLA takes about so many times as long as the first plain call, which traces (measured: 3.4 to 5.3)."""
LEAST_COMPILING = 0.5
"""Seconds that compiling takes at least."""
MARGIN = 1.5
"""XLA must save so many times what compiling costs."""
VALIDATED = 1.5
"""Seconds of plain validation after which XLA compiles that too, which takes about half as long."""
TRIAL = 0.3
"""Seconds of steps by XLA after which these are held against the plain ones."""

Tell = Callable[[Execution], None]


class Policy:
    """The way in which the next steps are to be taken. `wanted` is the user's word: "automatic", "never", "always"."""

    def __init__(
        self, gain: Gain = LARGE, *, steps: int = 0, wanted: str = "automatic", tell: Tell = lambda execution: None
    ):
        self.way = Way.CHUNK
        self.step = 0
        self._gain = gain
        self._steps = steps
        self._wanted = wanted
        self._tell = tell
        self._again: deque[Execution] = deque()
        self._look: int | None = None
        self._trying = False
        self._first: float | None = None
        self._plain = Measure()
        self._compiled = Measure()

    def begin(self, step: int = 0, past: Sequence[Execution] = ()) -> None:
        """Start at a step; `past` is what an earlier attempt at the run had chosen."""
        self.step = step
        if past:
            self.way = next(found.way for found in reversed(past) if found.step <= step or found is past[0])
            self._again.extend(found for found in past[1:] if found.step > step)
            undecided = all(found.way is Way.CHUNK for found in past)
        else:
            self._choose(*self._start())
            undecided = self.way is Way.CHUNK
        if undecided and self._wanted == "automatic" and self._gain.worthwhile:
            self._look = _look_after(step)

    def ahead(self) -> int | None:
        """Steps until the way may change; None where nothing is planned."""
        until = self._again[0].step if self._again else self._look
        return None if until is None else max(1, until - self.step)

    def took(self, steps: int, seconds: float, *, first: bool = False) -> None:
        """Steps were taken in the present way; `first` where the time holds tracing and compiling as well."""
        self.step += steps
        measure = self._plain if self.way is Way.CHUNK else self._compiled
        measure.add(steps, seconds, first=first)
        if self._again:
            while self._again and self._again[0].step <= self.step:
                self.way = self._again.popleft().way
            self._look = self._look and _look_after(self.step)
        elif self._look is not None and self.step >= self._look:
            self._consider()
        elif self._trying and self._compiled.seconds >= TRIAL:
            self._judge()

    def passed(self, steps: int) -> None:
        """Steps were taken in another way, for this once: a batch that is smaller than the others."""
        self.step += steps

    def failed(self, instead: Way, error: BaseException) -> None:
        """The present way cannot be gone; no step was lost."""
        self._again.clear()
        self._look, self._trying = None, False
        who = (
            "TensorFlow cannot make a loop of the steps" if instead is Way.SINGLE else "XLA cannot compile this network"
        )
        self._choose(instead, f"{who}: {plain(error).removesuffix('.')}")

    def validates_by_xla(self, seconds: float) -> bool:
        """Whether XLA is worth compiling for validation as well, which has taken so long in plain steps by now."""
        settled = self.way is not Way.CHUNK and self.way is not Way.SINGLE and not self._trying
        return settled and (self._wanted == "always" or seconds >= VALIDATED)

    def _start(self) -> tuple[Way, str]:
        if self._wanted == "always":
            return SCOPES[self._gain.scope], "The training settings ask for XLA."
        if self._wanted == "never":
            return Way.CHUNK, "The training settings forbid XLA."
        if not self._gain.worthwhile:
            return Way.CHUNK, self._gain.reason
        return Way.CHUNK, f"{self._gain.reason} It takes a while to compile, so plain steps are timed first."

    def _consider(self) -> None:
        """Go over to XLA where the rest of the run pays for compiling."""
        step = self._plain.step
        first_look, self._look = self._look == FIRST_LOOK, _look_after(self.step)
        if step is None:
            return
        left = (self._steps - self.step) * step
        saved = left * (1 - 1 / self._gain.times)
        cost = max(LEAST_COMPILING, COMPILING * (self._plain.first or 0.0))
        figures = f"{_time(left)} of plain steps are left, and compiling takes about {_time(cost)}."
        if saved > MARGIN * cost:
            self._look = None
            self._trying = True
            self._choose(SCOPES[self._gain.scope], f"{self._gain.reason} {figures}")
        elif first_look:
            self._choose(Way.CHUNK, f"The run is too short for XLA: {figures}")

    def _judge(self) -> None:
        """Stay with XLA, or go back where it is slower than the plain steps were."""
        self._trying = False
        plain, compiled = self._plain.step or 0.0, self._compiled.step or 0.0
        took = f"{_time(compiled)} a step by XLA, {_time(plain)} without"
        way = self.way if compiled < plain else Way.CHUNK
        self._choose(way, f"Measured: {took}; compiling took {_time(self._compiled.first or 0.0)}.")

    def _choose(self, way: Way, reason: str) -> None:
        self.way = way
        self._tell(Execution(step=self.step, way=way, reason=reason))


class Measure:
    """Seconds of the first call, and of the steps after it."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.seconds = 0.0
        self._steps = 0

    @property
    def step(self) -> float | None:
        return self.seconds / self._steps if self._steps else None

    def add(self, steps: int, seconds: float, *, first: bool) -> None:
        if first:
            self.first = seconds
        else:
            self.seconds += seconds
            self._steps += steps


def _look_after(step: int) -> int:
    look = FIRST_LOOK
    while look <= step:
        look *= 4
    return look


def _time(seconds: float) -> str:
    """With three digits, in the unit that suits."""
    for unit, size in (("min", 60.0), ("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"
