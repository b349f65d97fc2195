"""The unrolled network, which is what is trained: it may run in a circle that the drawn one does not show.

A way that leaves a block and enters it again passes layers that stand once, whatever the block does; a repetition of
the block would then have to come before itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.catalog.rules import fixes
from builder.catalog.rules.blocks import once, repeated
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import listing, quoted
from builder.document import Block, apply
from builder.document.graph import between, cycle, order
from builder.errors import DocumentError, Fix, Problem


@rule
def blocks_hold_all_that_repeats(view: View) -> Iterator[Problem]:
    around = _circle(view)
    for block, gap in _gaps(view):
        several, circle = len(gap) > 1, not around.isdisjoint(gap)
        yield Problem(
            code="repeat-gap",
            severity="error" if circle else "warning",
            message=f'The block "{block.name}" stands {block.repeat} times in a row, but '
            f"{listing(map(view.name, gap), most=4)}, which {'lie' if several else 'lies'} between its layers, "
            f"{'are' if several else 'is'} outside of it: "
            + (
                "its repetitions would run in a circle."
                if circle
                else f"{'these stand' if several else 'it stands'} once for all its repetitions."
            ),
            node=gap[0],
            hint=f"Put {'them' if several else 'it'} into the block, or repeat the block once.",
            fix=_closed(view, block, gap),
        )


@rule
def blocks_do_not_wait_for_each_other(view: View) -> Iterator[Problem]:
    """Several blocks can make a circle together though none of them is left and entered again."""
    around = [node_id for node_id in view.nodes if node_id in _circle(view)]
    if not around or any(not set(gap).isdisjoint(around) for _, gap in _gaps(view)):
        return
    blocks = [block for block, inside in repeated(view) if not set(inside).isdisjoint(around)]
    mends = (block for block in blocks if not _circle(_after(view, fixes.repeat(block.id, 1))))
    mended = next(mends, None)
    yield Problem(
        code="repeat-circle",
        message=f"Repeated, the blocks {quoted(block.name for block in blocks)} wait for each other: the network would "
        f"run in a circle through {quoted(around)}.",
        node=around[0],
        hint="Repeat one of them once, or put them into one block and repeat that.",
        fix=fixes.fix(f'Repeat "{mended.name}" once', fixes.repeat(mended.id, 1)) if mended else None,
    )


def _circle(view: View) -> frozenset[str]:
    """The drawn nodes of a circle that only the unrolled network has; none where the drawn one has a circle."""
    if view.stuck or view.unrolled is None:
        return frozenset()
    return frozenset(view.unrolled.origin[node_id] for node_id in cycle(view.unrolled.graph))


def _gaps(view: View) -> Iterator[tuple[Block, tuple[str, ...]]]:
    """The blocks that repeat and are left and entered again, inner ones first, with what lies between, in its order.

    What lies between the layers of an inner block is not told once more of those around it.
    """
    if view.stuck or view.unrolled is None:
        return
    told: set[str] = set()
    for block, inside in sorted(repeated(view), key=lambda item: len(item[1])):
        gap = between(view.model, frozenset(inside))
        if not told.issuperset(gap):
            told.update(gap)
            yield block, tuple(node_id for node_id in order(view.model)[0] if node_id in gap)


def _after(view: View, edit: dict[str, Any]) -> View:
    return View(apply(view.document, edit), view.analysis)


def _closed(view: View, block: Block, gap: tuple[str, ...]) -> Fix:
    """Take in what lies between, if that mends it and tears no other block; else let the block stand once."""
    whole, kept = _whole(view, gap), set(_above(view, block.id))
    others = {other for item in whole for other in _above(view, item)} - kept
    if any(view.document.model.block(other).repeat > 1 for other in others):
        return once(block)
    taken = fixes.nest(whole, block.id)
    try:
        after = _after(view, taken)
    except DocumentError:
        return once(block)
    torn = {other.id for other, _ in _gaps(after)} - {other.id for other, _ in _gaps(view)}
    mended = not between(after.model, frozenset(after.model.inside(block.id)))
    if torn or not mended or after.unrolled is None or not _circle(after).isdisjoint(gap):
        return once(block)
    names = listing((f'"{node_id}"' for node_id in gap), most=3)
    return fixes.fix(f"Put {names} into the block", taken)


def _above(view: View, item: str) -> Iterator[str]:
    """The blocks around a node or block, from the inner to the outer one."""
    while above := view.parents.get(item):
        yield above
        item = above


def _whole(view: View, gap: tuple[str, ...]) -> tuple[str, ...]:
    """The nodes, with each block that lies in the gap as a whole in place of what is in it."""
    graph, held = view.document.model, set(gap)
    found = []
    for node_id in gap:
        within = [above for above in _above(view, node_id) if held.issuperset(graph.inside(above))]
        found.append(within[-1] if within else node_id)
    return tuple(dict.fromkeys(found))
