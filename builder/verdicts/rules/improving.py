"""The run ended before the network had finished learning."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts.fixes import more_epochs
from builder.verdicts.history import History

TAIL = 0.2
"""The last part of the run that is looked at."""
GAIN = 0.01
"""Share by which the validation loss must have fallen over it."""


def still_improving(history: History) -> Verdict | None:
    """After its last epoch the validation loss is lowest at the end, and was still falling."""
    validation = history.validation
    tail = max(2, round(TAIL * len(validation)))
    if not history.over or len(validation) <= tail or not np.isfinite(validation).all():
        return None
    best, before = int(np.argmin(validation)), validation[:-tail].min()
    if best < len(validation) - max(1, tail // 2) or before - validation[best] < GAIN * abs(before):
        return None
    return Verdict(
        tone="good",
        code="still-improving",
        message="Still improving at the end: the validation loss was falling in the last epochs.",
        hint="Train for more epochs.",
        since=history.number(len(validation) - tail),
        fix=more_epochs(history.document),
    )
