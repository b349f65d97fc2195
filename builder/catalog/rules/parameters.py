"""Parameters held against their declarations, wherever they stand: in a layer, in a layer's layer, in an optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.registry import NESTED, chosen
from builder.catalog.rules.words import closest, listing, shown
from builder.catalog.spec import Entry, Param
from builder.catalog.types import EntryOf, Float, Int, OneOf
from builder.document import thaw


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a parameter: the sentence's parts, and all parameters as they would be without the flaw."""

    code: str
    name: str
    message: str
    label: str
    repaired: dict[str, Any]


def flaws(entry: Entry, params: Mapping[str, Any], owner: str) -> Iterator[Flaw]:
    """Everything wrong with the parameters of an entry; `owner` names it in messages."""
    plain = thaw(params)
    misspelt = {name: _meant(entry, plain, name) for name in plain if entry.param(name) is None}
    for name, meant in misspelt.items():
        yield _unknown(entry, plain, name, meant, owner)
    for param in entry.params:
        if param.name in plain:
            yield from _wrong(param, plain, owner)
        elif param.required and param.name not in misspelt.values():
            yield Flaw(
                code="missing-param",
                name=param.name,
                message=f"{owner} needs a value for {param.name}.",
                label=f"Set {param.name} to {shown(param.start)}",
                repaired={**plain, param.name: thaw(param.start)},
            )


def _meant(entry: Entry, params: dict[str, Any], name: str) -> str | None:
    """The parameter that a misspelt name stands for: it looks alike, is not given yet and takes the value."""
    meant = closest(name, (param.name for param in entry.params if param.name not in params), likeness=0.85)
    return meant if meant and entry.param(meant).type.check(params[name]) is None else None


def _unknown(entry: Entry, params: dict[str, Any], name: str, meant: str | None, owner: str) -> Flaw:
    rest = {key: item for key, item in params.items() if key != name}
    if meant:
        message = f'{owner} has no parameter "{name}"; did you mean {meant}?'
        return Flaw("unknown-param", name, message, f"Rename it to {meant}", {**rest, meant: params[name]})
    known = listing(param.name for param in entry.params) if entry.params else "none"
    return Flaw("unknown-param", name, f'{owner} has no parameter "{name}"; it has {known}.', f"Remove {name}", rest)


def _wrong(param: Param, params: dict[str, Any], owner: str) -> Iterator[Flaw]:
    value = params[param.name]
    if isinstance(param.type, EntryOf) and isinstance(value, dict):
        yield from _nested(param, param.type, params, owner)
    elif wrong := param.type.check(value):
        good = _nearest(param, value)
        yield Flaw(
            code="param",
            name=param.name,
            message=f"{owner}: {param.name} {wrong}, received {shown(value)}.",
            label=f"Set {param.name} to {good if isinstance(good, str) else shown(good)}",
            repaired=_with(params, param, good),
        )


def _nested(param: Param, kind: EntryOf, params: dict[str, Any], owner: str) -> Iterator[Flaw]:
    value = params[param.name]
    inner, own = chosen(kind, value), value.get("params", {})
    if inner is None or set(value) - {"kind", "params"} or not isinstance(own, dict):
        named = value.get("kind")
        meant = (closest(named, kind.kinds) if isinstance(named, str) else None) or kind.kinds[0]
        start = {"kind": meant, "params": thaw(NESTED[kind.sort][meant].start_params)}
        yield Flaw(
            code="param",
            name=param.name,
            message=f"{owner}: {param.name} must be one of {listing(kind.kinds, 'or')} with its parameters, "
            f"received {shown(value)}.",
            label=f"Use {meant}",
            repaired={**params, param.name: start},
        )
        return
    for flaw in flaws(inner.entry, own, f"{owner}, {param.name} {inner.entry.kind}"):
        repaired = {"kind": value["kind"], "params": flaw.repaired}
        yield Flaw(flaw.code, param.name, flaw.message, flaw.label, {**params, param.name: repaired})


def _nearest(param: Param, value: Any) -> Any:
    """The value in bounds next to a number that is out of them, the option that looks alike; else the usual value.

    The most that a share or a rate may be is seldom what trains, so there the usual value it is.
    """
    kind = param.type
    if isinstance(kind, OneOf | EntryOf) and isinstance(value, str) and (meant := closest(value, kind.options)):
        return meant
    if isinstance(kind, Int | Float) and isinstance(value, int | float) and not isinstance(value, bool):
        for end in (kind.low, kind.high if isinstance(kind, Int) else None):
            if end is not None and kind.check(end) is None and (value < end) == (end == kind.low):
                return end
    return thaw(param.start if param.required else param.default)


def _with(params: dict[str, Any], param: Param, value: Any) -> dict[str, Any]:
    if param.is_default(value):
        return {key: item for key, item in params.items() if key != param.name}
    return {**params, param.name: value}
