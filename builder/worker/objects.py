"""From a catalogue entry and its parameters to the Keras object: one generic way, for every entry there is.

Only what the catalogue declares reaches Keras, and only values that the declared type lets through.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from types import ModuleType
from typing import Any, Literal

from builder.catalog.registry import Registry, chosen, layers
from builder.catalog.spec import Entry, Param
from builder.document import Node, thaw
from builder.errors import DocumentError
from builder.worker.framework import keras
from builder.worker.wiring import Call


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
    """What Keras is given: an entry with parameters is made; a bare name stays one, as Keras draws its seed in turn."""
    inner = chosen(param.type, value)
    if inner is None or (isinstance(value, str) and inner.entry.by_name):
        return param.type.cast(value)
    return make(inner.registry, attrgetter(inner.registry.namespace)(keras), inner.entry.kind, inner.params)
