"""Parameters held against their declarations, wherever they stand: in a layer, in a layer's layer, in an optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.registry import Registry, layers, schedules
from builder.catalog.rules.words import closest, listing, shown
from builder.catalog.spec import Entry, Param
from builder.catalog.types import Float, Int, LayerOf, Rate
from builder.document import thaw


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a parameter: the sentence's parts, and all parameters as they would be without the flaw."""

    code: str
    name: str
    message: str
    label: str
    repaired: dict[str, Any]


NESTED: dict[type, Registry[Any]] = {LayerOf: layers, Rate: schedules}
"""Types whose value may be an entry of its own, {"kind": ..., "params": ...}."""


def flaws(entry: Entry, params: Mapping[str, Any], owner: str) -> Iterator[Flaw]:
    """Everything wrong with the parameters of an entry; `owner` names it in messages."""
    plain = thaw(params)
    for name, value in plain.items():
        if entry.param(name) is None:
            yield _unknown(entry, plain, name, value, owner)
    for param in entry.params:
        if param.name in plain:
            yield from _wrong(param, plain, owner)
        elif param.required:
            yield Flaw(
                code="missing-param",
                name=param.name,
                message=f"{owner} needs a value for {param.name}.",
                label=f"Set {param.name} to {shown(param.start)}",
                repaired={**plain, param.name: thaw(param.start)},
            )


def _unknown(entry: Entry, params: dict[str, Any], name: str, value: Any, owner: str) -> Flaw:
    rest = {key: item for key, item in params.items() if key != name}
    meant = closest(name, (param.name for param in entry.params if param.name not in params))
    if meant and entry.param(meant).type.check(value) is None:
        message = f'{owner} has no parameter "{name}"; did you mean {meant}?'
        return Flaw("unknown-param", name, message, f"Rename it to {meant}", {**rest, meant: value})
    known = listing(param.name for param in entry.params) if entry.params else "none"
    return Flaw("unknown-param", name, f'{owner} has no parameter "{name}"; it has {known}.', f"Remove {name}", rest)


def _wrong(param: Param, params: dict[str, Any], owner: str) -> Iterator[Flaw]:
    value = params[param.name]
    registry = NESTED.get(type(param.type))
    if registry is not None and isinstance(value, dict):
        yield from _nested(param, registry, params, owner)
    elif wrong := param.type.check(value):
        good = _nearest(param, value)
        yield Flaw(
            code="param",
            name=param.name,
            message=f"{owner}: {param.name} {wrong}, received {shown(value)}.",
            label=f"Set {param.name} to {shown(good)}",
            repaired=_with(params, param, good),
        )


def _nested(param: Param, registry: Registry[Any], params: dict[str, Any], owner: str) -> Iterator[Flaw]:
    value = params[param.name]
    kind = value.get("kind")
    inner = registry.get(kind) if isinstance(kind, str) else None
    own = value.get("params", {})
    if inner is None or param.type.check(value) or set(value) - {"kind", "params"} or not isinstance(own, dict):
        options = param.type.kinds if isinstance(param.type, LayerOf) else tuple(entry.kind for entry in registry)
        meant = (closest(kind, options) if isinstance(kind, str) else None) or options[0]
        start = {"kind": meant, "params": thaw(registry[meant].start_params)}
        yield Flaw(
            code="param",
            name=param.name,
            message=f"{owner}: {param.name} must be one of {listing(options, 'or')} with its parameters, "
            f"received {shown(value)}.",
            label=f"Use {meant}",
            repaired={**params, param.name: start},
        )
        return
    for flaw in flaws(inner, own, f"{owner}, {param.name} {inner.kind}"):
        repaired = {"kind": kind, "params": flaw.repaired}
        yield Flaw(flaw.code, param.name, flaw.message, flaw.label, {**params, param.name: repaired})


def _nearest(param: Param, value: Any) -> Any:
    """The value in bounds next to a number that is out of them; else Keras' default, else the start value."""
    kind = param.type
    if isinstance(kind, Int | Float) and isinstance(value, int | float) and not isinstance(value, bool):
        for end in (kind.low, kind.high):
            if end is not None and kind.check(end) is None and (value < end) == (end == kind.low):
                return end
    return thaw(param.start if param.required else param.default)


def _with(params: dict[str, Any], param: Param, value: Any) -> dict[str, Any]:
    if not param.required and value == thaw(param.default):
        return {key: item for key, item in params.items() if key != param.name}
    return {**params, param.name: value}
