"""Loss, optimizer, metrics and callbacks: each is known, and its parameters are what it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog import registry
from builder.catalog.registry import Registry
from builder.catalog.rules import fixes
from builder.catalog.rules.parameters import flaws
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import closest, listing
from builder.document import Choice, thaw
from builder.errors import Fix, Problem


@dataclass(frozen=True)
class Place:
    """A choice of the training settings: where it stands, what it is picked from, and the edit that puts another."""

    choice: Choice
    path: str
    noun: str
    registry: Registry[Any]
    put: Callable[[Any], dict[str, Any]]


def value_of(kind: str, params: Mapping[str, Any]) -> Any:
    """A choice as JSON: the bare name where there are no parameters."""
    return {"kind": kind, "params": thaw(params)} if params else kind


def places(view: View) -> Iterator[Place]:
    """Every choice of the training settings."""
    training = view.document.training
    single = [("training.loss", "loss", registry.losses, training.loss)]
    single += [
        (f"training.outputs.{name}.loss", "loss", registry.losses, output.loss)
        for name, output in training.outputs.items()
        if output.loss
    ]
    single.append(("training.optimizer", "optimizer", registry.optimizers, training.optimizer))
    for path, noun, known, choice in single:
        yield Place(choice, path, noun, known, lambda value, path=path: fixes.set_path(path, value))
    for name, noun, known in (
        ("metrics", "metric", registry.metrics),
        ("callbacks", "callback", registry.callbacks),
    ):
        chosen: tuple[Choice, ...] = getattr(training, name)
        for index, choice in enumerate(chosen):
            yield Place(
                choice,
                f"training.{name}.{index}",
                noun,
                known,
                lambda value, name=name, chosen=chosen, index=index: replace(name, chosen, index, value),
            )


def replace(name: str, chosen: tuple[Choice, ...], index: int, value: Any) -> dict[str, Any]:
    """The edit that puts a value at a place of a list of choices; None takes the choice away."""
    values = [choice.model_dump(mode="json") for choice in chosen]
    values[index : index + 1] = [] if value is None else [value]
    return fixes.set_path(f"training.{name}", values)


@rule
def choices_are_known(view: View) -> Iterator[Problem]:
    for place in places(view):
        if place.registry.get(place.choice.kind):
            continue
        kind = place.choice.kind
        if reason := place.registry.absent.get(kind):
            yield Problem(
                code=f"absent-{place.noun}",
                message=f"The {place.noun} {kind} is not offered. {reason}",
                where=place.path,
                hint="Remove it.",
                fix=fixes.fix(f"Remove {kind}", place.put(None)),
            )
            continue
        meant = closest(kind, _names(place.registry))
        yield Problem(
            code=f"unknown-{place.noun}",
            message=f'There is no {place.noun} "{kind}"' + (f"; did you mean {meant}?" if meant else "."),
            where=place.path,
            hint=None if meant else f"Choose one of {listing((entry.kind for entry in place.registry), 'or')}.",
            fix=_instead(place, meant),
        )


def _names(known: Registry[Any]) -> Iterator[str]:
    for entry in known:
        yield entry.kind
        yield from entry.aliases


def _instead(place: Place, meant: str | None) -> Fix | None:
    if meant is None:
        return None
    entry = place.registry[meant]
    kept = {
        name: value
        for name, value in thaw(place.choice.params).items()
        if (param := entry.param(name)) and param.type.check(value) is None
    }
    needed = {param.name: thaw(param.start) for param in entry.params if param.required}
    return fixes.fix(f"Use {meant}", place.put(value_of(meant, {**needed, **kept})))


@rule
def parameters_of_choices_fit(view: View) -> Iterator[Problem]:
    for place in places(view):
        entry = place.registry.get(place.choice.kind)
        if entry is None:
            continue
        for flaw in flaws(entry, place.choice.params, entry.kind):
            yield Problem(
                code=flaw.code,
                message=flaw.message,
                where=f"{place.path}.params.{flaw.name}",
                fix=fixes.fix(flaw.label, place.put(value_of(place.choice.kind, flaw.repaired))),
            )


CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


@rule
def gradients_are_clipped_one_way(view: View) -> Iterator[Problem]:
    optimizer = view.document.training.optimizer
    given = [name for name in CLIPPING if optimizer.params.get(name) is not None]
    if len(given) > 1:
        rest = {name: value for name, value in optimizer.params.items() if name not in given[1:]}
        yield Problem(
            code="clipping",
            message=f"{optimizer.kind} has {listing(given)}, and Keras takes only one way of clipping.",
            where="training.optimizer",
            hint="Keep one of them.",
            fix=fixes.fix(
                f"Keep only {given[0]}", fixes.set_path("training.optimizer", value_of(optimizer.kind, rest))
            ),
        )


@rule
def steps_of_a_schedule_match(view: View) -> Iterator[Problem]:
    rate = view.document.training.optimizer.params.get("learning_rate")
    params = rate.get("params") if isinstance(rate, Mapping) else None
    if not isinstance(params, Mapping) or not {"boundaries", "values"} <= set(params):
        return
    boundaries, values = params["boundaries"], params["values"]
    if not isinstance(boundaries, tuple) or not isinstance(values, tuple):
        return
    if len(values) != len(boundaries) + 1:
        yield Problem(
            code="schedule",
            message=f"{rate['kind']} has {len(boundaries)} boundaries and {len(values)} values: "
            "it needs one value more than boundaries.",
            where="training.optimizer.params.learning_rate",
            hint="Give a value for before the first boundary and one for after each.",
        )
