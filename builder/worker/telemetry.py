"""What a run tells while it trains: events and the run's record, throttled by time so that it costs next to nothing."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping

import numpy as np

from builder.errors import Problem
from builder.events import Event, Execution, ExecutionChosen, Noticed, Progress, Steps
from builder.rundir import RunDirectory
from builder.worker.record import Record
from builder.worker.throttle import Throttle

POINTS = 50
"""Most losses in one `Steps` event; a run that is faster tells the lowest and the highest of each few steps."""

BEAT = 0.1
"""Seconds between two times that what is noted is told."""

WAIT = 0.25
"""Seconds between two tries to write while the disk is full."""

log = logging.getLogger(__name__)


class Telemetry:
    """Appends a run's events and keeps its `run.json`. A full disk delays what is told; `hold` keeps the run from going
    on meanwhile, so that nothing is left out."""

    def __init__(self, run: RunDirectory):
        self._run = run
        self._log = run.event_log()
        self.record = Record(run)
        self._unsent: list[Event] = []
        self._failing = ""
        self._losses: list[np.ndarray] = []
        self._last = (1, 0)
        """Epoch and number of the last step whose loss was noted."""
        self._executions = list(run.record().execution)
        self._beat = Throttle(BEAT)
        self._progress = Throttle(0.25)
        self.hear: Callable[[Event], None] | None = None
        """Is told every event, after it was appended."""

    def tell(self, event: Event, *, soon: bool = False) -> None:
        """Append the event, after those that were not written before. `soon` is enough for what may come more often
        than anybody sees: it is written with what follows, or by a `tick` after a `BEAT`."""
        self._unsent.append(event)
        if not soon:
            self._send()
        elif self._beat.due():
            self.flush()

    def _send(self) -> bool:
        """Append what was not written before; False where that fails."""
        while self._unsent:  # Those who hear of an event may tell others.
            try:
                events = self._log.extend(self._unsent)
            except OSError as error:
                if not self._failing:
                    log.warning("Events could not be written: %s", error)
                self._failing = error.strerror or str(error)
                return False
            self._unsent.clear()
            for event in events:
                if self.hear:
                    self.hear(event)
        self._failing = ""
        return True

    def hold(self, look: Callable[[], None]) -> bool:
        """Stand still as long as events cannot be written; `look` may end that by raising. True where that was so."""
        if not self._failing or self._send():
            return False
        why, began = self._failing, time.monotonic()
        self._run.hold(held=True)
        while not self._send():
            look()
            time.sleep(WAIT)
        self._run.hold(held=False)
        seconds = f"{time.monotonic() - began:.0f} s"
        self.notice(
            Problem(
                code="disk",
                severity="warning",
                message=f"The run's folder could not be written ({why}), so training stood still for {seconds}.",
                hint="It went on from the step where it stood; nothing was lost.",
            )
        )
        return True

    def notice(self, problem: Problem) -> None:
        """Tell of something that a person should know."""
        self.tell(Noticed(problem=problem))

    def execution(self, chosen: Execution) -> None:
        """Tell how steps are computed from now on, and add it to the record."""
        self._executions.append(chosen)
        self.tell(ExecutionChosen(execution=chosen))
        self.record.now(execution=tuple(self._executions))

    def losses(self, epoch: int, first: int, losses: np.ndarray) -> None:
        """Note the losses of steps `first`, `first + 1`, ..., to be told with the next `tick` that is due."""
        if first != self._last[1] + 1:
            self.flush()
        self._last = epoch, first + len(losses) - 1
        self._losses.append(losses)

    def tick(self, progress: Callable[[], Progress]) -> None:
        """Tell what was noted, ten times a second, and how far the run is, four times; the very first at once."""
        if self._progress.due():
            with self._progress:
                self._unsent.append(progress())
        if (self._unsent or self._losses) and self._beat.due():
            self.flush()

    def flush(self) -> None:
        """Tell the noted losses now, and what was told to be written soon."""
        with self._beat:
            if self._losses:
                epoch, last = self._last
                losses = np.concatenate(self._losses)
                told = telling(losses, POINTS)
                steps = (told + (last + 1 - len(losses))).tolist()
                self._losses.clear()
                self.tell(Steps(epoch=epoch, steps=tuple(steps), losses=tuple(map(number, losses[told].tolist()))))
            self._send()

    def close(self) -> None:
        self._log.close()
        self.record.close()


def telling(losses: np.ndarray, most: int) -> np.ndarray:
    """The places of at most so many losses that show all of them, ascending: of each of equal ranges the lowest and the
    highest, the first that is not finite, and the last.
    """
    if len(losses) <= most:
        return np.arange(len(losses))
    width = math.ceil(len(losses) / (most // 2 - 1))
    starts = np.arange(0, len(losses), width)
    ranges = np.full(len(starts) * width, math.nan)
    ranges[: len(losses)] = losses
    ranges = ranges.reshape(-1, width)
    unknown = ~np.isfinite(ranges)
    broken = np.flatnonzero(~np.isfinite(losses))[:1]
    lowest = starts + np.where(unknown, math.inf, ranges).argmin(axis=1)
    highest = starts + np.where(unknown, -math.inf, ranges).argmax(axis=1)
    return np.unique([*lowest, *highest, *broken, len(losses) - 1])


def number(value: float) -> float | None:
    """A figure for an event: the seven significant digits of 32-bit numbers, and None where it is not finite."""
    return float(f"{value:.7g}") if math.isfinite(value) else None


def numbers(metrics: Mapping[str, float]) -> dict[str, float | None]:
    return {name: number(value) for name, value in metrics.items()}
