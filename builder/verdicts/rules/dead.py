"""Units that put out 0 whatever comes in: no gradient reaches them, so they never learn again."""

from __future__ import annotations

import math

from builder.catalog.analysis import Analysis
from builder.catalog.registry import layers
from builder.catalog.rules.view import View
from builder.errors import Fix
from builder.events import Verdict
from builder.verdicts.fixes import change_activations, lower_rate
from builder.verdicts.history import History
from builder.verdicts.skill import last, validation_skill
from builder.verdicts.suspects import decaying, penalized

MANY = 0.6
"""Share of a layer's units. "As much as 40 %" are usual where the learning rate is high (Stanford's CS231n, notes on
neural networks 1), so more than that is called many."""
LOOKS = 2
EPOCHS = 3
HALF, LUCK = 0.5, 1.4
"""Share of the units that may be silent from the beginning, where all inputs are positive, and the standard errors by
which a small layer may have more of them by chance: one case in 12."""
FAST = 0.1
"""Learning rate from which the rate is the first suspect: Keras' optimizers start from 0.001 to 0.01."""
FINE = 0.8
"""Validation skill from which silent units are no hindrance: networks have more than they need."""
RECTIFYING = frozenset({"relu", "relu6"})


def dead_units(history: History) -> Verdict | None:
    """In several looks on end many units of a layer stay silent; or all of them once, whom nothing wakes again."""
    looks = history.layers
    if not looks or (last(validation_skill(history)) or 0.0) >= FINE:
        return None
    final = looks[-1]
    share, name = max(((d, n) for d, n in zip(final.dead, final.names, strict=True) if d), default=(0, ""))
    streak = 0
    for look in reversed(looks):
        if (dict(zip(look.names, look.dead, strict=True)).get(name) or 0) < MANY:
            break
        streak += 1
    if share < MANY or (share < 1 and (streak < LOOKS or history.epochs < EPOCHS)):
        return None
    if share < 1 and share < HALF + LUCK * HALF / math.sqrt(_units(history, name) or math.inf):
        return None
    since = looks[-streak].epoch
    drawn = history.origin.get(name, name)
    much = "All units" if share == 1 else f"{share:.0%} of the units".replace("%", " %")
    ends = drawn in {node.id for node in View(history.document, Analysis()).outputs}
    return Verdict(
        tone="bad" if share == 1 else "watch",
        code="dead-units",
        message=f'{much} of "{drawn}" are silent since epoch {since}: they give 0 for every sample and learn nothing.',
        hint="An output should be able to give every value that is to be learned: leave it linear."
        if ends
        else "Use leaky_relu, which lets a little through, or lower the learning rate.",
        since=since,
        fix=reaching(history, drawn) if ends else _waking(history, drawn),
    )


def _units(history: History, name: str) -> int | None:
    """Units of a layer, where one of its parameters says it."""
    node = history.document.model.node(history.origin.get(name, name))
    width = layers[node.kind].width if node.kind in layers else None
    units = layers[node.kind].param(width).value(node.params) if width else None
    return units if isinstance(units, int) else None


def _waking(history: History, drawn: str) -> Fix | None:
    document = history.document
    unscaled = history.warning("scaling")
    return (
        (unscaled.fix if unscaled else None)
        or next((found.fix for spoils in (decaying, penalized) if (found := spoils(history))), None)
        or (lower_rate(document) if (history.learning_rate or 0) >= FAST else None)
        or change_activations(document, RECTIFYING, "leaky_relu", only=drawn)
    )


def reaching(history: History, output: str) -> Fix | None:
    """What the catalogue's rules offer for an output that cannot give all values."""
    found = (p.fix for p in history.warnings if p.code == "reach" and p.node == output)
    return next(found, None)
