"""All units of a layer are one and the same: begun alike, they get the same gradient in every step."""

from __future__ import annotations

from builder.catalog.rules.words import quoted
from builder.events import Verdict
from builder.verdicts.fixes import reset
from builder.verdicts.history import History
from builder.verdicts.skill import last, training_skill
from builder.verdicts.suspects import constant_initializers

ENOUGH = 0.9
"""Training skill from which a layer of equal units is no hindrance."""


def units_alike(history: History) -> Verdict | None:
    """A look found layers whose units have equal weights, and their document begins them so."""
    looks = history.layers
    if not looks or (last(training_skill(history)) or 0.0) >= ENOUGH:
        return None
    found = {history.origin.get(name, name) for name in looks[-1].alike}
    begun = {node.id: names for node in history.document.model.nodes if (names := constant_initializers(node))}
    same = [name for name in begun if name in found]
    if not same:
        return None
    since = next(look.epoch for look in looks if found & {history.origin.get(name, name) for name in look.alike})
    names = [(node, name) for node, params in begun.items() for name in params]
    which = quoted(same[:3])
    return Verdict(
        tone="bad",
        code="units-alike",
        message=f"All units of {which} are the same since epoch {since}: their initializer begins them alike, and they "
        "can only learn the same.",
        hint="Begin with random weights, as Keras does by default.",
        since=since,
        fix=reset("Set the initializers to Keras' default", names),
    )
