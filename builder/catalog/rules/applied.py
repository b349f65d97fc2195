"""The layer that works at a node: the node's own, or the one that it wraps, with edits for that layer's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.registry import layers
from builder.catalog.spec import Layer, Param
from builder.document import Node, thaw

WRAPPED = "layer"
"""The parameter that holds a layer (Bidirectional, TimeDistributed)."""


@dataclass(frozen=True)
class Applied:
    """A layer at a node: its entry, its parameters, and the node whose layer they belong to."""

    entry: Layer
    params: Mapping[str, Any]
    owner: str
    """The node that holds the parameters: another one where the layer is shared."""
    inside: str | None = None
    """The kind of the layer, where the node's own layer wraps it."""

    def value(self, name: str) -> Any:
        """The parameter in force; None where the layer lacks it or its value does not fit."""
        param = self.entry.param(name)
        value = param.value(self.params) if param else None
        return value if param and param.type.check(value) is None else None

    @property
    def activation(self) -> str | None:
        """The activation that the layer ends in, "linear" for none; None where it has none that is known."""
        if self.entry.activation:
            return self.entry.activation
        if self.entry.param("activation") is None:
            return None
        value = self.value("activation")
        return value if isinstance(value, str) else "linear" if value is None else None

    @property
    def bends(self) -> bool:
        """Whether the layer is an activation and nothing else."""
        return self.entry.family == "core" and self.entry.sums is None and self.activation not in (None, "linear")

    def setting(self, node_id: str, name: str, value: Any) -> str:
        """The label of a fix at a node that sets a parameter: it says of what, where the node's own layer lacks it."""
        of = f' of "{self.owner}"' if node_id != self.owner else f" of its {self.inside}" if self.inside else ""
        return f"Set {name}{of} to {value}"

    def put(self, name: str, value: Any) -> dict[str, Any]:
        """The edit that sets a parameter, in the wrapped layer where there is one; its default takes it away."""
        params = {key: item for key, item in thaw(self.params).items() if key != name}
        param = self.entry.param(name)
        default = param is not None and not param.required and thaw(param.default) == thaw(value)
        if self.inside is None:
            if default and name in self.params:
                return {"op": "reset_param", "node": self.owner, "name": name}
            return {"op": "set_param", "node": self.owner, "name": name, "value": thaw(value)}
        changed = params if default else {**params, name: thaw(value)}
        inner = {"kind": self.inside, "params": changed}
        return {"op": "set_param", "node": self.owner, "name": WRAPPED, "value": inner}


def applied(node: Node, entry: Layer) -> Applied:
    """What works at a node whose own layer is `entry`."""
    owner, wrapped = node.shares or node.id, node.params.get(WRAPPED)
    if isinstance(wrapped, Mapping) and (param := entry.param(WRAPPED)) and param.type.check(wrapped) is None:
        inner, params = layers.get(wrapped["kind"]), wrapped.get("params") or {}
        if inner and isinstance(params, Mapping):
            return Applied(inner, params, owner, inner.kind)
    return Applied(entry, node.params, owner)


def kernels(layer: Applied) -> tuple[Param, ...]:
    """The parameters that say how the weights are filled that what comes in is multiplied with."""
    names = (f"{weights}_initializer" for weights in ("kernel", "recurrent", "depthwise", "pointwise"))
    return tuple(param for name in names if (param := layer.entry.param(name)))
