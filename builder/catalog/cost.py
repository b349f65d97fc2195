"""What a network costs and sees: the declarations of its layers (`work`, `reach`) put on the shapes that Keras gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from builder.catalog import reach
from builder.catalog.analysis import Figures, NodeReport, Tensor, item_size
from builder.catalog.reach import Fields, View
from builder.catalog.registry import chosen_in, layers
from builder.catalog.spec import CHANNELS_FIRST, Layer
from builder.catalog.work import Sizes
from builder.document import Graph, thaw
from builder.document.graph import order

S = TypeVar("S", Sizes, View)
Weights = tuple[tuple[str, tuple[int, ...]], ...]


def figures(
    entry: Layer, params: Mapping[str, Any], weights: Weights, inputs: Sequence[Tensor], output: Tensor
) -> dict[str, int | None]:
    """The `flops` and `inside_bytes` of a layer for one sample; None where a length is unknown, rather than a guess."""
    unknown: dict[str, int | None] = {"flops": None, "inside_bytes": None}
    *given, made = (_known(tensor) for tensor in (*inputs, output))
    if entry.work is None or made is None or None in given:
        return unknown
    sizes = channels_last(Sizes(tuple(given), made, weights, in_force(entry, params)))
    try:
        kept = entry.keeps_inside(replace(sizes, inner=_inner(entry, params, lambda layer: layer.keeps_inside)))
        work = entry.work(replace(sizes, inner=_inner(entry, params, lambda layer: layer.work)))
    except (LookupError, ValueError):
        # Keras takes shapes at first on which a layer cannot work, as attention takes rows; `rules/late.py` tells.
        return unknown
    return {"flops": round(work), "inside_bytes": round(kept) * (item_size(output.dtype) or 0)}


def with_reach(graph: Graph, reports: Mapping[str, NodeReport]) -> dict[str, NodeReport]:
    """The reports with the receptive fields; the graph is the expanded one."""
    nodes = {node.id: node for node in graph.nodes}
    sources: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        sources[edge.target].append(edge.source)
    fields: dict[str, Fields | None] = {}
    found = dict(reports)
    for node_id in order(graph)[0]:
        output = reports[node_id].output
        if output is None:
            continue
        before = sources[node_id]
        if not before:
            fields[node_id] = reach.start(max(len(output.shape) - 2, 0))
        else:
            layer = nodes[nodes[node_id].shares or node_id]
            inputs = tuple(tensor.shape[1:] for source in before if (tensor := reports[source].output))
            fields[node_id] = _behind(
                layers.get(layer.kind), layer.params, inputs, output, [fields.get(source) for source in before]
            )
        found[node_id] = reports[node_id].model_copy(update={"receptive": reach.told(fields[node_id])})
    return found


def added(several: Sequence[Figures]) -> Figures:
    """The sums; one that is unknown makes its sum unknown."""
    return Figures(
        parameters=sum(figures.parameters for figures in several),
        trainable=sum(figures.trainable for figures in several),
        flops=_sum([figures.flops for figures in several]),
        inside_bytes=_sum([figures.inside_bytes for figures in several]),
        activation_bytes=_sum([figures.activation_bytes for figures in several]),
    )


def in_force(entry: Layer, params: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a layer with the values that they have, given or Keras' own."""
    return {param.name: thaw(param.value(params)) for param in entry.params}


def _behind(
    entry: Layer | None,
    params: Mapping[str, Any],
    inputs: tuple[reach.Shape, ...],
    output: Tensor,
    before: Sequence[Fields | None],
) -> Fields | None:
    met = reach.joined(before)
    if entry is None or entry.reach is None or met is None:
        return None
    view = channels_last(View(inputs, output.shape[1:], in_force(entry, params)))
    return entry.reach(replace(view, inner=_inner(entry, params, lambda layer: layer.reach)), met)


def _inner(entry: Layer, params: Mapping[str, Any], declared: Callable[[Layer], Any]) -> Any:
    """What the layer wrapped by this one declares, to be put on sizes with that layer's own parameters; None where
    none is wrapped."""
    found = next((inner for inner in chosen_in(entry, params) if isinstance(inner.entry, Layer)), None)
    if found is None:
        return None
    function, own = declared(found.entry), in_force(found.entry, found.params)
    return lambda sizes, *more: function(channels_last(replace(sizes, params=own)), *more) if function else None


def channels_last(sizes: S) -> S:
    """A layer's shapes with the channels behind the places, as `work` and `reach` count on."""
    if sizes.params.get("data_format") != CHANNELS_FIRST:
        return sizes
    inputs = tuple((*shape[1:], *shape[:1]) for shape in sizes.inputs)
    return replace(sizes, inputs=inputs, output=(*sizes.output[1:], *sizes.output[:1]))


def _known(tensor: Tensor) -> tuple[int, ...] | None:
    axes = tensor.shape[1:]
    return None if None in axes else axes


def _sum(numbers: Sequence[int | None]) -> int | None:
    return None if None in numbers else sum(numbers)
