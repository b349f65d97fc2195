"""Units that put out 0 whatever comes in: no gradient reaches them, so they never learn again."""

from __future__ import annotations

from builder.events import Verdict
from builder.verdicts.fixes import change_activations, change_rate
from builder.verdicts.history import History

MANY = 0.6
"""Share of a layer's units. "As much as 40 %" are usual where the learning rate is high (Stanford's CS231n, notes on
neural networks 1), so more than that is called many."""
LOOKS = 2
FAST = 0.1
"""Learning rate from which the rate is the first suspect: Keras' optimizers start from 0.001 to 0.01."""
RECTIFYING = frozenset({"relu", "relu6"})


def dead_units(history: History) -> Verdict | None:
    """In several looks on end many units of a layer stay silent; or all of them once, whom nothing wakes again."""
    looks = list(history.layers)
    if not looks:
        return None
    last = looks[-1]
    share, name = max(((dead, name) for dead, name in zip(last.dead, last.names, strict=True) if dead), default=(0, ""))
    streak = 0
    for look in reversed(looks):
        if (dict(zip(look.names, look.dead, strict=True)).get(name) or 0) < MANY:
            break
        streak += 1
    if share < MANY or (share < 1 and streak < LOOKS):
        return None
    since = looks[-streak].epoch
    drawn = history.origin.get(name, name)
    much = "All units" if share == 1 else f"{share:.0%} of the units".replace("%", " %")
    return Verdict(
        tone="bad" if share == 1 else "watch",
        code="dead-units",
        message=f'{much} of "{drawn}" are silent since epoch {since}: they give 0 for every sample and learn nothing.',
        hint="Use leaky_relu, which lets a little through, or lower the learning rate.",
        since=since,
        fix=(change_rate(history.document, 0.1) if (history.learning_rate or 0) >= FAST else None)
        or change_activations(history.document, RECTIFYING, "leaky_relu", only=drawn),
    )
