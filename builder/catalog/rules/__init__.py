"""Everything that can be said of a document before it trains, beyond Keras' own messages.

A rule is a function marked `@rule` in one of this folder's modules; it looks at a `View` and yields problems. To add a
rule is to write that function. Knowledge of Keras (which labels a loss wants, which activation fits) is read from the
catalogue's declarations.
"""

from __future__ import annotations

from collections.abc import Iterable

from builder.catalog.analysis import Analysis
from builder.catalog.rules import (
    backends,
    blocks,
    callbacks,
    choices,
    data,
    graph,
    heads,
    inputs,
    late,
    metrics,
    nodes,
    nonlinearity,
    normalization,
    ports,
    ranges,
    rates,
    readings,
    reports,
    starts,
    switches,
    unrolled,
    values,
)
from builder.catalog.rules.rule import rules_of
from builder.catalog.rules.view import View
from builder.document import Document, apply
from builder.errors import DocumentError, Problem

CONCERNS = (
    graph,
    nodes,
    blocks,
    unrolled,
    ports,
    inputs,
    switches,
    reports,
    late,
    data,
    choices,
    heads,
    ranges,
    values,
    nonlinearity,
    normalization,
    starts,
    metrics,
    readings,
    rates,
    callbacks,
    backends,
)
"""The modules in the order in which a person should read what they say: what comes first often causes the rest."""

MAKING = (graph, nodes, blocks, unrolled, ports, inputs, switches, reports, late, choices)
"""Those whose errors keep Keras from making the model or compiling it."""

RULES = tuple(rule for concern in CONCERNS for rule in rules_of(concern))


def unmakable(document: Document, analysis: Analysis) -> tuple[Problem, ...]:
    """The errors over which Keras can make no model of the document, or none that it can compile."""
    view = View(document, analysis)
    found = (problem for concern in MAKING for rule in rules_of(concern) for problem in rule(view))
    errors = tuple(problem for problem in found if problem.severity == "error")
    return errors or tuple(reports.nobody_can_tell(view))


def problems(document: Document, analysis: Analysis) -> tuple[Problem, ...]:
    """All problems of a document, errors first; the analysis' own errors are among them, with their nodes."""
    view = View(document, analysis)
    found = [problem for rule in RULES for problem in rule(view)]
    if not any(problem.severity == "error" for problem in found):
        found += reports.nobody_can_tell(view)
    if view.model is not document.model:
        # Rules look through bypassed layers; a mend may meet what is drawn there.
        found = [_mendable(document, problem) for problem in found]
    return tuple(sorted(found, key=lambda problem: problem.severity))


def refused(found: Iterable[Problem]) -> DocumentError | None:
    """Why a document with these problems is not trained, wherever that is asked for: the first that refuses it, and
    how many more do."""
    refusing = [problem for problem in found if problem.refuses_training]
    if not refusing:
        return None
    first, more = refusing[0], f"({len(refusing) - 1} more)" if len(refusing) > 1 else None
    hint = " ".join(filter(None, (first.hint, more))) or None
    place = {"node": first.node, "edge": first.edge, "where": first.where, "fix": first.fix}
    return DocumentError(first.message, code="errors", hint=hint, **place)


def _mendable(document: Document, problem: Problem) -> Problem:
    """The problem without its fix where that cannot be made in the document as it is drawn."""
    if problem.fix:
        try:
            apply(document, {"op": "batch", "edits": list(problem.fix.edits)})
        except DocumentError:
            return problem.model_copy(update={"fix": None})
    return problem
