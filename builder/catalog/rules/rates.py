"""The learning rate: of a size at which weights move, and a schedule that fits the length of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from builder.catalog.registry import optimizers, schedules
from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, shown
from builder.catalog.spec import Optimizer, Schedule
from builder.errors import Fix, Problem

PATH = "training.optimizer.params.learning_rate"
LOOKS = 400
"""Steps of a run at which its learning rate is worked out."""
TRAVEL = 1e-3
"""What steps of a run add up to, at most, in one that moves nothing: weights start from some hundredths."""
STEADY = 0.9
"""A schedule that ends the run at this share of its largest rate or more has hardly acted."""
STILL = 5e-4
"""A rate that is less than this share of the largest one moves nothing any more."""


@dataclass(frozen=True)
class Course:
    """The learning rate over a run of `steps` steps; `schedule` is None where it stays the same."""

    optimizer: Optimizer
    steps: int | None
    constant: float | None = None
    schedule: Schedule | None = None
    params: Mapping[str, Any] | None = None

    @cached_property
    def rates(self) -> tuple[tuple[int, float], ...]:
        """Steps of the run with their rates."""
        if self.schedule is None or self.params is None:
            return ((0, self.constant or 0.0),)
        steps = self.steps or self.length
        looks = range(0, steps, max(steps // LOOKS, 1))
        return tuple((step, self.schedule.rate(self.params, step)) for step in (*looks, steps - 1))

    @property
    def peak(self) -> float:
        return max(rate for _, rate in self.rates)

    @property
    def lowest(self) -> float:
        """The rate from which the run can move weights: higher where it has few steps."""
        low = self.optimizer.rates[0]
        return max(low, min(100 * low, TRAVEL / self.steps)) if self.steps and low < TRAVEL else low

    @property
    def length(self) -> int:
        """Steps until the schedule has done once what it does."""
        if self.schedule is None or self.params is None:
            return 1
        value = self.params[self.schedule.length]
        return self.warmup + int(max(value) if isinstance(value, list | tuple) else value)

    @property
    def warmup(self) -> int:
        """Steps of a rise to the largest rate."""
        if self.schedule is None or self.params is None or self.schedule.warmup is None:
            return 0
        rises = self.params.get("warmup_target") is not None
        return int(self.params[self.schedule.warmup]) if rises else 0


def course(view: View) -> Course | None:
    """The learning rate of the run, where optimizer and schedule are known and their parameters fit."""
    choice = view.document.training.optimizer
    optimizer = optimizers.get(choice.kind)
    param = optimizer.param("learning_rate") if optimizer else None
    if optimizer is None or param is None:
        return None
    value = param.value(choice.params)
    if param.type.check(value):
        return None
    if not isinstance(value, Mapping):
        return Course(optimizer, view.steps, constant=float(value))
    schedule = schedules.get(value["kind"])
    given = value.get("params") or {}
    params = schedule.in_force(given) if schedule and isinstance(given, Mapping) else None
    if (
        schedule is None
        or params is None
        or any(item is None for item in params.values() if item is not params.get("warmup_target"))
    ):
        return None
    if len(params.get("values", ())) != len(params.get("boundaries", ())) + ("values" in params):
        return None
    return Course(optimizer, view.steps, schedule=schedule, params=params)


@rule
def learning_rates_move_the_weights(view: View) -> Iterator[Problem]:
    found = course(view)
    if found is None:
        return
    low, high = found.lowest, found.optimizer.rates[1]
    peak, kind = found.peak, found.optimizer.kind
    if found.schedule and peak <= 0:
        yield Problem(
            code="rate-zero",
            severity="training",
            message=f"{found.schedule.kind} gives a learning rate of 0 at every step of the run: nothing is learned.",
            where=PATH,
            hint="Give it a rate to start from, or to rise to.",
            fix=_usual(found),
        )
    elif peak < low or peak > high:
        outcome = (
            "its steps are so small that the weights stay where they are"
            if peak < low
            else "its steps are so large that the weights grow without bound"
        )
        yield Problem(
            code="learning-rate",
            severity="warning",
            message=f"{kind} has a learning rate of {peak:g}: {outcome}.",
            where=PATH,
            hint=f"{kind} mostly learns well at about {found.optimizer.usual_rate:g}.",
            fix=_usual(found),
        )


def _usual(found: Course) -> Fix:
    usual = found.optimizer.usual_rate
    return fixes.fix(f"Set the learning rate to {usual:g}", fixes.set_path(PATH, usual))


@rule
def schedules_fit_the_run(view: View) -> Iterator[Problem]:
    found = course(view)
    if found is None or found.schedule is None or found.steps is None or found.peak <= 0:
        return
    steps, name, last = found.steps, found.schedule.kind, found.rates[-1][1]
    run = f"the run has {count(steps, 'step')}"
    if found.warmup >= steps:
        yield Problem(
            code="schedule-long",
            severity="warning",
            message=f"The warm-up of {name} takes {count(found.warmup, 'step')}, and {run}: the learning rate only "
            f"gets to {last:.3g}.",
            where=PATH,
            hint="A warm-up takes about a tenth of a run.",
            fix=_shortened(found, steps),
        )
        return
    behind = [rate for step, rate in found.rates if step >= found.warmup]
    if found.length > steps and min(behind) >= STEADY * found.peak:
        yield Problem(
            code="schedule-long",
            severity="warning",
            message=f"{name} is made for {count(found.length, 'step')}, and {run}: the learning rate stays at about "
            f"{found.peak:.3g}.",
            where=PATH,
            hint=f"Fit {found.schedule.length} to the run: epochs times steps of an epoch.",
            fix=_shortened(found, steps),
        )
    still = [step for step, rate in found.rates if step >= found.warmup and rate < STILL * found.peak]
    if len(still) > len(found.rates) / 2:
        yield Problem(
            code="schedule-short",
            severity="warning",
            message=f"{name} brings the learning rate down to nothing by step {still[0]:,}, and {run}: what comes "
            "after is not learned from.",
            where=PATH,
            hint=f"Fit {found.schedule.length} to the run: epochs times steps of an epoch.",
            fix=_shortened(found, steps),
        )


def _shortened(found: Course, steps: int) -> Fix:
    """The schedule with a length that is the run's, less a warm-up of a tenth where there is one."""
    assert found.schedule is not None
    assert found.params is not None
    warmup = min(found.warmup, max(steps // 10, 1)) if found.warmup >= steps / 2 else found.warmup
    edits = []
    if found.schedule.warmup and warmup != found.warmup:
        edits.append(fixes.set_path(f"{PATH}.params.{found.schedule.warmup}", warmup))
    value, name = found.params[found.schedule.length], found.schedule.length
    left = max(steps - warmup, 1)
    fitted: Any = left
    if isinstance(value, list | tuple):
        parts = len(value) + 1
        fitted = [max(steps * part // parts, part) for part in range(1, parts)]
    if fitted != value:
        edits.append(fixes.set_path(f"{PATH}.params.{name}", fitted))
    label = f"Set {name} to {shown(fitted)}" if fitted != value else f"Set {found.schedule.warmup} to {warmup}"
    return fixes.fix(label, *edits)
