"""Documents read, written, hashed, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loom_documents import STEM, documents, stem
from pydantic import ValidationError

from builder.document import Document, from_value, migrate, parse, thaw
from builder.errors import DocumentError


@settings(max_examples=60)
@given(documents())
def test_any_document_survives_its_text(document: Document) -> None:
    again = parse(document.to_json())
    assert again == document
    assert again.to_json() == document.to_json()
    assert again.content_hash() == document.content_hash()
    assert parse(document.to_json(indent=2).encode()) == document
    assert from_value(document.to_dict()) == document


@settings(max_examples=40)
@given(documents(), st.floats(-1e6, 1e6))
def test_layout_and_name_are_not_what_is_trained(document: Document, x: float) -> None:
    moved = {node.id: {"x": x, "y": -x} for node in document.model.nodes}
    other = from_value({**document.to_dict(), "layout": moved, "name": "Another"})
    assert other.content_hash() == document.content_hash()


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"dataset": "iris"}},
        {"data": None},
        {"training": {"epochs": 11}},
        {"model": {"nodes": STEM["model"]["nodes"], "edges": STEM["model"]["edges"][:1]}},
    ],
)
def test_everything_else_is(change: dict[str, Any]) -> None:
    assert from_value({**STEM, **change}).content_hash() != stem().content_hash()


def test_default_that_is_written_out_does_not_change_the_hash() -> None:
    bare = from_value({"format": 1, "model": {}, "data": {"dataset": "iris"}})
    full = from_value(
        {
            "format": 1,
            "name": "Other",
            "model": {"nodes": [], "edges": []},
            "data": {"dataset": "iris", "validation_split": 0.2, "seed": 7, "limit": None},
            "training": {"epochs": 10, "batch_size": 32, "optimizer": {"kind": "Adam", "params": {}}},
        }
    )
    assert full.content_hash() == bare.content_hash()


def test_hash_is_for_ever() -> None:
    """Runs are found again by it: if this changes, every stored run loses its document."""
    assert stem().content_hash() == "209faba46e1c8c0620a69973a533158c5f73a44b9708437ab82187aabc63bb60"


def test_bare_name_stands_for_no_parameters() -> None:
    document = from_value({**STEM, "training": {"loss": {"kind": "mse"}, "optimizer": "SGD"}})
    assert document.to_dict()["training"]["loss"] == "mse"
    assert document.training.optimizer.params == {}


def test_document_cannot_be_changed() -> None:
    document = stem()
    conv = document.model.node("conv")
    with pytest.raises(ValidationError, match="frozen"):
        document.name = "Other"
    with pytest.raises(TypeError):
        conv.params["filters"] = 9
    assert conv.params["kernel_size"] == (3, 3)
    assert thaw(conv.params) == {"filters": 8, "kernel_size": [3, 3]}


def test_outputs_are_the_nodes_that_nothing_follows() -> None:
    assert [node.id for node in stem().model.outputs()] == ["digit"]
    with pytest.raises(DocumentError, match='no node "pool"'):
        stem().model.node("pool")


def _with(**change: Any) -> dict[str, Any]:
    return {**STEM, **change}


WRONG = [
    ("", "not-json", "is not valid JSON"),
    ("{", "not-json", "is not valid JSON"),
    ('{"format": NaN}', "not-json", "NaN is not a number that JSON allows"),
    ("[" * 100_000, "not-json", "is not valid JSON"),
    ("[]", "foreign", "is not a Layerloom document"),
    ("3", "foreign", "is not a Layerloom document"),
    ('{"class_name": "Functional", "config": {}}', "foreign", "is not a Layerloom document"),
    (json.dumps({"format": "1", "model": {}}), "foreign", "is not a Layerloom document"),
    (json.dumps(_with(format=2)), "format", "has format 2; this version of Layerloom reads formats 1 to 1"),
    (json.dumps(_with(format=0)), "format", "has format 0"),
    (json.dumps(_with(colour="red")), "invalid", "colour"),
    (json.dumps(_with(name="")), "invalid", "name"),
    (json.dumps(_with(model={"nodes": [{"id": "1st", "kind": "Dense"}]})), "invalid", "starts with a letter"),
    (json.dumps(_with(model={"nodes": [{"id": "a"}]})), "invalid", "model.nodes.0.kind"),
    (json.dumps(_with(model={"nodes": [{"id": "a", "kind": "Add"}] * 2})), "invalid", 'two nodes have the id "a"'),
    (json.dumps(_with(model={"edges": [{"source": "a", "target": "b"}]})), "invalid", "there is no such node"),
    (
        json.dumps(_with(model={**STEM["model"], "edges": STEM["model"]["edges"][:1] * 2})),
        "invalid",
        "the same edge is drawn twice",
    ),
    (json.dumps(_with(training={"epochs": 0})), "invalid", "training.epochs"),
    (json.dumps(_with(training={"epochs": "many", "batch_size": -1})), "invalid", "(1 more)"),
    (json.dumps(_with(data={"dataset": "iris", "validation_split": 1})), "invalid", "data.validation_split"),
    (json.dumps(_with(layout={"conv": {"x": 1}})), "invalid", "layout.conv.y"),
    (
        json.dumps(_with(model={"nodes": [{"id": f"n{i}", "kind": "Dense"} for i in range(2001)]})),
        "invalid",
        "at most 2000 nodes",
    ),
]


@pytest.mark.parametrize(("text", "code", "words"), WRONG, ids=range(len(WRONG)))
def test_damaged_and_foreign_files_are_refused_in_a_sentence(text: str, code: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text, origin="model.loom.json")
    problem = caught.value.problem
    assert problem.code == code
    assert words in problem.message
    assert problem.message.startswith(("model.loom.json ", "The document "))
    assert problem.message.endswith(".")
    assert len(problem.message) < 400
    assert caught.value.exit_status == 2


def test_large_file_is_refused_unread() -> None:
    with pytest.raises(DocumentError, match="17 MiB; at most 16"):
        parse(b" " * (17 * 2**20))


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(content: bytes) -> None:
    assert _refusal(content) in (None, "not-json", "foreign", "format", "invalid")


def _refusal(content: bytes) -> str | None:
    try:
        parse(content)
    except DocumentError as error:
        return error.problem.code
    return None


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "formats").iterdir()), ids=lambda path: path.name)
def test_stored_documents_of_every_format_are_read(path: Path) -> None:
    assert parse(path.read_bytes()) == stem()


def test_older_formats_go_through_their_steps_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "format": 2, "title": value["name"]}

    def second(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "format": 3, "title": value["title"] + "!"}

    monkeypatch.setattr(migrate, "FORMAT", 3)
    monkeypatch.setattr(migrate, "STEPS", {1: first, 2: second})
    old = {"format": 1, "name": "Old"}
    assert migrate.migrate(old) == {"format": 3, "name": "Old", "title": "Old!"}
    assert old == {"format": 1, "name": "Old"}
