"""The run has ended, and no other rule has anything to say of it."""

from __future__ import annotations

from builder.events import Verdict
from builder.verdicts.history import History


def unclear(history: History) -> Verdict | None:
    """Said so that nothing which was said earlier stands for the whole run."""
    if not history.ended or not history.epochs:
        return None
    single = history.epochs < 2
    return Verdict(
        tone="watch",
        code="unclear",
        message="A single epoch says too little of how it goes."
        if single
        else "Nothing gained after the first epoch: the training loss was never lower again.",
        hint="Train for more epochs." if single else "Lower the learning rate, or train for more epochs.",
        since=history.number(0),
    )
