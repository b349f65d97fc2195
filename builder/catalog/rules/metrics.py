"""Metrics against outputs, loss and data set."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.registry import metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.choices import replace, value_of
from builder.catalog.rules.head import Head, heads
from builder.catalog.rules.heads import serves
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, listing
from builder.catalog.spec import Metric
from builder.catalog.tasks import SERVING
from builder.document import Choice
from builder.errors import Fix, Problem


def _chosen(view: View) -> Iterator[tuple[int, Choice, Metric]]:
    for index, choice in enumerate(view.document.training.metrics):
        if metric := metrics.get(choice.kind):
            yield index, choice, metric


@rule
def metrics_serve_the_task(view: View) -> Iterator[Problem]:
    if view.dataset is None:
        return
    task = view.dataset.task
    for index, _, metric in _chosen(view):
        if task in metric.tasks or "any" in metric.tasks:
            continue
        yield Problem(
            code="metric-task",
            message=f"{metric.kind} is made for {listing((SERVING[item].words for item in metric.tasks), 'or')}, and "
            f"{view.dataset.title} is {SERVING[task].words}.",
            where=f"training.metrics.{index}",
            hint=f"Use {SERVING[task].metric}.",
            fix=_instead(view, index, SERVING[task].metric),
        )


@rule
def metrics_take_the_labels(view: View) -> Iterator[Problem]:
    for index, _, metric in _chosen(view):
        for head in heads(view):
            if not _both_serve(head, metric) or head.loss.labels in metric.labels:
                continue
            yield Problem(
                code="metric-labels",
                message=f"{metric.kind} wants {_wants(metric)}, and {head.name} with {head.loss.kind} has "
                f"{LABELS[head.loss.labels]}.",
                where=f"training.metrics.{index}",
                hint=f"Use {SERVING[head.dataset.task].metric}.",
                fix=_instead(view, index, SERVING[head.dataset.task].metric),
            )
            break


LABELS = {
    "integer": "one output for each class and class numbers as labels",
    "one-hot": "one output for each class and one-hot labels",
    "values": "outputs that are compared with the labels number by number",
}


def _wants(metric: Metric) -> str:
    return listing((LABELS[labels] for labels in metric.labels), "or")


def _both_serve(head: Head, metric: Metric) -> bool:
    return serves(head.loss, head.dataset.task) and head.dataset.task in metric.tasks


def _instead(view: View, index: int, kind: str) -> Fix:
    """Put the usual metric in its place, or only take it away where the usual one is there already."""
    chosen = view.document.training.metrics
    there = any(metrics.get(choice.kind) is metrics[kind] for choice in chosen)
    label = f"Remove {chosen[index].kind}" if there else f"Use {kind}"
    return fixes.fix(label, replace("metrics", chosen, index, None if there else kind))


@rule
def metrics_are_listed_once(view: View) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, _, metric in _chosen(view):
        if metric.kind in seen:
            yield Problem(
                code="metric-twice",
                message=f"{metric.kind} is listed twice.",
                where=f"training.metrics.{index}",
                hint="Remove one of them.",
                fix=fixes.fix("Remove the second", replace("metrics", view.document.training.metrics, index, None)),
            )
        seen.add(metric.kind)


@rule
def metrics_know_the_classes(view: View) -> Iterator[Problem]:
    if view.dataset is None or not view.dataset.classes:
        return
    classes = len(view.dataset.classes)
    for index, choice, metric in _chosen(view):
        param = metric.param("num_classes")
        given = choice.params.get("num_classes")
        if param is None or param.type.check(given) or given == classes:
            continue
        value = value_of(choice.kind, {**choice.params, "num_classes": classes})
        yield Problem(
            code="metric-classes",
            message=f"{metric.kind} counts {count(given, 'class')}, and {view.dataset.title} has {classes}.",
            where=f"training.metrics.{index}.params.num_classes",
            fix=fixes.fix(
                f"Set num_classes to {classes}",
                replace("metrics", view.document.training.metrics, index, value),
            ),
        )


@rule
def thresholds_meet_shares(view: View) -> Iterator[Problem]:
    """Raw scores above 0 mean yes, while metrics of yes or no compare with 0.5, and know no from_logits of the loss."""
    for index, choice, metric in _chosen(view):
        for head in heads(view):
            if not head.from_logits or head.loss.labels != "values" or "values" not in metric.labels:
                continue
            if head.dataset.task not in metric.tasks or choice.params.get("from_logits") is True:
                continue
            yield Problem(
                code="metric-logits",
                severity="warning",
                message=f"{metric.kind} takes outputs from 0 to 1, and {head.name} gives raw scores, as from_logits is "
                "on.",
                where=f"training.metrics.{index}",
                hint="Give the last layer the activation sigmoid and turn from_logits off.",
                fix=_squash(head),
            )
            break


def _squash(head: Head) -> Fix | None:
    edits = head.set_activation(head.loss.activations[0])
    off = fixes.set_path(f"{head.path}.params.from_logits", None)
    return fixes.fix(f"Use {head.loss.activations[0]} in the network", *edits, off) if edits else None
