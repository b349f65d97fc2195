"""Runs that are stopped, paused or killed, and go on: nothing that they had learned is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from worker_documents import dense, stack

from builder.document import apply
from builder.events import Event
from builder.rundir import Control, RunDirectory, State, read_after

pytestmark = [
    pytest.mark.keras,
    # Keras saves its variables by a call that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

Train = Callable[..., RunDirectory]
Resume = Callable[[RunDirectory], None]

DOCUMENT = stack(
    "Input",
    dense(16, "relu"),
    ("Dropout", {"rate": 0.3}),
    "BatchNormalization",
    dense(3, "softmax"),
    data="wine",
    metrics=["accuracy"],
    epochs=6,
    batch_size=8,
    callbacks=[{"kind": "ReduceLROnPlateau", "params": {"monitor": "loss", "patience": 1, "min_delta": 0.5}}],
)


def _events(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["type"] == kind]


def _last_state(run: RunDirectory) -> list[np.ndarray]:
    with np.load(max(run.checkpoints.glob("step-*.npz")), allow_pickle=False) as file:
        return [file[name] for name in sorted(file.files) if name != "meta"]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int, Callable[[], Any]], None]:
    """Do something when a run tells its n-th event of a kind; requests are then looked at without delay."""
    from builder.worker import control
    from builder.worker.telemetry import Telemetry

    tell = Telemetry.tell

    def arrange(kind: str, number: int, act: Callable[[], Any]) -> None:
        left = [number]

        def telling(telemetry: Telemetry, event: Event, **how: bool) -> None:
            tell(telemetry, event, **how)
            if event.type == kind:
                left[0] -= 1
                if left[0] == 0:
                    act()

        monkeypatch.setattr(Telemetry, "tell", telling)

    monkeypatch.setattr(control, "INTERVAL", 0)
    return arrange


@pytest.fixture
def one_step_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loop come up after every step, and tell and keep everything at once."""
    from builder.worker.keeper import AUTOSAVE
    from builder.worker.loop import Pace
    from builder.worker.throttle import Throttle

    monkeypatch.setattr(Pace, "took", lambda self, steps, seconds: None)
    monkeypatch.setattr(Throttle, "due", lambda self: self._interval < AUTOSAVE)


def _created(home: Path) -> RunDirectory:
    return RunDirectory.create(home / "runs", DOCUMENT)


def _run(run: RunDirectory) -> int:
    from builder.worker.main import run as start

    return start(run.path)


def test_stop_keeps_the_best_model(home: Path, at: Any) -> None:
    from builder.worker.framework import keras

    run = _created(home)
    at("epoch", 2, lambda: run.requests.ask(Control.STOP))
    assert _run(run) == 0
    record = run.record()
    assert (record.state, record.epoch, record.pid) == (State.STOPPED, 2, None)
    assert record.ended
    assert _events(run, "finished")[0]["epochs"] == 2
    assert [event["state"] for event in _events(run, "state")] == ["running", "stopped"]
    assert keras.models.load_model(run.model_path).count_params() == record.parameters
    assert not run.requests.asked(Control.STOP)


def test_a_run_that_is_out_of_time_ends_as_by_stop_and_says_so(
    home: Path, at: Any, monkeypatch: pytest.MonkeyPatch, resume: Resume
) -> None:
    monkeypatch.setenv("LAYERLOOM_RUN_MINUTES", "60")
    run = _created(home)
    from builder.worker import control

    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 3600)
    at("epoch", 2, lambda: monkeypatch.setattr(control, "time", later))
    assert _run(run) == 0
    monkeypatch.undo()
    record = run.record()
    assert (record.state, record.epoch, record.problem.code) == (State.STOPPED, 2, "time")
    assert record.problem.message == "The run has trained for 60 minutes, as long as a run may here."
    assert _events(run, "state")[-1]["message"] == record.problem.sentence()
    assert run.model_path.is_file()
    monkeypatch.setenv("LAYERLOOM_HOME", str(home))
    resume(run)
    assert run.record().state is State.FINISHED
    assert run.record().problem is None


def test_stop_before_the_first_epoch_has_ended(home: Path, at: Any, one_step_a_call: None) -> None:
    run = _created(home)
    at("steps", 1, lambda: run.requests.ask(Control.STOP))
    assert _run(run) == 0
    assert run.record().state is State.STOPPED
    finished = _events(run, "finished")[0]
    assert (finished["best_epoch"], finished["metrics"], finished["epochs"]) == (None, {}, 0)
    assert run.model_path.is_file()


def test_stop_while_the_data_is_read(home: Path, at: Any) -> None:
    run = _created(home)
    at("data", 1, lambda: run.requests.ask(Control.STOP))
    assert _run(run) == 0
    assert run.record().state is State.STOPPED
    assert not _events(run, "model")


@pytest.mark.parametrize("moment", [("steps", 30), ("epoch", 3), ("checkpoint", 4)])
def test_paused_run_goes_on_exactly_where_it_was(
    moment: tuple[str, int], home: Path, at: Any, one_step_a_call: None, resume: Resume, train: Train
) -> None:
    straight = train(DOCUMENT)
    run = _created(home)
    at(*moment, lambda: run.requests.ask(Control.PAUSE))
    assert _run(run) == 0
    record = run.record()
    assert (record.state, record.ended, record.pid) == (State.PAUSED, None, None)
    assert not run.requests.asked(Control.PAUSE)
    resume(run)
    assert run.record().state is State.FINISHED
    assert [event["attempt"] for event in _events(run, "state")] == [1, 1, 2, 2]
    steps = [step for event in _events(run, "steps") for step in event["steps"]]
    assert steps == list(range(1, 6 * 18 + 1))
    for ours, theirs in zip(_last_state(run), _last_state(straight), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    epochs = [(epoch["epoch"], epoch["learning_rate"], epoch["best"]) for epoch in _events(run, "epoch")]
    assert epochs == [(e["epoch"], e["learning_rate"], e["best"]) for e in _events(straight, "epoch")]
    assert _events(run, "finished")[0]["metrics"] == pytest.approx(
        _events(straight, "finished")[0]["metrics"], rel=1e-4
    )


STOPPING = {"monitor": "val_loss", "mode": "max", "patience": 4, "restore_best_weights": True}
"""Takes the first epoch that it sees for the best, as the loss falls from there on."""
AVERAGING = {"kind": "Adam", "params": {"learning_rate": 0.02, "use_ema": True, "ema_momentum": 0.8}}
WATCHED = {
    "goes back": [{"kind": "EarlyStopping", "params": STOPPING}],
    "goes back late": [{"kind": "EarlyStopping", "params": {**STOPPING, "start_from_epoch": 2}}],
    "ends on the last": [{"kind": "EarlyStopping", "params": {**STOPPING, "restore_best_weights": False}}],
    "swaps": ["SwapEMAWeights"],
    "swaps at the end": [{"kind": "SwapEMAWeights", "params": {"swap_on_epoch": True}}],
}


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("goes back", "a step"),
        ("goes back", "a kill"),
        ("goes back late", "an epoch"),
        ("ends on the last", "a kill"),
        ("swaps", "a validation"),
        ("swaps", "a kill"),
        ("swaps at the end", "a validation"),
        ("swaps at the end", "an epoch"),
    ],
)
def test_callbacks_know_again_what_they_knew(
    name: str, moment: str, home: Path, at: Any, one_step_a_call: None, resume: Resume, train: Train, monkeypatch: Any
) -> None:
    from builder.worker.loop import Evaluator

    document = apply(DOCUMENT, {"op": "set", "path": "training.callbacks", "value": WATCHED[name]})
    document = apply(document, {"op": "set", "path": "training.optimizer", "value": AVERAGING})
    straight = train(document)
    run = RunDirectory.create(home / "runs", document)
    killed = home / "runs" / "killed"
    pause = lambda: run.requests.ask(Control.PAUSE)  # noqa: E731
    kind, number, act = {
        "a step": ("steps", 60, pause),
        "a validation": ("validation", 4, pause),
        "an epoch": ("epoch", 3, pause),
        "a kill": ("validation", 4, lambda: shutil.copytree(run.path, killed)),
    }[moment]
    at(kind, number, act)
    if kind == "validation":
        evaluations = count(1)
        evaluate = Evaluator.evaluate

        def observed(self: Evaluator, *arguments: Any) -> Any:
            if next(evaluations) == number:
                act()
            return evaluate(self, *arguments)

        monkeypatch.setattr(Evaluator, "evaluate", observed)
    assert _run(run) == 0
    if moment == "a kill":  # What lay on the disk at that moment.
        run = RunDirectory(killed)
    assert run.record().state is (State.RUNNING if moment == "a kill" else State.PAUSED)
    resume(run)
    assert run.record().state is State.FINISHED
    for ours, theirs in zip(_last_state(run), _last_state(straight), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    ours, theirs = ({epoch["epoch"]: epoch for epoch in _events(each, "epoch")} for each in (run, straight))
    assert [ours[number]["best"] for number in ours] == [theirs[number]["best"] for number in theirs]
    for number, epoch in ours.items():
        assert epoch["metrics"] == pytest.approx(theirs[number]["metrics"], rel=1e-4)
    ends = [_events(each, "finished")[0] for each in (run, straight)]
    assert [end["best_epoch"] for end in ends] == [ends[1]["best_epoch"]] * 2
    assert ends[0]["metrics"] == pytest.approx(ends[1]["metrics"], rel=1e-4)


def test_sigterm_pauses(home: Path, at: Any, resume: Resume) -> None:
    run = _created(home)
    before = signal.getsignal(signal.SIGTERM)
    at("epoch", 2, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert _run(run) == 0
    assert run.record().state is State.PAUSED
    assert signal.getsignal(signal.SIGTERM) == before
    resume(run)
    assert [epoch["epoch"] for epoch in _events(run, "epoch")] == [1, 2, 3, 4, 5, 6]


def test_damaged_checkpoint_is_passed_over(home: Path, at: Any, one_step_a_call: None, resume: Resume) -> None:
    run = _created(home)
    at("epoch", 4, lambda: run.requests.ask(Control.PAUSE))
    _run(run)
    newest = max(run.checkpoints.glob("step-*.npz"))
    newest.write_bytes(newest.read_bytes()[:-500])
    resume(run)
    assert run.record().state is State.FINISHED
    assert [epoch["epoch"] for epoch in _events(run, "epoch")] == [1, 2, 3, 4, 5, 6]
    steps = [step for event in _events(run, "steps") for step in event["steps"]]
    assert steps == [*range(1, 74), *range(73, 109)]


def test_run_without_a_checkpoint_starts_over(home: Path, at: Any, resume: Resume) -> None:
    run = _created(home)
    at("epoch", 2, lambda: run.requests.ask(Control.PAUSE))
    _run(run)
    for file in run.checkpoints.iterdir():
        file.unlink()
    resume(run)
    assert [epoch["epoch"] for epoch in _events(run, "epoch")] == [1, 2, 1, 2, 3, 4, 5, 6]


def test_memory_that_runs_out_is_a_sentence_and_keeps_what_was_learned(home: Path) -> None:
    pytest.importorskip("resource")
    long = ("RepeatVector", {"n": 100_000})
    large = dense(1000)  # It gives 12 GiB for a batch.
    wide = stack("Input", long, large, "GlobalAveragePooling1D", dense(3, "softmax"), data="wine", epochs=2)
    run = RunDirectory.create(home / "runs", wide)
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30));"
    code += "from builder.worker.main import main; sys.exit(main(sys.argv[1:]))"
    with run.log_path.open("w") as log:
        status = subprocess.run([sys.executable, "-c", code, str(run.path)], stdout=log, stderr=log, check=False)
    assert status.returncode == 1, run.log_path.read_text()
    record = run.record()
    assert (record.state, record.problem and record.problem.code) == (State.FAILED, "memory")
    assert record.problem.message == "There was not enough memory to train this network."
    assert record.problem.fix.label == "Set the batch size to 16"
    assert run.events()[-1]["message"] == record.problem.sentence()


def _long_run(home: Path) -> tuple[RunDirectory, subprocess.Popen[bytes]]:
    """A run with four checkpoints, and the process that trains it."""
    run = RunDirectory.create(home / "runs", apply(DOCUMENT, {"op": "set", "path": "training.epochs", "value": 2000}))
    with run.log_path.open("w") as log:
        worker = subprocess.Popen([sys.executable, "-m", "builder.worker.main", str(run.path)], stdout=log, stderr=log)
    deadline = time.monotonic() + 120
    while len([line for line in read_after(run.events_path)[0] if '"checkpoint"' in line]) < 4:
        assert worker.poll() is None, run.log_path.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return run, worker


def test_an_older_attempt_that_comes_back_to_life_writes_nothing(home: Path, resume: Resume) -> None:
    run, worker = _long_run(home)
    os.kill(worker.pid, signal.SIGSTOP)
    reached = max(epoch["epoch"] for epoch in _events(run, "epoch"))
    run.requests.ask_setting("epochs", reached + 5)
    resume(run)
    assert run.record().state is State.FINISHED
    run.requests.ask(Control.PAUSE)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file() and path != run.log_path}

    os.kill(worker.pid, signal.SIGCONT)
    assert worker.wait(timeout=120) == 75
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file() and path != run.log_path}
    assert after == before
    assert "Attempt 2 of this run is at work; attempt 1 writes no more." in run.log_path.read_text()
    seqs = [event["seq"] for event in run.events()]
    assert seqs == list(range(1, len(seqs) + 1))


def test_killed_run_goes_on_from_its_last_checkpoint(home: Path, resume: Resume) -> None:
    run, worker = _long_run(home)
    worker.kill()
    worker.wait()
    record = run.record()
    assert (record.state, record.pid) == (State.RUNNING, worker.pid)
    reached = max(epoch["epoch"] for epoch in _events(run, "epoch"))

    run.requests.ask_setting("epochs", reached + 5)
    resume(run)
    events = run.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    second = events[[event["type"] for event in events].index("state", 1) :]
    assert second[0]["attempt"] == 2
    epochs = [event["epoch"] for event in second if event["type"] == "epoch"]
    assert 1 < epochs[0] <= reached + 1
    assert epochs == list(range(epochs[0], reached + 6))
    assert run.record().state is State.FINISHED
    assert run.model_path.is_file()
