"""Callbacks against what training will log, and against the optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from builder.catalog.keeping import going_back
from builder.catalog.registry import callbacks, metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.choices import replace, value_of
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import closest, listing
from builder.catalog.spec import Callback
from builder.document import Choice
from builder.errors import Fix, Problem

Better = Literal["min", "max"]


def _chosen(view: View) -> Iterator[tuple[int, Choice, Callback]]:
    for index, choice in enumerate(view.document.training.callbacks):
        if callback := callbacks.get(choice.kind):
            yield index, choice, callback


def logged(view: View) -> Mapping[str, tuple[Better, bool]]:
    """Every figure that an epoch will have: which way is better, and whether Keras knows that by itself.

    With several outputs Keras puts the output's name in front, and then knows the way of the whole loss only.
    """
    chosen = [entry for choice in view.document.training.metrics if (entry := metrics.get(choice.kind))]
    single = len(view.outputs) < 2
    figures: dict[str, tuple[Better, bool]] = {"loss": ("min", True)}
    for prefix in [""] if single else [f"{node.id}_" for node in view.outputs]:
        figures |= {f"{prefix}{metric.name}": (metric.better, metric.directed and single) for metric in chosen}
        if not single:
            figures[f"{prefix}loss"] = ("min", False)
    return figures | {f"val_{name}": value for name, value in figures.items()}


@rule
def figures_that_are_watched_exist(view: View) -> Iterator[Problem]:
    figures = logged(view)
    for index, choice, callback in _chosen(view):
        monitor = _text(callback, choice, "monitor")
        if monitor is None or monitor in figures:
            continue
        meant = closest(monitor, figures) or "val_loss"
        yield Problem(
            code="monitor",
            message=f'{callback.kind} watches "{monitor}", and training will have {listing(figures, most=10)}.',
            where=f"training.callbacks.{index}.params.monitor",
            hint="Watch one of these, or add the metric.",
            fix=_with(view, index, f"Watch {meant}", monitor=meant),
        )


@rule
def the_way_that_is_better_is_known(view: View) -> Iterator[Problem]:
    figures = logged(view)
    for index, choice, callback in _chosen(view):
        monitor, mode = _text(callback, choice, "monitor"), _text(callback, choice, "mode")
        if monitor not in figures:
            continue
        better, directed = figures[monitor]
        words = {"min": "less", "max": "more"}
        if mode == "auto" and not directed:
            yield Problem(
                code="monitor-mode",
                message=f'{callback.kind} watches "{monitor}", and Keras does not know by itself whether more or less '
                "of it is better.",
                where=f"training.callbacks.{index}.params.mode",
                hint=f'Set mode to "{better}": {words[better]} is better.',
                fix=_with(view, index, f"Set mode to {better}", mode=better),
            )
        elif mode in words and mode != better:
            yield Problem(
                code="monitor-direction",
                severity="warning",
                message=f'{callback.kind} takes {words[mode]} of "{monitor}" for better, and {words[better]} is.',
                where=f"training.callbacks.{index}.params.mode",
                fix=_with(view, index, f"Set mode to {better}", mode=better),
            )


@rule
def a_schedule_alone_rules_the_learning_rate(view: View) -> Iterator[Problem]:
    training = view.document.training
    rate = training.optimizer.params.get("learning_rate")
    for index, _, callback in _chosen(view):
        if callback.kind == "ReduceLROnPlateau" and isinstance(rate, Mapping):
            yield Problem(
                code="schedule-callback",
                message=f"{callback.kind} lowers the learning rate, and {rate.get('kind', 'a schedule')} rules it.",
                where=f"training.callbacks.{index}",
                hint="Keep one of them.",
                fix=fixes.fix(f"Remove {callback.kind}", replace("callbacks", training.callbacks, index, None)),
            )


@rule
def averages_exist_to_be_swapped(view: View) -> Iterator[Problem]:
    optimizer = view.document.training.optimizer
    for index, _, callback in _chosen(view):
        if callback.kind == "SwapEMAWeights" and optimizer.params.get("use_ema") is not True:
            yield Problem(
                code="averaging",
                message=f"{callback.kind} needs the running average of the weights, and {optimizer.kind} keeps none.",
                where=f"training.callbacks.{index}",
                hint="Turn use_ema of the optimizer on.",
                fix=fixes.fix("Turn use_ema on", fixes.set_path("training.optimizer.params.use_ema", True)),
            )


@rule
def averages_are_what_is_gone_back_to(view: View) -> Iterator[Problem]:
    """What goes back to its best epoch holds the weights as they are then: averages only after a swap at its end."""
    training = view.document.training
    params = training.optimizer.params
    back = going_back(view.document)
    swaps = {index: choice for index, choice, callback in _chosen(view) if callback.kind == "SwapEMAWeights"}
    if not back or params.get("use_ema") is not True or (params.get("ema_overwrite_frequency") and not swaps):
        return
    first = min(back)
    if any(index < first and choice.params.get("swap_on_epoch") is True for index, choice in swaps.items()):
        return
    kind = training.callbacks[first].kind
    rest = [choice.model_dump(mode="json") for index, choice in enumerate(training.callbacks) if index not in swaps]
    swap = value_of("SwapEMAWeights", {"swap_on_epoch": True})
    yield Problem(
        code="averages-lost",
        severity="warning",
        message=f"{kind} goes back to the weights themselves, and not to their average, which {training.optimizer.kind}"
        f" keeps{' and the figures are measured with' if swaps else ''}.",
        where=f"training.callbacks.{first}",
        hint="Put SwapEMAWeights before it, with swap_on_epoch on.",
        fix=fixes.fix("Go back to the average", fixes.set_path("training.callbacks", [swap, *rest])),
    )


def _text(callback: Callback, choice: Choice, name: str) -> str | None:
    """A parameter in force, where the callback has it and its value is a text."""
    param = callback.param(name)
    value = param.value(choice.params) if param else None
    return value if isinstance(value, str) else None


def _with(view: View, index: int, label: str, **params: str) -> Fix:
    chosen = view.document.training.callbacks
    choice = chosen[index]
    value = value_of(choice.kind, {**choice.params, **params})
    return fixes.fix(label, replace("callbacks", chosen, index, value))
