"""Whose turn it is to look: every gauge in its own time, one at a time, and for no more than its share of the run."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence

from builder.errors import Problem
from builder.events import Event, Noticed
from builder.worker.backends import backend
from builder.worker.gauges.effort import Effort
from builder.worker.gauges.gauge import Gauge, Moment
from builder.worker.messages import plain

SPREAD = 0.005
"""Looks lie apart by at least this share of the run's time so far, so that a long run does not fill its disk.

From 200 intervals on their number grows with the logarithm of the time only.
"""

PLANNED = frozenset(4**power for power in range(9))
"""Epochs after which a run is looked at whatever the clock says."""

FIRST = 0.01
"""First looks take at most this share of the time between them: what they cost is not known before, and much where an
operation is called for every step of a sequence."""

log = logging.getLogger(__name__)


class Turn:
    """A gauge and when it is to look next; `due` is in seconds of the clock."""

    def __init__(self, gauge: Gauge, started: float):
        self.gauge = gauge
        self.evidence: bool = getattr(gauge, "evidence", False)
        self.due = started + 2 * gauge.interval
        self.told: Moment | None = None
        self.spent = 0.0
        """Seconds that its looking took since it told something last."""

    def wants(self, moment: Moment) -> bool:
        """Whether it has not told this moment yet, or only because the clock said so."""
        told = self.told
        return told is None or told.step < moment.step or (self.evidence and not told.planned)


def _due(turn: Turn) -> float:
    return turn.due


class Watch:
    """Lets the gauges of a run look. One that fails is let go of and never ends the run."""

    def __init__(self, gauges: Sequence[Gauge], effort: Effort, tell: Callable[[Event], None]):
        self._effort = effort
        self._tell = tell
        self._turns = [Turn(gauge, effort.clock()) for gauge in gauges]
        self._next = min(map(_due, self._turns), default=math.inf)

    def tick(self, moment: Moment) -> None:
        """Between two chunks: let the gauge look whose turn it has been for longest."""
        if self._effort.clock() >= self._next:
            turn = min(self._turns, key=_due)
            self._look(turn, moment)
            self._next = min(map(_due, self._turns), default=math.inf)

    def epoch_ended(self, epoch: int, step: int) -> None:
        """After the epochs 1, 4, 16, 64, ... let the gauges look that verdicts rest on.

        So there is the same evidence of a run on a slow and on a fast machine, at a cost that stays small: a handful of
        looks, however long the run is.
        """
        if epoch in PLANNED:
            moment = Moment(epoch, step, planned=True)
            for turn in [turn for turn in self._turns if turn.evidence]:
                self._look(turn, moment)
            self._next = min(map(_due, self._turns), default=math.inf)

    def close(self, epoch: int, step: int) -> None:
        """Training is over: what has not been told of its last step is told now."""
        self._effort.over = True
        moment = Moment(epoch, step, last=True, planned=True)
        for turn in [turn for turn in self._turns if turn.wants(moment)]:
            self._look(turn, moment)

    def _look(self, turn: Turn, moment: Moment) -> None:
        clock = self._effort.clock
        started, invested = clock(), self._effort.invested
        try:
            events = turn.gauge.look(moment)
            for event in events or ():
                self._tell(event)
        except Exception as error:
            log.warning("%s failed and is left out from now on.", type(turn.gauge).__name__, exc_info=True)
            self._turns.remove(turn)
            self._tell(Noticed(problem=_left_out(turn.gauge, error)))
            return
        now = clock()
        turn.spent += now - started - (self._effort.invested - invested)
        if events is None:
            turn.due = -math.inf
            return
        pause = max(turn.gauge.interval, turn.spent / turn.gauge.share, (now - self._effort.started) * SPREAD)
        if turn.told is None:
            rest = (now - started) / FIRST
            pause = max(pause, rest)
            for other in self._turns:
                other.due = max(other.due, now + rest) if other.told is None else other.due
        turn.due, turn.spent, turn.told = now + pause, 0.0, moment


def _left_out(gauge: Gauge, error: Exception) -> Problem:
    return Problem(
        code="gauge",
        severity="warning",
        message=f"{gauge.shows} cannot be shown for this network on {backend.title}: {plain(error)}",
        hint="Training goes on without it; log.txt in the run's folder has more.",
    )
