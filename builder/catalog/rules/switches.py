"""Frozen, bypassed and shared layers: what the switches do is what they can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import quoted
from builder.document import Node
from builder.errors import Fix, Problem


def known(view: View) -> bool:
    """Whether Keras could tell of every layer."""
    reports = view.analysis.nodes
    return all(node_id in reports and reports[node_id].output for node_id in view.nodes)


@rule
def something_is_left_to_train(view: View) -> Iterator[Problem]:
    if view.analysis.trainable or not view.outputs or not known(view):
        return
    frozen = [node.id for node in view.nodes.values() if node.frozen and not node.shares]
    if view.analysis.parameters and frozen:
        yield Problem(
            code="all-frozen",
            severity="training",
            message="All layers with weights are frozen: nothing is left to train.",
            node=frozen[-1],
            hint="Unfreeze at least one of them, such as the last.",
            fix=fixes.fix("Unfreeze all", fixes.switch("frozen", False, *frozen)),
        )
    elif not view.analysis.parameters:
        yield Problem(
            code="no-weights",
            severity="training",
            message="No layer of the network has weights: there is nothing to train.",
            node=view.outputs[0].id,
            hint="Place a layer that learns, such as Dense.",
        )


@rule
def frozen_layers_have_weights(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        report = view.analysis.nodes.get(node.id)
        if node.frozen and not node.shares and report and report.output and not report.parameters:
            yield Problem(
                code="frozen-weightless",
                severity="warning",
                message=f"{view.name(node.id)} is frozen and has no weights: freezing changes nothing.",
                node=node.id,
                fix=fixes.fix("Unfreeze it", fixes.switch("frozen", False, node.id)),
            )


@rule
def inputs_are_not_bypassed(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        if node.bypassed and view.is_input(node.id):
            yield Problem(
                code="bypassed-input",
                severity="warning",
                message=f"{view.name(node.id)} is bypassed, and nothing comes before it that it could let through.",
                node=node.id,
                hint="It is used as if it were not bypassed.",
                fix=_use(node),
            )


@rule
def bypassing_leaves_no_branch_out(view: View) -> Iterator[Problem]:
    """Only the first input of a bypassed layer goes on; what led to its others alone is not trained at all."""
    drawn = view.document.model
    gone = [node for node in drawn.nodes if node.id not in view.nodes]
    for node in drawn.nodes:
        cut = [edge for edge in drawn.inputs_of(node.id)[1:] if edge.source not in view.nodes]
        if not node.bypassed or node.id not in view.nodes or not cut:
            continue
        yield Problem(
            code="left-out",
            severity="warning",
            message=f"{view.name(node.id)} is bypassed and lets its first input through: "
            f"{quoted(item.id for item in gone)} led to it otherwise, and {'are' if len(gone) > 1 else 'is'} left out.",
            node=node.id,
            edge=(cut[0].source, cut[0].target, cut[0].port),
            fix=_use(node),
        )


def _use(node: Node) -> Fix:
    return fixes.fix(f'Use "{node.id}" again', fixes.switch("bypassed", False, node.id))


@rule
def shared_layers_are_of_one_kind(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        if node.shares and node.kind != view.nodes[node.shares].kind:
            yield Problem(
                code="shared-kind",
                message=f"{view.name(node.id)} shares the layer of {view.name(node.shares)}, which is of another kind.",
                node=node.id,
                hint="Only a layer of the same kind can be applied here once more.",
                fix=_own(node, *_other_parameters(view, node)),
            )


@rule
def inputs_are_not_shared(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        if node.shares and view.is_input(node.id):
            yield Problem(
                code="shared-input",
                message=f'{view.name(node.id)} shares "{node.shares}", and an Input has nothing to share.',
                node=node.id,
                hint="Connect the other Input to what this one leads to.",
                fix=_own(node),
            )


@rule
def shared_layers_have_weights(view: View) -> Iterator[Problem]:
    for node in view.nodes.values():
        if not node.shares or view.is_input(node.id) or node.kind != view.nodes[node.shares].kind:
            continue
        owner = view.analysis.nodes.get(node.shares)
        if owner and owner.output and not owner.parameters:
            yield Problem(
                code="shared-weightless",
                severity="warning",
                message=f'{view.name(node.id)} shares the layer of "{node.shares}", which has no weights: sharing '
                "changes nothing.",
                node=node.id,
                fix=_own(node),
            )


def _own(node: Node, *more: dict[str, Any]) -> Fix:
    return fixes.fix("Give it a layer of its own", fixes.own_layer(node.id), *more)


def _other_parameters(view: View, node: Node) -> Iterator[dict[str, Any]]:
    """A layer of its own begins with the parameters of the one it shared: another kind takes others."""
    entry = view.entries.get(node.id)
    if entry is None:
        return
    for name in node.params:
        if entry.param(name) is None:
            yield fixes.reset_param(node.id, name)
    for name, value in entry.start_params.items():
        if name not in node.params:
            yield fixes.set_param(node.id, name, value)
