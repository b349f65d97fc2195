"""Order, circles and ancestors of any graph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from loom_documents import graphs

from builder.document import Edge, Graph, Node
from builder.document.graph import ancestors, closes_cycle, cycle, order


def _graph(*edges: str) -> Graph:
    """A graph from edges such as "a b"; nodes in the order in which they are named."""
    ids = dict.fromkeys(name for edge in edges for name in edge.split())
    return Graph(
        nodes=tuple(Node(id=name, kind="Dense") for name in ids),
        edges=tuple(Edge(source=a, target=b) for a, b in (edge.split() for edge in edges if " " in edge)),
    )


@settings(max_examples=100)
@given(graphs())
def test_order_puts_sources_first_and_leaves_out_what_a_circle_holds_up(graph: Graph) -> None:
    ids, stuck = order(graph)
    assert set(ids) | stuck == {node.id for node in graph.nodes}
    assert len(ids) + len(stuck) == len(graph.nodes)
    place = {name: index for index, name in enumerate(ids)}
    for edge in graph.edges:
        if edge.target in place:
            assert place[edge.source] < place[edge.target]
    for name in stuck:
        assert any(before in ancestors(graph, before) for before in {name} | ancestors(graph, name))


@settings(max_examples=100)
@given(graphs())
def test_cycle_is_a_way_round_along_edges(graph: Graph) -> None:
    found = cycle(graph)
    assert bool(found) == bool(order(graph)[1])
    steps = {(edge.source, edge.target) for edge in graph.edges}
    assert len(set(found)) == len(found)
    for index, name in enumerate(found):
        assert (name, found[(index + 1) % len(found)]) in steps


@settings(max_examples=60)
@given(graphs())
def test_an_edge_closes_a_cycle_exactly_when_the_graph_with_it_has_one(graph: Graph) -> None:
    if cycle(graph):
        return
    for source in graph.nodes:
        for target in graph.nodes:
            edge = Edge(source=source.id, target=target.id, port=9)
            with_it = Graph(nodes=graph.nodes, edges=(*graph.edges, edge))
            assert closes_cycle(graph, source.id, target.id) == bool(cycle(with_it))


def test_order_keeps_the_order_of_making_where_it_can() -> None:
    assert order(_graph("c", "a", "b"))[0] == ("c", "a", "b")
    assert order(_graph("a c", "b c", "c d"))[0] == ("a", "b", "c", "d")


def test_ancestors() -> None:
    graph = _graph("a b", "b d", "c d", "d e")
    assert ancestors(graph, "d") == {"a", "b", "c"}
    assert ancestors(graph, "a") == set()


@pytest.mark.parametrize(
    ("graph", "names"),
    [
        (_graph("a a"), {"a"}),
        (_graph("a b", "b a"), {"a", "b"}),
        (_graph("in a", "a b", "b c", "c a", "c out"), {"a", "b", "c"}),
        (_graph("a b", "b a", "b c", "c d"), {"a", "b"}),
        (_graph("c d", "a b", "b a", "b c"), {"a", "b"}),
    ],
)
def test_circle_is_named_without_what_lies_behind_it(graph: Graph, names: set[str]) -> None:
    assert set(cycle(graph)) == names
