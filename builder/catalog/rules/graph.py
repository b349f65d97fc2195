"""The network as a whole: it begins, it ends, and it does not run in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import quoted
from builder.document.graph import cycle
from builder.errors import Problem


@rule
def is_not_empty(view: View) -> Iterator[Problem]:
    if not view.nodes:
        yield Problem(
            code="empty",
            message="The canvas is empty.",
            hint="Place an Input and the layers behind it, or open a template.",
            fix=fixes.fix("Add an Input", fixes.add_node("input", "Input", {}, {"x": 0, "y": 0})),
        )


@rule
def has_an_input(view: View) -> Iterator[Problem]:
    if not view.nodes or view.inputs:
        return
    first = next((node_id for node_id, edges in view.into.items() if not edges and node_id in view.entries), None)
    edges = ({"source": fixes.free_id(view, "Input"), "target": first, "port": 0},) if first else ()
    position = None
    if first in view.document.layout:
        there = view.document.layout[first]
        position = {"x": there.x - fixes.STEP["x"], "y": there.y - fixes.STEP["y"]}
    yield Problem(
        code="no-input",
        message="The network has no Input: no data can flow in.",
        hint="Place an Input in front of the first layer.",
        fix=fixes.fix("Add an Input", fixes.add_node(fixes.free_id(view, "Input"), "Input", {}, position, edges)),
    )


@rule
def has_an_output(view: View) -> Iterator[Problem]:
    if view.inputs and len(view.inputs) == len(view.nodes):
        yield Problem(
            code="no-output",
            message="The network has no layer behind its Input: it computes nothing.",
            node=view.inputs[0].id,
            hint="Place a layer, such as Dense, and connect the Input to it.",
        )


@rule
def uses_every_input(view: View) -> Iterator[Problem]:
    if len(view.inputs) == len(view.nodes):
        return
    for node in view.inputs:
        if not view.out_of[node.id]:
            yield Problem(
                code="unused-input",
                message=f"{view.name(node.id)} leads nowhere.",
                node=node.id,
                hint="Connect it to a layer, or delete it.",
                fix=fixes.fix(f'Delete "{node.id}"', fixes.remove(node.id)),
            )


@rule
def runs_in_no_circle(view: View) -> Iterator[Problem]:
    around = cycle(view.model)
    if not around:
        return
    pairs = list(zip(around, (*around[1:], around[0]), strict=True))
    closing = next(
        edge
        for source, target in reversed(pairs)
        for edge in view.document.model.edges
        if (edge.source, edge.target) == (source, target)
    )
    yield Problem(
        code="cycle",
        message=f"The network runs in a circle: {quoted(around, 'then')}, and back again."
        if len(around) > 1
        else f"{quoted(around)} is connected to itself.",
        node=closing.target,
        edge=(closing.source, closing.target, closing.port),
        hint="Data flows from the input to the output: remove one of these connections.",
        fix=fixes.fix(f"Disconnect {closing.source} from {closing.target}", fixes.disconnect(closing)),
    )
