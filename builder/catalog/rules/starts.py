"""Where weights start from: units of a hidden layer that all start alike learn alike, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builder.catalog.registry import layers
from builder.catalog.rules import fixes
from builder.catalog.rules.applied import Applied, kernels
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.spec import Param
from builder.errors import Problem

ZEROS, ALIKE = "zeros", "ones"
NEVER_BELOW_ZERO = ("relu", "relu6")
"""Activations that let no gradient through at 0."""


@rule
def hidden_units_start_differently(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        if layer.entry.sums == "each" or _is_still(view, node_id) or not _is_hidden(view, node_id):
            continue
        alike = [
            (param, value) for param in kernels(layer) if (value := constant(layer.params.get(param.name))) is not None
        ]
        if not alike or _one_unit(view, node_id) or _others_differ(layer, alike):
            continue
        param, value = alike[0]
        usual = str(param.default)
        yield Problem(
            code="initializer",
            severity="warning",
            message=f"All weights of {view.name(node_id)} start from {value:g} ({param.name}): its units all compute "
            f"the same, and {_outcome(layer, value)}.",
            node=node_id,
            where=f"params.{param.name}",
            hint=f"Hidden layers start from random numbers: {usual} is Keras' choice.",
            fix=fixes.fix(
                layer.setting(node_id, param.name, usual), *(layer.put(name.name, name.default) for name, _ in alike)
            ),
        )


def _outcome(layer: Applied, value: float) -> str:
    if value == 0 and layer.activation in NEVER_BELOW_ZERO:
        return f"as {layer.activation} lets no gradient through at 0, they never learn"
    return "they learn alike, or hardly"


def _others_differ(layer: Applied, alike: list[tuple[Param, float]]) -> bool:
    """Whether the units differ by weights that are drawn at random all the same: a memory's, or those of the second
    step of a separable convolution."""
    names = {param.name for param, _ in alike}
    if all(name.startswith("recurrent") for name in names):
        return True
    return (
        "pointwise_initializer" not in names and bool(layer.entry.param("pointwise_initializer")) and alike[0][1] != 0
    )


def constant(initializer: Any) -> float | None:
    """The number that an initializer fills weights with; None where it gives different ones."""
    kind, params = initializer, {}
    if isinstance(initializer, Mapping):
        kind, params = initializer.get("kind"), initializer.get("params") or {}
    if not isinstance(kind, str) or not isinstance(params, Mapping):
        return None
    name = kind.lower().replace("_", "")
    if name in CONSTANT:
        return CONSTANT[name]
    found = [params.get(param) for param in SPREAD.get(name, ())]
    if name == "constant" or (found and all(number == 0 for number in found)):
        value = params.get("value", params.get("mean", 0.0))
        return float(value) if isinstance(value, int | float) else None
    ends = params.get("minval"), params.get("maxval")
    if name == "randomuniform" and ends[0] is not None and ends[0] == ends[1]:
        return float(ends[0])
    return None


CONSTANT = {"zeros": 0.0, "zero": 0.0, "ones": 1.0, "one": 1.0}
SPREAD = {"randomnormal": ("stddev",), "truncatednormal": ("stddev",), "variancescaling": ("scale",)}
"""The parameters by which an initializer's numbers differ, for those that a constant can come of."""


@rule
def scales_do_not_start_at_zero(view: View) -> Iterator[Problem]:
    """At the end of a branch that is added to another, a scale of 0 is a good start: the branch then says nothing."""
    for node_id, layer in view.applied.items():
        param: Param | None = layer.entry.param("gamma_initializer")
        if param is None or constant(layer.params.get("gamma_initializer")) != 0 or _is_still(view, node_id):
            continue
        if layer.value("scale") is False or not _is_hidden(view, node_id):
            continue
        yield Problem(
            code="initializer",
            severity="warning",
            message=f"The scale of {view.name(node_id)} starts at 0 (gamma_initializer): it gives the same numbers "
            "whatever comes in, and what is before it does not learn.",
            node=node_id,
            where="params.gamma_initializer",
            hint=f"Start from {param.default}; 0 suits only the end of a branch that is added to another.",
            fix=fixes.fix(
                layer.setting(node_id, "gamma_initializer", param.default),
                layer.put("gamma_initializer", param.default),
            ),
        )


def _is_still(view: View, node_id: str) -> bool:
    return view.nodes[node_id].frozen


def _one_unit(view: View, node_id: str) -> bool:
    shape = view.shape(node_id)
    return shape is not None and shape[-1:] == (1,) and layers[view.nodes[node_id].kind].family != "recurrent"


def _is_hidden(view: View, node_id: str) -> bool:
    """Whether all ways lead to a further layer with weights before they end or are joined number by number."""
    seen, queue, found = {node_id}, [node_id], False
    while queue:
        for edge in view.out_of[queue.pop()]:
            target = edge.target
            entry, layer = view.entries.get(target), view.applied.get(target)
            if entry is None or layer is None or target in seen:
                continue
            seen.add(target)
            if entry.family == "merging" and "values" not in entry.keeps:
                return False
            if layer.entry.sums or kernels(layer) or layer.entry.family == "attention":
                found = True
            else:
                queue.append(target)
    return found
