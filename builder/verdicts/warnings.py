"""What the catalogue's rules said of the document before training, where that bears on how it learns."""

from __future__ import annotations

from builder.catalog.analysis import Analysis
from builder.catalog.rules import problems
from builder.document import Document
from builder.errors import Problem

UNRELATED = frozenset(
    {
        "limit",
        "several-outputs",
        "monitor-direction",
        "fractions",
        "cut-scores",
        "keras-warning",
        "metric-class",
        "metric-k",
        "metric-range",
        "metric-sparse",
        "metric-threshold",
        "metric-logits",
        "few-held",
        "frozen-weightless",
        "shared-weightless",
        "bypassed-input",
        "left-out",
        "repeat-unfed",
        "repeat-outputs",
    }
)
"""Warnings that say nothing of learning."""
LATER = frozenset({"batch-size"})
"""Warnings that are named where there is no other."""


def warnings(document: Document) -> tuple[Problem, ...]:
    """Warnings with a fix. Shapes are not known here, so that those that need them are missing."""
    found = (
        problem
        for problem in problems(document, Analysis())
        if problem.severity == "warning" and problem.fix and problem.code not in UNRELATED
    )
    return tuple(sorted(found, key=lambda problem: problem.code in LATER))
