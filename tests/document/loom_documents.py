"""Random documents for hypothesis, and a small fixed one."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from builder.document import Document, Edge, Graph, Node, from_value
from builder.document.model import Block

STEM: dict[str, Any] = {
    "format": 1,
    "name": "Stem",
    "model": {
        "nodes": [
            {"id": "image", "kind": "Input"},
            {"id": "conv", "kind": "Conv2D", "params": {"filters": 8, "kernel_size": [3, 3]}},
            {"id": "digit", "kind": "Dense", "params": {"units": 10}},
        ],
        "edges": [{"source": "image", "target": "conv", "port": 0}, {"source": "conv", "target": "digit", "port": 0}],
    },
    "data": {"dataset": "digits"},
    "training": {
        "loss": "sparse_categorical_crossentropy",
        "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.01}},
        "metrics": ["accuracy"],
        "outputs": {"digit": {"weight": 2.0}},
    },
    "layout": {"conv": {"x": 10, "y": 20}, "digit": {"x": 10, "y": 140}},
}


def stem() -> Document:
    return from_value(STEM)


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,11}", fullmatch=True)
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
PARAMS = st.dictionaries(NAMES, VALUES, max_size=3)
CHOICES = st.one_of(NAMES, st.builds(lambda kind, params: {"kind": kind, "params": params}, NAMES, PARAMS))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs with any edges, circles too; with blocks in blocks, and frozen, bypassed and shared layers."""
    ids = draw(st.lists(NAMES, unique=True, max_size=7))
    nodes: list[Node] = []
    for name in ids:
        owners = [node for node in nodes if not node.shares]
        owner = draw(st.sampled_from([None, None, *owners]))
        if owner:
            node = Node(id=name, kind=owner.kind, shares=owner.id)
        else:
            node = Node(id=name, kind=draw(NAMES), params=draw(PARAMS), frozen=draw(st.booleans()))
        nodes.append(node.model_copy(update={"bypassed": draw(st.booleans())}))
    ends = st.sampled_from(ids) if ids else st.nothing()
    edges = draw(st.lists(st.tuples(ends, ends, st.integers(0, 3)), unique=True, max_size=10)) if ids else []
    blocks: list[Block] = []
    free = list(ids)
    for number in range(draw(st.integers(0, 2)) if ids else 0):
        members = draw(st.lists(st.sampled_from(free), unique=True, min_size=1, max_size=4)) if free else []
        if members:
            block = Block(id=f"block__{number}", name="Block", members=tuple(members), repeat=draw(st.integers(1, 3)))
            blocks.append(block)
            free = [item for item in free if item not in members] + [block.id]
    return Graph(
        nodes=tuple(nodes),
        edges=tuple(Edge(source=a, target=b, port=port) for a, b, port in edges),
        blocks=tuple(blocks),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents with everything in them that a document can hold."""
    graph = draw(graphs())
    ids = [node.id for node in graph.nodes]
    positions = st.builds(lambda x, y: {"x": x, "y": y}, st.integers(-999, 999), st.floats(-1e6, 1e6))
    training = {
        "loss": draw(CHOICES),
        "optimizer": draw(CHOICES),
        "metrics": draw(st.lists(CHOICES, max_size=2)),
        "epochs": draw(st.integers(1, 1000)),
        "callbacks": draw(st.lists(CHOICES, max_size=2)),
        "outputs": {name: {"loss": draw(CHOICES), "weight": 0.5} for name in ids[:1]},
    }
    return from_value(
        {
            "format": 1,
            "name": draw(st.text(min_size=1, max_size=20)),
            "model": graph.model_dump(mode="json"),
            "data": draw(st.none() | st.builds(lambda name: {"dataset": name, "seed": 3}, NAMES)),
            "training": training,
            "layout": {name: draw(positions) for name in ids},
            "folded": [block.id for block in graph.blocks[:1]],
        }
    )
