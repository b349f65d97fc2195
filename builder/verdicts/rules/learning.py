"""All is well."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts.history import History

EPOCHS = 2


def learning(history: History) -> Verdict | None:
    """The training loss is lower than in the first epoch."""
    losses = history.training
    if len(losses) < EPOCHS or not np.nanmin(losses[1:], initial=np.inf) < losses[0]:
        return None
    return Verdict(
        tone="good",
        code="learning",
        message="Learning well: no rule has anything to object to.",
        since=history.number(0),
    )
