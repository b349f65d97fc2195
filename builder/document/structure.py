"""What edits do to the structure of a network: blocks, and layers that several nodes share. Pure, Document to Document.

`frontend/src/structure.ts` of the canvas does the same in the same order: what the browser shows is what is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from builder.document.expand import entries, exits
from builder.document.graph import order
from builder.document.model import MAX_NODES, Block, Document, Edge, Graph, Node, thaw
from builder.errors import DocumentError
from builder.mistakes import shown


def with_graph(document: Document, **parts: Any) -> Document:
    """The document with other nodes, edges or blocks, checked as a whole."""
    graph = document.model
    values = {"nodes": graph.nodes, "edges": graph.edges, "blocks": graph.blocks} | parts
    return document.model_copy(update={"model": Graph(**values)})


def with_node(document: Document, node: Node, **changes: Any) -> Document:
    """The document with one node changed, whose id stays."""
    values = {name: getattr(node, name) for name in Node.model_fields} | {"params": thaw(node.params)} | changes
    changed = Node(**values)
    nodes = tuple(changed if other.id == node.id else other for other in document.model.nodes)
    return document.model_copy(update={"model": document.model.model_copy(update={"nodes": nodes})})


def owner(graph: Graph, node_id: str) -> Node:
    """The node whose layer this one applies: itself, unless it shares another's."""
    node = graph.node(node_id)
    return graph.node(node.shares) if node.shares else node


def nodes_of(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """The nodes that ids stand for: a block for all in it; what is not there for nothing."""
    blocks = {block.id for block in graph.blocks}
    found: set[str] = set()
    for each in ids:
        found.update(graph.inside(each) if each in blocks else (each,))
    return frozenset(found & {node.id for node in graph.nodes})


def without(document: Document, ids: Iterable[str], edges: Iterable[Edge]) -> Document:
    """The document without nodes, blocks and edges. Whoever shared the layer of a removed node takes it over."""
    graph = document.model
    gone = nodes_of(graph, ids)
    cut = frozenset(edges)
    heirs: dict[str, Node] = {}
    for node in graph.nodes:
        if node.shares in gone and node.id not in gone:
            heirs.setdefault(str(node.shares), node)
    nodes = tuple(_inherited(graph, node, heirs) for node in graph.nodes if node.id not in gone)
    kept = tuple(
        edge for edge in graph.edges if edge not in cut and edge.source not in gone and edge.target not in gone
    )
    blocks = _without_empty(graph.blocks, gone)
    present = {node.id for node in nodes} | {block.id for block in blocks}
    vanished = (gone | {block.id for block in graph.blocks}) - present
    outputs = {key: output for key, output in document.training.outputs.items() if key not in gone}
    return with_graph(document, nodes=nodes, edges=kept, blocks=blocks).model_copy(
        update={
            "layout": {key: position for key, position in document.layout.items() if key not in vanished},
            "folded": tuple(item for item in document.folded if item not in vanished),
            "training": document.training.model_copy(update={"outputs": outputs}),
        }
    )


def renamed(document: Document, old: str, new: str) -> Document:
    """The document with another id for a node, everywhere it is named."""
    graph = document.model

    def name(value: str) -> str:
        return new if value == old else value

    nodes = tuple(
        node.model_copy(update={"id": name(node.id), "shares": node.shares and name(node.shares)})
        for node in graph.nodes
    )
    edges = tuple(
        edge.model_copy(update={"source": name(edge.source), "target": name(edge.target)}) for edge in graph.edges
    )
    blocks = tuple(
        block.model_copy(update={"members": tuple(name(member) for member in block.members)}) for block in graph.blocks
    )
    outputs = {name(key): output for key, output in document.training.outputs.items()}
    return with_graph(document, nodes=nodes, edges=edges, blocks=blocks).model_copy(
        update={
            "layout": {name(key): position for key, position in document.layout.items()},
            "training": document.training.model_copy(update={"outputs": outputs}),
        }
    )


def joined(graph: Graph, block_id: str, members: Iterable[str]) -> tuple[Block, ...]:
    """The blocks, with more members in one of them."""
    graph.block(block_id)
    added = tuple(members)
    return tuple(
        _with(block, members=(*block.members, *added)) if block.id == block_id else block for block in graph.blocks
    )


def grouped(document: Document, block: Block) -> Document:
    """The document with a new block around members that are in the same block, or in none."""
    graph = document.model
    known = {node.id for node in graph.nodes} | {other.id for other in graph.blocks}
    parents = graph.parents()
    for member in block.members:
        if member not in known:
            raise DocumentError(
                f"There is no node or block {shown(member)} to group.", code="unknown-node", node=member
            )
    around = {parents.get(member) for member in block.members}
    if len(around) > 1:
        raise DocumentError(
            f'"{block.name}" cannot be grouped: its members are in different blocks.',
            code="group",
            hint="Select layers of the same block, or whole blocks.",
        )
    parent = next(iter(around))
    blocks = [_replaced(other, block.members, (block.id,)) if other.id == parent else other for other in graph.blocks]
    return with_graph(document, blocks=(*blocks, block))


def ungrouped(document: Document, block_id: str) -> Document:
    """The document without the border of a block; its members stay."""
    graph = document.model
    block = graph.block(block_id)
    parent = graph.parents().get(block_id)
    blocks = tuple(
        _replaced(other, (block_id,), block.members) if other.id == parent else other
        for other in graph.blocks
        if other.id != block_id
    )
    return with_graph(document, blocks=blocks).model_copy(
        update={
            "layout": {key: position for key, position in document.layout.items() if key != block_id},
            "folded": tuple(item for item in document.folded if item != block_id),
        }
    )


def nested(document: Document, members: Iterable[str], block_id: str | None) -> Document:
    """The document with nodes and blocks taken out of where they are, into a block or into none.

    A block that nothing is left in goes.
    """
    graph = document.model
    known = {node.id for node in graph.nodes} | {block.id for block in graph.blocks}
    for member in members:
        if member not in known:
            raise DocumentError(f"There is no node or block {shown(member)} to move.", code="unknown-node", node=member)
    parents = graph.parents()
    moved = tuple(dict.fromkeys(member for member in members if parents.get(member) != block_id))
    above: str | None = block_id and graph.block(block_id).id
    while above is not None:
        if above in moved:
            raise DocumentError(f'The block "{graph.block(above).name}" cannot go into itself.', code="nest")
        above = parents.get(above)
    filled = joined(graph, block_id, moved) if block_id else graph.blocks
    left = tuple(
        block if block.id == block_id else _with(block, members=tuple(m for m in block.members if m not in moved))
        for block in filled
    )
    blocks = _without_empty(left, frozenset())
    gone = {block.id for block in graph.blocks} - {block.id for block in blocks}
    return with_graph(document, blocks=blocks).model_copy(
        update={
            "layout": {key: position for key, position in document.layout.items() if key not in gone},
            "folded": tuple(item for item in document.folded if item not in gone),
        }
    )


def unrolled(document: Document, block_id: str) -> Document:
    """The document with a block that repeats written out: as many blocks in a row, wired as the repetition is."""
    graph = document.model
    block = graph.block(block_id)
    members = graph.inside(block_id)
    inside = frozenset(members)
    sources, ends = entries(graph, inside), exits(graph, inside)
    times = block.repeat if sources else 1
    extra = (times - 1) * len(members)
    if len(graph.nodes) + extra > MAX_NODES:
        raise DocumentError(
            f'The block "{block.name}" written out {times} times makes {len(graph.nodes) + extra:,} layers; '
            f"at most {MAX_NODES:,} can be drawn.",
            code="too-many-layers",
            hint="Leave it repeated, or repeat it less often.",
        )
    within = _blocks_within(graph, block_id)
    taken = {node.id for node in graph.nodes} | {other.id for other in graph.blocks}
    feeds = dict(zip(sources, ends, strict=False))
    names = [{item: item for item in (*members, *within)}]
    for number in range(2, times + 1):
        names.append({item: _fresh(item, number, taken) for item in (*members, *within)})
    nodes: list[Node] = []
    edges: list[Edge] = []
    blocks: list[Block] = []
    for before, name in pairwise(names):
        for node in graph.nodes:
            if node.id in inside:
                shares = name.get(node.shares, node.shares) if node.shares else None
                nodes.append(node.model_copy(update={"id": name[node.id], "shares": shares}))
        for edge in graph.edges:
            if edge.target in inside:
                source = edge.source
                source = name[source] if source in inside else before[feeds[source]] if source in feeds else source
                edges.append(Edge(source=source, target=name[edge.target], port=edge.port))
        for other in graph.blocks:
            if other.id in name:
                copy = _with(other, id=name[other.id], members=tuple(name[member] for member in other.members))
                blocks.append(_with(copy, repeat=1) if other.id == block_id else copy)
    last = names[-1]
    moved = tuple(
        edge.model_copy(update={"source": last[edge.source]})
        if edge.source in inside and edge.target not in inside
        else edge
        for edge in graph.edges
    )
    place = max(index for index, node in enumerate(graph.nodes) if node.id in inside) + 1
    row = tuple(name[block_id] for name in names)
    parent = graph.parents().get(block_id)
    kept = tuple(
        _with(other, repeat=1)
        if other.id == block_id
        else _replaced(other, (block_id,), row)
        if other.id == parent
        else other
        for other in graph.blocks
    )
    folded = tuple(name[item] for name in names[1:] for item in document.folded if item in name)
    outputs = {last.get(key, key): output for key, output in document.training.outputs.items()}
    written = with_graph(
        document,
        nodes=(*graph.nodes[:place], *nodes, *graph.nodes[place:]),
        edges=(*moved, *edges),
        blocks=(*kept, *blocks),
    )
    if order(written.model)[1] and not order(graph)[1]:
        raise DocumentError(
            f'The block "{block.name}" cannot be written out: its copies would run in a circle.',
            code="cycle",
            hint="Put what lies between its layers into the block first.",
        )
    return written.model_copy(
        update={
            "folded": (*document.folded, *folded),
            "training": document.training.model_copy(update={"outputs": outputs}),
        }
    )


def sharing(document: Document, node_id: str, other_id: str | None) -> Document:
    """The document with a node that applies another's layer once more, or, with None, has one of its own again."""
    graph = document.model
    node = graph.node(node_id)
    if other_id is None:
        if not node.shares:
            return document
        own = graph.node(node.shares)
        return with_node(document, node, shares=None, params=thaw(own.params), frozen=own.frozen)
    whose = owner(graph, other_id)
    if whose.id == node_id:
        raise DocumentError(f'"{node_id}" cannot share its own layer.', code="share", node=node_id)
    if whose.kind != node.kind:
        raise DocumentError(
            f'"{node_id}" is a {node.kind} and cannot share the layer of "{whose.id}", a {whose.kind}.',
            code="share",
            node=node_id,
            hint="Layers that share weights are of the same kind.",
        )
    for other in graph.nodes:
        if other.id == node_id or other.shares == node_id:
            document = with_node(document, other, shares=whose.id, params={}, frozen=False)
    return document


def _inherited(graph: Graph, node: Node, heirs: Mapping[str, Node]) -> Node:
    heir = heirs.get(node.shares or "")
    if heir is None:
        return node
    if heir.id != node.id:
        return node.model_copy(update={"shares": heir.id})
    before = graph.node(str(node.shares))
    return node.model_copy(update={"shares": None, "params": before.params, "frozen": before.frozen})


def _without_empty(blocks: tuple[Block, ...], gone: frozenset[str]) -> tuple[Block, ...]:
    """The blocks without members that are gone, and without blocks that this leaves empty."""
    while True:
        left = tuple(_with(block, members=tuple(m for m in block.members if m not in gone)) for block in blocks)
        empty = frozenset(block.id for block in left if not block.members)
        blocks = tuple(block for block in left if block.members)
        if not empty:
            return blocks
        gone = empty


def _blocks_within(graph: Graph, block_id: str) -> tuple[str, ...]:
    """The block and those inside it, as they are stored."""
    parents = graph.parents()
    found: list[str] = []
    for block in graph.blocks:
        above: str | None = block.id
        while above is not None and above != block_id:
            above = parents.get(above)
        if above is not None:
            found.append(block.id)
    return tuple(found)


def _replaced(block: Block, old: tuple[str, ...], new: tuple[str, ...]) -> Block:
    """The block with some members replaced by others, at the place of the first."""
    place = next(index for index, member in enumerate(block.members) if member in old)
    rest = tuple(member for member in block.members[place:] if member not in old)
    return _with(block, members=(*block.members[:place], *new, *rest))


def _with(block: Block, **changes: Any) -> Block:
    return block.model_copy(update=changes)


def _fresh(wanted: str, number: int, taken: set[str]) -> str:
    """An id for a copy: "conv_2", or the next that is free and short enough."""
    end = f"_{number}"
    name = wanted[: 64 - len(end)] + end
    while name in taken:
        end += "_"
        name = wanted[: 64 - len(end)] + end
    taken.add(name)
    return name
