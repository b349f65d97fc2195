"""What is kept of texts that are no documents, or not quite."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loom_documents import STEM, VALUES, documents, stem

from builder.document import Document, apply, from_value, parse
from builder.document.damaged import locate
from builder.document.recover import Recovered, recover
from builder.errors import DocumentError

ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=20,
)
FIELDS = ["format", "name", "model", "data", "training", "layout", "folded", "nodes", "edges", "blocks", "id", "kind"]
FIELDS += ["params", "frozen", "bypassed", "shares", "source", "target", "port", "members", "repeat", "loss", "metrics"]
FIELDS += ["optimizer", "outputs", "weight", "dataset", "seed", "x", "y", "a", "b", "Dense"]
NAMED = st.recursive(
    st.one_of(st.sampled_from(FIELDS), st.integers(-2, 3), st.floats(), st.none(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)),
    max_leaves=40,
)


def sound(found: Recovered) -> None:
    """What every answer holds to, whatever the text was."""
    assert found.offer()
    assert found.whole == (found.problem is None)
    if found.document is None:
        assert found.problem
        return
    assert parse(found.document.to_json()) == found.document
    found.document.to_json().encode()
    found.document.content_hash()


@given(st.text() | st.binary())
def test_no_text_raises(text: str | bytes) -> None:
    sound(recover(text))


@given(ANY_JSON | NAMED)
@settings(max_examples=300)
def test_no_json_value_raises(value: Any) -> None:
    sound(recover(json.dumps(value)))
    sound(recover(json.dumps({"format": 1, "model": value})))
    sound(recover(json.dumps({"format": 1, "model": {"nodes": value, "edges": value, "blocks": value}})))


@given(documents())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_valid_document_is_kept_whole(document: Document) -> None:
    found = recover(document.to_json(indent=1))
    assert found.whole
    assert (found.document, found.lost) == (document, ())


@given(documents(), st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_text_that_ends_too_early_keeps_layers_from_its_start(document: Document, data: st.DataObject) -> None:
    text = document.to_json()
    found = recover(text[: data.draw(st.integers(0, len(text) - 1))])
    sound(found)
    assert not found.whole
    if found.document:
        kept = found.document.model.nodes
        wanted = document.model.nodes[: len(kept)]
        assert [(node.id, node.kind) for node in kept] == [(node.id, node.kind) for node in wanted]


@given(documents(), st.data(), VALUES)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_one_wrong_value_costs_no_more_than_its_layer(document: Document, data: st.DataObject, wrong: Any) -> None:
    value = document.to_dict()
    places = [value, value["model"], value["training"], *value["model"]["nodes"], *value["model"]["edges"]]
    place = data.draw(st.sampled_from(places))
    if not place:
        return
    place[data.draw(st.sampled_from(sorted(set(place) - {"model"})))] = wrong
    found = recover(json.dumps(value))
    sound(found)
    if place is not value["model"] and len(document.model.nodes) > 1:
        assert found.document
        assert len(found.document.model.nodes) >= len(document.model.nodes) - 1


def change(**parts: Any) -> str:
    return json.dumps({**STEM, **parts}, indent=1)


def model(**parts: Any) -> str:
    return change(model={**STEM["model"], **parts})


NODES, EDGES = STEM["model"]["nodes"], STEM["model"]["edges"]
TEN_THOUSAND = [{"id": f"d{number}", "kind": "Dense"} for number in range(10_000)]

LOSSES = [
    (change(format=7), "what format 7 has and format 1 has not"),
    (change(colour="red"), '"colour": a document has no such field'),
    (model(weather="fine"), 'model."weather": a network has no such field'),
    (model(nodes=[*NODES, {"id": "conv", "kind": "Add"}]), 'model.nodes.3: the id "conv"; it is conv_2 now'),
    (model(nodes=[*NODES, {"id": "my layer", "kind": "Add"}]), "it is my_layer now"),
    (model(nodes=[*NODES, {"id": "odd"}]), "model.nodes.3: a layer needs a kind"),
    (model(nodes=[*NODES, {"id": "odd", "kind": "Add", "tint": 1}]), "model.nodes.3.tint: there is no such field"),
    (model(nodes=[*NODES, {"id": "odd", "kind": "Add", "shares": "moon"}]), "odd: that it shares the layer of moon"),
    (model(edges=[*EDGES, {"source": "conv", "target": "moon"}]), 'it names "moon", and there is no such layer'),
    (model(edges=[*EDGES, EDGES[0]]), "model.edges.2: the same edge is drawn twice"),
    (model(edges=[*EDGES, {**EDGES[0], "port": -1}]), "model.edges.2.port: it must be at least 0, received -1"),
    (model(blocks=[{"id": "b", "name": "B", "members": ["conv", "moon"]}]), 'model.blocks.0: its member "moon"'),
    (model(blocks=[{"id": "b", "name": "B", "members": ["b"]}]), "the block b: it holds itself"),
    (change(training={"epochs": "many"}), 'training.epochs: it must be a whole number, received "many"'),
    (change(training={"metrics": [{"knd": 1}, "accuracy"]}), "training.metrics.0.kind: it is missing"),
    (change(data={"seed": 3}), "data.dataset: it is missing"),
    (model(nodes=[*NODES, {"id": "a", "kind": "Add", "params": {"x": 1e999}}]), "model.nodes.3.params.x"),
]


@pytest.mark.parametrize(("text", "lost"), LOSSES, ids=[lost for _, lost in LOSSES])
def test_the_rest_is_kept_and_the_loss_is_told(text: str, lost: str) -> None:
    found = recover(text)
    sound(found)
    assert found.problem
    assert found.document
    assert any(lost in line for line in found.lost), found.lost
    kept = {node.id for node in found.document.model.nodes}
    assert {"image", "conv", "digit"} <= kept
    assert set(stem().model.edges) <= set(found.document.model.edges)


def test_what_becomes_of_the_parts() -> None:
    found = recover(change(training={"metrics": [{"knd": 1}, "accuracy"], "epochs": 3}, name="x" * 300))
    assert found.document
    assert found.document.name == "x" * 120
    assert [choice.kind for choice in found.document.training.metrics] == ["accuracy"]
    assert found.document.training.epochs == 3
    assert found.offer() == "This can be kept: 3 of 3 layers."


def test_layers_that_nobody_knows_and_circles_are_kept() -> None:
    text = json.dumps(
        {
            "format": 1,
            "model": {
                "nodes": [{"id": "a", "kind": "Warp"}, {"id": "b", "kind": "Add"}],
                "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}],
            },
        }
    )
    found = recover(text)
    assert found.whole
    assert found.document == parse(text)


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "not-json", "it ends too early at line 1, column 1"),
        ("import keras", "not-json", "a value is missing at line 1, column 1"),
        ("[" * 100_000, "not-json", "nested too deeply"),
        ("[1, 2]", "foreign", "is not a Layerloom document"),
        ('{"class_name": "Functional"}', "foreign", "is not a Layerloom document"),
        ("x" * (16 * 2**20 + 1), "too-large", "has 16 MiB; at most 16 are read"),
        (json.dumps({"format": 1, "model": {"nodes": TEN_THOUSAND}}), "too-many-layers", "10,000 layers"),
        (json.dumps({"format": 1, "model": {"nodes": TEN_THOUSAND}})[:-9], "too-many-layers", "layers; a document"),
    ],
    ids=lambda value: value[:24],
)
def test_where_nothing_can_be_kept_the_reason_is_told(text: str, code: str, sentence: str) -> None:
    found = recover(text)
    assert found.document is None
    assert found.problem
    assert found.problem.code == code
    assert sentence in found.problem.message


def test_damage_is_told_with_its_line_and_column() -> None:
    text = stem().to_json(indent=1).replace('"kind": "Conv2D",', '"kind": "Conv2D"')
    found = recover(text)
    assert found.problem
    line, column = found.line, found.column
    assert line
    assert column
    assert text.splitlines()[line - 1][column - 1 :].startswith('"params"')
    assert f"at line {line}, column {column}" in found.problem.message
    assert found.lost == (f"Everything from line {line}, column {column} on",)
    assert found.document
    assert [node.id for node in found.document.model.nodes] == ["image", "conv"]


@pytest.mark.parametrize("wrong", ['"x', "oops", "1 2", '"', "tru", "-", "}"])
def test_damage_in_the_training_costs_no_layers(wrong: str) -> None:
    text = json.dumps({**STEM, "training": {"epochs": 3, "batch_size": "HERE"}}).replace('"HERE"', wrong)
    found = recover(text)
    assert found.document
    assert len(found.document.model.nodes) == 3
    assert found.document.training.epochs == 3


def test_a_wrong_value_is_told_with_its_line_and_path() -> None:
    text = model(edges=[*EDGES, {"source": "conv", "target": "digit", "port": "many"}])
    found = recover(text)
    assert found.problem
    assert found.problem.where == "model.edges.2.port"
    assert (found.line, found.column) == locate(text, "model.edges.2.port")
    assert text.splitlines()[(found.line or 0) - 1].strip() == '"port": "many"'


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("model", '"model"'),
        ("model.nodes.1", '{"id": "b", "odd"'),
        ("model.nodes.1.kind", '{"id": "b", "odd"'),
        ("model.nodes.2.kind", '"kind": "C"'),
        ("model.edges.0.source", '"edges"'),
        ("name.kind", '"name": '),
        ("data.dataset", '"dataset": '),
    ],
)
def test_a_path_has_its_place(path: str, begins: str) -> None:
    nodes = '[{"id": "a", "kind": "A"},\n{"id": "b", "odd": {"kind": 1}}, {"id": "c", "kind": "C"}]'
    text = f'{{"format": 1,\n "name": "x",\n "model": {{"nodes": {nodes},\n "edges": []}}, "data": {{"dataset": 2}}}}'
    line, column = locate(text, path) or (0, 0)
    assert text.splitlines()[line - 1][column - 1 :].startswith(begins)


def test_a_number_that_is_none_has_its_place() -> None:
    found = recover('{"format": 1,\n "name": "NaN", "model": {"nodes": []}, "layout": {"a": {"x": NaN, "y": 0}}}')
    assert (found.line, found.column) == (2, 63)
    assert found.document
    assert found.document.name == "NaN"


def test_many_losses_are_counted() -> None:
    edges = [{"source": "moon", "target": "conv"}] * 1000
    found = recover(model(edges=edges))
    assert len(found.lost) == 200
    assert found.losses == 1000


def test_halves_of_characters_are_replaced() -> None:
    found = recover('{"format": 1, "name": "\\ud800", "model": {"nodes": [{"id": "a", "kind": "\\udfff"}]}}')
    sound(found)
    assert found.document
    assert found.document.name == "?"


@pytest.mark.parametrize("value", [1e999, -1e999])
def test_documents_hold_finite_numbers_only(value: float) -> None:
    text = change(layout={"conv": {"x": "HERE", "y": 1}}).replace('"HERE"', "1e999" if value > 0 else "-1e999")
    with pytest.raises(DocumentError, match="not a number that JSON allows"):
        parse(text)


def test_documents_are_not_nested_without_end() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    value = {**STEM, "model": {"nodes": [{"id": "a", "kind": "Add", "params": {"axis": deep}}]}}
    with pytest.raises(DocumentError, match="nested more than"):
        from_value(value)
    with pytest.raises(DocumentError, match="nested at most"):
        apply(stem(), {"op": "set_param", "node": "conv", "name": "filters", "value": deep})
    found = recover(json.dumps(value))
    assert found.document
    assert any("nested too deeply" in line for line in found.lost)


def test_bytes_and_marks_at_the_start_are_read() -> None:
    text = stem().to_json()
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), "\ufeff" + text):
        assert recover(data).document == stem()
    assert recover(b'{"format": 1, "name": "\xff", "model": {"nodes": []}}').document
