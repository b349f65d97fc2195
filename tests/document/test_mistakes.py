"""What is said of values that do not fit: in our words, with the place, what was expected, what came and what to do."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loom_documents import STEM, stem

from builder.document import apply, from_value, parse
from builder.document.names import LONGEST, NAME, as_name, free_name
from builder.errors import DocumentError

RAW = re.compile(
    r"Input should|Field required|Extra inputs|valid dictionary|valid tuple|Value error|Unable to extract|"
    r"does not match any|validation error|pydantic|Expecting|delimiter|codec|char \d|None\b|True\b|False\b|<class"
)
"""How pydantic, Python's reader of JSON and Python itself speak."""

FULL: dict[str, Any] = {
    **STEM,
    "model": {**STEM["model"], "blocks": [{"id": "stem", "name": "Stem", "members": ["conv"]}]},
    "layout": {"conv": {"x": 1, "y": 2}},
    "training": {
        "loss": {"kind": "mse", "params": {}},
        "optimizer": "SGD",
        "metrics": ["accuracy"],
        "epochs": 2,
        "callbacks": [{"kind": "EarlyStopping", "params": {"patience": 2}}],
        "outputs": {"digit": {"loss": "mse", "weight": 1}},
    },
    "data": {"dataset": "iris", "validation_split": 0.2, "seed": 1, "limit": 20},
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=70),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every object or list in a value, with each of its names or numbers."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((value, key), *_places(item))]


def said(value: Any) -> str | None:
    try:
        from_value(value)
    except DocumentError as error:
        return str(error)
    return None


@given(st.data(), ODD, st.sampled_from(["put", "take out", "add"]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_value_in_no_place_is_answered_in_the_words_of_a_library(data: st.DataObject, odd: Any, do: str) -> None:
    value = copy.deepcopy(FULL)
    holder, key = data.draw(st.sampled_from(_places(value)))
    if do == "put":
        holder[key] = odd
    elif do == "take out":
        del holder[key]
    elif isinstance(holder, dict):
        holder["an_odd_field"] = odd
    sentence = said(value)
    assert sentence is None or not RAW.search(sentence.replace(json.dumps(odd, ensure_ascii=False), "")), sentence


CHANGES: list[tuple[list[Any], Any, list[str]]] = [
    (["model", "nodes", 1, "units"], 3, ['layer "conv"', "there is no such field", '"params"']),
    (["model", "nodes", 1, "param"], {}, ['layer "conv"', 'Is "params" meant?']),
    (["model", "nodes", 1, "frozen"], "soon", ['layer "conv"', "true or false", '"soon"']),
    (["model", "nodes", 1, "kind"], None, ['layer "conv"', "a text", "null"]),
    (["model", "nodes", 2, "id"], "conv", ["model.nodes.2.id", 'two nodes have the id "conv"', '"conv_2" is free']),
    (["model", "nodes", 1], 3, ["layer number 2", "an object", "id, kind, params"]),
    (["model", "edges", 0, "target"], "cnov", ['from "image"', '"cnov"', "there is no such node", 'Is "conv" meant?']),
    (["model", "edges", 0, "port"], 999, ['from "image" to "conv"', "at most 255", "999"]),
    (["model", "blocks", 0, "members"], [], ['block "stem"', "must not be empty"]),
    (["model", "blocks", 0, "id"], "image", ['block "image"', "given twice", '"image_2" is free']),
    (["training", "optimizer", "learning_rate"], 0.1, ["An optimizer has kind and params", 'go into "params"']),
    (["training", "epochs"], 1.5, ["training.epochs", "a whole number", "1.5"]),
    (["training", "epochs"], 0, ["training.epochs", "at least 1", "0"]),
    (["training", "metrics", 0], 3, ["training.metrics.0", "A metric is a name, or an object with kind and params"]),
    (["training", "backend"], "theano", ['"tensorflow", "jax" or "torch"', '"theano"']),
    (["training", "optimiser"], "SGD", ["training.optimiser", 'Is "optimizer" meant?']),
    (["layout", "conv", "z"], 1, ["layout.conv.z", "A position has x and y"]),
    (["name"], "x" * 121, ["at most 120 characters"]),
    (["data", "validation_split"], 1, ["data.validation_split", "below 1"]),
]


@pytest.mark.parametrize(("path", "wrong", "words"), CHANGES, ids=lambda value: str(value)[:40])
def test_a_mistake_is_told_with_its_place_and_the_next_step(path: list[Any], wrong: Any, words: list[str]) -> None:
    value = copy.deepcopy(FULL) | {"training": copy.deepcopy(FULL["training"]) | {"optimizer": {"kind": "SGD"}}}
    place: Any = value
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    sentence = said(value)
    assert sentence
    for word in words:
        assert word in sentence


def test_the_document_that_the_mistakes_are_made_in_is_sound() -> None:
    assert said(FULL) is None


ODD_NAMES = ["a b", "1st", "x" * 65, "a/b", "größe", "", "_", "😀", "Dense-1", "conv.1", " ", "\x00", "a" * 500]


@pytest.mark.parametrize("name", ODD_NAMES, ids=lambda name: repr(name[:10]))
def test_an_odd_name_is_refused_with_one_that_would_do(name: str) -> None:
    wanted = as_name(name)
    assert NAME.fullmatch(wanted)
    edits: list[dict[str, Any]] = [
        {"op": "rename", "node": "conv", "to": name},
        {"op": "add_node", "node": {"id": name, "kind": "Dense"}},
        {"op": "insert", "part": {"nodes": [{"id": name, "kind": "Dense"}]}},
        {"op": "group", "block": {"id": name, "name": "Block", "members": ["conv"]}},
    ]
    for edit in edits:
        with pytest.raises(DocumentError) as caught:
            apply(stem(), edit)
        assert caught.value.problem.message.startswith("A node id starts with a letter")
        assert caught.value.problem.hint == f'"{wanted}" would be one.'
    sentence = said({**STEM, "model": {"nodes": [{"id": name, "kind": "Dense"}]}})
    assert sentence
    assert sentence.endswith(f'"{wanted}" would be one.')


@pytest.mark.parametrize("name", ["class", "None", "model", "keras", "Dense", "x" * 64, "a_1"])
def test_a_name_that_keras_takes_is_taken(name: str) -> None:
    assert apply(stem(), {"op": "rename", "node": "conv", "to": name}).model.node(name).kind == "Conv2D"


BLOCK = {"id": "stem", "name": "Stem", "members": ["conv"]}
TAKEN: list[dict[str, Any]] = [
    {"op": "rename", "node": "conv", "to": "digit"},
    {"op": "add_node", "node": {"id": "digit", "kind": "Dense"}},
    {"op": "insert", "part": {"nodes": [{"id": "digit", "kind": "Dense"}]}},
    {"op": "batch", "edits": [{"op": "rename", "node": "conv", "to": "digit"}]},
]


@pytest.mark.parametrize("edit", TAKEN, ids=lambda edit: edit["op"])
def test_a_name_that_is_taken_is_refused_with_one_that_is_free(edit: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as caught:
        apply(stem(), edit)
    assert 'wo nodes have the id "digit"' in caught.value.problem.message
    assert caught.value.problem.hint == '"digit_2" is free.'


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "rename", "node": "conv", "to": "stem"},
        {"op": "add_node", "node": {"id": "stem", "kind": "Dense"}},
        {"op": "group", "block": {"id": "stem", "name": "Other", "members": ["digit"]}},
    ],
    ids=lambda edit: edit["op"],
)
def test_so_is_that_of_a_block(edit: dict[str, Any]) -> None:
    document = apply(stem(), {"op": "group", "block": BLOCK})
    with pytest.raises(DocumentError) as caught:
        apply(document, edit)
    assert 'he id "stem" is given twice' in caught.value.problem.message
    assert caught.value.problem.hint == '"stem_2" is free.'


def test_a_layer_may_be_called_what_it_is_called() -> None:
    assert apply(stem(), {"op": "rename", "node": "conv", "to": "conv"}) == stem()


@given(st.text(max_size=80), st.sets(st.text(max_size=5)))
def test_every_text_has_a_free_name(text: str, taken: set[str]) -> None:
    name = as_name(text)
    assert NAME.fullmatch(name)
    assert free_name(name, taken | {name}) not in taken | {name}
    long = "y" * LONGEST
    assert NAME.fullmatch(free_name(long, {long}))


EDITS: list[tuple[Any, str]] = [
    ({"op": "explode"}, "at op: it must be one of add_node, remove"),
    ({}, "at op: it must say what it does"),
    ({"op": "rename", "node": 3, "to": "a"}, "at rename.node: it must be a text, received 3"),
    ({"op": "batch", "edits": 3}, "at batch.edits: it must be a list, received 3"),
    ({"op": "set_param", "node": "conv", "name": "filters"}, "at set_param.value: it is missing"),
    ({"op": "set_block", "block": "stem", "repeat": 0}, "at repeat: it must be at least 1, received 0"),
    ({"op": "move", "positions": {"conv": [1, 2]}}, "at move.positions.conv: it must be an object"),
    ({"op": "remove", "nodes": "conv"}, "at remove.nodes: it must be a list"),
]


@pytest.mark.parametrize(("edit", "words"), EDITS, ids=lambda value: str(value)[:40])
def test_edits_that_are_none_are_refused_in_our_words(edit: Any, words: str) -> None:
    document = apply(stem(), {"op": "group", "block": BLOCK})
    with pytest.raises(DocumentError) as caught:
        apply(document, edit)
    assert words in str(caught.value)
    assert not RAW.search(str(caught.value))


TEXTS: list[tuple[str | bytes, list[str]]] = [
    ('{"format": 1,\n "name": "A" "model": {}}', ["a comma", "line 2, column 14", '"model": {}}']),
    ('{"format": 1, "model": {},}', ["a name in double quotes is missing", "line 1, column 27"]),
    ("{'format': 1}", ["a name in double quotes is missing", "column 2"]),
    ('{"format" 1}', ["a colon is missing", "column 11"]),
    ('{"format": 1} {', ["it ends before", "column 15"]),
    ('{"name": "a\nb"}', ["over the end of a line", "line 1"]),
    ('{"name": "\\q"}', ["backslash"]),
    ('{"format": 1', ["ends too early"]),
    ('{"format": Infinity}', ["Infinity is not a number that JSON allows", "line 1, column 12"]),
    ('{"format": 1e999}', ["1e999 is not a number"]),
    ('{"format": ' + "9" * 5000 + "}", ["99999... is not a number"]),
    (b'{"name": "\xff\xfe"}', ["no text in UTF-8"]),
    (b"PK\x03\x04\x80", ["is not valid JSON"]),
    ("[" * 100_000, ["nested too deeply"]),
    ('{"a":' * 50_000, ["is not valid JSON"]),
]


@pytest.mark.parametrize(("text", "words"), TEXTS, ids=lambda value: str(value)[:24])
def test_texts_that_are_no_json_are_refused_in_our_words(text: str | bytes, words: list[str]) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text, origin="net.loom.json")
    for word in words:
        assert word in str(caught.value)
    assert not RAW.search(str(caught.value))
    assert len(str(caught.value)) < 200
