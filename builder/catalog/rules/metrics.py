"""Metrics against outputs, loss and data set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.catalog.registry import metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.choices import replace, value_of
from builder.catalog.rules.head import Head, heads, serves
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, listing
from builder.catalog.spec import Metric
from builder.catalog.tasks import SERVING
from builder.document import Choice, thaw
from builder.errors import Fix, Problem


def chosen_metrics(view: View) -> Iterator[tuple[int, Choice, Metric]]:
    for index, choice in enumerate(view.document.training.metrics):
        if metric := metrics.get(choice.kind):
            yield index, choice, metric


@rule
def metrics_serve_the_task(view: View) -> Iterator[Problem]:
    if view.dataset is None:
        return
    task = view.dataset.task
    for index, _, metric in chosen_metrics(view):
        if task in metric.tasks or "any" in metric.tasks:
            continue
        yield Problem(
            code="metric-task",
            message=f"{metric.kind} is made for {listing((SERVING[item].words for item in metric.tasks), 'or')}, and "
            f"{view.dataset.title} is {SERVING[task].words}.",
            where=f"training.metrics.{index}",
            hint=f"Use {SERVING[task].metric}.",
            fix=instead(view, index, SERVING[task].metric),
        )


@rule
def metrics_take_the_labels(view: View) -> Iterator[Problem]:
    for index, _, metric in chosen_metrics(view):
        for head in heads(view):
            if not _both_serve(head, metric) or head.loss.labels in metric.labels:
                continue
            yield Problem(
                code="metric-labels",
                message=f"{metric.kind} wants {_wants(metric)}, and {head.name} with {head.loss.kind} has "
                f"{LABELS[head.loss.labels]}.",
                where=f"training.metrics.{index}",
                hint=f"Use {SERVING[head.dataset.task].metric}.",
                fix=instead(view, index, SERVING[head.dataset.task].metric),
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


def instead(view: View, index: int, kind: str, **params: Any) -> Fix:
    """Put another metric in its place, or only take it away where that one is there already.

    A callback that watched it watches the loss then, which is always there.
    """
    chosen = view.document.training.metrics
    there = any(metrics.get(choice.kind) is metrics[kind] for choice in chosen)
    label = f"Remove {chosen[index].kind}" if there else f"Use {kind}"
    value = None if there else value_of(kind, params)
    return fixes.fix(label, replace("metrics", chosen, index, value), *_watching_the_loss(view, index))


def _watching_the_loss(view: View, index: int) -> Iterator[dict[str, Any]]:
    """The edit that has callbacks watch the loss rather than a metric that goes; none where none watches it."""
    gone = metrics.get(view.document.training.metrics[index].kind)
    callbacks = view.document.training.callbacks
    values = [choice.model_dump(mode="json") for choice in callbacks]
    for number, choice in enumerate(callbacks):
        monitor = choice.params.get("monitor")
        if gone is None or not isinstance(monitor, str) or not monitor.endswith(gone.name):
            continue
        kept = {name: item for name, item in thaw(choice.params).items() if name != "mode"}
        watched = "val_loss" if monitor.startswith("val_") else "loss"
        values[number] = value_of(choice.kind, {**kept, "monitor": watched})
    if values != [choice.model_dump(mode="json") for choice in callbacks]:
        yield fixes.set_path("training.callbacks", values)


@rule
def metrics_are_listed_once(view: View) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, _, metric in chosen_metrics(view):
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
    for index, choice, metric in chosen_metrics(view):
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
