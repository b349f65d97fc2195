"""What a person changes on the way leaves the curve that an uninterrupted run would have had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_documents import dense, stack

from builder.document import Document, apply
from builder.events import Event
from builder.rundir import Control, RunDirectory, State, Stride

pytestmark = [
    pytest.mark.keras,
    # Keras saves its variables by a call that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

DOCUMENT = stack(
    "Input",
    dense(8, "relu"),
    ("Dropout", {"rate": 0.3}),
    "BatchNormalization",
    dense(3, "softmax"),
    data="wine",
    metrics=["accuracy"],
    epochs=3,
    batch_size=24,
)
STEPS = 6
"""Steps in an epoch: 142 samples of 178 are learned from."""

When = Callable[[Event], Any]
Told = Callable[[When], None]


@pytest.fixture
def when(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Call something with every event right after it was told; steps come one by one, and requests are seen at once."""
    from builder.worker import control, steering
    from builder.worker.loop import Pace
    from builder.worker.telemetry import Telemetry
    from builder.worker.throttle import Throttle

    tell = Telemetry.tell

    def arrange(act: When) -> None:
        def telling(telemetry: Telemetry, event: Event, **how: bool) -> None:
            tell(telemetry, event, **how)
            act(event)

        monkeypatch.setattr(Telemetry, "tell", telling)

    monkeypatch.setattr(control, "INTERVAL", 0)
    monkeypatch.setattr(steering, "WAIT", 0)
    monkeypatch.setattr(Pace, "took", lambda self, steps, seconds: None)
    monkeypatch.setattr(Throttle, "due", lambda self: self._interval < 60)
    return arrange


def longer(epochs: int) -> Document:
    return apply(DOCUMENT, {"op": "set", "path": "training.epochs", "value": epochs})


def created(home: Path, document: Document = DOCUMENT) -> RunDirectory:
    return RunDirectory.create(home / "runs", document)


def go(run: RunDirectory, *, again: bool = False) -> State:
    """Be the run's worker until it leaves."""
    from builder.worker.main import run as work

    if again:
        run.update(state=State.STARTING, attempt=run.record().attempt + 1)
    assert work(run.path) == 0
    return run.record().state


def told(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["type"] == kind]


def losses(run: RunDirectory) -> dict[int, float]:
    """The loss of every step, as told last."""
    return {
        step: loss for event in told(run, "steps") for step, loss in zip(event["steps"], event["losses"], strict=True)
    }


def assert_same_curve(run: RunDirectory, straight: RunDirectory) -> None:
    ours, theirs = losses(run), losses(straight)
    assert list(ours) == list(theirs) == list(range(1, len(theirs) + 1))
    np.testing.assert_allclose(list(ours.values()), list(theirs.values()), rtol=1e-5)
    epochs = [[event["metrics"] for event in told(one, "epoch")][-1] for one in (run, straight)]
    assert epochs[0] == pytest.approx(epochs[1], rel=1e-5)


def test_batch_by_batch_and_epoch_by_epoch_is_the_same_curve(home: Path, when: Told) -> None:
    straight, run = created(home), created(home)
    go(straight)
    run.requests.ask_step(Stride.BATCH)
    assert go(run) is State.PAUSED
    assert max(losses(run)) == 1
    for expected in (2, 3):
        run.requests.ask_step(Stride.BATCH)
        assert go(run, again=True) is State.PAUSED
        assert max(losses(run)) == expected
    run.requests.ask_step(Stride.EPOCH)
    assert go(run, again=True) is State.PAUSED
    assert [event["epoch"] for event in told(run, "epoch")] == [1]
    run.requests.ask_step(Stride.EPOCH)
    assert go(run, again=True) is State.PAUSED
    assert [event["epoch"] for event in told(run, "epoch")] == [1, 2]
    assert not run.requests.step_asked()
    assert go(run, again=True) is State.FINISHED
    assert_same_curve(run, straight)


def test_the_worker_stays_warm_for_the_next_step(home: Path, when: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker import steering

    monkeypatch.setattr(steering, "WAIT", 60)
    straight, run = created(home), created(home)
    go(straight)
    strides = [Stride.BATCH] * 7 + [Stride.EPOCH] * 2
    seen: list[int] = []

    def step_again(event: Event) -> None:
        if event.type == "state" and event.state == State.PAUSED:
            seen.append(max(losses(run)))
            run.requests.ask_step(strides.pop(0))

    when(step_again)
    run.requests.ask_step(Stride.BATCH)
    assert go(run) is State.FINISHED
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8, 2 * STEPS]
    assert run.record().attempt == 1
    assert_same_curve(run, straight)


def test_a_waiting_worker_can_be_stopped(home: Path, when: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker import steering

    monkeypatch.setattr(steering, "WAIT", 60)
    run = created(home)
    when(lambda event: event.type == "state" and event.state == "paused" and run.requests.ask(Control.STOP))
    run.requests.ask_step(Stride.BATCH)
    assert go(run) is State.STOPPED
    assert [event["state"] for event in told(run, "state")] == ["running", "paused", "stopped"]
    assert run.model_path.is_file()


def test_a_learning_rate_counts_from_the_step_that_is_told(home: Path, when: Told) -> None:
    run, straight = created(home), created(home)

    def change_at(directory: RunDirectory, step: int) -> When:
        def act(event: Event) -> None:
            if event.type == "steps" and event.steps[-1] == step:
                directory.requests.ask_setting("learning_rate", 0.1)

        return act

    go(straight)
    when(change_at(run, 8))
    assert go(run) is State.FINISHED
    assert [(e["setting"], e["value"], e["step"], e["epoch"]) for e in told(run, "setting")] == [
        ("learning_rate", 0.1, 9, 2)
    ]
    assert [e["learning_rate"] for e in told(run, "epoch")] == pytest.approx([0.001, 0.1, 0.1])
    assert [(c.setting, c.value, c.step) for c in run.record().changes] == [("learning_rate", 0.1, 8)]
    ours, theirs = losses(run), losses(straight)
    assert [ours[step] == pytest.approx(theirs[step]) for step in (8, 9, 10)] == [True, True, False]
    assert not run.requests.settings()


def test_a_change_is_made_again_at_its_step_after_a_crash(home: Path, when: Told) -> None:
    """The run goes on from a checkpoint that is older than the change."""
    whole, run = created(home), created(home)
    for directory in (whole, run):
        go_to = {"steps": 8}

        def act(event: Event, directory: RunDirectory = directory, go_to: dict[str, int] = go_to) -> None:
            if event.type == "steps" and event.steps[-1] == go_to["steps"]:
                directory.requests.ask_setting("learning_rate", 0.1)

        when(act)
        assert go(directory) is State.FINISHED
    assert_same_curve(run, whole)
    for file in sorted(run.checkpoints.glob("step-*.npz"))[1:]:
        file.unlink()
    first = min(run.checkpoints.glob("step-*.npz"))
    assert int(first.stem.split("-")[1]) > 8
    # A checkpoint of the first epoch's end, as the crash would have left it.
    early = created(home)
    when(lambda event: event.type == "epoch" and early.requests.ask(Control.PAUSE))
    go(early)
    first.unlink()
    for file in early.checkpoints.iterdir():
        (run.checkpoints / file.name).write_bytes(file.read_bytes())
    when(lambda event: None)
    assert go(run, again=True) is State.FINISHED
    assert [event["step"] for event in told(run, "setting")] == [9, 9]
    assert_same_curve(run, whole)


def test_more_epochs_are_those_of_a_longer_run(home: Path, when: Told) -> None:
    straight, run = created(home, longer(5)), created(home)
    go(straight)
    assert go(run) is State.FINISHED
    run.requests.ask_setting("epochs", 5)
    assert go(run, again=True) is State.FINISHED
    assert run.document().training.epochs == 3
    assert (run.record().epochs, run.record().epoch) == (5, 5)
    assert_same_curve(run, straight)
    assert told(run, "finished")[-1]["epochs"] == 5


def test_a_stopped_run_goes_on_from_where_it_was_stopped(home: Path, when: Told) -> None:
    straight, run = created(home), created(home)
    go(straight)
    when(lambda event: event.type == "steps" and event.steps[-1] == 9 and run.requests.ask(Control.STOP))
    assert go(run) is State.STOPPED
    when(lambda event: None)
    assert go(run, again=True) is State.FINISHED
    assert len([step for event in told(run, "steps") for step in event["steps"]]) == 3 * STEPS
    assert_same_curve(run, straight)


def test_fewer_epochs_end_the_run_after_the_one_under_way(home: Path, when: Told) -> None:
    run = created(home)
    when(lambda event: event.type == "steps" and event.steps[-1] == 8 and run.requests.ask_setting("epochs", 1))
    assert go(run) is State.FINISHED
    assert [event["epoch"] for event in told(run, "epoch")] == [1, 2]


def test_the_epoch_is_finished_and_then_the_run_is_stopped(home: Path, when: Told) -> None:
    run = created(home)
    when(lambda event: event.type == "steps" and event.steps[-1] == 8 and run.requests.ask(Control.FINISH))
    assert go(run) is State.STOPPED
    assert [event["epoch"] for event in told(run, "epoch")] == [1, 2]
    assert told(run, "state")[1]["message"] == "It ends after this epoch."
    assert run.model_path.is_file()
    assert not run.requests.asked(Control.FINISH)


def test_stop_while_a_checkpoint_is_written(home: Path, when: Told) -> None:
    run = created(home)
    when(lambda event: event.type == "checkpoint" and run.requests.ask(Control.STOP))
    assert go(run) is State.STOPPED
    assert max(losses(run)) < 3 * STEPS
    assert go(run, again=True) is State.STOPPED


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("learning_rate", "fast", "Learning rate must be a number"),
        ("learning_rate", "-1", "Learning rate must be a number above 0; it was -1."),
        ("learning_rate", "NaN", "Learning rate must be"),
        ("learning_rate", '{"kind": "ExponentialDecay"}', "Learning rate must be a number"),
        ("epochs", "0", "Epochs must be a whole number from 1 to 100,000; it was 0."),
        ("batch_size", "8", '"batch_size" cannot be changed while a run trains.'),
        ("learning_rate", "[" * 100_000, "Learning rate must be a number"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_and_changes_nothing(
    home: Path, when: Told, name: str, text: str, sentence: str
) -> None:
    run = created(home)
    (run.path / "control" / f"set-{name}").write_text(text)
    assert go(run) is State.FINISHED
    assert [event["problem"]["message"][: len(sentence)] for event in told(run, "problem")] == [sentence]
    assert told(run, "problem")[0]["problem"]["severity"] == "warning"
    assert (run.record().epochs, run.record().changes, told(run, "setting")) == (3, (), [])
    assert not run.requests.settings()


def test_other_nonsense_in_the_control_folder_is_told_or_passed_over(home: Path, when: Told) -> None:
    run = created(home)
    folder = run.path / "control"
    (folder / "step").write_bytes(b"\xff\x00 sideways")
    (folder / "explode").write_text("now")
    for name in ("stop", "pause", "set-epochs"):
        (folder / name).mkdir()
    assert go(run) is State.FINISHED
    assert "neither a batch nor an epoch" in told(run, "problem")[0]["problem"]["message"]
    assert len(told(run, "problem")) == 1
