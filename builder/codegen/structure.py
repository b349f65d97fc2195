"""Where a network's blocks stand in its script: as a section under a heading, or as a function called in a loop.

A block becomes either only where the script says exactly what the expanded network is; else its layers stand one by
one among the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from builder.catalog.reading import is_input
from builder.document import Edge, Graph, Node
from builder.document.expand import Expanded, entries, exits
from builder.document.model import Block


@dataclass(frozen=True)
class Section:
    """A block that stands once, with what is in it."""

    block: Block
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Loop:
    """A block that stands several times in a row, each copy fed by the one before.

    `copies` are the ids of each copy's nodes in order; `sources` feed it from outside, the first of them only the first
    copy; `exit` is the place in a copy of the node whose output goes on.
    """

    block: Block
    copies: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...]
    exit: int


Part = str | Section | Loop
"""A node's id, or what stands for a block."""


def outline(drawn: Graph, found: Expanded, ids: Sequence[str]) -> tuple[Part, ...]:
    """The expanded network's nodes, given in the order of the script, gathered into the blocks they were drawn in."""
    if not drawn.blocks:
        return tuple(ids)
    return _Outline(drawn, found).parts(ids, [block for block in drawn.blocks if block.id not in drawn.parents()])


class _Outline:
    def __init__(self, drawn: Graph, found: Expanded):
        self.blocks = {block.id: block for block in drawn.blocks}
        self.inside = {block.id: frozenset(drawn.inside(block.id)) for block in drawn.blocks}
        self.graph, self.origin = found.graph, found.origin
        self.nodes = {node.id: node for node in self.graph.nodes}
        self.into: Mapping[str, list[Edge]] = defaultdict(list)
        for edge in sorted(self.graph.edges, key=lambda edge: edge.port):
            self.into[edge.target].append(edge)

    def parts(self, ids: Sequence[str], blocks: Sequence[Block]) -> tuple[Part, ...]:
        """The ids with these blocks in place of theirs; a block whose ids do not follow one another is passed over."""
        starts: dict[int, tuple[Part, int]] = {}
        waiting = list(blocks)
        while waiting:
            block = waiting.pop()
            places = [place for place, item in enumerate(ids) if self.origin[item] in self.inside[block.id]]
            inner = [self.blocks[member] for member in block.members if member in self.blocks]
            together = bool(places) and places[-1] - places[0] + 1 == len(places)
            own = ids[places[0] : places[-1] + 1] if together else ()
            if together and block.repeat == 1:
                starts[places[0]] = Section(block, self.parts(own, inner)), len(own)
            elif together and (loop := self._loop(block, own)):
                starts[places[0]] = loop, len(own)
            else:
                waiting += [other for other in inner if block.repeat == 1]
        found: list[Part] = []
        place = 0
        while place < len(ids):
            part, length = starts.get(place, (ids[place], 1))
            found.append(part)
            place += length
        return tuple(found)

    def _loop(self, block: Block, ids: Sequence[str]) -> Loop | None:
        """The block as a loop: where each copy is the first one under names that go `conv`, `conv_2`, `conv_3`."""
        size = len(ids) // block.repeat
        copies = tuple(tuple(ids[start : start + size]) for start in range(0, len(ids), size)) if size else ()
        first = copies[0] if copies else ()
        suffixes = ("", *(f"_{number}" for number in range(2, block.repeat + 1)))
        if copies != tuple(tuple(item + suffix for item in first) for suffix in suffixes):
            return None
        inside, all_copies = frozenset(first), frozenset(ids)
        sources, ends = entries(self.graph, inside), exits(self.graph, inside)
        lent = {node.shares for node in self.graph.nodes if node.id not in all_copies} & all_copies
        if not sources or len(ends) != 1 or lent or any(is_input(self.nodes[item]) for item in first):
            return None
        way_out = first.index(ends[0])
        for before, copy in pairwise(copies):
            back = {**dict(zip(copy, first, strict=True)), before[way_out]: sources[0]}
            if any(self._drawn(one, back) != self._drawn(other, {}) for one, other in zip(copy, first, strict=True)):
                return None
        return Loop(block, copies, sources, way_out)

    def _drawn(self, node_id: str, names: Mapping[str, str]) -> tuple[Node, list[tuple[str, int]]]:
        """What a node is and what feeds it, with other names for some ids."""
        node = self.nodes[node_id]
        shares = names.get(node.shares, node.shares) if node.shares else None
        sources = [(names.get(edge.source, edge.source), edge.port) for edge in self.into[node_id]]
        return node.model_copy(update={"id": names.get(node_id, node_id), "shares": shares}), sources
