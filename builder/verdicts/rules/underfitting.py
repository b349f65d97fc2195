"""The network has not begun to learn."""

from __future__ import annotations

import math

import numpy as np

from builder.catalog.reading import loss_of, output_names
from builder.catalog.registry import losses
from builder.events import Verdict
from builder.verdicts.fixes import change_rate
from builder.verdicts.history import History

EPOCHS = 5
GUESSING = 0.95
"""Share of the loss of guessing, ln(classes), above which nothing has been learned (the check of the first loss in
Karpathy's "A recipe for training neural networks")."""
STARTING = 0.98
"""The same of the first epoch's loss, where the loss of guessing is not known."""
SLOW, FAST = 1e-4, 0.1
"""Learning rates up to and from which the rate is the first suspect: Keras' optimizers start from 0.001 to 0.01."""


def underfitting(history: History) -> Verdict | None:
    """After several epochs the training loss is still about that of guessing."""
    losses = history.training
    if len(losses) < EPOCHS or not np.isfinite(losses[-EPOCHS:]).all():
        return None
    guess = guessing(history)
    floor = GUESSING * guess if guess else STARTING * losses[0]
    if losses[0] <= 0 or not (losses[-EPOCHS:] > floor).all():
        return None
    rate = history.learning_rate or 0.0
    factor = 10.0 if 0 < rate <= SLOW else 0.1 if rate >= FAST else None
    return Verdict(
        tone="watch",
        code="underfitting",
        message="Not learning yet: the training loss is about that of guessing."
        if guess
        else "Not learning yet: the training loss is about where it began.",
        hint="Change the learning rate, scale the inputs, or give the network more layers or units.",
        since=history.number(0),
        fix=change_rate(history.document, factor) if factor else None,
    )


def guessing(history: History) -> float | None:
    """The cross-entropy of giving every class the same probability; None for other losses and several outputs."""
    names = output_names(history.document)
    entry = losses.get(loss_of(history.document, names[0]).kind) if len(names) == 1 else None
    return math.log(history.classes) if history.classes > 1 and entry and entry.kind in CROSS_ENTROPIES else None


CROSS_ENTROPIES = frozenset({"SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy"})
