"""The run ended before the network had finished learning."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts import trend
from builder.verdicts.fixes import more_epochs, train_on
from builder.verdicts.history import History
from builder.verdicts.skill import learned

TAIL = 0.2
"""The last part of the run that is looked at."""
LEAST = 5
"""Epochs that are looked at, at least; where there are fewer, all: by the test, four must all fall."""
GAIN = 0.01
"""Share by which the validation loss must have fallen over it."""


def still_improving(history: History) -> Verdict | None:
    """After its last epoch the validation loss is lowest at the end, and a test says that it was still falling."""
    if not history.over or not falling(history) or learned(history) is False:
        return None
    length = tail(history)
    return Verdict(
        tone="good",
        code="still-improving",
        message="Still improving at the end: the validation loss was falling in the last epochs.",
        hint="Train for more epochs.",
        since=history.number(history.epochs - length),
        fix=more_epochs(history.planned, history.planned),
        order=train_on(history.planned, history.planned),
    )


def tail(history: History) -> int:
    """How many of the last epochs are looked at."""
    return min(history.epochs, max(LEAST, round(TAIL * history.epochs)))


def falling(history: History) -> bool:
    """Whether the validation loss falls in the last epochs, by more than noise, and to the very end."""
    validation = history.validation[-tail(history) :] if history.epochs else np.empty(0)
    if len(validation) < trend.LEAST or not np.isfinite(validation).all() or not trend.falls(validation):
        return False
    if int(np.nanargmin(history.validation)) < history.epochs - max(1, len(validation) // 2):
        return False
    return trend.fall(validation) >= GAIN * abs(float(np.median(validation)))
