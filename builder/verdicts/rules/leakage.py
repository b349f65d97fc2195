"""Too good to be true."""

from __future__ import annotations

import numpy as np

from builder.catalog.reading import dataset_of
from builder.events import Verdict
from builder.verdicts.history import History

PERFECT = 0.999
SOON = 2
"""Epochs within which real problems are not solved perfectly. Results that are too good are the usual sign of leakage
(Kaufman, Rosset, Perlich 2012, "Leakage in data mining")."""
SAMPLES = 100
"""Validation samples that make a perfect result say something."""


def leakage(history: History) -> Verdict | None:
    """Nearly every validation sample is right after an epoch or two."""
    accuracy, dataset = history.accuracy, dataset_of(history.document)
    if accuracy is None or (dataset and dataset.easy) or history.validation_samples < SAMPLES or history.number(0) != 1:
        return None
    perfect = np.flatnonzero(accuracy[:SOON] >= PERFECT)
    if not len(perfect):
        return None
    since = history.number(int(perfect[0]))
    return Verdict(
        tone="watch",
        code="too-good",
        message=f"Nearly perfect after epoch {since}: either the problem is easy, or the data give the answer away.",
        hint="Make sure that no column holds the answer, and that no validation sample is among the training samples.",
        since=since,
    )
