"""The network learns its training samples by heart."""

from __future__ import annotations

import math

import numpy as np

from builder.errors import Fix
from builder.events import Verdict
from builder.verdicts import trend
from builder.verdicts.fixes import add_callback, add_dropout
from builder.verdicts.history import History
from builder.verdicts.skill import LEARNED, last, training_skill

STRIP = 5
"""Epochs whose mean is compared: the strip length k of Prechelt 1998, "Early stopping - but when?"."""
RISE = 0.05
"""Generalization loss that counts: Prechelt's GL with alpha = 5 %."""
SURE = 0.01
"""Chance at which a rise of the validation loss counts as one and not as noise."""
RATE = 0.3
PATIENCE = 10


def overfitting(history: History) -> Verdict | None:
    """The validation loss has risen well above its lowest, by a test against noise, while training fell on, which has
    learned something and is ahead by more than the number of validation samples leaves in doubt."""
    training, validation = history.training, history.validation
    if len(validation) <= STRIP or not np.isfinite(validation).any():
        return None
    skill = last(training_skill(history))
    best = int(np.nanargmin(validation))
    if len(validation) - 1 - best < STRIP or (skill is not None and skill < LEARNED):
        return None
    now, trained = np.mean(validation[-STRIP:]), np.mean(training[-STRIP:])
    if not now - validation[best] > RISE * abs(validation[best]) or not trend.rises(validation[best:], SURE):
        return None
    if not trained < training[best] or not now - trained > _doubt(history.validation_samples) * abs(now):
        return None
    since = history.number(best) + 1
    return Verdict(
        tone="watch",
        code="overfitting",
        message=f"Overfitting since epoch {since}: validation loss rises while training loss falls.",
        hint="Add Dropout, train on more samples, make the network smaller, or stop earlier. "
        "The model of the best epoch is kept.",
        since=since,
        fix=against(history),
    )


def against(history: History) -> Fix | None:
    """What keeps the next run from it."""
    stop = "Stop when the validation loss rises"
    return add_dropout(history.document, RATE) or add_callback(
        history.document, "EarlyStopping", stop, patience=PATIENCE, restore_best_weights=True
    )


def _doubt(samples: int) -> float:
    """Two standard errors of a mean over so many samples, as a share of it: their losses spread about as widely as they
    are large."""
    return 2 / math.sqrt(samples) if samples else 0.0
