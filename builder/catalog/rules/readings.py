"""Metrics against what an output gives: shares or raw scores, one number or many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.catalog.registry import metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.choices import replace, value_of
from builder.catalog.rules.head import Head, heads
from builder.catalog.rules.metrics import chosen_metrics, instead
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count
from builder.catalog.spec import Metric
from builder.catalog.tasks import SERVING
from builder.errors import Fix, Problem


@rule
def metrics_read_what_the_output_gives(view: View) -> Iterator[Problem]:
    """Raw scores above 0 mean yes; a metric that asks for shares from 0 to 1 must be told, or cannot be used."""
    for index, choice, metric in chosen_metrics(view):
        for head in heads(view):
            if head.dataset.task not in metric.tasks or head.loss.labels not in metric.labels:
                continue
            scores = head.from_logits or head.loss.scores
            if metric.reads == "anything" or metric.takes_scores(choice.params, head.loss.labels) in (scores, None):
                continue
            gives = (
                "gives raw scores, as from_logits is on"
                if head.from_logits
                else f"gives raw scores, as {head.loss.kind} wants them"
                if scores
                else "gives shares from 0 to 1"
            )
            takes = "raw scores around 0" if not scores else "outputs from 0 to 1"
            yield Problem(
                code="metric-logits",
                severity="warning",
                message=f"{metric.kind} takes {takes}, and {head.name} {gives}.",
                where=f"training.metrics.{index}",
                hint=_told(metric, scores),
                fix=_tell(view, index, metric, head, scores),
            )
            break


def _told(metric: Metric, scores: bool) -> str:
    """How to make the metric and the output agree."""
    name = metric.told_by
    if name is None:
        return "Give the last layer the activation sigmoid and turn from_logits off." if scores else "Remove it."
    if name == "from_logits":
        return f"Turn from_logits of the metric {'on' if scores else 'off'}."
    return f"Set {name} to {0 if scores else 0.5}: from there on the answer is yes."


def _tell(view: View, index: int, metric: Metric, head: Head, scores: bool) -> Fix | None:
    """Tell the metric by its own parameter, where it has one that takes the value; else squash the output."""
    name = metric.told_by
    value: Any = scores if name == "from_logits" else 0.0 if scores else 0.5
    param = metric.param(name) if name else None
    if param is None or param.type.check(value):
        if head.from_logits and (fix := _squash(head)):
            return fix
        if scores and metric.tellable:
            return instead(view, index, metric.tellable, **{str(metrics[metric.tellable].told_by): 0.0})
        return instead(view, index, SERVING[head.dataset.task].metric)
    chosen = view.document.training.metrics
    params = {key: item for key, item in chosen[index].params.items() if key != name}
    given = params if value == param.default else {**params, param.name: value}
    label = f"Set {name} to {str(value).lower() if isinstance(value, bool) else f'{value:g}'}"
    return fixes.fix(label, replace("metrics", chosen, index, value_of(chosen[index].kind, given)))


def _squash(head: Head) -> Fix | None:
    edits = head.set_activation(head.loss.activations[0])
    off = fixes.set_path(f"{head.path}.params.from_logits", None)
    return fixes.fix(f"Use {head.loss.activations[0]} in the network", *edits, off) if edits else None


@rule
def counts_of_the_largest_leave_some_out(view: View) -> Iterator[Problem]:
    """The right one is always among the k largest of k numbers."""
    for index, choice, metric in chosen_metrics(view):
        for head in heads(view):
            name = next((name for name in ("k", "top_k") if metric.param(name)), None)
            param = metric.param(name) if name else None
            most = param.value(choice.params) if param else None
            if param is None or param.type.check(most) or most is None or head.width is None or most < head.width:
                continue
            if head.dataset.task not in metric.tasks or head.loss.labels not in metric.labels:
                continue
            chosen = view.document.training.metrics
            less = max(head.width // 2, 1)
            value = value_of(choice.kind, {**choice.params, param.name: less})
            fits = head.width > 2 and metric.param("k")
            yield Problem(
                code="metric-k",
                severity="warning",
                message=f"{metric.kind} takes the {most:,} largest outputs for a hit, and {head.name} gives "
                f"{count(head.width, 'number')}: it is always 1."
                if metric.param("k")
                else f"{metric.kind} calls the {most:,} largest outputs yes, and {head.name} gives "
                f"{count(head.width, 'number')}: every answer is yes.",
                where=f"training.metrics.{index}.params.{param.name}",
                hint=f"Set {param.name} to less than {head.width}." if fits else f"Leave {param.name} out.",
                fix=fixes.fix(f"Set {param.name} to {less}", replace("metrics", chosen, index, value))
                if fits
                else _without(view, index, param.name)
                if not param.required and param.default is None
                else instead(view, index, SERVING[head.dataset.task].metric),
            )
            break


def _without(view: View, index: int, name: str) -> Fix:
    chosen = view.document.training.metrics
    rest = {key: item for key, item in chosen[index].params.items() if key != name}
    return fixes.fix(f"Remove {name}", replace("metrics", chosen, index, value_of(chosen[index].kind, rest)))


@rule
def outputs_that_are_looked_at_exist(view: View) -> Iterator[Problem]:
    for index, choice, metric in chosen_metrics(view):
        param = metric.param("class_id")
        number = param.value(choice.params) if param else None
        if param is None or number is None or param.type.check(number):
            continue
        for head in heads(view):
            if head.width is None or number < head.width or head.dataset.task not in metric.tasks:
                continue
            yield Problem(
                code="metric-class",
                message=f"{metric.kind} looks at output number {number:,}, counted from 0, and {head.name} gives "
                f"{count(head.width, 'number')}.",
                where=f"training.metrics.{index}.params.class_id",
                hint="Leave class_id out, or give the number of an output.",
                fix=_without(view, index, "class_id"),
            )
            break


@rule
def single_outputs_have_a_threshold(view: View) -> Iterator[Problem]:
    """Without a threshold the largest output is yes, and of one number that is always the one."""
    for index, choice, metric in chosen_metrics(view):
        param = metric.param("threshold")
        if param is None or not param.type.none or param.value(choice.params) is not None:
            continue
        for head in heads(view):
            if head.width != 1 or head.loss.labels not in metric.labels or head.dataset.task not in metric.tasks:
                continue
            value = value_of(choice.kind, {**choice.params, "threshold": 0.5})
            yield Problem(
                code="metric-threshold",
                severity="warning",
                message=f"{metric.kind} without a threshold takes the largest output for yes, and {head.name} gives "
                "one number: every answer is yes.",
                where=f"training.metrics.{index}.params.threshold",
                hint="Set threshold to 0.5.",
                fix=fixes.fix("Set threshold to 0.5", replace("metrics", view.document.training.metrics, index, value)),
            )
            break


@rule
def overlaps_know_that_outputs_are_shares(view: View) -> Iterator[Problem]:
    for index, choice, metric in chosen_metrics(view):
        param = metric.param("sparse_y_pred")
        if param is None or param.value(choice.params) is not True:
            continue
        for head in heads(view):
            if not head.dataset.classes or head.dataset.task not in metric.tasks:
                continue
            value = value_of(choice.kind, {**choice.params, "sparse_y_pred": False})
            yield Problem(
                code="metric-sparse",
                message=f"{metric.kind} takes outputs for class numbers, and {head.name} gives shares of the "
                f"{count(len(head.dataset.classes), 'class')}.",
                where=f"training.metrics.{index}.params.sparse_y_pred",
                hint="Turn sparse_y_pred off.",
                fix=fixes.fix(
                    "Turn sparse_y_pred off", replace("metrics", view.document.training.metrics, index, value)
                ),
            )
            break
