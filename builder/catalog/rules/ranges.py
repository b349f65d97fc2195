"""Ranges of labels and outputs against the loss, and against metrics that are losses too."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.intervals import Interval
from builder.catalog.registry import losses, metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.head import Head, activate, heads, serves
from builder.catalog.rules.metrics import instead
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count
from builder.catalog.spec import Domain
from builder.catalog.tasks import SERVING, loss_for
from builder.errors import Fix, Problem


def label_range(head: Head) -> Interval | None:
    """The range of the labels that the output is compared with, for a regression."""
    return Interval(*head.dataset.labels) if head.dataset.labels else None


@rule
def labels_are_what_the_loss_can_take(view: View) -> Iterator[Problem]:
    for head in heads(view):
        labels, domain = label_range(head), head.loss.domain
        if labels is None or not serves(head.loss, head.dataset.task) or domain.labels.holds(labels):
            continue
        yield Problem(
            code="labels-range",
            message=f"{head.loss.kind} takes labels {domain.labels.words()}, and those of {head.dataset.title} go "
            f"{labels.words()}: {domain.other_labels}.",
            node=head.node.id,
            where=head.path,
            hint=f"Use a loss for numbers of any size, such as {loss_for(head.dataset, 1)}.",
            fix=_usual_loss(head),
        )


def _usual_loss(head: Head) -> Fix:
    usual = loss_for(head.dataset, 1)
    return fixes.fix(f"Use {usual}", *head.set_loss(usual))


@rule
def labels_are_not_divided_by_zero(view: View) -> Iterator[Problem]:
    for head in heads(view):
        labels = label_range(head)
        if labels is None or head.loss.domain.zero or not _holds_zero(labels):
            continue
        yield Problem(
            code="labels-zero",
            severity="warning",
            message=f"{head.loss.kind} divides by the label, and the labels of {head.dataset.title} go "
            f"{labels.words()}: those near 0 count a thousandfold, and the others hardly.",
            node=head.node.id,
            where=head.path,
            hint=f"Use {loss_for(head.dataset, 1)} or MeanAbsoluteError.",
            fix=_usual_loss(head),
        )


def _holds_zero(labels: Interval) -> bool:
    return labels.low <= 0 <= labels.high


@rule
def directions_have_more_than_one_number(view: View) -> Iterator[Problem]:
    for head in heads(view):
        if head.width is None or head.width >= head.loss.domain.width or not _along_the_row(head):
            continue
        if serves(head.loss, head.dataset.task):
            yield Problem(
                code="direction",
                message=f"{head.loss.kind} compares the directions of rows of numbers, and {head.name} gives "
                f"{count(head.width, 'number')} for a sample: its gradient is exactly 0, and nothing is learned.",
                node=head.node.id,
                where=head.path,
                hint=f"Use a loss that compares numbers, such as {loss_for(head.dataset, 1)}.",
                fix=_usual_loss(head),
            )


def _along_the_row(head: Head) -> bool:
    """Whether the loss works along the numbers of a sample, rather than along the batch."""
    axis = head.loss.param("axis")
    return axis is None or axis.value(head.choice.params) in (-1, 1)


@rule
def outputs_are_what_the_loss_can_take(view: View) -> Iterator[Problem]:
    for head in heads(view):
        given, domain = head.interval, head.loss.domain
        known = head.dataset.task != "regression" and head.activation is not None
        if given is None or known or head.from_logits or not serves(head.loss, head.dataset.task):
            continue
        labels = label_range(head)
        if domain.outputs.holds(given) or (labels and not domain.labels.holds(labels)):
            continue
        fitting = head.loss.activations[0]
        yield Problem(
            code="output-range",
            severity="warning",
            message=f"{head.loss.kind} takes outputs {domain.outputs.words()}, and {head.name} gives numbers "
            f"{given.words()}: {domain.other_outputs}.",
            node=head.node.id,
            where=head.path,
            hint=f"End the network in an activation that keeps to that, such as {fitting}.",
            fix=activate(head, fitting),
        )


@rule
def regressions_can_reach_their_values(view: View) -> Iterator[Problem]:
    for head in heads(view):
        labels, reach = label_range(head), head.interval
        if labels is None or reach is None or reach.holds(labels) or not head.loss.domain.labels.holds(labels):
            continue
        ends = f"ends in {head.activation}, which gives" if head.activation not in (None, "linear") else "gives"
        fitting = head.loss.activations[0] if serves(head.loss, head.dataset.task) else "linear"
        yield Problem(
            code="reach",
            severity="warning",
            message=f"{head.name} {ends} numbers {reach.words()}, and the values of {head.dataset.title} go "
            f"{labels.words()}.",
            node=head.node.id,
            hint="Leave the last layer of a regression linear."
            if fitting == "linear"
            else f"Give the last layer the activation {fitting}.",
            fix=activate(head, fitting),
        )


@rule
def small_errors_count_in_huber(view: View) -> Iterator[Problem]:
    """An error beyond delta has the gradient delta, so that a tiny one makes all gradients tiny."""
    for head in heads(view):
        labels, param = label_range(head), head.loss.param("delta")
        delta = param.value(head.choice.params) if param else None
        if labels is None or param is None or param.type.check(delta):
            continue
        if delta < (labels.high - labels.low) / 10_000:
            yield Problem(
                code="delta",
                severity="warning",
                message=f"{head.loss.kind} has a delta of {delta:g}, and the labels of {head.dataset.title} go "
                f"{labels.words()}: no gradient is larger than delta, so that hardly anything is learned.",
                node=head.node.id,
                where=f"{head.path}.params.delta",
                hint=f"Set delta to {param.default:g}, or to the size of an error that is still small.",
                fix=fixes.fix(
                    f"Set delta to {param.default:g}", fixes.set_path(f"{head.path}.params.delta", param.default)
                ),
            )


@rule
def metrics_can_take_labels_and_outputs(view: View) -> Iterator[Problem]:
    """Metrics that are losses too have the same limits."""
    for index, choice in enumerate(view.document.training.metrics):
        metric, loss = metrics.get(choice.kind), losses.get(choice.kind)
        if metric is None or loss is None or loss.domain == Domain():
            continue
        for head in heads(view):
            if head.dataset.task not in metric.tasks or not (reason := _reason(head, loss.kind, loss.domain)):
                continue
            usual = SERVING[head.dataset.task].metric
            yield Problem(
                code="metric-range",
                severity="warning",
                message=reason,
                where=f"training.metrics.{index}",
                hint=f"Use {usual}.",
                fix=instead(view, index, usual),
            )
            break


def _reason(head: Head, name: str, domain: Domain) -> str | None:
    """Why the labels and outputs do not suit a metric that tells no sense of them."""
    labels = label_range(head)
    if labels is None:
        return None
    if not domain.labels.holds(labels):
        what = f"the labels of {head.dataset.title} go {labels.words()}"
        return f"The metric {name} takes labels {domain.labels.words()}, and {what}: {domain.other_labels}."
    if not domain.zero and _holds_zero(labels):
        what = f"the labels of {head.dataset.title} go {labels.words()}"
        return f"The metric {name} divides by the label, and {what}: near 0 it says nothing."
    if head.width is not None and head.width < domain.width:
        return f"The metric {name} compares directions, and {head.name} gives a single number: it says only the sign."
    return None
