"""Repairs for tensors that do not fit a layer: what to put in between, read from the shapes that come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from builder.catalog.registry import layers
from builder.catalog.rules import fixes
from builder.catalog.rules.view import View
from builder.document import Edge
from builder.document.graph import ancestors
from builder.errors import Fix

Shape = tuple[int | None, ...]
ELEMENTWISE = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
"""Layers that work number by number, so that their inputs need one width."""


def fitting(view: View, node_id: str) -> Fix | None:
    """A repair for a layer that Keras refuses; None where none is plain."""
    edges = view.into[node_id]
    shapes = [view.shape(edge.source) for edge in edges]
    if node_id in view.stuck or node_id not in view.entries or not edges or None in shapes:
        return None
    known = [shape[1:] for shape in shapes if shape is not None]
    return next((found for repair in REPAIRS for found in repair(view, node_id, edges, known)), None)


def _same_width(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """Inputs of a sum that differ in the last axis only: the skip is made as wide as the way beside it."""
    if view.nodes[node_id].kind not in ELEMENTWISE or len(edges) != 2:
        return
    one, other = shapes
    if len(one) != len(other) or not one or one[:-1] != other[:-1] or None in (one[-1], other[-1]):
        return
    skip = 1 if edges[1].source in ancestors(view.model, edges[0].source) else 0
    wanted = shapes[1 - skip][-1]
    if len(one) == 3:
        edits = fixes.insert_on(view, edges[skip], "Conv2D", filters=wanted, kernel_size=1)
        yield fixes.fix("Add a 1 × 1 convolution", *edits)
    else:
        yield fixes.fix(
            f"Add a Dense layer of {wanted} units", *fixes.insert_on(view, edges[skip], "Dense", units=wanted)
        )


def _channel_axis(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """A grey image without its channel axis in front of a layer for images."""
    entry, shape = view.entries[node_id], shapes[0]
    if len(entry.example) == 3 and entry.family in ("convolution", "pooling") and _complete(shape, 2):
        yield fixes.fix("Add the channel axis", *fixes.insert_on(view, edges[0], "Reshape", target_shape=[*shape, 1]))


def _row_by_row(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """An image in front of a recurrent layer is read row by row."""
    entry, shape = view.entries[node_id], shapes[0]
    if entry.family == "recurrent" and _complete(shape, 3):
        rows = [shape[0], prod(size for size in shape[1:] if size)]
        yield fixes.fix("Read it row by row", *fixes.insert_on(view, edges[0], "Reshape", target_shape=rows))


def _every_step(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """A layer for sequences behind a memory that gives its last step only."""
    entry, before = view.entries[node_id], edges[0].source
    steps = view.entries[before].param("return_sequences") if before in view.entries else None
    if len(entry.example) == 2 and len(shapes[0]) == 1 and steps and not steps.value(view.nodes[before].params):
        yield fixes.fix(f'Give all steps of "{before}"', fixes.set_param(before, "return_sequences", True))


def _before_flatten(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """Flatten in front of a layer that reads images or sequences is in its way."""
    entry, before = view.entries[node_id], edges[0].source
    into = view.into[before]
    if view.nodes[before].kind != "Flatten" or len(into) != 1 or len(view.out_of[before]) != 1:
        return
    shape = view.shape(into[0].source)
    if shape is not None and len(shape) - 1 == len(entry.example) > 1:
        yield fixes.fix(
            f'Remove "{before}"', fixes.remove(before), fixes.connect(into[0].source, node_id, edges[0].port)
        )


def _windows_fit(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """A window larger than the image fits with zeros around it."""
    entry, params, shape = view.entries[node_id], view.nodes[node_id].params, shapes[0]
    padding = entry.param("padding")
    window = entry.param("kernel_size") or entry.param("pool_size")
    if padding is None or window is None or len(shape) != len(entry.example) or padding.type.check("same"):
        return
    size = window.value(params)
    sizes = tuple(size) if isinstance(size, list | tuple) else (size,) * (len(shape) - 1)
    small = any(isinstance(a, int) and b is not None and a > b for a, b in zip(sizes, shape, strict=False))
    if padding.value(params) == "valid" and small:
        yield fixes.fix("Set padding to same", fixes.set_param(node_id, "padding", "same"))


def _target_shape(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """Reshape to a shape of another size: its first axis takes what is left, if it comes out even."""
    target, size = view.nodes[node_id].params.get("target_shape"), shapes[0]
    if view.nodes[node_id].kind != "Reshape" or not isinstance(target, tuple) or None in size:
        return
    rest, whole = prod(target[1:]), prod(axis for axis in size if axis)
    if len(target) > 1 and rest > 0 and whole % rest == 0:
        shape = [whole // rest, *target[1:]]
        yield fixes.fix(f"Reshape to {', '.join(map(str, shape))}", fixes.set_param(node_id, "target_shape", shape))


def _whole_numbers(view: View, node_id: str, edges: tuple[Edge, ...], shapes: list[Shape]) -> Iterator[Fix]:
    """Channels in groups, or heads of attention, that do not come out even: one group."""
    groups = layers[view.nodes[node_id].kind].param("groups")
    width = shapes[0][-1] if shapes[0] else None
    value = groups.value(view.nodes[node_id].params) if groups else None
    if isinstance(value, int) and value > 0 and width and width % value:
        yield fixes.fix("Set groups to 1", fixes.set_param(node_id, "groups", 1))


def _complete(shape: Shape, rank: int) -> bool:
    return len(shape) == rank and None not in shape


REPAIRS: tuple[Callable[[View, str, tuple[Edge, ...], list[Shape]], Iterator[Fix]], ...] = (
    _same_width,
    _channel_axis,
    _row_by_row,
    _every_step,
    _before_flatten,
    _windows_fit,
    _target_shape,
    _whole_numbers,
)
