"""How much of the input an output sees: the receptive field, and the words in which layers declare their `reach`.

Along a chain of sliding windows the field grows by r <- r + (size - 1) j, and the distance in the input between two
neighbouring outputs by j <- j stride, for each axis with places (pixels, steps), from r = j = 1 at the input; where
branches meet, the larger holds (Araujo et al., "Computing Receptive Fields of CNNs", Distill 2019). As is usual there,
what normalisation layers take from the rest of a sample does not count, nor does the edge of the input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Field:
    """Along one axis: how many places of the input are seen, and how far apart they are from output to output."""

    seen: Fraction | int = 1
    apart: Fraction | int = 1

    def through(self, size: int, stride: Fraction | int = 1) -> Field:
        """Behind a window over so many neighbours that moves by so many."""
        return Field(self.seen + (size - 1) * self.apart, self.apart * stride)


Fields = tuple[Field, ...]
"""For each axis with places, which is all but the channels; none for a plain row of numbers."""


@dataclass(frozen=True)
class View:
    """What a layer is applied to: shapes without the batch axis, None where a length is unknown; its parameters."""

    inputs: tuple[Shape, ...]
    output: Shape
    params: Mapping[str, Any]
    inner: Callable[[View, Fields], Fields | None] | None = None
    """The reach of the layer that this one wraps, with its own parameters put in."""

    @property
    def rank(self) -> int:
        """Axes with places."""
        return max(len(self.output) - 1, 0)


Reach = Callable[[View, Fields], Fields | None]
"""From the fields before a layer to those behind it; None where every output may see everything."""


def each(view: View, before: Fields) -> Fields | None:
    """Every number by itself, or with those at the same place of other inputs."""
    return before if len(before) == view.rank else None


def channels(view: View, before: Fields) -> Fields | None:
    """Every place by itself, with all its channels; so of a plain row, everything."""
    return each(view, before) if view.rank else None


def rearranged(view: View, before: Fields) -> Fields | None:
    """The places are others than before, which has a meaning only while each still sees itself alone."""
    return start(view.rank) if all(field == Field() for field in before) else None


def window(size: str) -> Reach:
    """A sliding window; the parameter of this name holds its size. Without strides it moves by its own size."""

    def reach(view: View, before: Fields) -> Fields | None:
        if len(before) != view.rank:
            return None
        sizes = _per_axis(view.params[size], view.rank)
        moves = _per_axis(view.params.get("strides") or sizes, view.rank)
        gaps = _per_axis(view.params.get("dilation_rate") or 1, view.rank)
        return tuple(
            field.through((size - 1) * gap + 1, move)
            for field, size, move, gap in zip(before, sizes, moves, gaps, strict=True)
        )

    return reach


def window_backwards(view: View, before: Fields) -> Fields | None:
    """A transposed convolution: an output is made of the inputs whose windows cover it."""
    if len(before) != view.rank:
        return None
    sizes = _per_axis(view.params["kernel_size"], view.rank)
    moves = _per_axis(view.params["strides"], view.rank)
    gaps = _per_axis(view.params.get("dilation_rate") or 1, view.rank)
    return tuple(
        field.through(-(-((size - 1) * gap + 1) // move), Fraction(1, move))
        for field, size, move, gap in zip(before, sizes, moves, gaps, strict=True)
    )


def resized(neighbours: Mapping[str, int]) -> Reach:
    """Places in another number, each made of so many neighbours as its interpolation looks at."""

    def reach(view: View, before: Fields) -> Fields | None:
        return _scaled(view, before, lambda *_: neighbours[view.params.get("interpolation", "nearest")])

    return reach


def parts(view: View, before: Fields) -> Fields | None:
    """Adaptive pooling: each output is one of as many parts, which may share a place at their border."""
    return _scaled(view, before, _longest_part)


def every_step(view: View, before: Fields) -> Fields | None:
    """The wrapped layer along the axes that it knows, one step of the first axis at a time."""
    assert view.inner
    if not before:
        return None
    inside = view.inner(View((view.inputs[0][1:],), view.output[1:], view.params), before[1:])
    if inside is None:
        return before[:1] if view.rank == 1 else None
    return (before[0], *inside)


def start(rank: int) -> Fields:
    """At the input each place sees itself."""
    return (Field(),) * rank


def joined(inputs: Sequence[Fields | None]) -> Fields | None:
    """Where several tensors meet, the larger field of each axis holds."""
    known = [fields for fields in inputs if fields is not None]
    if not known or len(known) < len(inputs) or len({len(fields) for fields in known}) > 1:
        return None
    return tuple(
        Field(max(field.seen for field in axis), max(field.apart for field in axis))
        for axis in zip(*known, strict=True)
    )


def told(fields: Fields | None) -> tuple[int, ...] | None:
    """The field in whole places for each axis; None where no axis has places, or everything is seen."""
    return tuple(math.ceil(field.seen) for field in fields) if fields else None


def _scaled(view: View, before: Fields, size: Callable[[int, int], int]) -> Fields | None:
    found = []
    for field, old, new in zip(before, view.inputs[0], view.output[: view.rank], strict=False):
        if old is None or new is None:
            return None
        found.append(field.through(size(old, new), Fraction(old, new)))
    return tuple(found) if len(found) == view.rank else None


def _longest_part(old: int, new: int) -> int:
    return max(-(-((part + 1) * old) // new) - part * old // new for part in range(new))


def _per_axis(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, Sequence) else (value,) * rank
