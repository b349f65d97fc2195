"""`layerloom runs`: every verb of the table, the queue and copies, without training anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder import store
from builder.cli import runs as runs_command
from builder.cli.parser import make_parser
from builder.document import Document
from builder.errors import Problem
from builder.jobs import VERBS, Place
from builder.rundir import RunDirectory, State
from builder.settings import Settings
from builder.store import Projects


class Noting:
    """An engine that notes what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __getattr__(self, verb: str) -> object:
        return lambda *values: self.calls.append((verb, *values))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Noting:
    noting = Noting()
    monkeypatch.setattr(runs_command.jobs, "connect", lambda chosen, role: noting)
    monkeypatch.setattr(runs_command, "PATIENCE", 0.0)
    return noting


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return RunDirectory.create(tmp_path / "runs", Document(name="Small", training={"epochs": 4}))


def layerloom(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    from builder.cli import main

    capsys.readouterr()
    status = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return status, out + err


def test_every_verb_of_the_table_is_a_command() -> None:
    for verb in VERBS.values():
        given = ["1" for param in verb.params if param.required]
        parsed = make_parser().parse_args(["runs", verb.name, "last", *given])
        assert (parsed.action, parsed.run) == (verb.name, "last")


@pytest.mark.parametrize(
    ("words", "call", "said"),
    [
        (("finish",), ("finish",), "asked to end after this epoch"),
        (("step",), ("step", "batch"), "told to take a step"),
        (("step", "epoch"), ("step", "epoch"), "told to take a step"),
        (("extend", "7"), ("extend", 7), "told to train more epochs"),
        (("change", "learning_rate", "5e-4"), ("change", "learning_rate", 0.0005), "told to change a setting"),
    ],
)
def test_a_verb_is_told_to_the_engine(
    engine: Noting,
    run: RunDirectory,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    call: tuple[object, ...],
    said: str,
) -> None:
    status, text = layerloom(capsys, "runs", words[0], run.id, *words[1:])
    assert (status, engine.calls) == (0, [(call[0], run.id, *call[1:])])
    assert said in text


NOW = [
    ("stop", State.RUNNING, {"state": State.STOPPED, "epoch": 2}, "is stopped after 2 of 4 epochs"),
    ("stop", State.RUNNING, {"epoch": 2}, "is running, 2 of 4 epochs done, asked to stop"),
    ("stop", State.RUNNING, {"state": State.FINISHED, "epoch": 4}, "is finished after 4 of 4 epochs"),
    ("pause", State.RUNNING, {"state": State.PAUSED, "epoch": 3}, "is paused after 3 of 4 epochs"),
    ("pause", State.QUEUED, {"state": State.PAUSED}, "is paused after 0 of 4 epochs"),
    ("resume", State.PAUSED, {"state": State.RUNNING, "epoch": 1}, "is running, 1 of 4 epochs done"),
    ("resume", State.PAUSED, {"state": State.QUEUED}, "is queued, told to go on"),
    ("step", State.PAUSED, {"epoch": 1}, "is paused after 1 of 4 epochs"),
    ("finish", State.RUNNING, {}, "is running, 0 of 4 epochs done, asked to end after this epoch"),
    ("extend", State.FINISHED, {"state": State.QUEUED, "epochs": 14}, "is queued"),
    ("extend", State.RUNNING, {"epochs": 14}, "is running, 0 of 14 epochs done"),
    ("extend", State.PAUSED, {}, "is paused after 0 of 4 epochs, told to train more epochs"),
    (
        "resume",
        State.PAUSED,
        {"state": State.FAILED, "problem": Problem(code="x", message="It broke.", hint="Mend it.")},
        "is failed after 0 of 4 epochs: It broke. Mend it.",
    ),
]


@pytest.mark.parametrize(("verb", "state", "becomes", "said"), NOW, ids=lambda value: str(value)[:30])
def test_a_verb_says_how_the_run_stands_then(
    engine: Noting,
    run: RunDirectory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    state: State,
    becomes: dict[str, object],
    said: str,
) -> None:
    run.update(state=state)
    monkeypatch.setattr(Noting, verb, lambda self, *_: run.update(**becomes), raising=False)
    assert layerloom(capsys, "runs", verb, run.id) == (0, f"run {run.id} {said}\n")
    told = json.loads(layerloom(capsys, "runs", verb, run.id, "--json")[1])
    assert told["state"] == run.record().state


def test_a_parameter_that_does_not_fit_is_a_sentence(
    engine: Noting, run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    status, text = layerloom(capsys, "runs", "extend", run.id, "soon")
    assert (status, engine.calls) == (1, [])
    assert "Epochs must be a whole number from 1 to 100,000." in text


def test_a_waiting_run_is_listed_with_its_place(
    run: RunDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_command, "_places", lambda chosen: {run.id: Place(2, 3, 12.0)})
    assert "queued 2 of 3, starts in 12.0 s" in layerloom(capsys, "runs", "list")[1]
    listed = json.loads(layerloom(capsys, "runs", "list", "--json")[1])
    assert listed[0]["place"] == {"position": 2, "waiting": 3, "starts_in": 12.0, "why": None}


def test_a_run_is_copied_into_a_project(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = layerloom(capsys, "runs", "clone", run.id, "--set", "training.epochs=9", "--json")
    assert status == 0
    projects = Projects(store.connect(Settings(home=run.path.parents[1]).database))
    assert projects.get(json.loads(text)["project"]).document.training.epochs == 9


def test_a_deleted_run_is_restored(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = layerloom(capsys, "runs", "delete", run.id)
    assert (status, "still going on" in said) == (1, True)
    run.update(state=State.FINISHED)
    status, said = layerloom(capsys, "runs", "delete", "last")
    assert (status, f"run {run.id} is deleted" in said) == (0, True)
    assert "no runs yet" in layerloom(capsys, "runs", "list")[1]
    status, said = layerloom(capsys, "runs", "restore", run.id, "--json")
    assert (status, json.loads(said)) == (0, {"run": run.id, "deleted": False})
    assert run.id in layerloom(capsys, "runs", "list")[1]


def test_a_run_that_does_not_move_says_why(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    run.update(state=State.RUNNING)
    assert "problem" not in layerloom(capsys, "runs", "show", run.id)[1]
    problem = Problem(code="standstill", severity="warning", message="It stands still.", hint="Wait.")
    run.standstill_path.write_text(problem.model_dump_json())
    assert "problem     It stands still. Wait.\n" in layerloom(capsys, "runs", "show", run.id)[1]
    run.standstill_path.write_text("{nonsense")
    assert "problem" not in layerloom(capsys, "runs", "show", run.id)[1]
    run.held_path.touch()
    assert "The run's folder cannot be written" in layerloom(capsys, "runs", "show", run.id)[1]
    run.update(state=State.FINISHED)
    assert "problem" not in layerloom(capsys, "runs", "show", run.id)[1]
