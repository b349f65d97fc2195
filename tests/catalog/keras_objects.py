"""From catalogue entries to Keras objects, by the shortest way: the conformance tests trust no other code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from builder.catalog import registry
from builder.catalog.spec import Entry, Layer, Param


def plain(value: Any) -> Any:
    """Tuples as lists all the way down, as JSON would have them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def namespace_of(keras: Any, sort: str) -> Any:
    """The module of Keras that a registry's entries stand in."""
    return keras.optimizers.schedules if sort == "schedules" else getattr(keras, sort)


def make(keras: Any, sort: str, entry: Entry, **params: Any) -> Any:
    """The Keras object of an entry, with its start parameters and these."""
    given = {**entry.start_params, **params}
    arguments = {
        param.name: _value(keras, param, given[param.name])
        for param in entry.params
        if param.goes == "constructor" and param.name in given
    }
    return getattr(namespace_of(keras, sort), entry.kind)(**arguments)


def _value(keras: Any, param: Param, value: Any) -> Any:
    if isinstance(value, Mapping):
        sort = param.type.sort
        return make(keras, sort, getattr(registry, sort)[value["kind"]], **value["params"])
    if (inner := registry.chosen(param.type, value)) and not inner.entry.by_name:
        return make(keras, param.type.sort, inner.entry)
    return param.type.cast(value) if param.type.check(value) is None else value


def config_of(made: Any) -> Any:
    """The configuration without the names that Keras counts up; the attributes of what has no configuration."""
    config = made.get_config() if hasattr(made, "get_config") else vars(made)
    return _unnamed(plain(config))


def _unnamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unnamed(item) for key, item in value.items() if key not in ("name", "shared_object_id")}
    return [_unnamed(item) for item in value] if isinstance(value, list) else value


def call(layer: Layer, made: Any, tensors: list[Any]) -> Any:
    """The output of a layer that is given these tensors on its first ports."""
    if layer.ports.call == "arguments":
        return made(**dict(zip(layer.ports.names, tensors, strict=False)))
    return made(tensors if layer.ports.call == "list" else tensors[0])


def model_of(keras: Any, layer: Layer, **params: Any) -> Any:
    """A model of this one layer, with its start parameters and these, on inputs of its example shape."""
    tensors = [keras.Input(layer.example) for _ in range(layer.ports.least)]
    return keras.Model(one_or_all(tensors), call(layer, make(keras, "layers", layer, **params), tensors))


def samples(layer: Layer, count: int = 2) -> Any:
    """Random numbers from 0 to 1 for that model."""
    rng = np.random.default_rng(3)
    return one_or_all([rng.random((count, *layer.example), dtype="float32") for _ in range(layer.ports.least)])


def one_or_all(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items
