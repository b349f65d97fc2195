"""Outputs against loss and data set: task, labels, number of outputs, activation. What Keras would learn wrongly from,
or stop at only in the middle of training, is said here."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.rules import fixes
from builder.catalog.rules.head import Head, activate, heads, serves
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, listing, quoted, shape_words
from builder.catalog.tasks import SERVING, loss_for
from builder.errors import Fix, Problem


@rule
def losses_serve_the_task(view: View) -> Iterator[Problem]:
    for head in heads(view):
        if serves(head.loss, head.dataset.task):
            continue
        instead = loss_for(head.dataset, head.width)
        yield Problem(
            code="loss-task",
            message=f"{head.loss.kind} is made for {listing((SERVING[task].words for task in head.loss.tasks), 'or')}, "
            f"and {head.dataset.title} is {_task(head)}.",
            node=head.node.id,
            where=head.path,
            hint=f"Use a loss for {SERVING[head.dataset.task].words}, such as {instead}.",
            fix=fixes.fix(f"Use {instead}", *head.set_loss(instead)),
        )


def _task(head: Head) -> str:
    words = SERVING[head.dataset.task].words
    return f"{words} of {count(len(head.dataset.classes), 'class')}" if len(head.dataset.classes) > 2 else words


@rule
def labels_are_encoded_as_the_loss_wants(view: View) -> Iterator[Problem]:
    for head in heads(view):
        if head.loss.labels != "one-hot" or not head.dataset.classes or not serves(head.loss, head.dataset.task):
            continue
        instead = loss_for(head.dataset, None)
        yield Problem(
            code="labels",
            message=f"{head.loss.kind} wants labels as rows with a single 1 (one-hot), and the labels of "
            f"{head.dataset.title} are class numbers from 0 to {len(head.dataset.classes) - 1}.",
            node=head.node.id,
            where=head.path,
            hint=f"{instead} takes class numbers.",
            fix=fixes.fix(f"Use {instead}", *head.set_loss(instead)),
        )


@rule
def outputs_are_rows(view: View) -> Iterator[Problem]:
    for head in heads(view):
        if head.shape is None or len(head.shape) == 1 or not _single_label(head):
            continue
        width = head.wanted_width
        what = f"a row of {width} numbers" if width and width > 1 else "one number" if width else "a row of numbers"
        yield Problem(
            code="output-rank",
            message=f"{head.name} gives {shape_words(head.shape)} for a sample, where {what} is expected.",
            node=head.node.id,
            hint=_flatter(len(head.shape)),
            fix=_flatten(head),
        )


def _single_label(head: Head) -> bool:
    """Whether the data set has one label a sample, rather than a mask or a sequence of them."""
    return head.dataset.task in ("classification", "binary", "regression") and serves(head.loss, head.dataset.task)


POOLS = {2: "GlobalAveragePooling1D", 3: "GlobalAveragePooling2D"}
"""What makes a row of numbers of a sequence or an image, by the number of its axes."""


def _flatter(rank: int) -> str:
    pool = f" or {POOLS[rank]}" if rank in POOLS else ""
    return f"Place Flatten{pool} before the last Dense layer."


def _flatten(head: Head) -> Fix | None:
    """Flatten in front of a dense layer; a recurrent one gives its last output only; an image is averaged."""
    view, node_id = head.view, head.deciding("width")
    entry = view.entries.get(node_id)
    if entry is None or entry.width is None:
        return None
    if view.nodes[node_id].params.get("return_sequences") is True:
        return fixes.fix("Give the last output only", fixes.reset_param(node_id, "return_sequences"))
    if entry.family == "core" and len(view.into[node_id]) == 1 and not entry.scales and not view.stuck:
        return fixes.fix(f'Flatten before "{node_id}"', *fixes.insert_before(view, node_id, "Flatten"))
    pool = POOLS.get(len(head.shape))
    edits = head.add_layer(pool) if pool else []
    return fixes.fix(f"Add {pool}", *edits) if edits else None


@rule
def outputs_are_as_many_as_the_labels_need(view: View) -> Iterator[Problem]:
    for head in heads(view):
        wanted = head.wanted_width
        if wanted is None or head.width in (None, wanted) or not serves(head.loss, head.dataset.task):
            continue
        what = (
            f"{head.dataset.title} has {count(wanted, 'class')}: {head.loss.kind} needs one output for each"
            if wanted > 1
            else f"{head.loss.kind} compares one number with each label of {head.dataset.title}"
        )
        yield Problem(
            code="units",
            message=f"{head.name} gives {count(head.width, 'number')} for a sample, and {what}.",
            node=head.node.id,
            hint=f"Give the last layer {count(wanted, 'unit')}.",
            fix=_resize(head, wanted),
        )


def _resize(head: Head, wanted: int) -> Fix | None:
    """As many units as are needed; or, where the output is plainly that of yes or no, the loss for it."""
    alone = loss_for(head.dataset, 1)
    if head.width == 1 and head.dataset.task == "binary" and head.activation == "sigmoid":
        return fixes.fix(f"Use {alone}", *head.set_loss(alone))
    alone_at_softmax = head.activation == "softmax" and wanted == 1
    edits = head.fit(wanted, (head.ending if alone_at_softmax else head.activation or head.ending,), head.ending)
    if any(edit["op"] == "add_node" for edit in edits):
        return fixes.fix(f"Add a Dense layer of {count(wanted, 'unit')}", *edits)
    width = head.view.applied[head.deciding("width")].entry.width
    return fixes.fix(head.setting("width", str(width), wanted), *edits) if edits else None


@rule
def logits_have_no_activation(view: View) -> Iterator[Problem]:
    for head in heads(view):
        if head.from_logits and head.activation in head.loss.activations:
            yield Problem(
                code="logits",
                message=f"{head.loss.kind} has from_logits on, so it applies {head.activation} itself, and "
                f"{head.name} has applied it already.",
                node=head.node.id,
                where=f"{head.path}.params.from_logits",
                hint="Turn from_logits off, or remove the activation.",
                fix=fixes.fix("Turn from_logits off", fixes.set_path(f"{head.path}.params.from_logits", None)),
            )


@rule
def activations_fit_the_loss(view: View) -> Iterator[Problem]:
    for head in heads(view):
        fitting = head.loss.activations
        if (
            head.from_logits
            or head.dataset.task == "regression"
            or not serves(head.loss, head.dataset.task)
            or head.activation is None
            or head.activation in fitting
            or _is_softmax_of_one(head)
        ):
            continue
        yield Problem(
            code="activation",
            message=f"{head.loss.kind} expects outputs that went through {listing(fitting, 'or')}, and {head.name} "
            f"gives {_ends_in(head.activation)}.",
            node=head.node.id,
            where=head.path,
            hint=f"Give the last layer the activation {fitting[0]}"
            + (", or turn from_logits on and leave it linear." if head.loss.param("from_logits") else "."),
            fix=activate(head, fitting[0]),
        )


def _ends_in(activation: str) -> str:
    return "raw numbers (no activation)" if activation == "linear" else f"those of {activation}"


@rule
def softmax_has_more_than_one_number(view: View) -> Iterator[Problem]:
    for head in heads(view):
        if not _is_softmax_of_one(head):
            continue
        yield Problem(
            code="softmax-of-one",
            message=f"{head.name} puts a single number through softmax, which always gives 1.",
            node=head.node.id,
            hint="A single yes-or-no output takes sigmoid.",
            fix=activate(head, "sigmoid"),
        )


def _is_softmax_of_one(head: Head) -> bool:
    return head.activation == "softmax" and head.width == head.wanted_width == 1 and not head.dataset.labels


@rule
def several_outputs_are_meant(view: View) -> Iterator[Problem]:
    named = view.document.training.outputs
    ids = {node.id for node in view.outputs}
    for name in named:
        if name not in ids:
            yield Problem(
                code="unknown-output",
                message=f'The training settings speak of an output "{name}", and the network has '
                f"{quoted(sorted(ids)) if ids else 'none'}.",
                where=f"training.outputs.{name}",
                hint="Remove the setting, or give the node this name.",
                fix=fixes.fix("Remove the setting", fixes.set_path(f"training.outputs.{name}", None)),
            )
    if len(ids) > 1 and not ids & set(named):
        yield Problem(
            code="several-outputs",
            severity="warning",
            message=f"The network has {len(ids)} outputs: {quoted(node.id for node in view.outputs)}. "
            "Each learns the same labels by the same loss.",
            node=view.outputs[-1].id,
            hint="If one is left over, connect it or delete it.",
        )
