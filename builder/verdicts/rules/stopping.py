"""EarlyStopping ended the run while it was still getting better."""

from __future__ import annotations

import numpy as np

from builder.catalog.registry import callbacks
from builder.events import Verdict
from builder.verdicts.fixes import set_callback
from builder.verdicts.history import History

PATIENCE = 10
"""Epochs without improvement to wait for: the default of Keras' ReduceLROnPlateau; EarlyStopping's own is 0."""
HASTY = 2
"""Patience up to which one unlucky epoch or two end a run."""


def stopped_too_soon(history: History) -> Verdict | None:
    """The validation loss was at its lowest in the last epoch; or patience was short and training went on falling."""
    validation, training = history.validation, history.training
    choice = next((c for c in history.document.training.callbacks if _is_stopping(c.kind)), None)
    if not history.early or choice is None or not np.isfinite(validation).all() or not len(validation):
        return None
    lowest = int(np.argmin(validation)) == len(validation) - 1
    patience = choice.params.get("patience", 0)
    hasty = isinstance(patience, int) and patience <= HASTY and int(np.argmin(training)) == len(training) - 1
    if not lowest and not (hasty and history.epochs * 2 <= history.planned):
        return None
    epoch = history.number(len(validation) - 1)
    why = "with its lowest validation loss" if lowest else "while the training loss was still falling"
    return Verdict(
        tone="watch",
        code="stopped-early",
        message=f"EarlyStopping ended the run after epoch {epoch} of {history.planned}, {why}.",
        hint="Watch val_loss, and wait longer for an improvement.",
        since=epoch,
        fix=set_callback(
            history.document,
            "EarlyStopping",
            f"Stop after {PATIENCE} epochs without a lower validation loss",
            monitor="val_loss",
            patience=PATIENCE,
            restore_best_weights=True,
        ),
    )


def _is_stopping(kind: str) -> bool:
    return kind in callbacks and callbacks[kind].kind == "EarlyStopping"
