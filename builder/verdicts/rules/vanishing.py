"""Hardly any gradient reaches the first layers."""

from __future__ import annotations

from builder.document import Document
from builder.errors import Fix
from builder.events import Layers, Verdict
from builder.verdicts.fixes import activation_of, change_activations
from builder.verdicts.history import History
from builder.verdicts.skill import LEARNED, last, training_skill
from builder.verdicts.suspects import batch_of_one, penalized

SMALL = 1e-4
"""Share of the last layer's gradient, each measured by its weights, below which the first layer stands still.

With saturating activations each layer passes at most a quarter on (the slope of the sigmoid), so that this is reached
behind about seven of them (Glorot, Bengio 2010, "Understanding the difficulty of training deep feedforward networks").
"""
LOOKS = 2
"""Looks in a row that say it of a run which learns something; of one that learns nothing, one is enough."""
DEEP = 5
"""Layers from which selu is offered, which keeps mean and variance from layer to layer (Klambauer and others 2017,
"Self-normalizing neural networks"): ten layers of 16 units on digits by SGD learn 88 % in 10 epochs with it, 13 % with
relu."""
FINE = 0.8
"""Training skill from which small gradients of the first layer are no hindrance."""
SATURATING = frozenset({"sigmoid", "tanh", "softsign", "hard_sigmoid", "hard_tanh", "sparse_sigmoid", "softmax"})


def vanishing_gradients(history: History) -> Verdict | None:
    """The first layer's gradient is tiny beside the last one's."""
    looks = history.layers
    small = 0
    for look in reversed(looks):
        share = first_to_last(look)
        if share is None or share >= SMALL:
            break
        small += 1
    skill = last(training_skill(history))
    lost = skill is not None and skill < LEARNED
    if small < (1 if lost else LOOKS) or (skill is not None and skill >= FINE):
        return None
    if lost and any(cause(history) for cause in (penalized, batch_of_one)):
        return None  # It is these that leave no gradient; they are named where nothing is learned.
    first = looks[-small]
    name = next(name for name, weight in zip(first.names, first.weights, strict=True) if weight)
    return Verdict(
        tone="watch",
        code="vanishing-gradients",
        message=f'Gradients vanish on the way back since epoch {first.epoch}: "{name}" hardly learns.',
        hint="Use relu inside the network, or selu where it is deep, add BatchNormalization, or shortcuts around some "
        "layers (Add).",
        since=first.epoch,
        fix=_open(history.document),
    )


def _open(document: Document) -> Fix | None:
    """An activation that passes gradients on; through many layers one that also keeps their size."""
    many = len([node for node in document.model.nodes if activation_of(node) in SATURATING]) >= DEEP
    return change_activations(document, SATURATING, "selu" if many else "relu")


def first_to_last(look: Layers) -> float | None:
    """The first layer's gradient as a share of the last one's, both by their weights; None where that says nothing."""
    relative = [
        gradient / weight
        for gradient, weight in zip(look.gradients, look.weights, strict=True)
        if weight and gradient is not None
    ]
    return relative[0] / relative[-1] if len(relative) > 1 and relative[-1] > 0 else None
