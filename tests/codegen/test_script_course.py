"""The script of a run does and says what was changed while the run trained; that of a document knows nothing of it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from code_documents import chain, node
from script_runs import as_a_run, outcome

from builder.codegen import run_script, script
from builder.document import Document
from builder.errors import Problem
from builder.events import EpochEnded, Event, Finished, SettingChanged, StateChanged
from builder.rundir import Change, RunDirectory, State


def wine(**training: Any) -> Document:
    return chain(
        node("x", "Input"),
        node("hidden", "Dense", units=16, activation="relu"),
        node("drop", "Dropout", rate=0.2),
        node("norm", "BatchNormalization"),
        node("out", "Dense", units=3, activation="softmax"),
        dataset="wine",
        name="Wine",
        metrics=["accuracy"],
        epochs=4,
        **training,
    )


def made(tmp_path: Path, **record: Any) -> RunDirectory:
    run = RunDirectory.create(tmp_path, wine())
    run.update(**record)
    return run


def add(run: RunDirectory, *events: Event) -> None:
    log = run.event_log()
    log.extend(events)
    log.close()


def notes(run: RunDirectory) -> list[str]:
    """What the header says of the run, each note in one line."""
    head = run_script(run).partition("\n\n")[0].replace("\n#   ", " ")
    return [line.removeprefix("# - ") for line in head.splitlines() if line.startswith("# - ")]


def rates(run: RunDirectory) -> dict[str, Any]:
    """The values that the script's callback sets."""
    found = [item for item in ast.parse(run_script(run)).body if isinstance(item, ast.ClassDef)]
    return {
        item.targets[0].id: ast.literal_eval(item.value)
        for each in found
        for item in each.body
        if isinstance(item, ast.Assign)
    }


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.PAUSED, State.FINISHED])
def test_a_run_that_nobody_touched_has_its_documents_script(state: State, tmp_path: Path) -> None:
    run = made(tmp_path, state=state, epoch=2, attempt=3)
    assert run_script(run) == script(wine())


def test_live_settings_are_comments_and_values(tmp_path: Path) -> None:
    changes = [
        Change(setting="learning_rate", value=value, step=step) for value, step in ((0.01, 7), (5e-4, 7), (1e-5, 1200))
    ]
    run = made(tmp_path, state=State.RUNNING, changes=tuple(changes))
    add(run, SettingChanged(setting="learning_rate", value=5e-4, epoch=2, step=8))
    assert notes(run) == [
        "Learning rate: 0.01 after step 7, in epoch 2.",
        "Learning rate: 0.0005 after step 7, in epoch 2.",
        "Learning rate: 1e-05 after step 1,200.",
    ]
    assert rates(run) == {"learning_rate": {7: 5e-4, 1200: 1e-5}}
    assert "Changes()" in run_script(run)
    assert "Changes" not in script(run.document())


def test_a_rate_that_was_changed_before_the_first_step_is_the_optimizers(tmp_path: Path) -> None:
    run = made(tmp_path, state=State.FINISHED, changes=(Change(setting="learning_rate", value=0.5, step=0),))
    assert notes(run) == ["Learning rate: 0.5 from the first step on."]
    assert rates(run) == {}
    assert "learning_rate=0.5" in run_script(run)


def test_the_number_of_epochs_is_the_final_one(tmp_path: Path) -> None:
    change = Change(setting="epochs", value=9, step=20)
    run = made(tmp_path, state=State.FINISHED, epoch=9, epochs=9, changes=(change,))
    assert notes(run) == ["Epochs: 9 instead of 4."]
    assert "    epochs=9,\n" in run_script(run)


@pytest.mark.parametrize(
    ("state", "epoch", "problem", "trained", "note"),
    [
        (State.STOPPED, 3, None, 3, "The run was stopped after 3 of 4 epochs; here as many are trained."),
        (State.STOPPED, 0, None, 4, "The run was stopped before its first epoch had ended; here 4 are trained."),
        (State.STOPPED, 4, None, 4, None),
        (State.FINISHED, 2, None, 4, None),
        (
            State.FAILED,
            2,
            Problem(code="nan", message="The loss became NaN."),
            2,
            "The run broke off after 2 of 4 epochs; here as many are trained. The loss became NaN.",
        ),
        (State.LOST, 1, None, 1, "The run broke off after 1 of 4 epochs; here as many are trained."),
    ],
)
def test_a_run_that_ended_early_says_so_and_trains_as_long(
    state: State, epoch: int, problem: Problem | None, trained: int, note: str | None, tmp_path: Path
) -> None:
    run = made(tmp_path, state=state, epoch=epoch, problem=problem)
    assert notes(run) == ([note] if note else [])
    assert f"    epochs={trained},\n" in run_script(run)


def test_what_a_script_cannot_repeat_is_said(tmp_path: Path) -> None:
    """A callback ended the run, and it was trained on: the script's callback ends it for good."""
    change = Change(setting="epochs", value=5, step=12)
    run = made(tmp_path, state=State.FINISHED, epoch=5, epochs=5, changes=(change,))
    finished = Finished(epochs=2, seconds=1, best_epoch=1, monitor="val_loss", metrics={})
    add(run, finished, StateChanged(state=State.FINISHED))
    assert notes(run) == ["Epochs: 5 instead of 4."]
    changed = SettingChanged(setting="epochs", value=5, epoch=3, step=13)
    add(run, changed, EpochEnded(epoch=3, step=18, metrics={}, seconds=1))
    assert notes(run) == [
        "Epochs: 5 instead of 4.",
        "A callback ended the run after epoch 2, and it was trained on from there; here it ends there.",
    ]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("ended", ["extended", "stopped"])
def test_a_script_ends_on_the_weights_of_a_run_that_was_changed(
    ended: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builder.rundir import Control
    from builder.worker import control
    from builder.worker.framework import keras
    from builder.worker.loop import Pace
    from builder.worker.main import run as work
    from builder.worker.telemetry import Telemetry
    from builder.worker.throttle import Throttle

    run = RunDirectory.create(home / "runs", wine(batch_size=24))
    tell = Telemetry.tell

    def telling(telemetry: Telemetry, event: Any, **how: bool) -> None:
        tell(telemetry, event, **how)
        if event.type == "epoch" and event.epoch == 1:
            run.requests.ask_setting("learning_rate", 0.05)
            run.requests.ask_setting("epochs", 6)
        if event.type == "steps" and max(event.steps) == 15:
            run.requests.ask_setting("learning_rate", 0.002)
        if ended == "stopped" and event.type == "steps" and max(event.steps) == 28:
            run.requests.ask(Control.STOP)

    monkeypatch.setattr(Telemetry, "tell", telling)
    monkeypatch.setattr(control, "INTERVAL", 0)
    monkeypatch.setattr(Pace, "took", lambda self, steps, seconds: None)  # Steps come one by one,
    monkeypatch.setattr(Throttle, "due", lambda self: self._interval < 60)  # and are told at once.
    assert work(run.path) == 0
    record = run.record()
    steps = [change.step for change in record.changes if change.setting == "learning_rate"]
    assert (record.state, record.epochs) == (State.STOPPED if ended == "stopped" else State.FINISHED, 6)
    assert 6 <= steps[0] < 12 < steps[1] < 18
    assert list(rates(run)["learning_rate"]) == steps
    monkeypatch.chdir(tmp_path)
    with as_a_run(7):
        found = outcome(run_script(run))
    assert len(found.names["history"].epoch) == (4 if ended == "stopped" else 6)
    assert record.best_epoch in found.epochs
    assert found.figures["val_loss"] == pytest.approx(record.metrics["val_loss"], rel=1e-4)
    kept = keras.saving.load_model(run.model_path)
    for one, other in zip(found.names["model"].get_weights(), kept.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
