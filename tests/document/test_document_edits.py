"""Edits: each does what it says, refuses in a sentence what it cannot do, and leaves the earlier document as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loom_documents import NAMES, VALUES, documents, stem

from builder.document import Document, apply, parse_edit
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


def _edits(document: Document) -> st.SearchStrategy[dict[str, Any]]:
    """Edits of which most can be done on this document."""
    ids = st.sampled_from([node.id for node in document.model.nodes] or ["none"])
    edges = st.builds(lambda a, b, port: {"source": a, "target": b, "port": port}, ids, ids, st.integers(0, 2))
    return st.one_of(
        st.builds(lambda name, kind: {"op": "add_node", "node": {"id": name, "kind": kind}}, NAMES, NAMES),
        st.builds(lambda name: {"op": "remove", "nodes": [name]}, ids),
        st.builds(lambda edge: {"op": "connect", "edge": edge}, edges),
        st.builds(lambda edge: {"op": "disconnect", "edge": edge}, edges),
        st.builds(lambda node, to: {"op": "rename", "node": node, "to": to}, ids, NAMES),
        st.builds(
            lambda node, name, value: {"op": "set_param", "node": node, "name": name, "value": value},
            ids,
            NAMES,
            VALUES,
        ),
        st.builds(lambda node, x: {"op": "move", "positions": {node: {"x": x, "y": 0}}}, ids, st.integers(-99, 99)),
        st.builds(lambda name: {"op": "set", "path": "name", "value": name}, st.text(min_size=1, max_size=9)),
    )


@settings(max_examples=60, deadline=None)
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
        assert from_text(after) == after
        states.append(after)
        texts.append(after.to_json())
    assert [state.to_json() for state in states] == texts


def from_text(document: Document) -> Document:
    from builder.document import parse

    return parse(document.to_json())
