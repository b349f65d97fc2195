"""From a catalogue entry and its parameters to the Keras object: one generic way, for every entry there is.

Only what the catalogue declares reaches Keras, and only values that the declared type lets through.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Literal

from builder.catalog.registry import Registry, layers, schedules
from builder.catalog.spec import Entry, Param
from builder.catalog.types import LayerOf, Rate
from builder.document import Node, thaw
from builder.errors import DocumentError
from builder.worker.framework import keras
from builder.worker.wiring import Call

NESTED: dict[type, tuple[Registry[Any], ModuleType]] = {
    LayerOf: (layers, keras.layers),
    Rate: (schedules, keras.optimizers.schedules),
}
"""Parameter types whose value may be an entry of its own, {"kind": ..., "params": ...}, and where that is found."""


def make(registry: Registry[Any], namespace: ModuleType, kind: str, params: Mapping[str, Any], **extra: Any) -> Any:
    """Make the object of this kind; `DocumentError` for what the catalogue does not know, else Keras' own error."""
    entry = registry[kind]
    return getattr(namespace, entry.kind)(**arguments(entry, params), **extra)


def make_layer(node: Node) -> Any:
    """The Keras layer of a node, named after it; a frozen one does not train."""
    frozen = {"trainable": False} if node.frozen and layers[node.kind].freezable else {}
    return make(layers, keras.layers, node.kind, node.params, name=node.id, **frozen)


def arguments(
    entry: Entry, params: Mapping[str, Any], goes: Literal["constructor", "call"] = "constructor"
) -> dict[str, Any]:
    """The arguments for the constructor or for each call; `DocumentError` names the first that does not fit."""
    for name in params:
        if entry.param(name) is None:
            known = ", ".join(param.name for param in entry.params) or "none"
            raise DocumentError(
                f'{entry.kind} has no parameter "{name}".', code="unknown-param", hint=f"It has: {known}."
            )
    found: dict[str, Any] = {}
    for param in entry.params:
        if param.name not in params:
            if param.required:
                raise DocumentError(f"{entry.kind} needs a value for {param.name}.", code="missing-param")
            continue
        value = params[param.name]
        if wrong := param.type.check(value):
            raise DocumentError(f"{entry.kind}: {param.name} {wrong}, received {thaw(value)!r}.", code="param")
        if param.goes == goes:
            found[param.name] = _value(param, value)
    return found


def apply(call: Call, layer: Any, owner: Node, tensors: Mapping[str, Any], **options: Any) -> Any:
    """What a layer gives that is called as `owner`, the node it was made for, says."""
    entry = layers[owner.kind]
    asked = entry.asked_for(owner.params)
    extra = {asked: True} if asked else {}
    given = call(layer, tensors, **arguments(entry, owner.params, "call"), **extra, **options)
    return given[0] if asked else given


def _value(param: Param, value: Any) -> Any:
    if isinstance(value, Mapping):
        registry, namespace = NESTED[type(param.type)]
        return make(registry, namespace, value["kind"], value.get("params") or {})
    return param.type.cast(value)
