"""What Keras itself says of a node, as a problem of that node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.catalog.rules import fixes
from builder.catalog.rules.fitting import fitting
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import shape_words
from builder.document import Block
from builder.errors import Problem

LONGEST = 300
TAKES = {
    1: "rows of numbers",
    2: "sequences (steps × features)",
    3: "images (height × width × channels)",
}
"""What samples of a rank are, for a hint."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


REPEATED = "In repetition "
"""How the analysis begins the message of a layer that goes wrong in a later copy of its block."""


@rule
def keras_accepts_every_layer(view: View) -> Iterator[Problem]:
    if view.unrolled is None:
        return
    for node_id, report in view.analysis.nodes.items():
        if report.error is None or node_id not in view.nodes or view.is_input(node_id):
            continue
        if (block := _repeating(view, node_id)) and report.error.startswith(REPEATED):
            yield Problem(
                code="repeat",
                message=f'{view.name(node_id)} in the block "{block.name}": {first_sentences(report.error)}',
                node=node_id,
                hint="What the block gives must fit what it takes.",
                fix=fixes.fix("Repeat once", fixes.repeat(block.id, 1)),
            )
        elif sharing := _second_use(view, node_id):
            yield Problem(
                code="shared-shape",
                message=f"{view.name(node_id)}, a shared layer: {first_sentences(report.error)}",
                node=node_id,
                hint="Its weights were made for what comes in at the first place.",
                fix=fixes.fix(f'Give "{sharing}" a layer of its own', fixes.own_layer(sharing)),
            )
        else:
            yield Problem(
                code="keras",
                message=f"{view.name(node_id)}: {first_sentences(report.error)}",
                node=node_id,
                hint=_hint(view, node_id),
                fix=fitting(view, node_id),
            )


def nobody_can_tell(view: View) -> Iterator[Problem]:
    """A layer of which Keras gave no shape, where nothing else that was found says why: it never counts as sound.

    No rule: asked once all of them have found no error.
    """
    for node_id in view.nodes:
        report = view.analysis.nodes.get(node_id)
        if report and (report.output is None or report.blocked):
            yield Problem(
                code="unknown-shape",
                message=report.error or f"Nobody can tell what {view.name(node_id)} gives, and no reason was found.",
                node=node_id,
                hint="Undo what was done to it or before it last: as it is, it cannot be trained.",
            )
            return


def _repeating(view: View, node_id: str) -> Block | None:
    """The innermost block around a node that stands several times."""
    above = view.parents.get(node_id)
    while above:
        block = view.document.model.block(above)
        if block.repeat > 1:
            return block
        above = view.parents.get(above)
    return None


def _second_use(view: View, node_id: str) -> str | None:
    """The node that shares a layer and would have to stop, where a layer was made for what comes in elsewhere."""
    node = view.nodes[node_id]
    if node.shares:
        first = view.analysis.nodes.get(node.shares)
        return node_id if first and first.output else None
    for other in view.nodes.values():
        report = view.analysis.nodes.get(other.id)
        if other.shares == node_id and report and report.output:
            return other.id
    return None


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


@rule
def keras_warns_of_nothing(view: View) -> Iterator[Problem]:
    for node_id, report in view.analysis.nodes.items():
        if node_id not in view.nodes or report.error:
            continue
        for text in report.warnings:
            said = f"Keras warns: it {text}" if text[:1].islower() else f"Keras warns: {text}"
            yield Problem(
                code="keras-warning",
                severity="warning",
                message=f"{view.name(node_id)}: {first_sentences(said)}",
                node=node_id,
                hint="Steps that are masked count like all others from here on: use a layer that knows masks, such as "
                "LSTM or GlobalAveragePooling1D, or turn the mask off."
                if "mask" in text
                else None,
            )
