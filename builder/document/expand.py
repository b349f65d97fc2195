"""The network as Keras builds it: blocks repeated, bypassed layers replaced by what lets their input through.

What people draw is shorter than what is trained. Node ids stay: a layer that stands several times in a row is `conv`,
`conv_2`, `conv_3`; `Expanded.origin` leads back from each to the node that was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from builder.document.model import MAX_NODES, Block, Document, Edge, Graph, Node
from builder.errors import DocumentError

MAX_LAYERS = 5 * MAX_NODES
PASS_THROUGH = "Identity"
"""The kind of layer that stands for a bypassed one."""


@dataclass(frozen=True)
class Expanded:
    """A graph without blocks and bypassed layers, and the drawn node that each of its nodes comes from.

    `times` is how often each block that repeats stands in it: one that nothing feeds stands once.
    """

    graph: Graph
    origin: Mapping[str, str]
    times: Mapping[str, int]


def expand(graph: Graph) -> Expanded:
    """Bypass, then repeat; `DocumentError` where the repetitions make more layers than can be built."""
    graph = without_bypassed(graph)
    origin = {node.id: node.id for node in graph.nodes}
    times: dict[str, int] = {}
    for block in _innermost_first(graph):
        if block.repeat > 1:
            longer = _repeated(graph, block, origin)
            times[block.id] = 1 if longer is graph else block.repeat
            graph = longer
    return Expanded(graph.model_copy(update={"blocks": ()}) if graph.blocks else graph, origin, times)


def expanded(document: Document) -> Document:
    """The document with its network expanded."""
    return as_built(document, expand(document.model))


def as_built(document: Document, found: Expanded) -> Document:
    """The document with this expansion of its network; what was said of an output holds for every copy that is one."""
    if found.graph is document.model:
        return document
    said = document.training.outputs
    outputs = {node.id: said[drawn] for node in found.graph.outputs() if (drawn := found.origin[node.id]) in said}
    training = document.training.model_copy(update={"outputs": outputs}) if said else document.training
    return document.model_copy(update={"model": found.graph, "training": training})


def without_bypassed(graph: Graph) -> Graph:
    """Let every bypassed layer pass its first input on; branches that fed only such a layer's other inputs go."""
    if not any(node.bypassed for node in graph.nodes):
        return graph
    bypassed = {node.id for node in graph.nodes if node.bypassed and graph.inputs_of(node.id)}
    kept = {graph.inputs_of(node_id)[0] for node_id in bypassed}
    nodes = tuple(_passing(node) if node.id in bypassed else node for node in graph.nodes)
    edges = tuple(
        Edge(source=edge.source, target=edge.target) if edge in kept else edge
        for edge in graph.edges
        if edge.target not in bypassed or edge in kept
    )
    return _without_dead_ends(graph, nodes, edges)


def entries(graph: Graph, inside: frozenset[str]) -> tuple[str, ...]:
    """The nodes outside that feed a part of the graph, in the order in which they were connected."""
    return tuple(dict.fromkeys(e.source for e in graph.edges if e.target in inside and e.source not in inside))


def exits(graph: Graph, inside: frozenset[str]) -> tuple[str, ...]:
    """The nodes of a part that feed others outside, or that nothing follows, in their order."""
    inner = {edge.source for edge in graph.edges if edge.target in inside}
    outer = {edge.source for edge in graph.edges if edge.target not in inside}
    return tuple(n.id for n in graph.nodes if n.id in inside and (n.id in outer or n.id not in inner))


def _passing(node: Node) -> Node:
    return Node(id=node.id, kind=PASS_THROUGH)


def _without_dead_ends(graph: Graph, nodes: Sequence[Node], edges: Sequence[Edge]) -> Graph:
    """The graph without the nodes that led somewhere and now lead nowhere."""
    led = {edge.source for edge in graph.edges}
    while True:
        leads = {edge.source for edge in edges}
        dead = {node.id for node in nodes if node.id in led and node.id not in leads}
        if not dead:
            break
        nodes = [node for node in nodes if node.id not in dead]
        edges = [edge for edge in edges if edge.source not in dead and edge.target not in dead]
    present = {node.id: node for node in nodes}
    alive = tuple(_alone(node, graph, present) for node in nodes)
    blocks = _kept_blocks(graph, {node.id for node in alive})
    return Graph(nodes=alive, edges=tuple(edges), blocks=blocks)


def _alone(node: Node, graph: Graph, present: Mapping[str, Node]) -> Node:
    """A node whose layer belonged to one that is gone or bypassed takes it over."""
    if not node.shares:
        return node
    owner = present.get(node.shares)
    if owner and owner.kind == graph.node(node.shares).kind:
        return node
    heirs = [other for other in present.values() if other.shares == node.shares]
    if heirs[0].id != node.id:
        return node.model_copy(update={"shares": heirs[0].id})
    before = graph.node(node.shares)
    return node.model_copy(update={"shares": None, "params": before.params, "frozen": before.frozen})


def _kept_blocks(graph: Graph, alive: set[str]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for block in _innermost_first(graph):
        members = tuple(member for member in block.members if member in alive)
        if members:
            blocks.append(block.model_copy(update={"members": members}))
            alive = alive | {block.id}
    return tuple(blocks)


def _innermost_first(graph: Graph) -> tuple[Block, ...]:
    parents = graph.parents()

    def depth(block: Block) -> int:
        steps, above = 0, parents.get(block.id)
        while above:
            steps, above = steps + 1, parents.get(above)
        return steps

    return tuple(sorted(graph.blocks, key=depth, reverse=True))


def _repeated(graph: Graph, block: Block, origin: dict[str, str]) -> Graph:
    """The graph with a block standing as often as it says, each copy fed by the one before.

    The first inputs of the block are chained to its outputs in order; inputs beyond these feed every copy alike, such
    as the memory that each layer of a decoder attends to. A block that nothing feeds stands once.
    """
    members = graph.inside(block.id)
    inside = frozenset(members)
    sources, ends = entries(graph, inside), exits(graph, inside)
    if not sources:
        return graph
    extra = (block.repeat - 1) * len(members)
    if len(graph.nodes) + extra > MAX_LAYERS:
        raise DocumentError(
            f'The block "{block.name}" repeated {block.repeat} times makes a network of '
            f"{len(graph.nodes) + extra:,} layers; at most {MAX_LAYERS:,} can be built.",
            code="too-many-layers",
            node=members[0],
            hint="Repeat it less often.",
        )
    feeds = dict(zip(sources, ends, strict=False))
    taken = {node.id for node in graph.nodes} | {other.id for other in graph.blocks}
    names = [{member: member for member in members}]
    for number in range(2, block.repeat + 1):
        names.append({member: _fresh(member, number, taken) for member in members})
    by_id = {node.id: node for node in graph.nodes}
    copies: list[Node] = []
    edges: list[Edge] = []
    for before, name in pairwise(names):
        for member in members:
            node = by_id[member]
            shares = name.get(node.shares, node.shares) if node.shares else None
            copies.append(node.model_copy(update={"id": name[member], "shares": shares}))
            origin[name[member]] = origin[member]
        for edge in graph.edges:
            if edge.target in inside:
                source = edge.source
                source = name[source] if source in inside else before[feeds[source]] if source in feeds else source
                edges.append(Edge(source=source, target=name[edge.target], port=edge.port))
    last = names[-1]
    moved = tuple(
        edge.model_copy(update={"source": last[edge.source]})
        if edge.source in inside and edge.target not in inside
        else edge
        for edge in graph.edges
    )
    place = max(index for index, node in enumerate(graph.nodes) if node.id in inside) + 1
    nodes = (*graph.nodes[:place], *copies, *graph.nodes[place:])
    wider = tuple(
        other.model_copy(update={"members": (*other.members, *(node.id for node in copies))})
        if other.id == block.id
        else other
        for other in graph.blocks
    )
    return graph.model_copy(update={"nodes": nodes, "edges": (*moved, *edges), "blocks": wider})


def _fresh(member: str, number: int, taken: set[str]) -> str:
    """An id for a copy: "conv_2", or the next that is free."""
    name = f"{member}_{number}"
    while name in taken:
        name += "_"
    taken.add(name)
    return name
