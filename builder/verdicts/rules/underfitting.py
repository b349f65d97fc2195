"""The network has not begun to learn."""

from __future__ import annotations

import math

import numpy as np

from builder.events import Verdict
from builder.verdicts import trend
from builder.verdicts.fixes import more_epochs, train_on
from builder.verdicts.history import History
from builder.verdicts.skill import LEARNED, learned, training_skill
from builder.verdicts.suspects import SOME, other_optimizer, suspects

EPOCHS = 5
GAIN = 0.02
"""Share of the loss by which it must have fallen to count as falling."""
ENOUGH = 300
"""Training steps in which small networks come well above guessing at the usual rates (see `SOME`)."""
STARTING = 0.98
"""Share of the first epoch's loss above which nothing was learned, where the loss of guessing is not known."""
HINT = "Change the learning rate, scale the inputs, or give the network more layers or units."


def underfitting(history: History) -> Verdict | None:
    """Training is at about the level of guessing, after several epochs or at the end."""
    if not history.epochs or not (history.epochs >= EPOCHS or history.ended) or not _lost(history):
        return None
    found = next(suspects(history), None)
    falling = on_its_way(history)
    if falling and not history.ended:
        return None
    short = history.over and (history.steps < SOME or falling)
    if found is None and short and learned(history):
        return None
    if found is None and short:
        more = max(history.planned, math.ceil(ENOUGH * history.epochs / max(1, history.steps)))
        return Verdict(
            tone="watch",
            code="too-short",
            message=f"Hardly better than guessing: {_count(history.steps, 'step')} are too few to learn from.",
            hint="Train for more epochs.",
            since=history.number(0),
            fix=more_epochs(history.planned, more),
            order=train_on(history.planned, more),
        )
    found = found or other_optimizer(history)
    where = "not clearly below that of guessing" if training_skill(history) is not None else "about where it began"
    return Verdict(
        tone="watch",
        code="underfitting",
        message=f"Not learning yet: the training loss is {where}." + (f" {found.reason}" if found else ""),
        hint=(found.advice if found else None) or HINT,
        since=history.number(0),
        fix=found.fix if found else None,
    )


def on_its_way(history: History) -> bool:
    """Whether the training loss falls, by a test against noise and by an amount that counts. Of two or three epochs
    each must be lower than the one before."""
    losses = history.training
    tail = losses[np.isfinite(losses)][-2 * EPOCHS :]
    if len(tail) < 2 or trend.fall(tail) < GAIN * abs(float(np.median(tail))):
        return False
    return trend.falls(tail) if len(tail) >= trend.LEAST else bool((np.diff(tail) < 0).all())


def _lost(history: History) -> bool:
    """Whether none of the last epochs is above guessing."""
    skill = training_skill(history)
    if skill is not None:
        return bool((skill[-EPOCHS:] < LEARNED).all() or (history.ended and skill[-1] < LEARNED))
    losses = history.training
    if len(losses) < EPOCHS or not np.isfinite(losses[-EPOCHS:]).all():
        return False
    return losses[0] > 0 and bool((losses[-EPOCHS:] > STARTING * losses[0]).all())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
