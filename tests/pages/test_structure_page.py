"""Freeze, bypass, share, repeat and "train with and without" on the Design and Runs pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.catalog.registry import templates
from builder.document import Document, apply, from_value
from builder.rundir import RunDirectory
from builder.store import Projects

Visit = Callable[..., AppTest]


@pytest.fixture
def page(visit: Visit, mine: Projects) -> AppTest:
    """The Design page with conv2 selected, which is in a block with its pooling."""
    document = apply(
        from_value(templates["digits_cnn"].document),
        {"op": "group", "block": {"id": "stage", "name": "Stage", "members": ["conv2", "pool2"]}},
    )
    project = mine.create(apply(document, {"op": "set", "path": "training.epochs", "value": 1}))
    return selecting(visit(project=project.id), "conv2")


def selecting(page: AppTest, *ids: str) -> AppTest:
    page.session_state["draft"].selected = ids
    return page.run()


def drawn(page: AppTest) -> Document:
    return page.session_state["draft"].document


def key_of(page: AppTest, start: str) -> str:
    return f"{start}.{page.session_state['draft'].id}"


def test_layers_are_frozen_and_bypassed(page: AppTest) -> None:
    page.toggle(key=f"{key_of(page, 'frozen')}.conv2").set_value(True).run()
    page.toggle(key=f"{key_of(page, 'bypassed')}.conv2").set_value(True).run()
    node = drawn(page).model.node("conv2")
    assert node.frozen
    assert node.bypassed
    assert not page.exception


def test_a_layer_shares_the_weights_of_another(page: AppTest) -> None:
    page.selectbox(key=f"{key_of(page, 'shares')}.conv2").set_value("conv1").run()
    assert drawn(page).model.node("conv2").shares == "conv1"


def test_a_block_is_named_and_repeated(page: AppTest) -> None:
    selecting(page, "stage")
    page.text_input(key=f"{key_of(page, 'block')}.stage.name").set_value("Stem").run()
    page.number_input(key=f"{key_of(page, 'block')}.stage.repeat").set_value(2).run()
    block = drawn(page).model.block("stage")
    assert (block.name, block.repeat) == ("Stem", 2)


def test_two_runs_with_and_without_a_layer_stand_side_by_side(page: AppTest, visit: Visit, engine_home: Path) -> None:
    before = {run.id for run in RunDirectory.all(engine_home / "runs")}
    page.button(key="ablate.conv2").click().run()
    made = sorted(
        (run for run in RunDirectory.all(engine_home / "runs") if run.id not in before), key=lambda run: run.id
    )
    kept, gone = (run.document() for run in made)
    assert [document.name for document in (kept, gone)] == ["Digits CNN with conv2", "Digits CNN without conv2"]
    assert not kept.model.node("conv2").bypassed
    switched = apply(gone, {"op": "switch", "nodes": ["conv2"], "name": "bypassed", "value": False})
    assert switched.model == kept.model
    assert switched.training == kept.training
    runs = visit("pages/runs.py", compare=",".join(run.id for run in made))
    assert any("2 runs side by side" in text.value for text in runs.markdown)
    assert not runs.exception


ODD = ["conv1", "stage", "1st", "größe", "a/b", "x" * 70]
"""A layer's name, a block's, and names that no layer can have."""


@pytest.mark.parametrize("name", ODD, ids=lambda name: name[:8])
def test_a_name_that_cannot_be_stays_in_the_field_and_selects_nothing(page: AppTest, name: str) -> None:
    before = drawn(page)
    field = f"{key_of(page, 'name')}.conv2"
    page.text_input(key=field).set_value(name).run()
    assert not page.exception
    assert drawn(page) == before
    assert page.session_state["draft"].selected == ("conv2",)
    assert page.session_state["draft"].select is None
    assert page.text_input(key=field).value == name
    (said,) = [caption.value for caption in page.caption if ":material/error:" in caption.value]
    assert "is free" in said or "would be one" in said
    page.text_input(key=field).set_value("second").run()
    assert [node.id for node in drawn(page).model.nodes] == [
        "second" if node.id == "conv2" else node.id for node in before.model.nodes
    ]
    assert page.session_state["draft"].selected == ("second",)
    assert page.text_input(key=f"{key_of(page, 'name')}.second").value == "second"
    assert not any(":material/error:" in caption.value for caption in page.caption)


def test_the_sentence_goes_with_the_layers_own_name(page: AppTest) -> None:
    field = f"{key_of(page, 'name')}.conv2"
    page.text_input(key=field).set_value("conv1").run()
    page.text_input(key=field).set_value("conv2").run()
    assert not any(":material/error:" in caption.value for caption in page.caption)
    assert drawn(page).model.node("conv2")


def test_a_name_taken_in_another_tab_meanwhile_selects_nothing(page: AppTest, mine: Projects) -> None:
    draft = page.session_state["draft"]
    kept = mine.get(draft.id)
    theirs = apply(kept.document, {"op": "add_node", "node": {"id": "second", "kind": "Dropout"}})
    mine.save(draft.id, kept.version, theirs, kept.acked)
    page.text_input(key=f"{key_of(page, 'name')}.conv2").set_value("second").run()
    assert not page.exception
    assert {"conv2", "second"} <= {node.id for node in drawn(page).model.nodes}
    assert drawn(page).model.node("second").kind == "Dropout"
    assert page.session_state["draft"].selected == ("conv2",)


def test_a_layer_that_is_needed_is_not_trained_without(visit: Visit, mine: Projects, engine_home: Path) -> None:
    page = selecting(visit(project=mine.create(from_value(templates["digits_cnn"].document)).id), "flat")
    before = len(RunDirectory.all(engine_home / "runs"))
    page.button(key="ablate.flat").click().run()
    assert len(RunDirectory.all(engine_home / "runs")) == before
    assert any("digit" in toast.value for toast in page.toast)
    assert not page.exception
