"""Too few validation samples to say how the run is going."""

from __future__ import annotations

from builder.catalog.reading import dataset_of
from builder.catalog.rules.fixes import fix, set_path
from builder.errors import Fix
from builder.events import Verdict
from builder.verdicts.history import History
from builder.verdicts.skill import LEARNED, last, luck, validation_skill

FEW = 20
"""Validation samples below which a share of right ones is known to no better than 22 points (two standard errors)."""
HUNDRED = 100
"""Samples below which a result that could be luck is put down to their number."""
SHARE = 0.2
EPOCHS = 2


def small_validation(history: History) -> Verdict | None:
    """There are a few validation samples only, or what they show could be luck."""
    samples, skill = history.validation_samples, last(validation_skill(history))
    if not samples or (history.epochs < EPOCHS and not history.ended):
        return None
    lucky = samples < HUNDRED and skill is not None and LEARNED <= skill < luck(history)
    if samples >= FEW and not lucky:
        return None
    return Verdict(
        tone="watch",
        code="small-validation",
        message=f"Only {samples:,} validation samples: what they say of the network may be luck.",
        hint="Hold back a larger share, or use more samples.",
        since=history.number(0),
        fix=_hold_back(history),
    )


def _hold_back(history: History) -> Fix | None:
    data, dataset = history.document.data, dataset_of(history.document)
    if data is None:
        return None
    edits = []
    if data.validation_split < SHARE:
        edits.append(set_path("data.validation_split", SHARE))
    if data.limit is not None and dataset and data.limit < dataset.samples:
        edits.append(set_path("data.limit", None))
    return fix("Hold back more samples", *edits) if edits else None
