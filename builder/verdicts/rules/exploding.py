"""Gradients grow beyond all measure."""

from __future__ import annotations

import numpy as np

from builder.events import Layers, Verdict
from builder.verdicts.fixes import clip_gradients, lower_rate
from builder.verdicts.history import History, trailing

GROWTH = 100.0
"""So many times the usual length is an explosion rather than noise: single batches were seen to differ by ten times."""
BEFORE = 3
"""Looks that say what is usual, at least."""
NORM = 1.0
"""Length to clip at: the usual choice (Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural
networks", clip between half of and ten times the average length)."""


def exploding_gradients(history: History) -> Verdict | None:
    """The last two gradients are very much longer than those before, or not finite where weights still are."""
    looks = history.layers
    lengths = np.array([length(look) for look in looks])
    broken = bool(looks) and not np.isfinite(lengths[-1])
    if not broken:
        if len(looks) < BEFORE + 2:
            return None
        grown = lengths > GROWTH * np.median(lengths[:-2])
        if not grown[-2:].all():
            return None
        since = looks[len(looks) - trailing(grown)].epoch
    else:
        since = looks[len(looks) - trailing(~np.isfinite(lengths))].epoch
    return Verdict(
        tone="bad",
        code="exploding-gradients",
        message=f"Gradients explode since epoch {since}: they are more than {GROWTH:g} times as long as before.",
        hint="Clip the gradients, lower the learning rate, or add a normalization between the layers.",
        since=since,
        fix=clip_gradients(history.document, NORM) or lower_rate(history.document),
    )


def length(look: Layers) -> float:
    """Of the gradient by all weights together; infinite where that of a layer with weights is not finite."""
    parts = [
        np.inf if gradient is None else gradient
        for gradient, weight in zip(look.gradients, look.weights, strict=True)
        if weight is not None
    ]
    return float(np.sqrt(np.sum(np.square(parts)))) if parts else 0.0
