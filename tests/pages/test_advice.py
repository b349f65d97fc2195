"""The change that a run's verdict offers, made in Design from its link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.catalog.registry import templates
from builder.document import from_value
from builder.errors import Fix
from builder.events import Verdict
from builder.rundir import RunDirectory
from builder.store import Project, Projects

Visit = Callable[..., AppTest]


@pytest.fixture
def project(mine: Projects) -> Project:
    return mine.create(from_value(templates["iris_mlp"].document))


@pytest.fixture
def judged(engine_home: Path, project: Project) -> RunDirectory:
    """A run of the project whose one event is a verdict that offers 77 epochs."""
    fix = Fix(label="Train 77 epochs", edits=({"op": "set", "path": "training.epochs", "value": 77},))
    run = RunDirectory.create(engine_home / "runs", project.document, project=project.id)
    log = run.event_log()
    log.append(Verdict(tone="watch", code="underfitting", message="It still gets better.", since=1, fix=fix))
    log.append(Verdict(tone="good", code="learning", message="Learning well.", since=2))
    log.close()
    return run


def test_the_change_is_made_once_in_the_project_of_the_run_and_can_be_undone(
    visit: Visit, mine: Projects, project: Project, judged: RunDirectory
) -> None:
    test = visit(advice=f"{judged.id}.1")
    assert mine.get(project.id).document.training.epochs == 77
    assert "advice" not in test.query_params
    assert any("Train 77 epochs" in toast.value for toast in test.toast)
    draft = test.session_state["draft"]
    assert draft.id == project.id
    assert draft.history.undo().document.training.epochs == project.document.training.epochs


def test_without_its_project_the_change_is_made_in_a_new_one(
    visit: Visit, mine: Projects, project: Project, judged: RunDirectory
) -> None:
    mine.delete(project.id)
    test = visit(advice=f"{judged.id}.1")
    draft = test.session_state["draft"]
    assert draft.id != project.id
    assert mine.get(draft.id).document.training.epochs == 77


@pytest.mark.parametrize("event", ["2", "3", "x", ""])
def test_what_offers_no_change_is_told(visit: Visit, judged: RunDirectory, event: str) -> None:
    test = visit(advice=f"{judged.id}.{event}")
    assert any("offers no change" in toast.value for toast in test.toast)


def test_an_unknown_run_is_told(visit: Visit) -> None:
    test = visit(advice="nix.1")
    assert any("nix" in toast.value for toast in test.toast)
