"""The loss runs away."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts.fixes import calm
from builder.verdicts.history import History, trailing

WORSE = 4.0
"""A loss of so many times the best one has run away: where fastai's learning rate finder stops (fast.ai, LRFinder)."""


def divergence(history: History) -> Verdict | None:
    """The loss of a step is not finite, or that of the last epoch is far above its best and above the very first."""
    fix = calm(history.document)
    warned = history.warning()
    hint = f"{warned.message} " if warned else ""
    hint += "Lower the learning rate, scale the inputs, or clip the gradients."
    if history.broken_in is not None:
        message = f"Diverged in epoch {history.broken_in}: the loss is not a finite number any more."
        return Verdict(tone="bad", code="diverged", message=message, hint=hint, since=history.broken_in, fix=fix)
    losses = history.training
    if not np.isfinite(losses).any():
        return None
    start = losses[0] if history.start is None else history.start
    best = min(start, np.nanmin(losses))
    lost = losses > max(start, best + (WORSE - 1) * abs(best))
    if not lost[-1]:
        return None
    since = history.number(len(losses) - trailing(lost))
    return Verdict(
        tone="bad",
        code="diverging",
        message=f"Diverging since epoch {since}: the training loss is more than {WORSE:g} times its best.",
        hint=hint,
        since=since,
        fix=fix,
    )
