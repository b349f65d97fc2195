"""Over how many numbers a normalisation takes each mean: the words in which layers declare their `compares`.

A mean over a single number is that number, and what is left of it is 0, whatever came in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any


@dataclass(frozen=True)
class Sizes:
    """What a layer is applied to: the shape of a sample, the size of the batch, and the parameters in force."""

    shape: tuple[int | None, ...]
    batch: int
    params: Mapping[str, Any]

    @property
    def along(self) -> int | None:
        """Numbers along the parameter `axis`; None where a length is not known."""
        return self._product(lambda axis: axis in self._axes)

    @property
    def across(self) -> int | None:
        """Numbers of a sample along all axes but those."""
        return self._product(lambda axis: axis not in self._axes)

    @property
    def _axes(self) -> frozenset[int]:
        axis, rank = self.params["axis"], len(self.shape) + 1
        given = axis if isinstance(axis, Sequence) else (axis,)
        return frozenset(item % rank for item in given if -rank <= item < rank)

    def _product(self, counts: Callable[[int], bool]) -> int | None:
        lengths = [size for axis, size in enumerate(self.shape, 1) if counts(axis)]
        return None if None in lengths else prod(size for size in lengths if size is not None)


Comparing = Callable[[Sizes], int | None]
"""From the sizes to the number of numbers; None where that is not known."""


def over_batch(sizes: Sizes) -> int | None:
    """Each channel over the batch and all places; with renorm, over what was before as well."""
    across = sizes.across
    return None if sizes.params["renorm"] or across is None else sizes.batch * across


def in_sample(sizes: Sizes) -> int | None:
    """Along the axes, each sample by itself."""
    return sizes.along


def in_group(sizes: Sizes) -> int | None:
    """The channels of a group, at all places of a sample."""
    channels, across, groups = sizes.along, sizes.across, sizes.params["groups"]
    if channels is None or across is None:
        return None
    groups = channels if groups == -1 else groups
    return across * channels // groups if groups > 0 and channels % groups == 0 else None
