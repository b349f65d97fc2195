"""Everything that can be said of a document before it trains, beyond Keras' own messages.

A rule is a function marked `@rule` in one of this folder's modules; it looks at a `View` and yields problems. To add a
rule is to write that function. Knowledge of Keras (which labels a loss wants, which activation fits) is read from the
catalogue's declarations.
"""

from __future__ import annotations

from builder.catalog.analysis import Analysis
from builder.catalog.rules import (
    backends,
    blocks,
    callbacks,
    choices,
    data,
    gradients,
    graph,
    heads,
    inputs,
    late,
    metrics,
    nodes,
    ports,
    reports,
    switches,
)
from builder.catalog.rules.rule import rules_of
from builder.catalog.rules.view import View
from builder.document import Document, apply
from builder.errors import DocumentError, Problem

CONCERNS = (
    graph,
    nodes,
    blocks,
    ports,
    inputs,
    switches,
    reports,
    late,
    gradients,
    data,
    choices,
    heads,
    metrics,
    callbacks,
    backends,
)
"""The modules in the order in which a person should read what they say: what comes first often causes the rest."""

RULES = tuple(rule for concern in CONCERNS for rule in rules_of(concern))


def problems(document: Document, analysis: Analysis) -> tuple[Problem, ...]:
    """All problems of a document, errors first; the analysis' own errors are among them, with their nodes."""
    view = View(document, analysis)
    found = [problem for rule in RULES for problem in rule(view)]
    if view.model is not document.model:
        # Rules look through bypassed layers; a mend may meet what is drawn there.
        found = [_mendable(document, problem) for problem in found]
    return tuple(sorted(found, key=lambda problem: problem.severity))


def _mendable(document: Document, problem: Problem) -> Problem:
    """The problem without its fix where that cannot be made in the document as it is drawn."""
    if problem.fix:
        try:
            apply(document, {"op": "batch", "edits": list(problem.fix.edits)})
        except DocumentError:
            return problem.model_copy(update={"fix": None})
    return problem
