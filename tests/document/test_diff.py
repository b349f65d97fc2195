"""What changed between two documents: nothing is missed, nothing is made up, and it reads well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loom_documents import documents, stem

from builder.document import Document, apply, from_value
from builder.document.changes import words
from builder.document.diff import ABSENT, diff


def changed(*edits: dict[str, Any], start: Document | None = None) -> tuple[str, ...]:
    """The words for what the edits do."""
    before = start or stem()
    after = before
    for edit in edits:
        after = apply(after, edit)
    return words(diff(before, after))


def with_values(document: Document, **values: Any) -> Document:
    """The document with parts of its JSON value replaced."""
    return from_value({**document.to_dict(), **values})


def sorted_json(document: Document) -> str:
    import json

    return json.dumps(document.to_dict(), sort_keys=True)


@given(documents())
def test_a_document_does_not_differ_from_itself(document: Document) -> None:
    assert not diff(document, document)
    assert words(diff(document, document)) == ()


@given(documents(), documents())
def test_whatever_differs_is_found_and_told(before: Document, after: Document) -> None:
    changes = diff(before, after)
    assert bool(changes) == (sorted_json(before) != sorted_json(after))
    assert bool(words(changes)) == bool(changes)


@given(documents(), documents())
def test_what_is_found_leads_from_one_network_to_the_other(before: Document, after: Document) -> None:
    changes = diff(before, after)
    names = changes.renamed
    ids = {names.get(node.id, node.id) for node in before.model.nodes}
    assert {node.id for node in after.model.nodes} == (
        ids - {node.id for node in changes.removed} | {node.id for node in changes.added}
    )
    edges = {
        edge.model_copy(
            update={"source": names.get(edge.source, edge.source), "target": names.get(edge.target, edge.target)}
        )
        for edge in before.model.edges
    }
    assert set(after.model.edges) == (edges - set(changes.disconnected)) | set(changes.connected)
    old = {names.get(node.id, node.id): node for node in before.model.nodes}
    told = {change.after.id: change for change in changes.changed}
    for node in after.model.nodes:
        if node.id not in old:
            continue
        params = dict(old[node.id].params)
        for detail in told[node.id].details if node.id in told else ():
            if detail.name in node.params or detail.name in params:
                params.pop(detail.name, None)
                if detail.after is not ABSENT and detail.name in node.params:
                    params[detail.name] = detail.after
        assert params == dict(node.params)


@given(documents(), st.data())
def test_a_renamed_node_is_told_as_renamed(document: Document, data: st.DataObject) -> None:
    if not document.model.nodes:
        return
    node = data.draw(st.sampled_from(document.model.nodes))
    after = apply(document, {"op": "rename", "node": node.id, "to": "quite_another_name"})
    changes = diff(document, after)
    assert changes.renamed == {node.id: "quite_another_name"}
    assert words(changes) == (f"Renamed {node.id} to quite_another_name",)


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([{"op": "set_param", "node": "conv", "name": "filters", "value": 32}], ["conv: filters 8 → 32"]),
        ([{"op": "set_param", "node": "conv", "name": "padding", "value": "same"}], ["conv: padding default → same"]),
        ([{"op": "set_param", "node": "conv", "name": "use_bias", "value": False}], ["conv: use bias default → off"]),
        ([{"op": "reset_param", "node": "conv", "name": "filters"}], ["conv: filters 8 → default"]),
        (
            [{"op": "set_param", "node": "conv", "name": "kernel_size", "value": [5, 5]}],
            ["conv: kernel size 3 × 3 → 5 × 5"],
        ),
        (
            [
                {"op": "add_node", "node": {"id": "drop", "kind": "Dropout"}},
                {"op": "disconnect", "edge": {"source": "conv", "target": "digit"}},
                {"op": "connect", "edge": {"source": "conv", "target": "drop"}},
                {"op": "connect", "edge": {"source": "drop", "target": "digit"}},
            ],
            ["Added drop (Dropout): conv → drop → digit"],
        ),
        ([{"op": "remove", "nodes": ["conv"]}], ["Removed conv (Conv2D)"]),
        (
            [{"op": "connect", "edge": {"source": "image", "target": "digit", "port": 1}}],
            ["Connected image to digit, input 2"],
        ),
        ([{"op": "set", "path": "data.dataset", "value": "mnist"}], ["Data set digits → mnist"]),
        ([{"op": "set", "path": "data", "value": None}], ["Data set digits → none"]),
        ([{"op": "set", "path": "data.validation_split", "value": 0.1}], ["Data: validation split 0.2 → 0.1"]),
        ([{"op": "set", "path": "training.epochs", "value": 3}], ["Epochs 10 → 3"]),
        ([{"op": "set", "path": "training.loss", "value": "mse"}], ["Loss: sparse_categorical_crossentropy → mse"]),
        (
            [{"op": "set", "path": "training.optimizer", "value": {"kind": "SGD", "params": {"momentum": 0.9}}}],
            ["Optimizer: Adam → SGD", "Optimizer: momentum 0.9"],
        ),
        (
            [{"op": "set", "path": "training.optimizer.params.learning_rate", "value": 0.1}],
            ["Optimizer: learning rate 0.01 → 0.1"],
        ),
        (
            [{"op": "set", "path": "training.metrics", "value": ["mae"]}],
            ["Metrics: with mae, without accuracy"],
        ),
        (
            [
                {
                    "op": "set",
                    "path": "training.callbacks",
                    "value": [{"kind": "EarlyStopping", "params": {"patience": 3}}],
                }
            ],
            ["Callbacks: with EarlyStopping", "EarlyStopping: patience default → 3"],
        ),
        ([{"op": "set", "path": "training.outputs.digit.weight", "value": 1.0}], ["Output digit: weight 2.0 → 1.0"]),
        ([{"op": "set", "path": "name", "value": "Trunk"}], ["Project Stem → Trunk"]),
        ([{"op": "move", "positions": {"conv": {"x": 1, "y": 1}}}], ["Moved conv"]),
    ],
    ids=lambda value: value[0] if isinstance(value[0], str) else "",
)
def test_changes_read_well(edits: list[dict[str, Any]], words: list[str]) -> None:
    assert list(changed(*edits)) == words


def test_switches_shares_and_blocks_are_told() -> None:
    before = stem()
    value = before.to_dict()["model"]
    nodes = [
        {**node, **({"frozen": True, "bypassed": True} if node["id"] == "conv" else {})} for node in value["nodes"]
    ]
    nodes.append({"id": "again", "kind": "Conv2D", "shares": "conv"})
    blocks = [{"id": "body", "name": "Body", "members": ["conv"], "repeat": 3}]
    after = with_values(before, model={**value, "nodes": nodes, "blocks": blocks}, folded=["body"])
    assert words(diff(before, after)) == (
        "Added again (Conv2D)",
        "conv: frozen",
        "conv: bypassed",
        "Added the block Body (conv)",
        "Folded or unfolded body",
    )
    wider = [{"id": "body", "name": "Head", "members": ["conv", "again"], "repeat": 2}]
    alone = [{key: item for key, item in node.items() if key != "shares"} for node in nodes]
    later = with_values(after, model={**value, "nodes": alone, "blocks": wider})
    assert words(diff(after, later)) == (
        "again: a layer of its own",
        "Block Body → Head",
        "Block Head: stands 3 → 2 times",
        "Block Head: with again",
    )
    assert "Dissolved the block Body" in words(diff(after, before))
    assert "conv: trains again" in words(diff(after, before))


def test_true_and_one_are_not_the_same() -> None:
    one = changed({"op": "set_param", "node": "conv", "name": "strides", "value": 1})
    assert one == ("conv: strides default → 1",)
    before = apply(stem(), {"op": "set_param", "node": "conv", "name": "strides", "value": 1})
    assert changed({"op": "set_param", "node": "conv", "name": "strides", "value": True}, start=before) == (
        "conv: strides 1 → on",
    )


def test_defaults_are_named_where_they_are_known() -> None:
    after = apply(stem(), {"op": "set_param", "node": "conv", "name": "padding", "value": "same"})
    known = {("Conv2D", "padding"): "valid"}
    said = words(diff(stem(), after), lambda kind, name: known.get((kind, name), ABSENT))
    assert said == ("conv: padding valid → same",)


def test_two_layers_that_changed_places_are_not_taken_for_one_another() -> None:
    before = with_values(
        stem(),
        model={
            "nodes": [{"id": "a", "kind": "Dense", "params": {"units": 1}}, {"id": "b", "kind": "Dense"}],
            "edges": [{"source": "a", "target": "b", "port": 0}],
        },
        layout={},
    )
    after = with_values(before, model={**before.to_dict()["model"], "nodes": before.to_dict()["model"]["nodes"][::-1]})
    assert words(diff(before, after)) == ("The layers stand in another order",)
