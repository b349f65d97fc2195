"""All is well."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts.history import History
from builder.verdicts.skill import learned

EPOCHS = 2


def learning(history: History) -> Verdict | None:
    """Validation is above guessing, and the training loss is lower than in the first epoch, where there are several."""
    losses = history.training
    above = learned(history)
    if above is False or not len(losses):
        return None
    if len(losses) < EPOCHS:
        if not (above and history.ended):
            return None
    elif not np.nanmin(losses[1:], initial=np.inf) < losses[0]:
        return None
    return Verdict(
        tone="good",
        code="learning",
        message="Learning well: clearly better than guessing." if above else "Learning: the training loss falls.",
        since=history.number(0),
    )
