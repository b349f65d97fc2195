"""Blocks repeated and layers bypassed: what Keras is given of what people draw."""

from __future__ import annotations

import itertools

import pytest

from builder.document import Graph, from_value
from builder.document.expand import expand, expanded
from builder.errors import DocumentError


def graph(paths: str, blocks: list[dict] | None = None, **switches: dict) -> Graph:
    """Nodes and edges along paths "a > b, a > c:1"; a node's switches by its id."""
    nodes: dict[str, dict] = {}
    edges = []
    for path in paths.split(", "):
        steps = [step.partition(":") for step in path.split(" > ")]
        for name, _, _ in steps:
            nodes.setdefault(name, {"id": name, "kind": "Dense", **switches.get(name, {})})
        for (source, _, _), (target, _, port) in itertools.pairwise(steps):
            edges.append({"source": source, "target": target, "port": int(port or 0)})
    return Graph.model_validate({"nodes": list(nodes.values()), "edges": edges, "blocks": blocks or []})


def drawn(found: Graph) -> list[str]:
    return [f"{edge.source} > {edge.target}" + (f":{edge.port}" if edge.port else "") for edge in found.edges]


def test_a_graph_without_blocks_is_itself() -> None:
    plain = graph("input > a > b")
    assert expand(plain).graph is plain


def test_a_repeated_block_is_chained_from_its_output_to_its_input() -> None:
    found = expand(graph("input > a > sum > out, input > sum:1", [block("res", "a", "sum", repeat=3)]))
    assert [node.id for node in found.graph.nodes] == ["input", "a", "sum", "a_2", "sum_2", "a_3", "sum_3", "out"]
    assert set(drawn(found.graph)) == {
        "input > a", "a > sum", "input > sum:1",
        "sum > a_2", "a_2 > sum_2", "sum > sum_2:1",
        "sum_2 > a_3", "a_3 > sum_3", "sum_2 > sum_3:1",
        "sum_3 > out",
    }  # fmt: skip
    assert found.origin["sum_3"] == "sum"
    assert found.graph.blocks == ()


def test_an_input_beyond_the_outputs_feeds_every_repetition() -> None:
    found = expand(graph("x > a > out, memory > a:1", [block("decoder", "a", repeat=2)]))
    assert "memory > a_2:1" in drawn(found.graph)
    assert "a > a_2" in drawn(found.graph)


def test_blocks_inside_blocks_are_repeated_first() -> None:
    blocks = [block("outer", "inner", "b", repeat=2), block("inner", "a", repeat=3)]
    found = expand(graph("input > a > b > out", blocks))
    assert [node.id for node in found.graph.nodes] == [
        "input", "a", "a_2", "a_3", "b", "a_2_", "a_2_2", "a_3_2", "b_2", "out",
    ]  # fmt: skip
    assert set(found.origin.values()) == {"input", "a", "b", "out"}


def test_a_copy_does_not_take_a_name_that_is_taken() -> None:
    found = expand(graph("input > a > a_2", [block("res", "a", repeat=2)]))
    assert [node.id for node in found.graph.nodes] == ["input", "a", "a_2_", "a_2"]


def test_a_block_that_nothing_feeds_stands_once() -> None:
    assert len(expand(graph("a > b", [block("start", "a", repeat=4)])).graph.nodes) == 2


def test_too_many_layers_are_refused() -> None:
    blocks = [block("outer", "inner", repeat=1000), block("inner", "a", repeat=1000)]
    with pytest.raises(DocumentError, match="at most 10,000"):
        expand(graph("input > a > b", blocks))


def test_a_bypassed_layer_lets_its_first_input_through() -> None:
    found = expand(graph("input > a > sum > out, input > b > sum:1", sum={"bypassed": True}))
    assert {node.id: node.kind for node in found.graph.nodes} == {
        "input": "Dense", "a": "Dense", "sum": "Identity", "out": "Dense",
    }  # fmt: skip
    assert drawn(found.graph) == ["input > a", "a > sum", "sum > out"]


def test_a_layer_that_shared_with_a_bypassed_one_keeps_its_weights() -> None:
    switches = {"a": {"bypassed": True, "params": {"units": 3}}, "b": {"shares": "a"}, "c": {"shares": "a"}}
    nodes = {node.id: node for node in expand(graph("input > a > b > c", **switches)).graph.nodes}
    assert nodes["a"].kind == "Identity"
    assert dict(nodes["b"].params) == {"units": 3}
    assert nodes["c"].shares == "b"


def test_sharing_inside_a_repeated_block_stays_inside_each_copy() -> None:
    found = expand(graph("input > a > b > out", [block("res", "a", "b", repeat=2)], b={"shares": "a"}))
    assert found.graph.node("b_2").shares == "a_2"


def test_what_is_said_of_an_output_holds_for_its_last_copy() -> None:
    value = {
        "format": 1,
        "model": graph("input > a", [block("res", "a", repeat=2)]).model_dump(mode="json"),
        "training": {"outputs": {"a": {"weight": 0.5}}},
    }
    assert list(expanded(from_value(value)).training.outputs) == ["a_2"]


def block(name: str, *members: str, repeat: int = 1) -> dict:
    return {"id": name, "name": name.title(), "members": members, "repeat": repeat}
