"""What Keras itself says of a node, as a problem of that node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import shape_words
from builder.errors import Problem

LONGEST = 300
TAKES = {
    1: "rows of numbers",
    2: "sequences (steps × features)",
    3: "images (height × width × channels)",
}
"""What samples of a rank are, for a hint."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


@rule
def keras_accepts_every_layer(view: View) -> Iterator[Problem]:
    for node_id, report in view.analysis.nodes.items():
        if report.error is None or node_id not in view.nodes or view.is_input(node_id):
            continue
        yield Problem(
            code="keras",
            message=f"{view.name(node_id)}: {first_sentences(report.error)}",
            node=node_id,
            hint=_hint(view, node_id),
        )


def first_sentences(text: str, longest: int = LONGEST) -> str:
    """As many whole sentences from the start as fit; a first one that is longer is cut.

    The tensors of the analysis have no names, which Keras would say each time.
    """
    kept = ""
    for sentence in _SENTENCE_END.split(text.replace(" with name 'None'", "").strip()):
        if kept and len(kept) + len(sentence) >= longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept if len(kept) <= longest else kept[: longest - 3].rstrip() + "..."


def first_sentence(text: str) -> str:
    """The first sentence alone, as short as it is."""
    return first_sentences(_SENTENCE_END.split(text.strip())[0])


def _hint(view: View, node_id: str) -> str | None:
    """Say what the layer takes and what comes in, where already the number of axes differs."""
    entry = view.entries.get(node_id)
    shapes = [view.shape(edge.source) for edge in view.into[node_id]]
    if entry is None or not shapes or None in shapes:
        return None
    if entry.ports.most != 1:
        arriving = ", ".join(shape_words(shape[1:]) for shape in shapes)
        return f"The shapes that come in: {arriving}."
    shape = shapes[0][1:]
    if len(shape) == len(entry.example) or len(entry.example) not in TAKES:
        return None
    return f"{entry.kind} takes {TAKES[len(entry.example)]}; what comes in has the shape {shape_words(shape)}."
