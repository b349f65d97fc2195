"""What XLA, TensorFlow's compiler, does for the training of a network: told by the families of its layers.

Measured on processors, one thread, against chunks of plain steps: whole loops of small dense networks 4-5 times as fast
(two-dimensional points 8 times), of recurrent ones 4.5-6.5 times, of attention 1.7 times; step by step these gain 2.8
and 1.1 times, for little less compiling. Convolutions run a third as fast, and in a loop a twentieth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.catalog.registry import chosen_in, layers
from builder.catalog.spec import Family, Layer
from builder.document import Document
from builder.document.expand import expanded
from builder.events import Way

Scope = Literal["loop", "step"]

SCOPES: Mapping[Scope, Way] = {"loop": Way.XLA_LOOP, "step": Way.XLA_STEP}


@dataclass(frozen=True)
class Gain:
    """How much of the training XLA is best given, how many times as fast that is to be expected, and why."""

    scope: Scope
    times: float
    reason: str

    @property
    def worthwhile(self) -> bool:
        return self.times > 1


BY_FAMILY: Mapping[Family, Gain] = {
    "convolution": Gain("step", 0.3, "Convolutions run fastest as plain TensorFlow."),
    "recurrent": Gain("loop", 4.5, "Recurrent layers take many small steps, which XLA makes one of."),
    "attention": Gain("loop", 1.7, "Attention is many small operations, which XLA joins."),
}
"""The families that decide, the stronger first; a network with none of them is dense."""

SMALL = Gain("loop", 4.0, "The network is small: its operations cost less than calling them, which XLA saves.")
LARGE = Gain("loop", 0.9, "The matrices are large, and plain TensorFlow multiplies those as fast.")

SMALL_STEP = 4_000_000
"""Most weights times samples of a batch for which a dense network is small."""


def gain(document: Document, weights: int) -> Gain:
    """What XLA is expected to do for a network with so many weights."""
    there = families(document)
    for family, found in BY_FAMILY.items():
        if family in there:
            return found
    return SMALL if weights * document.training.batch_size <= SMALL_STEP else LARGE


def families(document: Document) -> frozenset[Family]:
    """Those of all layers, and of the layers that they wrap."""
    return frozenset(family for node in expanded(document).model.nodes for family in _within(node.kind, node.params))


def _within(kind: str, params: Mapping[str, Any]) -> Iterator[Family]:
    """The layer's family and those of the layers that it wraps."""
    if entry := layers.get(kind):
        yield entry.family
        for inner in chosen_in(entry, params):
            if isinstance(inner.entry, Layer):
                yield from _within(inner.entry.kind, inner.params)
