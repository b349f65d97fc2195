"""Every node by itself: its layer exists, and its parameters are what the layer takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.catalog.registry import layers
from builder.catalog.rules import fixes
from builder.catalog.rules.parameters import flaws
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import closest
from builder.document import thaw
from builder.errors import Fix, Problem


@rule
def layers_are_known(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        if node.id in view.entries:
            continue
        meant = closest(node.kind, (entry.kind for entry in layers))
        yield Problem(
            code="unknown-layer",
            message=f'"{node.id}" is a "{node.kind}", and there is no such layer'
            + (f"; did you mean {meant}?" if meant else "."),
            node=node.id,
            hint="Replace it by a layer from the palette.",
            fix=_replace(view, node.id, meant) if meant and _alone(view, node.id) else None,
        )


def _alone(view: View, node_id: str) -> bool:
    """Whether the node can be taken out and put back: in no circle, sharing no layer, not the last of its block."""
    model = view.document.model
    node, block = view.nodes[node_id], view.parents.get(node_id)
    shared = node.shares or any(other.shares == node_id for other in model.nodes)
    last = block is not None and len(model.block(block).members) == 1
    return node_id not in view.stuck and not shared and not last


def _replace(view: View, node_id: str, kind: str) -> Fix:
    """The same node as another kind, with the parameters that this kind takes too, and all its edges."""
    node, entry = view.nodes[node_id], layers[kind]
    kept = {
        name: thaw(value)
        for name, value in node.params.items()
        if (param := entry.param(name)) and param.type.check(value) is None
    }
    position = view.document.layout.get(node_id)
    edges = tuple(view.drawn(edge).model_dump() for edge in (*view.into[node_id], *view.out_of[node_id]))
    return fixes.fix(
        f"Make it a {kind}",
        fixes.remove(node_id),
        fixes.add_node(
            node_id,
            kind,
            {**fixes.start_params(kind), **kept},
            position.model_dump() if position else None,
            edges,
            view.parents.get(node_id),
        ),
    )


@rule
def parameters_fit(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        entry = view.entries.get(node.id)
        if entry is None or node.shares:
            continue
        for flaw in flaws(entry, node.params, view.name(node.id)):
            yield Problem(
                code=flaw.code,
                message=flaw.message,
                node=node.id,
                where=f"params.{flaw.name}",
                fix=fixes.fix(flaw.label, *_changes(node.id, thaw(node.params), flaw.repaired)),
            )


def _changes(node_id: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in before:
        if name not in after:
            yield fixes.reset_param(node_id, name)
    for name, value in after.items():
        if name not in before or before[name] != value or type(before[name]) is not type(value):
            yield fixes.set_param(node_id, name, value)
