"""The rules in the order in which they speak: what breaks a run before what spoils it, and praise last."""

from __future__ import annotations

from collections.abc import Callable

from builder.document import apply
from builder.errors import DocumentError
from builder.events import Verdict
from builder.verdicts.history import History
from builder.verdicts.rules.alike import units_alike
from builder.verdicts.rules.dead import dead_units
from builder.verdicts.rules.divergence import divergence
from builder.verdicts.rules.exploding import exploding_gradients
from builder.verdicts.rules.improving import still_improving
from builder.verdicts.rules.leakage import leakage
from builder.verdicts.rules.learning import learning
from builder.verdicts.rules.memorizing import memorizing
from builder.verdicts.rules.overfitting import overfitting
from builder.verdicts.rules.plateau import plateau
from builder.verdicts.rules.reach import out_of_reach
from builder.verdicts.rules.sampling import small_validation
from builder.verdicts.rules.slowness import slow
from builder.verdicts.rules.stopping import stopped_too_soon
from builder.verdicts.rules.unclear import unclear
from builder.verdicts.rules.underfitting import underfitting
from builder.verdicts.rules.vanishing import vanishing_gradients

Rule = Callable[[History], Verdict | None]

RULES: tuple[Rule, ...] = (
    divergence,
    exploding_gradients,
    units_alike,
    dead_units,
    out_of_reach,
    vanishing_gradients,
    underfitting,
    memorizing,
    overfitting,
    stopped_too_soon,
    small_validation,
    leakage,
    plateau,
    slow,
    still_improving,
    learning,
    unclear,
)


def verdict(history: History) -> Verdict | None:
    """How the run is going; None while too little is known. A fix that cannot be made in the document is left out."""
    found = next((said for rule in RULES if (said := rule(history))), None)
    if found and found.fix:
        try:
            apply(history.document, {"op": "batch", "edits": list(found.fix.edits)})
        except DocumentError:
            return found.model_copy(update={"fix": None})
    return found
