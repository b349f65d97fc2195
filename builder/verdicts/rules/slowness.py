"""The network learns, and is still close to guessing."""

from __future__ import annotations

from builder.events import Verdict
from builder.verdicts.fixes import more_epochs, train_on
from builder.verdicts.history import History
from builder.verdicts.rules.underfitting import on_its_way
from builder.verdicts.skill import learned
from builder.verdicts.suspects import suspects

EPOCHS = 5


def slow(history: History) -> Verdict | None:
    """Training is above guessing, and validation hardly."""
    if learned(history) is not False or not (history.ended or history.epochs >= EPOCHS):
        return None
    if not history.ended and on_its_way(history):
        return None
    found = next(suspects(history), None)
    return Verdict(
        tone="watch",
        code="slow",
        message="Learning slowly: validation is hardly better than guessing." + (f" {found.reason}" if found else ""),
        hint=(found.advice if found else None) or "Train for more epochs, or change the learning rate.",
        since=history.number(0),
        fix=found.fix if found and found.fix else more_epochs(history.planned, history.planned),
        order=train_on(history.planned, history.planned) if history.over and not (found and found.fix) else None,
    )
