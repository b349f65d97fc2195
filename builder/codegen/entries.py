"""Catalogue entries as Python: the constructor call with the parameters that differ from Keras' defaults."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.registry import Registry, chosen, layers
from builder.catalog.spec import Param
from builder.codegen.expression import Bracket, Call, Code, Expression, literal
from builder.document import Choice, thaw


@dataclass(frozen=True)
class Construction:
    """An object as an expression, and what is wrong with it; None where its kind cannot even be written down."""

    code: Expression | None
    wrong: tuple[str, ...] = ()


def construct(
    registry: Registry[Any], namespace: str, kind: str, params: Mapping[str, Any], **extra: Expression
) -> Construction:
    """The call that makes the object, as in `layers.Dense(10, activation="softmax")`.

    The first parameter stands without its name where Keras requires it. What the catalogue does not know is written
    down as it is and told in `wrong`.
    """
    entry = registry.get(kind)
    if not _is_name(kind):
        return Construction(None, (f'"{kind}" is not the name of a class.',))
    wrong: list[str] = [] if entry else [f'The catalogue does not know "{kind}".']
    first: tuple[Expression, ...] = ()
    named: list[tuple[str, Expression]] = []
    for param in entry.params if entry else ():
        if param.name not in params:
            if param.required:
                wrong.append(f"{entry.kind} needs a value for {param.name}.")
            continue
        value = params[param.name]
        if complaint := param.type.check(value):
            wrong.append(f"{param.name} {complaint}, received {thaw(value)!r}.")
        elif param.goes != "constructor" or param.is_default(value):
            continue
        expression = _value(param, value, wrong)
        if param.required and param is entry.params[0]:
            first = (expression,)
        else:
            named.append((param.name, expression))
    for name, value in params.items():
        if entry is None or entry.param(name) is None:
            if entry:
                wrong.append(f'{entry.kind} has no parameter "{name}".')
            if _is_name(name):
                named.append((name, literal(thaw(value))))
    function = Code(f"{namespace}.{entry.kind if entry else kind}")
    return Construction(Call(function, first, (*named, *extra.items())), tuple(wrong))


def call_options(kind: str, params: Mapping[str, Any]) -> tuple[tuple[str, Expression], ...]:
    """What a layer's call is given besides its inputs, as named arguments, where it differs from Keras' defaults."""
    entry = layers.get(kind)
    found = [param for param in (entry.params if entry else ()) if param.goes == "call" and param.name in params]
    options = [
        (param.name, literal(thaw(params[param.name])))
        for param in found
        if param.type.check(params[param.name]) is None and not param.is_default(params[param.name])
    ]
    if asked := gives_pair(kind, params):
        options.append((asked, Code("True")))
    return tuple(options)


def gives_pair(kind: str, params: Mapping[str, Any]) -> str | None:
    """The argument by which a layer's call gives a pair, of which the first is meant; None where it gives no pair."""
    entry = layers.get(kind)
    return entry.asked_for(params) if entry else None


def choose(registry: Registry[Any], namespace: str, choice: Choice, name: str | None) -> Construction:
    """The name by which Keras knows an entry, where it has one and nothing differs from the defaults; else the call."""
    made = construct(registry, namespace, choice.kind, choice.params)
    plain = isinstance(made.code, Call) and not (made.code.arguments or made.code.named)
    return Construction(literal(name)) if name and plain and not made.wrong else made


def _value(param: Param, value: Any, wrong: list[str]) -> Expression:
    inner = chosen(param.type, value)
    if inner is None or (isinstance(value, str) and inner.entry.by_name):
        value = value if param.type.check(value) else param.type.cast(value)
        return Bracket(tuple(map(literal, value))) if isinstance(value, list) else literal(thaw(value))
    namespace = "layers" if inner.registry is layers else f"keras.{inner.registry.namespace}"
    made = construct(inner.registry, namespace, inner.entry.kind, inner.params)
    wrong.extend(made.wrong)
    return made.code or Code("None")


def _is_name(text: str) -> bool:
    return text.isidentifier() and text.isascii() and not keyword.iskeyword(text)
