"""Edits: each does what it says, refuses in a sentence what it cannot do, and leaves the earlier document as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loom_documents import NAMES, VALUES, documents, stem

from builder.document import Document, apply, from_value, parse_edit
from builder.document.expand import expand
from builder.document.graph import cycle
from builder.errors import DocumentError


def _after(*edits: dict[str, Any]) -> dict[str, Any]:
    document = stem()
    for edit in edits:
        document = apply(document, edit)
    return document.to_dict()


def _ids(value: dict[str, Any]) -> list[str]:
    return [node["id"] for node in value["model"]["nodes"]]


def _edges(value: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(edge["source"], edge["target"], edge["port"]) for edge in value["model"]["edges"]]


def test_add_node_with_its_place_and_edges() -> None:
    value = _after(
        {
            "op": "add_node",
            "node": {"id": "pool", "kind": "MaxPooling2D"},
            "position": {"x": 5, "y": 6},
            "edges": [{"source": "conv", "target": "pool"}],
        }
    )
    assert _ids(value) == ["image", "conv", "digit", "pool"]
    assert _edges(value)[-1] == ("conv", "pool", 0)
    assert value["layout"]["pool"] == {"x": 5, "y": 6}


def test_remove_node_takes_its_edges_its_place_and_its_settings() -> None:
    value = _after({"op": "remove", "nodes": ["digit", "nothing"]})
    assert _ids(value) == ["image", "conv"]
    assert _edges(value) == [("image", "conv", 0)]
    assert value["layout"].keys() == {"conv"}
    assert value["training"]["outputs"] == {}


def test_remove_and_disconnect_edges() -> None:
    edge = {"source": "image", "target": "conv", "port": 0}
    assert _edges(_after({"op": "remove", "edges": [edge]})) == [("conv", "digit", 0)]
    assert _after({"op": "disconnect", "edge": edge}) == _after({"op": "remove", "edges": [edge]})
    assert _after({"op": "disconnect", "edge": {**edge, "port": 1}}) == stem().to_dict()


def test_connect_draws_an_edge_once() -> None:
    edge = {"op": "connect", "edge": {"source": "image", "target": "digit", "port": 1}}
    assert _edges(_after(edge, edge)) == [("image", "conv", 0), ("conv", "digit", 0), ("image", "digit", 1)]


def test_move_passes_over_nodes_that_are_gone() -> None:
    value = _after({"op": "move", "positions": {"conv": {"x": 1, "y": 2}, "gone": {"x": 3, "y": 4}}})
    assert value["layout"] == {"conv": {"x": 1, "y": 2}, "digit": {"x": 10, "y": 140}}


def test_set_and_reset_parameters() -> None:
    value = _after(
        {"op": "set_param", "node": "conv", "name": "activation", "value": "relu"},
        {"op": "set_param", "node": "conv", "name": "filters", "value": 16},
        {"op": "reset_param", "node": "conv", "name": "kernel_size"},
        {"op": "reset_param", "node": "conv", "name": "never_set"},
    )
    assert value["model"]["nodes"][1]["params"] == {"filters": 16, "activation": "relu"}


def test_rename_goes_everywhere() -> None:
    value = _after({"op": "rename", "node": "digit", "to": "answer"}, {"op": "rename", "node": "conv", "to": "c"})
    assert _ids(value) == ["image", "c", "answer"]
    assert _edges(value) == [("image", "c", 0), ("c", "answer", 0)]
    assert value["layout"].keys() == {"c", "answer"}
    assert value["training"]["outputs"].keys() == {"answer"}


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("name", "Other", ("name", "Other")),
        ("data.dataset", "iris", ("data", "dataset", "iris")),
        ("data.limit", 100, ("data", "limit", 100)),
        ("training.epochs", 3, ("training", "epochs", 3)),
        ("training.epochs", None, ("training", "epochs", 10)),
        ("training.optimizer", "SGD", ("training", "optimizer", "SGD")),
        ("training.optimizer.params.learning_rate", 0.5, ("training", "optimizer", "params", "learning_rate", 0.5)),
        ("training.optimizer.params.learning_rate", None, ("training", "optimizer", "Adam")),
        ("training.loss.params.from_logits", True, ("training", "loss", "params", "from_logits", True)),
        ("training.metrics.0", "AUC", ("training", "metrics", 0, "AUC")),
        ("training.metrics", [], ("training", "metrics", [])),
        ("training.outputs.digit.loss", "mse", ("training", "outputs", "digit", "loss", "mse")),
        ("data", None, ("data", None)),
    ],
)
def test_set_reaches_everything_outside_the_graph(path: str, value: Any, found: tuple[Any, ...]) -> None:
    place = _after({"op": "set", "path": path, "value": value})
    for step in found[:-1]:
        place = place[step]
    assert place == found[-1]


def test_set_makes_what_is_on_the_way() -> None:
    document = apply(stem(), {"op": "set", "path": "data", "value": None})
    assert apply(document, {"op": "set", "path": "data.dataset", "value": "iris"}).data.dataset == "iris"


def test_replace_and_batch() -> None:
    other = {"format": 1, "name": "Other", "model": {}}
    assert _after({"op": "replace", "document": other})["name"] == "Other"
    batch = {
        "op": "batch",
        "edits": [
            {"op": "set", "path": "name", "value": "Batch"},
            {"op": "batch", "edits": [{"op": "remove", "nodes": ["digit"]}]},
        ],
    }
    value = _after(batch)
    assert (value["name"], _ids(value)) == ("Batch", ["image", "conv"])


def test_batch_is_all_or_nothing() -> None:
    document = stem()
    with pytest.raises(DocumentError):
        apply(
            document,
            {
                "op": "batch",
                "edits": [
                    {"op": "set", "path": "name", "value": "Half"},
                    {"op": "set_param", "node": "gone", "name": "x", "value": 1},
                ],
            },
        )
    assert document == stem()


REFUSED = [
    ({"op": "add_node", "node": {"id": "conv", "kind": "Dense"}}, 'two nodes have the id "conv"'),
    ({"op": "add_node", "node": {"id": "2nd", "kind": "Dense"}}, "starts with a letter"),
    (
        {"op": "add_node", "node": {"id": "a", "kind": "Dense"}, "edges": [{"source": "b", "target": "a"}]},
        'an edge names "b"',
    ),
    ({"op": "connect", "edge": {"source": "digit", "target": "conv"}}, '"digit" cannot feed "conv"'),
    ({"op": "connect", "edge": {"source": "conv", "target": "conv"}}, "would run in a circle"),
    ({"op": "connect", "edge": {"source": "conv", "target": "gone"}}, 'an edge names "gone"'),
    ({"op": "set_param", "node": "gone", "name": "units", "value": 3}, 'no node "gone"'),
    ({"op": "reset_param", "node": "gone", "name": "units"}, 'no node "gone"'),
    ({"op": "rename", "node": "gone", "to": "here"}, 'no node "gone"'),
    ({"op": "rename", "node": "conv", "to": "digit"}, 'two nodes have the id "digit"'),
    ({"op": "rename", "node": "conv", "to": "no spaces"}, "starts with a letter"),
    ({"op": "set", "path": "format", "value": 3}, "is not a part of a document"),
    ({"op": "set", "path": "", "value": 3}, "is not a part of a document"),
    ({"op": "set", "path": "name.first", "value": 3}, "goes through a plain value"),
    ({"op": "set", "path": "training.epochs", "value": 0}, "training.epochs"),
    ({"op": "set", "path": "training.colour", "value": "red"}, "training.colour"),
    ({"op": "set", "path": "training.metrics.5", "value": "AUC"}, "there is no item 5 in a list of 1"),
    ({"op": "set", "path": "training.metrics.x.kind", "value": "AUC"}, "there is no item x"),
    ({"op": "replace", "document": {"name": "foreign"}}, "is not a Layerloom document"),
    ({"op": "explode"}, "has a mistake"),
    ({"op": "connect"}, "has a mistake"),
    ({}, "has a mistake"),
]


@pytest.mark.parametrize(("edit", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_done_is_refused_in_a_sentence(edit: dict[str, Any], words: str) -> None:
    document = stem()
    with pytest.raises(DocumentError) as caught:
        apply(document, edit)
    assert words.lower() in caught.value.problem.message.lower()
    assert caught.value.problem.message.endswith(".")
    assert document == stem()


NEST: dict[str, Any] = {
    "format": 1,
    "name": "Nest",
    "model": {
        "nodes": [
            {"id": "image", "kind": "Input"},
            {"id": "conv", "kind": "Conv2D", "params": {"filters": 8}},
            {"id": "again", "kind": "Conv2D", "shares": "conv"},
            {"id": "dense", "kind": "Dense"},
        ],
        "edges": [
            {"source": "image", "target": "conv"},
            {"source": "conv", "target": "again"},
            {"source": "again", "target": "dense"},
        ],
        "blocks": [
            {"id": "outer", "name": "Outer", "members": ["inner", "again"]},
            {"id": "inner", "name": "Inner", "members": ["conv"], "repeat": 3},
        ],
    },
    "layout": {"outer": {"x": 0, "y": 0}, "conv": {"x": 1, "y": 1}},
    "folded": ["inner", "outer"],
}


def _nested(*edits: dict[str, Any]) -> Document:
    document = from_value(NEST)
    for edit in edits:
        document = apply(document, edit)
    _sound(document)
    return document


def _members(document: Document) -> dict[str, list[str]]:
    return {block.id: list(block.members) for block in document.model.blocks}


def test_grouping_takes_the_place_of_the_members_and_ungrouping_gives_it_back() -> None:
    group = {"op": "group", "block": {"id": "both", "name": "Both", "members": ["inner", "again"]}, "folded": True}
    document = _nested(group)
    assert _members(document) == {"outer": ["both"], "inner": ["conv"], "both": ["inner", "again"]}
    assert document.folded == ("inner", "outer", "both")
    back = _nested(group, {"op": "ungroup", "block": "both"})
    assert back == _nested()


def test_a_group_needs_members_of_one_block() -> None:
    group = {"op": "group", "block": {"id": "both", "name": "Both", "members": ["dense", "again"]}}
    with pytest.raises(DocumentError, match="different blocks"):
        _nested(group)


def test_removing_the_last_member_removes_the_block_and_the_ones_around_it() -> None:
    document = _nested({"op": "remove", "nodes": ["conv", "again"]})
    assert (document.model.blocks, document.folded, dict(document.layout)) == ((), (), {})
    assert _nested({"op": "remove", "nodes": ["outer"]}) == document


def test_whoever_shares_a_layer_inherits_it() -> None:
    document = _nested({"op": "switch", "nodes": ["again"], "name": "frozen", "value": True})
    assert document.model.node("conv").frozen
    heir = apply(document, {"op": "remove", "nodes": ["conv"]}).model.node("again")
    assert (heir.shares, dict(heir.params), heir.frozen) == (None, {"filters": 8}, True)


def test_parameters_of_a_shared_layer_are_its_owners() -> None:
    document = _nested({"op": "set_param", "node": "again", "name": "filters", "value": 4})
    assert dict(document.model.node("conv").params) == {"filters": 4}
    own = apply(document, {"op": "share", "node": "again", "with": None})
    assert dict(own.model.node("again").params) == {"filters": 4}
    assert own.model.node("again").shares is None


def test_sharing_is_with_a_layer_of_the_same_kind_and_never_a_chain() -> None:
    third = {"op": "add_node", "node": {"id": "third", "kind": "Conv2D"}}
    document = _nested(third, {"op": "share", "node": "conv", "with": "third"})
    assert [node.shares for node in document.model.nodes] == [None, "third", "third", None, None]
    for other, words in (("dense", "a Dense"), ("conv", "its own"), ("again", "its own")):
        with pytest.raises(DocumentError, match=words):
            _nested({"op": "share", "node": "conv", "with": other})


def test_writing_a_repetition_out_wires_it_as_it_was() -> None:
    document = _nested({"op": "unroll", "block": "inner"})
    assert _members(document) == {
        "outer": ["inner", "inner_2", "inner_3", "again"],
        "inner": ["conv"],
        "inner_2": ["conv_2"],
        "inner_3": ["conv_3"],
    }
    edges = [(edge.source, edge.target) for edge in document.model.edges]
    assert edges == [
        ("image", "conv"),
        ("conv_3", "again"),
        ("again", "dense"),
        ("conv", "conv_2"),
        ("conv_2", "conv_3"),
    ]
    assert document.folded == ("inner", "outer", "inner_2", "inner_3")
    before, after = expand(from_value(NEST).model).graph, expand(document.model).graph
    assert {(e.source, e.target) for e in before.edges} == {(e.source, e.target) for e in after.edges}


def test_a_part_is_inserted_at_a_place_and_into_a_block() -> None:
    part = {
        "nodes": [{"id": "a", "kind": "Dense"}, {"id": "b", "kind": "Dense"}],
        "edges": [{"source": "a", "target": "b"}],
        "blocks": [{"id": "pair", "name": "Pair", "members": ["a"]}],
        "layout": {"a": {"x": 10, "y": 20}, "b": {"x": 30, "y": 60}, "foreign": {"x": -99, "y": 0}},
        "folded": ["pair", "foreign"],
    }
    edges = [{"source": "again", "target": "a"}]
    edit = {"op": "insert", "part": part, "position": {"x": 100, "y": 100}, "edges": edges, "block": "outer"}
    document = _nested(edit)
    assert _members(document)["outer"] == ["inner", "again", "b", "pair"]
    assert document.to_dict()["layout"]["b"] == {"x": 120, "y": 140}
    assert document.folded == ("inner", "outer", "pair")
    with pytest.raises(DocumentError, match="Two nodes have the id"):
        _nested(edit, edit)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"op": "ungroup", "block": "gone"}, 'no block "gone"'),
        ({"op": "fold", "block": "gone", "folded": True}, 'no block "gone"'),
        ({"op": "unroll", "block": "gone"}, 'no block "gone"'),
        ({"op": "set_block", "block": "outer", "repeat": 0}, "repeat: it must be at least 1, received 0"),
        ({"op": "switch", "nodes": ["gone"], "name": "frozen", "value": True}, 'no node "gone"'),
        ({"op": "switch", "nodes": ["conv"], "name": "loud", "value": True}, "has a mistake"),
        ({"op": "share", "node": "gone", "with": "conv"}, 'no node "gone"'),
        ({"op": "add_node", "node": {"id": "a", "kind": "Dense"}, "block": "gone"}, 'no block "gone"'),
        ({"op": "add_node", "node": {"id": "inner", "kind": "Dense"}}, 'id "inner" is given twice'),
        ({"op": "rename", "node": "conv", "to": "outer"}, 'id "outer" is given twice'),
        ({"op": "group", "block": {"id": "conv", "name": "X", "members": ["dense"]}}, 'id "conv" is given twice'),
        ({"op": "group", "block": {"id": "x", "name": "X", "members": ["gone"]}}, '"gone" to group'),
    ],
    ids=range(12),
)
def test_structure_edits_are_refused_in_a_sentence(edit: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        _nested(edit)
    assert words in caught.value.problem.message


def _edits(document: Document) -> st.SearchStrategy[dict[str, Any]]:
    """Edits of which most can be done on this document."""
    graph = document.model
    ids = st.sampled_from([node.id for node in graph.nodes] or ["none"])
    blocks = st.sampled_from([block.id for block in graph.blocks] or ["none"])
    either = st.one_of(ids, blocks)
    edges = st.builds(lambda a, b, port: {"source": a, "target": b, "port": port}, ids, ids, st.integers(0, 2))
    members = st.lists(either, unique=True, min_size=1, max_size=3)
    numbers = st.integers(0, 3)
    return st.one_of(
        st.builds(
            lambda name, kind, block: {"op": "add_node", "node": {"id": name, "kind": kind}, "block": block},
            NAMES,
            NAMES,
            st.none() | blocks,
        ),
        st.builds(lambda name: {"op": "remove", "nodes": [name]}, either),
        st.builds(lambda edge: {"op": "connect", "edge": edge}, edges),
        st.builds(lambda edge: {"op": "disconnect", "edge": edge}, edges),
        st.builds(lambda node, to: {"op": "rename", "node": node, "to": to}, ids, NAMES),
        st.builds(
            lambda node, name, value: {"op": "set_param", "node": node, "name": name, "value": value},
            ids,
            NAMES,
            VALUES,
        ),
        st.builds(lambda node, x: {"op": "move", "positions": {node: {"x": x, "y": 0}}}, either, st.integers(-99, 99)),
        st.builds(lambda name: {"op": "set", "path": "name", "value": name}, st.text(min_size=1, max_size=9)),
        st.builds(
            lambda block, inside, fold: {
                "op": "group",
                "block": {"id": block, "name": "Group", "members": inside},
                "folded": fold,
            },
            NAMES,
            members,
            st.booleans(),
        ),
        st.builds(lambda block: {"op": "ungroup", "block": block}, blocks),
        st.builds(lambda block: {"op": "unroll", "block": block}, blocks),
        st.builds(lambda block, times: {"op": "set_block", "block": block, "repeat": times}, blocks, numbers),
        st.builds(lambda block, on: {"op": "fold", "block": block, "folded": on}, blocks, st.booleans()),
        st.builds(
            lambda nodes, name, on: {"op": "switch", "nodes": nodes, "name": name, "value": on},
            st.lists(ids, max_size=3),
            st.sampled_from(["frozen", "bypassed"]),
            st.booleans(),
        ),
        st.builds(lambda node, other: {"op": "share", "node": node, "with": other}, ids, st.none() | ids),
        st.builds(
            lambda first, second, other, block: {
                "op": "insert",
                "part": {
                    "nodes": [{"id": first, "kind": "Dense"}, {"id": second, "kind": "Dense", "shares": first}],
                    "edges": [{"source": first, "target": second}],
                    "blocks": [{"id": other, "name": "Part", "members": [first, second], "repeat": 2}],
                    "layout": {first: {"x": 3, "y": 4}},
                    "folded": [other],
                },
                "position": {"x": 0, "y": 0},
                "block": block,
            },
            NAMES,
            NAMES,
            NAMES,
            st.none() | blocks,
        ),
    )


def _sound(document: Document) -> None:
    """What every edit leaves behind: a valid document that names nothing that is gone, and undisturbed sharing."""
    assert from_text(document) == document
    graph = document.model
    blocks = {block.id for block in graph.blocks}
    known = {node.id for node in graph.nodes} | blocks
    assert set(document.layout) <= known
    assert set(document.folded) <= blocks
    assert len(set(document.folded)) == len(document.folded)
    kinds = {node.id: node.kind for node in graph.nodes}
    for node in graph.nodes:
        if node.shares:
            assert kinds[node.shares] == node.kind


@settings(max_examples=200)
@given(documents(), st.data())
def test_any_edits_are_pure_survive_json_and_close_no_circle(document: Document, data: st.DataObject) -> None:
    states = [document]
    texts = [document.to_json()]
    for _ in range(4):
        edit = data.draw(_edits(states[-1]))
        assert parse_edit(json.loads(json.dumps(edit))) == parse_edit(edit)
        try:
            after = apply(states[-1], edit)
        except DocumentError:
            after = states[-1]
        if not cycle(states[-1].model):
            assert not cycle(after.model)
        _sound(after)
        states.append(after)
        texts.append(after.to_json())
    assert [state.to_json() for state in states] == texts


def from_text(document: Document) -> Document:
    from builder.document import parse

    return parse(document.to_json())
