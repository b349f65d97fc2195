"""Ranges of numbers against what takes them: labels and outputs against the loss, values against layers."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from builder.catalog.intervals import Interval
from builder.catalog.registry import losses, metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.head import Head, activate, heads, serves
from builder.catalog.rules.metrics import instead
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, shown
from builder.catalog.spec import Domain
from builder.catalog.tasks import SERVING, loss_for
from builder.errors import Fix, Problem

TINY = 0.02
"""The largest value of data that was plainly scaled down twice."""


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


@rule
def numbers_are_looked_up_where_there_are_rows(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        values, name = _incoming(view, node_id), layer.entry.counts_to
        rows = layer.value(name) if name else None
        if name is None or values is None or rows is None:
            continue
        if -inf < values.low < 0:
            yield Problem(
                code="lookup-negative",
                message=f"{view.name(node_id)} looks up whole numbers from 0 on, and what comes in goes "
                f"{values.words()}.",
                node=node_id,
                hint="Turn the values into numbers of bins first, by Discretization, or take the layer out.",
            )
        elif rows <= values.high < inf:
            needed = int(values.high) + 1
            yield Problem(
                code="lookup-range",
                message=f"{view.name(node_id)} has {name} {rows:,}, so that it can look up 0 to {rows - 1:,}, and "
                f"what comes in goes {values.words()}.",
                node=node_id,
                where=f"params.{name}",
                hint=f"It needs {_an(name)} of at least {needed:,}.",
                fix=fixes.fix(layer.setting(node_id, name, needed), layer.put(name, needed)),
            )


def _an(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


@rule
def words_are_looked_up_by_whole_numbers(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        values = _incoming(view, node_id)
        if layer.entry.counts_to is None or values is None or values.whole or -inf < values.low < 0:
            continue
        source = view.into[node_id][0].source
        yield Problem(
            code="fractions",
            severity="warning",
            message=f"{view.name(node_id)} looks up whole numbers, and {view.name(source)} gives numbers "
            f"{values.words()}: what is behind the point is cut off.",
            node=node_id,
            hint="Connect it to whole numbers as they are, before a layer that scales or mixes them.",
        )


def _incoming(view: View, node_id: str) -> Interval | None:
    """The range of what comes into a layer with one input."""
    edges = view.into[node_id]
    return view.intervals.get(edges[0].source) if len(edges) == 1 and not view.repeats(node_id) else None


@rule
def augmentation_knows_the_range_of_values(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        values, given = _incoming(view, node_id), layer.value("value_range")
        if values is None or given is None or inf in (-values.low, values.high):
            continue
        low, high = min(given), max(given)
        wide, there = high - low, values.high - values.low
        # Images seldom fill their range to the last, but a range ten times as wide is another one.
        if there > 0 and (wide > 8 * there or values.low < low - wide / 20 or values.high > high + wide / 20):
            better = [values.low, values.high]
            yield Problem(
                code="value-range",
                severity="warning",
                message=f"{view.name(node_id)} takes its images for numbers from {low:g} to {high:g}, and what comes "
                f"in goes {values.words()}.",
                node=node_id,
                where="params.value_range",
                hint="Changes that are made for one range destroy images of another.",
                fix=fixes.fix(layer.setting(node_id, "value_range", shown(better)), layer.put("value_range", better)),
            )


@rule
def values_are_scaled_once(view: View) -> Iterator[Problem]:
    """Numbers that were scaled down twice are so small that the first layer hardly sees them."""
    for node_id, layer in view.applied.items():
        values = _incoming(view, node_id)
        scalers = _scalers(view, node_id)
        if not layer.entry.sums or values is None or not 0 < values.largest < TINY or len(scalers) < 2:
            continue
        yield Problem(
            code="scaled-twice",
            severity="warning",
            message=f'The values are scaled by "{scalers[-1]}" and again by "{scalers[0]}": what comes into '
            f"{view.name(node_id)} goes {values.words()}.",
            node=scalers[0],
            hint="Scale once: networks learn slowly from numbers that are nearly 0.",
            fix=fixes.take_out(view, scalers[0]),
        )


def _scalers(view: View, node_id: str) -> list[str]:
    """The layers that scale on the way to a node, the nearest first, as long as one way leads back."""
    found, seen = [], {node_id}
    edges = view.into[node_id]
    while len(edges) == 1 and edges[0].source not in seen:
        before = edges[0].source
        seen.add(before)
        entry = view.entries.get(before)
        if entry and entry.scales:
            found.append(before)
        edges = view.into[before]
    return found
