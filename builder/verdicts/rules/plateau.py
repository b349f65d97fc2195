"""Nothing changes any more."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts.fixes import add_callback
from builder.verdicts.history import History

PATIENCE = 10
THRESHOLD = 1e-4
"""Epochs without, and share of the loss that counts as, an improvement: the defaults of PyTorch's ReduceLROnPlateau
(Keras' has the same patience, and this as a difference)."""
DONE = 0.99
"""Validation accuracy from which on a standstill is the end of a success."""


def plateau(history: History) -> Verdict | None:
    """Neither training nor validation loss has got better for many epochs."""
    if history.epochs <= PATIENCE:
        return None
    best = [_last_gain(losses) for losses in (history.training, history.validation)]
    last = max(best)
    if history.epochs - 1 - last < PATIENCE:
        return None
    since = history.number(last) + 1
    accuracy = history.accuracy
    if accuracy is not None and accuracy[last] >= DONE:
        return Verdict(
            tone="good",
            code="converged",
            message=f"Learned all there is: nothing has got better since epoch {since}.",
            hint="The model of the best epoch is kept; the run can be stopped.",
            since=since,
            fix=add_callback(history.document, "EarlyStopping", "Stop by itself next time", patience=PATIENCE),
        )
    return Verdict(
        tone="watch",
        code="plateau",
        message=f"On a plateau since epoch {since}: neither training nor validation loss gets better.",
        hint="Lower the learning rate on the way, or give the network more layers or units.",
        since=since,
        fix=add_callback(history.document, "ReduceLROnPlateau", "Lower the learning rate on plateaus", factor=0.5),
    )


def _last_gain(losses: np.ndarray) -> int:
    """The place of the last loss that was lower than all before by more than the threshold."""
    best, place = np.inf, 0
    for index, loss in enumerate(losses.tolist()):
        if loss < best - THRESHOLD * abs(best) or (np.isinf(best) and np.isfinite(loss)):
            best, place = loss, index
    return place
