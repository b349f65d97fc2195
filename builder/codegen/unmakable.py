"""What a script says at its top where its network cannot be made: why, and the end of the script before it begins."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.analysis import Analysis
from builder.catalog.rules import unmakable
from builder.codegen.expression import call, literal, statement
from builder.codegen.text import GAP, Block, comment
from builder.document import Document


def refusal(document: Document, analysis: Analysis | None) -> Iterator[Block]:
    """Every reason as a comment, and a statement that ends the script with the first; nothing where Keras can make it.

    What only Keras can tell is among them where an analysis is given.
    """
    found = unmakable(document, analysis or Analysis())
    if not found:
        return
    yield Block(comment("This network cannot be trained as it is, and the script ends at once:"))
    yield from (Block(comment(problem.sentence()), problem.node) for problem in found)
    yield GAP
    yield Block(statement("raise ", call("SystemExit", literal(f"This cannot be trained: {found[0].sentence()}"))))
    yield GAP
