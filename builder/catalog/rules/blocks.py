"""Blocks that repeat: what goes in must come out again, or the next repetition has nothing to work on."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, quoted
from builder.document import Block
from builder.document.expand import entries, exits, expand
from builder.errors import Fix, LoomError, Problem


def repeated(view: View) -> Iterator[tuple[Block, tuple[str, ...]]]:
    """Every block that stands several times, with the layers in it that are not left out."""
    for block in view.model.blocks:
        inside = tuple(node_id for node_id in view.model.inside(block.id) if node_id in view.nodes)
        if block.repeat > 1 and inside:
            yield block, inside


def once(block: Block) -> Fix:
    return fixes.fix("Repeat once", fixes.repeat(block.id, 1))


@rule
def repetitions_can_be_built(view: View) -> Iterator[Problem]:
    try:
        expand(view.document.model)
    except LoomError as error:
        block, inside = max(repeated(view), key=lambda item: item[0].repeat * len(item[1]))
        yield Problem(
            code="too-many-layers",
            message=error.problem.message,
            node=inside[0],
            hint=error.problem.hint,
            fix=once(block),
        )


@rule
def repetitions_are_fed(view: View) -> Iterator[Problem]:
    for block, inside in repeated(view):
        if not entries(view.model, frozenset(inside)):
            yield Problem(
                code="repeat-unfed",
                severity="warning",
                message=f'Nothing outside feeds the block "{block.name}", so that it stands once and not '
                f"{block.repeat} times.",
                node=inside[0],
                hint="Connect a layer to it, or repeat it once.",
                fix=once(block),
            )


@rule
def inputs_do_not_repeat(view: View) -> Iterator[Problem]:
    for block, inside in repeated(view):
        within = [node_id for node_id in inside if view.is_input(node_id)]
        if within and entries(view.model, frozenset(inside)):
            yield Problem(
                code="repeat-input",
                message=f'{view.name(within[0])} is in the block "{block.name}", and each of its {block.repeat} '
                "repetitions would want data of its own.",
                node=within[0],
                hint="Move the Input out of the block, or repeat it once.",
                fix=once(block),
            )


@rule
def repetitions_end_in_one_place(view: View) -> Iterator[Problem]:
    """Only as many outputs as the block has inputs are handed on; a further one that nothing uses is left over."""
    for block, inside in repeated(view):
        held = frozenset(inside)
        sources, ends = entries(view.model, held), exits(view.model, held)
        left = [end for end in ends[len(sources) :] if not any(e.target in held for e in view.out_of[end])]
        if sources and left:
            yield Problem(
                code="repeat-outputs",
                severity="warning",
                message=f'The block "{block.name}" has {count(len(ends), "output")}, {quoted(ends)}, and hands '
                f"{'one' if len(sources) == 1 else len(sources)} on to its next repetition: "
                f"what {quoted(left)} gives is an output of the network {block.repeat} times.",
                node=left[0],
                hint="Join them inside the block, or repeat it once.",
                fix=once(block),
            )
