"""The network learns its training samples by heart."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts.fixes import add_callback, add_dropout
from builder.verdicts.history import History

STRIP = 5
"""Epochs whose mean is compared: the strip length k of Prechelt 1998, "Early stopping - but when?"."""
RISE = 0.05
"""Generalization loss that counts: Prechelt's GL with alpha = 5 %."""
RATE = 0.3
PATIENCE = 10


def overfitting(history: History) -> Verdict | None:
    """The validation loss has risen well above its lowest while the training loss fell on."""
    training, validation = history.training, history.validation
    if len(validation) <= STRIP or not np.isfinite(validation).any():
        return None
    best = int(np.nanargmin(validation))
    if len(validation) - 1 - best < STRIP:
        return None
    risen = np.mean(validation[-STRIP:]) - validation[best] > RISE * abs(validation[best])
    if not risen or not np.mean(training[-STRIP:]) < training[best]:
        return None
    since = history.number(best) + 1
    document = history.document
    stop = "Stop when the validation loss rises"
    return Verdict(
        tone="watch",
        code="overfitting",
        message=f"Overfitting since epoch {since}: validation loss rises while training loss falls.",
        hint="Add Dropout, train on more samples, make the network smaller, or stop earlier. "
        "The model of the best epoch is kept.",
        since=since,
        fix=add_dropout(document, RATE)
        or add_callback(document, "EarlyStopping", stop, patience=PATIENCE, restore_best_weights=True),
    )
