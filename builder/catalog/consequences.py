"""What a connection that fits leads to: the problems that it brings into the network and that one click would mend.

A network that is still being drawn is not judged by its end: while something else in it is wrong, only warnings count.
"""

from __future__ import annotations

from collections.abc import Callable

from builder.catalog.analysis import Analysis
from builder.catalog.rules import problems
from builder.document import Document, Edge
from builder.errors import Problem


def consequences(document: Document, link: Edge, analyse: Callable[[Document], Analysis]) -> tuple[Problem, ...]:
    """The problems with a fix that are there once the link is drawn, and were not before; errors first."""
    drawn = _with(document, link)
    before = {(problem.code, problem.node) for problem in problems(document, analyse(document))}
    after = problems(drawn, analyse(drawn))
    brought = [problem for problem in after if problem.fix and (problem.code, problem.node) not in before]
    unfinished = any(problem.severity == "error" and problem not in brought for problem in after)
    return tuple(problem for problem in brought if problem.severity == "warning" or not unfinished)


def _with(document: Document, link: Edge) -> Document:
    """The document with the link in place of an edge into the same port."""
    kept = tuple(edge for edge in document.model.edges if (edge.target, edge.port) != (link.target, link.port))
    return document.model_copy(update={"model": document.model.model_copy(update={"edges": (*kept, link)})})
