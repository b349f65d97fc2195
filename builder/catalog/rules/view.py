"""A document as the rules look at it: nodes with their catalogue entries, edges by end, shapes, outputs, data set.

Bypassed layers are looked through, as training does: they stand as `Identity`, with one input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from builder.catalog import intervals, reading
from builder.catalog.analysis import Analysis
from builder.catalog.intervals import Interval
from builder.catalog.registry import layers
from builder.catalog.rules.applied import Applied, applied
from builder.catalog.spec import Dataset, Layer
from builder.document import Document, Edge, Graph, Node
from builder.document.expand import Expanded, expand, without_bypassed
from builder.document.graph import order
from builder.errors import LoomError


@dataclass(frozen=True)
class View:
    """One document with its analysis; everything else is worked out once, when a rule first asks."""

    document: Document
    analysis: Analysis

    @cached_property
    def model(self) -> Graph:
        """The network without what is bypassed; ids are those of the drawn one."""
        return without_bypassed(self.document.model)

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes by id; one that shares a layer has that layer's parameters, and is frozen with it."""
        own = {node.id: node for node in self.model.nodes}
        return {node.id: _as_its_layer(node, own) for node in self.model.nodes}

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """The block that each node or block is directly in."""
        return self.document.model.parents()

    @cached_property
    def entries(self) -> Mapping[str, Layer]:
        """The catalogue's entry of every node whose kind is known."""
        found = ((node.id, layers.get(node.kind)) for node in self.model.nodes)
        return {node_id: entry for node_id, entry in found if entry}

    @cached_property
    def into(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges into each node, by port."""
        edges: dict[str, list[Edge]] = defaultdict(list)
        for edge in sorted(self.model.edges, key=lambda edge: edge.port):
            edges[edge.target].append(edge)
        return {node_id: tuple(edges[node_id]) for node_id in self.nodes}

    @cached_property
    def out_of(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges out of each node."""
        edges: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.model.edges:
            edges[edge.source].append(edge)
        return {node_id: tuple(edges[node_id]) for node_id in self.nodes}

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes where data enters: those whose layer has no ports."""
        return reading.inputs_of(self.model)

    @cached_property
    def outputs(self) -> tuple[Node, ...]:
        """The drawn nodes that give the network's outputs: nothing follows them, or one of their repetitions.

        Inputs that lead nowhere are none.
        """
        if self.unrolled is None or order(self.unrolled.graph)[1]:
            return reading.outputs_of(self.model)
        ends = {self.unrolled.origin[node.id] for node in reading.outputs_of(self.unrolled.graph)}
        return tuple(node for node in self.model.nodes if node.id in ends)

    @cached_property
    def stuck(self) -> frozenset[str]:
        """Nodes on or behind a cycle."""
        return order(self.model)[1]

    @cached_property
    def unrolled(self) -> Expanded | None:
        """The network as Keras builds it; None where its repetitions make more layers than can be built."""
        try:
            return expand(self.document.model)
        except LoomError:
            return None

    @cached_property
    def applied(self) -> Mapping[str, Applied]:
        """The layer that works at every node: the one inside, where a layer wraps another."""
        return {node_id: applied(self.nodes[node_id], entry) for node_id, entry in self.entries.items()}

    @cached_property
    def intervals(self) -> Mapping[str, Interval | None]:
        """The range of what every node gives before training; None where it cannot be said.

        What comes into a block that repeats comes from the block itself too, so that nothing is known of it.
        """
        found: dict[str, Interval | None] = {}
        for node_id in order(self.model)[0]:
            entry, node = self.entries.get(node_id), self.nodes[node_id]
            if self.is_input(node_id):
                found[node_id] = reading.interval(node, self.dataset)
            elif entry is not None:
                inputs = tuple(found.get(edge.source) for edge in self.into[node_id])
                if self.repeats(node_id):
                    inputs = (None,) * len(inputs)
                found[node_id] = _interval(entry, node.params, inputs or (None,))
        return found

    def repeats(self, node_id: str) -> bool:
        """Whether a block around the node stands several times."""
        above = self.parents.get(node_id)
        while above:
            if self.document.model.block(above).repeat > 1:
                return True
            above = self.parents.get(above)
        return False

    @cached_property
    def dataset(self) -> Dataset | None:
        return reading.dataset_of(self.document)

    def is_input(self, node_id: str) -> bool:
        return reading.is_input(self.nodes[node_id])

    def name(self, node_id: str) -> str:
        """A node as messages name it: "conv" (Conv2D)."""
        return f'"{node_id}" ({self.document.model.node(node_id).kind})'

    def drawn(self, edge: Edge) -> Edge:
        """The edge as it is drawn: into a bypassed layer, the first one may have any port."""
        if self.document.model.node(edge.target).bypassed:
            return next((e for e in self.document.model.inputs_of(edge.target) if e.source == edge.source), edge)
        return edge

    def shape(self, node_id: str) -> tuple[int | None, ...] | None:
        """The shape that the node gives, in the end if it repeats, with the batch in front, where Keras could tell."""
        report = self.analysis.nodes.get(node_id)
        output = report and report.final
        return output.shape if output else None

    def behind(self, node_id: str) -> frozenset[str]:
        """Every node that this one's output reaches."""
        found: set[str] = set()
        queue = [edge.target for edge in self.out_of[node_id]]
        while queue:
            current = queue.pop()
            if current not in found:
                found.add(current)
                queue.extend(edge.target for edge in self.out_of[current])
        return frozenset(found)

    @property
    def training_samples(self) -> int | None:
        """How many samples are left to train on, after the share for validation and the limit."""
        data = self.document.data
        if data is None or self.dataset is None or not self.dataset.samples:
            return None
        return reading.split_sizes(self.dataset.samples, data.validation_split, data.limit)[0]

    @property
    def steps(self) -> int | None:
        """How many training steps the whole run takes; None where the data set is not known."""
        samples, training = self.training_samples, self.document.training
        return None if samples is None else training.epochs * max(-(-samples // training.batch_size), 1)


def _interval(entry: Layer, params: Mapping[str, Any], inputs: tuple[Interval | None, ...]) -> Interval | None:
    values = entry.in_force(params)
    if entry.interval is None or values is None:
        return None
    return entry.interval(intervals.View(inputs, values, _inner(values)))


def _inner(values: Mapping[str, Any]) -> Callable[[intervals.View], Interval | None] | None:
    """What works out the interval of a wrapped layer."""
    wrapped = values.get("layer")
    entry = layers.get(wrapped["kind"]) if isinstance(wrapped, Mapping) else None
    if entry is None or not isinstance(wrapped, Mapping):
        return None
    params = wrapped.get("params") or {}
    return lambda view: _interval(entry, params, view.inputs)


def _as_its_layer(node: Node, own: Mapping[str, Node]) -> Node:
    layer = own[node.shares] if node.shares else node
    return node if layer is node else node.model_copy(update={"params": layer.params, "frozen": layer.frozen})
