"""An output that cannot give the values that it is to learn."""

from __future__ import annotations

from builder.events import Verdict
from builder.verdicts.history import History
from builder.verdicts.skill import last, training_skill

EPOCHS = 2
GOOD = 0.9
"""Training skill from which the values beyond its reach are too few to matter."""


def out_of_reach(history: History) -> Verdict | None:
    """The catalogue's rules say that values lie beyond the output's activation, and the run shows it."""
    skill = last(training_skill(history))
    if skill is None or skill >= GOOD or not (history.epochs >= EPOCHS or history.ended):
        return None
    found = history.warning("reach")
    if found is None:
        return None
    return Verdict(
        tone="watch",
        code="out-of-reach",
        message=found.message,
        hint=found.hint,
        since=history.number(0),
        fix=found.fix,
    )
