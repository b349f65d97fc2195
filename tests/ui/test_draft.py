"""A draft loses no edit: whatever arrives twice, late, from two tabs or on a full disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.canvas.wire import Sent
from builder.catalog.analysis import Analysis
from builder.document import Document
from builder.errors import DocumentError, LoomError, RunError
from builder.store import Projects, connect, steps
from builder.ui.draft import Draft


@pytest.fixture
def mine(home: Path) -> Projects:
    return Projects(connect(home / "layerloom.db"))


@pytest.fixture
def draft(mine: Projects) -> Draft:
    return Draft(mine.create(Document(name="test")), mine)


def add(node_id: str) -> dict[str, Any]:
    return {"op": "add_node", "node": {"id": node_id, "kind": "Dense"}}


def sent(draft: Draft, first: int, *edits: dict[str, Any], client: str = "tab") -> Sent:
    numbered = [{"n": first + index, "edit": edit} for index, edit in enumerate(edits)]
    read = Sent.read({"client": client, "draft": draft.id, "edits": numbered, "selected": []})
    assert read
    return read


def ids(draft: Draft) -> list[str]:
    return [node.id for node in draft.document.model.nodes]


def test_edits_are_applied_once_however_often_they_arrive(draft: Draft) -> None:
    draft.receive(sent(draft, 1, add("a"), add("b")))
    draft.receive(sent(draft, 1, add("a"), add("b")))
    draft.receive(sent(draft, 1, add("a"), add("b"), add("c")))
    assert ids(draft) == ["a", "b", "c"]
    assert draft.acked["tab"] == 3
    assert draft.refused == ()


def test_what_was_applied_is_known_after_a_restart_of_the_server(draft: Draft, mine: Projects) -> None:
    draft.receive(sent(draft, 1, add("a"), {"op": "undo"}, add("b")))
    again = Draft(mine.get(draft.id), mine)
    again.receive(sent(draft, 1, add("a"), {"op": "undo"}, add("b"), add("c")))
    assert ids(again) == ["b", "c"]


def test_a_refused_edit_is_told_and_the_others_are_made(draft: Draft) -> None:
    draft.receive(sent(draft, 1, add("a"), add("a"), add("b")))
    assert ids(draft) == ["a", "b"]
    assert [item["n"] for item in draft.refused] == [2]
    assert "two nodes have the id" in draft.refused[0]["message"].lower()


def test_undo_and_redo_reach_back_over_canvas_and_forms(draft: Draft) -> None:
    draft.receive(sent(draft, 1, add("a")))
    draft.perform({"op": "set_param", "node": "a", "name": "units", "value": 5})
    draft.perform({"op": "set", "path": "training.epochs", "value": 3})
    draft.receive(sent(draft, 2, {"op": "undo"}, {"op": "undo"}))
    assert draft.document.training.epochs == 10
    assert dict(draft.document.model.node("a").params) == {}
    draft.perform({"op": "redo"})
    assert draft.document.model.node("a").params["units"] == 5


def test_an_impossible_edit_changes_nothing(draft: Draft) -> None:
    before = draft.document
    with pytest.raises(DocumentError):
        draft.perform(add("a"), add("a"))
    assert draft.document is before


def test_two_tabs_on_one_project_keep_both_sides_work(mine: Projects) -> None:
    project = mine.create(Document(name="shared"))
    left, right = Draft(project, mine), Draft(project, mine)
    left.receive(sent(left, 1, add("left"), client="left"))
    right.receive(sent(right, 1, add("right"), client="right"))
    assert ids(right) == ["left", "right"]
    assert any("Another tab" in notice for notice in right.notices)
    assert [node.id for node in mine.get(project.id).document.model.nodes] == ["left", "right"]


def test_a_full_disk_is_told_and_the_next_edit_saves_everything(draft: Draft, mine: Projects) -> None:
    class Full:
        def save(self, *_: Any) -> int:
            raise LoomError("The disk is full.", code="database")

    draft._store = Full()
    draft.perform(add("a"))
    assert draft.unsaved == "The disk is full."
    assert ids(draft) == ["a"]
    draft._store = mine
    draft.perform(add("b"))
    assert draft.unsaved is None
    assert [node.id for node in mine.get(draft.id).document.model.nodes] == ["a", "b"]


def test_what_is_meant_for_another_draft_is_left_alone(draft: Draft, mine: Projects) -> None:
    other = Draft(mine.create(Document(name="other")), mine)
    draft.receive(sent(other, 1, add("a")))
    assert ids(draft) == []


def test_a_design_without_data_is_sound_and_train_asks_for_data(draft: Draft) -> None:
    draft.perform(
        {"op": "add_node", "node": {"id": "x", "kind": "Input", "params": {"shape": [4]}}},
        {"op": "add_node", "node": {"id": "y", "kind": "Dense", "params": {"units": 2}}},
        {"op": "connect", "edge": {"source": "x", "target": "y"}},
    )
    checked = draft.checked(lambda document: Analysis())
    assert checked.errors == ()
    assert [problem.code for problem in checked.problems] == ["no-data"]
    assert checked.refusal == "No data set is chosen: there is nothing to train on. Choose a data set."


def test_the_analysis_is_asked_once_a_revision_and_again_after_trouble(draft: Draft) -> None:
    asked: list[Document] = []

    def analyse(document: Document) -> Analysis:
        asked.append(document)
        if len(asked) == 1:
            raise RunError("The analysis process is starting.", code="analysis")
        return Analysis()

    assert draft.checked(analyse).refusal == "The analysis process is starting."
    first = draft.checked(analyse)
    assert first.trouble is None
    assert draft.checked(analyse) is first
    draft.perform(add("a"))
    draft.checked(analyse)
    assert len(asked) == 3


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=25))
def test_any_order_of_resending_gives_the_same_document(mine: Projects, cuts: list[tuple[int, int]]) -> None:
    """The canvas always sends all edits from the first unanswered one; late and repeated messages change nothing."""
    draft = Draft(mine.create(Document(name="any")), mine)
    edits = [add(f"n{number}") for number in range(30)]
    for start, end in [*cuts, (0, 30)]:
        first = min(start, draft.acked.get("tab", 0))
        draft.receive(sent(draft, first + 1, *edits[first : max(first, end)]))
    assert ids(draft) == [f"n{number}" for number in range(30)]


def test_undo_and_redo_reach_back_over_a_reload(draft: Draft, mine: Projects) -> None:
    for node_id in "abcd":
        draft.perform(add(node_id))
    draft.perform({"op": "undo"})
    again = Draft(mine.get(draft.id), mine)
    assert (len(again.history.past), len(again.history.future)) == (3, 1)
    again.perform({"op": "redo"})
    assert ids(again) == ["a", "b", "c", "d"]
    for _ in range(9):
        again.perform({"op": "undo"})
    assert ids(again) == []
    third = Draft(mine.get(draft.id), mine)
    third.perform({"op": "redo"})
    third.perform(add("other"))
    assert ids(third) == ["a", "other"]
    fourth = Draft(mine.get(draft.id), mine)
    assert not fourth.history.future
    fourth.perform({"op": "undo"})
    assert ids(fourth) == ["a"]


def test_undo_within_a_session_has_no_limit(draft: Draft, mine: Projects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_STEPS", 10)
    for number in range(80):
        draft.perform({"op": "set", "path": "training.epochs", "value": number + 100})
    other = Draft(mine.get(draft.id), mine)
    assert len(other.history.past) < 64
    other.perform(add("theirs"))
    draft.perform({"op": "set", "path": "training.epochs", "value": 1})
    assert ids(draft) == ["theirs"]
    for _ in range(82):
        draft.perform({"op": "undo"})
    assert draft.document.training.epochs == 10
    assert Draft(mine.get(draft.id), mine).document.training.epochs == 10


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(["edit", "edit", "undo", "redo", "reload", "fail", "other"]), max_size=30))
def test_what_is_kept_is_always_what_the_session_has(mine: Projects, moves: list[str]) -> None:
    """Edits, undo, reloads, a disk that is full for a while and another tab, in any order."""
    draft = Draft(mine.create(Document(name="any")), mine)
    for number, move in enumerate(moves):
        match move:
            case "edit":
                draft.perform(add(f"n{number}"))
            case "undo" | "redo":
                draft.perform({"op": move})
            case "reload":
                if not draft.unsaved:
                    draft = Draft(mine.get(draft.id), mine)
            case "fail":
                draft._store = Full(mine)
                draft.perform(add(f"n{number}"))
                draft._store = mine
            case "other":
                Draft(mine.get(draft.id), mine).perform(add(f"o{number}"))
    draft.perform(add("last"))
    assert draft.unsaved is None
    again = Draft(mine.get(draft.id), mine)
    assert again.document == draft.document
    for move in ("undo", "redo"):
        for _ in range(len(moves) + 2):
            draft.perform({"op": move})
            again._version = draft._version
            again.history = again.history.after({"op": move})
            assert again.document == draft.document


class Full:
    """A store whose disk is full, but can be read."""

    def __init__(self, real: Projects):
        self._real = real

    def save(self, *_: Any) -> int:
        raise LoomError("The disk is full.", code="database")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_a_second_tab_is_told_and_sees_what_the_first_did(mine: Projects) -> None:
    project = mine.create(Document(name="shared"))
    left, right = Draft(project, mine), Draft(project, mine)
    assert not right.outdated()
    left.perform(add("left"))
    assert right.outdated()
    right.refresh()
    assert not right.outdated()
    assert ids(right) == ["left"]
    assert any("Another tab" in notice for notice in right.notices)
    right.perform({"op": "undo"})
    assert ids(right) == []
    left.refresh()
    assert ids(left) == []
    left.perform({"op": "redo"})
    assert ids(left) == ["left"]


def test_what_could_not_be_saved_is_made_again_on_the_other_tabs_version(mine: Projects) -> None:
    project = mine.create(Document(name="shared"))
    left, right = Draft(project, mine), Draft(project, mine)
    left._store = Full(mine)
    left.perform(add("unsaved"))
    left._store = mine
    right.perform(add("theirs"))
    left.refresh()
    assert ids(left) == ["theirs", "unsaved"]
    assert left.unsaved is None
    assert [node.id for node in mine.get(project.id).document.model.nodes] == ["theirs", "unsaved"]


def test_what_does_not_fit_the_other_tabs_version_is_told(mine: Projects) -> None:
    project = mine.create(Document(name="shared"))
    left, right = Draft(project, mine), Draft(project, mine)
    left.perform(add("same"))
    right.perform(add("same"), {"op": "set_param", "node": "same", "name": "units", "value": 5})
    assert any("does not fit" in notice for notice in right.notices)
    assert ids(right) == ["same"]


def test_a_project_deleted_in_another_tab_is_told(draft: Draft, mine: Projects) -> None:
    mine.delete(draft.id)
    assert draft.outdated()
    draft.refresh()
    assert draft.gone
    assert not draft.outdated()
    draft.perform(add("a"))
    assert draft.unsaved
    mine.restore(draft.id)
    draft.refresh()
    assert not draft.gone
    draft.perform(add("b"))
    assert [node.id for node in mine.get(draft.id).document.model.nodes] == ["a", "b"]


def test_acknowledgements_of_both_tabs_are_kept(mine: Projects) -> None:
    project = mine.create(Document(name="shared"))
    left, right = Draft(project, mine), Draft(project, mine)
    left.receive(sent(left, 1, add("a"), client="left"))
    right.receive(sent(right, 1, add("b"), client="right"))
    right.receive(sent(right, 2, add("c"), client="right"))
    assert dict(mine.get(project.id).acked) == {"left": 1, "right": 2}


def test_blocks_are_kept_on_the_shelf_and_forgotten(draft: Draft, mine: Projects) -> None:
    body = {"id": "body", "name": "Body", "members": ["a", "b"], "repeat": 2}
    model = {
        "nodes": [{"id": "a", "kind": "Dense"}, {"id": "b", "kind": "Dense"}, {"id": "c", "kind": "Dense"}],
        "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}],
        "blocks": [body],
    }
    value = {**draft.document.to_dict(), "model": model}
    draft.receive(
        sent(draft, 1, {"op": "replace", "document": value}, {"op": "keep_block", "block": "body"}, {"op": "undo"})
    )
    assert draft.refused == ()
    assert ids(draft) == []
    (kept,) = draft.shelf
    assert kept.title == "Body"
    assert [node["id"] for node in kept.part["nodes"]] == ["a", "b"]
    assert kept.part["edges"] == [{"source": "a", "target": "b", "port": 0}]
    assert kept.part["blocks"] == [body]
    draft.receive(sent(draft, 1, {"op": "keep_block", "block": "body"}))
    assert len(Draft(mine.get(draft.id), mine).shelf) == 1
    draft.receive(sent(draft, 4, {"op": "keep_block", "block": "none"}, {"op": "forget_block", "id": kept.id}))
    assert [item["n"] for item in draft.refused] == [4]
    assert draft.shelf == ()
    assert len(draft.history.future) == 1
