"""The course of a run whose way is settled before it begins; only a way that fails is left."""

from __future__ import annotations

from collections.abc import Sequence

from builder.events import Execution, Way
from builder.worker.backends.backend import Tell


class Settled:
    """One way and the reason for it, noted when the run begins."""

    def __init__(self, way: Way, reason: str, *, cannot: str = "", tell: Tell = lambda execution: None):
        """`cannot` is said of a way that fails, before its error: "JAX cannot make a loop of the steps"."""
        self.way = way
        self.step = 0
        self._reason = reason
        self._cannot = cannot
        self._tell = tell

    def begin(self, step: int = 0, past: Sequence[Execution] = ()) -> None:
        """Start at a step; an earlier attempt's way is gone again, so that the run repeats itself."""
        self.step = step
        if past:
            self.way = past[-1].way
        else:
            self._choose(self.way, self._reason)

    def ahead(self) -> int | None:
        return None

    def took(self, steps: int, seconds: float, *, first: bool = False) -> None:
        self.step += steps

    def passed(self, steps: int) -> None:
        self.step += steps

    def failed(self, instead: Way, error: BaseException) -> None:
        """The present way cannot be gone; no step was lost."""
        what = " ".join(str(error).split())[:300] or type(error).__name__
        self._choose(instead, f"{self._cannot}: {what}")

    def _choose(self, way: Way, reason: str) -> None:
        self.way = way
        self._tell(Execution(step=self.step, way=way, reason=reason))
