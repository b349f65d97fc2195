"""The local engine over the real children: TensorFlow in forked and fresh workers, Keras in the analysis process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import pairwise

import pytest
from engine_suite import states, until, until_state
from local_engines import worker_pid

from builder.document import Document, from_value
from builder.jobs import process
from builder.jobs.local import LocalEngine
from builder.rundir import RunDirectory, State
from builder.settings import Settings

EPOCHS = 60


def digits(epochs: int) -> Document:
    layers = [
        {"id": "image", "kind": "Input"},
        {"id": "scale", "kind": "Rescaling", "params": {"scale": 0.0625}},
        {"id": "flat", "kind": "Flatten"},
        {"id": "hidden", "kind": "Dense", "params": {"units": 32, "activation": "relu"}},
        {"id": "digit", "kind": "Dense", "params": {"units": 10, "activation": "softmax"}},
    ]
    names = [layer["id"] for layer in layers]
    edges = [{"source": source, "target": target} for source, target in pairwise(names)]
    return from_value(
        {
            "format": 1,
            "name": "Digits",
            "model": {"nodes": layers, "edges": edges},
            "data": {"dataset": "digits"},
            "training": {"metrics": ["accuracy"], "epochs": epochs},
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("real") / "home", slots=1)


@pytest.fixture(scope="module")
def real(home: Settings) -> Iterator[LocalEngine]:
    engine = LocalEngine(home)
    until(lambda: engine.status().warm, "the zygote")
    yield engine
    status = engine.status()
    engine.close(shutdown=True)
    until(lambda: not any(process.alive(pid) for pid in (status.supervisor, *status.processes)), "the end")


def start(engine: LocalEngine, settings: Settings, epochs: int) -> RunDirectory:
    run = RunDirectory.create(settings.runs, digits(epochs))
    engine.submit(run)
    return run


def finished_epochs(run: RunDirectory) -> list[int]:
    return [event["epoch"] for event in run.events() if event["type"] == "epoch"]


def checkpoints(run: RunDirectory) -> list[int]:
    return [event["epoch"] for event in run.events() if event["type"] == "checkpoint" and not event["best"]]


def assert_whole(run: RunDirectory) -> None:
    """It finished, no epoch was left out, and nobody was shown a traceback."""
    until_state(run, State.FINISHED)
    assert sorted(set(finished_epochs(run))) == list(range(1, run.record().epochs + 1))
    assert run.model_path.is_file()
    assert "Traceback" not in run.log_path.read_text()


def test_a_forked_worker_learns_the_digits(real: LocalEngine, home: Settings) -> None:
    run = start(real, home, 4)
    assert_whole(run)
    assert states(run) == ["starting", "running", "finished"]
    assert run.record().metrics["val_accuracy"] > 0.8


def test_a_worker_killed_in_training_goes_on_from_its_checkpoint(real: LocalEngine, home: Settings) -> None:
    run = start(real, home, EPOCHS)
    until(lambda: checkpoints(run), "a checkpoint")
    os.kill(worker_pid(home, run.id), signal.SIGKILL)
    until(lambda: run.record().attempt == 2, "the next attempt")
    assert_whole(run)
    assert run.record().attempt == 2
    events = run.events()
    death = next(index for index, event in enumerate(events) if event["type"] == "problem")
    before, after = events[:death], events[death:]
    held = [event for event in before if event["type"] == "checkpoint" and not event["best"]][-1]
    hint = f"from its last checkpoint, after epoch {held['epoch']}, step {held['step']}."
    assert hint in events[death]["problem"]["hint"]
    assert next(event["epoch"] for event in after if event["type"] == "epoch") == held["epoch"] + 1


def test_the_run_outlives_its_supervisor(real: LocalEngine, home: Settings) -> None:
    run = start(real, home, EPOCHS)
    until(lambda: finished_epochs(run), "an epoch")
    supervisor, worker = real.status().supervisor, worker_pid(home, run.id)
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: real.status().supervisor != supervisor, "a successor")
    assert worker_pid(home, run.id) in (worker, None)
    assert_whole(run)
    assert run.record().attempt == 1


def test_shutdown_pauses_and_the_next_start_finishes(real: LocalEngine, home: Settings) -> None:
    run = start(real, home, EPOCHS)
    until(lambda: finished_epochs(run), "an epoch")
    real.close(shutdown=True)
    assert run.record().state is State.PAUSED
    assert real.status().slots == 1, "the next supervisor is there"
    assert_whole(run)
    assert states(run)[:3] == ["starting", "running", "paused"]


def test_without_the_zygote_a_fresh_process_trains(real: LocalEngine, home: Settings) -> None:
    until(lambda: real.status().warm, "the zygote")
    zygote = real.status().processes[-1]
    os.kill(zygote, signal.SIGKILL)
    until(lambda: zygote not in real.status().processes, "its end to be noticed")
    run = start(real, home, 2)
    assert_whole(run)
    log = (home.home / "supervisor.log").read_text()
    assert "zygote ended with status -9" in log


def test_keras_answers_and_answers_again_after_a_kill(real: LocalEngine) -> None:
    answer = real.analyse(digits(1))
    assert answer.nodes["hidden"].parameters == 64 * 32 + 32
    assert answer.nodes["digit"].output.shape == (None, 10)
    analysis = real.status().processes[0]
    os.kill(analysis, signal.SIGKILL)
    edited = digits(1).to_dict()
    edited["model"]["nodes"][3]["params"]["units"] = 33
    assert real.analyse(from_value(edited)).nodes["hidden"].parameters == 64 * 33 + 33
