"""Gradients grow beyond all measure."""

from __future__ import annotations

import numpy as np

from builder.catalog.registry import layers
from builder.document import Node
from builder.events import Layers, Verdict
from builder.verdicts.fixes import calm, clip_gradients, lower_rate, use_adam
from builder.verdicts.history import History, trailing

GROWTH = 100.0
"""So many times the usual length is an explosion rather than noise: single batches were seen to differ by ten times."""
BEFORE = 3
"""Looks that say what is usual, at least."""
NORM = 1.0
"""Length to clip at: the usual choice (Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural
networks", clip between half of and ten times the average length)."""


def exploding_gradients(history: History) -> Verdict | None:
    """Weights or gradients are not finite, or the last two gradients are very much longer than those before."""
    looks = history.layers
    lengths = np.array([length(look) for look in looks])
    document = history.document
    if looks and (broken := _broken(history, looks[-1])):
        since = next(look.epoch for look in looks if _broken(history, look))
        message = f'Weights of "{broken}" are not finite numbers since epoch {since}: it can learn nothing any more.'
        fix = calm(document) if document.training.optimizer.kind.lower() == "adam" else use_adam()
    elif looks and not np.isfinite(lengths[-1]):
        since = looks[len(looks) - trailing(~np.isfinite(lengths))].epoch
        message = f"Gradients explode since epoch {since}: they are not finite numbers."
        fix = clip_gradients(document, NORM) or lower_rate(document)
    else:
        grown = lengths > GROWTH * np.median(lengths[:-2]) if len(looks) >= BEFORE + 2 else np.zeros(2, bool)
        if not grown[-2:].all():
            return None
        since = looks[len(looks) - trailing(grown)].epoch
        message = f"Gradients explode since epoch {since}: they are more than {GROWTH:g} times as long as before."
        fix = clip_gradients(document, NORM) or lower_rate(document)
    return Verdict(
        tone="bad",
        code="exploding-gradients",
        message=message,
        hint="Clip the gradients, lower the learning rate, or add a normalization between the layers.",
        since=since,
        fix=fix,
    )


def _broken(history: History, look: Layers) -> str | None:
    """The drawn node of a layer that has weights, whose norm is not finite. A loss may be finite all the same: relu
    gives 0 for what is not a number."""
    for name, weight in zip(look.names, look.weights, strict=True):
        drawn = history.origin.get(name, name)
        node = next((node for node in history.document.model.nodes if node.id == drawn), None)
        if weight is None and node and not node.frozen and not node.shares and _has_kernel(node):
            return drawn
    return None


def _has_kernel(node: Node) -> bool:
    return node.kind in layers and layers[node.kind].param("kernel_initializer") is not None


def length(look: Layers) -> float:
    """Of the gradient by all weights together; infinite where that of a layer with weights is not finite."""
    parts = [
        np.inf if gradient is None else gradient
        for gradient, weight in zip(look.gradients, look.weights, strict=True)
        if weight is not None
    ]
    return float(np.sqrt(np.sum(np.square(parts)))) if parts else 0.0
