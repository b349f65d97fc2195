"""A block cut out of a network is whole by itself."""

from __future__ import annotations

from builder.document import from_value
from builder.document.part import cut

NETWORK = {
    "format": 1,
    "name": "Nested",
    "model": {
        "nodes": [
            {"id": "first", "kind": "Dense", "params": {"units": 7}},
            {"id": "a", "kind": "Dense", "shares": "first"},
            {"id": "b", "kind": "Dense", "shares": "first"},
            {"id": "c", "kind": "Dropout", "frozen": True},
            {"id": "last", "kind": "Dense"},
        ],
        "edges": [
            {"source": "first", "target": "a", "port": 0},
            {"source": "a", "target": "b", "port": 0},
            {"source": "b", "target": "c", "port": 0},
            {"source": "c", "target": "last", "port": 0},
        ],
        "blocks": [
            {"id": "inner", "name": "Inner", "members": ["b"]},
            {"id": "outer", "name": "Outer", "members": ["a", "inner", "c"], "repeat": 3},
        ],
    },
    "layout": {"first": {"x": 0, "y": 0}, "a": {"x": 50, "y": 200}, "c": {"x": 20, "y": 400}},
    "folded": ["inner"],
}


def test_a_block_brings_all_that_is_in_it() -> None:
    part = cut(from_value(NETWORK), "outer")
    assert [block["id"] for block in part["blocks"]] == ["outer", "inner"]
    assert part["edges"] == NETWORK["model"]["edges"][1:3]
    assert part["layout"] == {"a": {"x": 30, "y": 0}, "c": {"x": 0, "y": 200}}
    assert part["folded"] == ["inner"]


def test_layers_shared_with_the_outside_share_with_one_another() -> None:
    nodes = cut(from_value(NETWORK), "outer")["nodes"]
    assert nodes == [
        {"id": "a", "kind": "Dense", "params": {"units": 7}},
        {"id": "b", "kind": "Dense", "params": {}, "shares": "a"},
        {"id": "c", "kind": "Dropout", "params": {}, "frozen": True},
    ]


def test_a_part_is_a_network() -> None:
    part = cut(from_value(NETWORK), "outer")
    value = {"format": 1, "name": "Part", "model": {key: part[key] for key in ("nodes", "edges", "blocks")}}
    assert len(from_value({**value, "layout": part["layout"], "folded": part["folded"]}).model.nodes) == 3
