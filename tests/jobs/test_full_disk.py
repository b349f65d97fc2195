"""A disk that fills up and a folder that cannot be written, for real: runs wait, say so, and lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_suite import create, losses, states, until, until_state
from local_engines import Make
from small_disk_mount import filled, read_only, small_disk
from test_jobs_real import digits, finished_epochs

from builder.jobs import process, standstill
from builder.jobs.local import LocalEngine
from builder.rundir import RunDirectory, State
from builder.settings import Settings

EPOCHS = 120


def problems(run: RunDirectory) -> list[str]:
    return [event["problem"]["message"] for event in run.events() if event["type"] == "problem"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without the sandbox, which has the mounts of the moment in which it was made, and would not see ours."""
    return settings.model_copy(update={"sandbox": False})


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "16m") as folder:
        yield folder


@pytest.fixture
def real(disk: Path) -> Iterator[LocalEngine]:
    """The engine with real workers, in a home on the small disk."""
    engine = LocalEngine(Settings(home=disk / "home", slots=1, sandbox=False))
    status = engine.status()
    yield engine
    engine.close(shutdown=True)
    until(lambda: not any(process.alive(pid) for pid in (status.supervisor, *status.processes)), "the end")


@pytest.fixture
def run(real: LocalEngine, disk: Path) -> RunDirectory:
    """A run that is being trained."""
    run = RunDirectory.create(disk / "home" / "runs", digits(EPOCHS))
    real.submit(run)
    until(lambda: finished_epochs(run), "an epoch")
    return run


def test_training_stands_still_on_a_full_disk_and_goes_on_after(run: RunDirectory, disk: Path) -> None:
    with filled(disk):
        told = until(lambda: standstill(run, run.record()), "the sentence")
        assert (
            told.message == "The run's folder is on a disk that is full: the run waits, and keeps what it has learned."
        )
        until(run.held_path.exists, "the standstill")
        assert run.record().state is State.RUNNING
    until(lambda: standstill(run, run.record()) is None, "its going on")
    until_state(run, State.FINISHED)
    assert finished_epochs(run) == list(range(1, EPOCHS + 1)), "nothing was left out and nothing was done twice"
    assert states(run) == ["starting", "running", "finished"]
    assert any("No space left on device" in message and "stood still" in message for message in problems(run))
    seqs = [event["seq"] for event in run.events()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert run.model_path.is_file()
    assert not run.held_path.exists()


def test_a_folder_that_cannot_be_written_ends_the_run_only_for_a_while(run: RunDirectory) -> None:
    with read_only(run.path):
        told = until(lambda: standstill(run, run.record()), "the sentence")
        assert told.message.startswith("The run's folder is not writable")
        until(lambda: [event for event in run.events() if event.get("state") == "failed"], "the end of training")
        assert run.record().state is State.RUNNING, "nobody could write that"
    until_state(run, State.FINISHED)
    assert any("The trained model could not be saved: Read-only file system." in message for message in problems(run))
    assert any("The run's folder could not be written" in message for message in problems(run))
    assert sorted(set(finished_epochs(run))) == list(range(1, EPOCHS + 1))
    assert (run.record().attempt, run.model_path.is_file()) == (2, True)


def test_a_waiting_run_waits_for_its_folder(make: Make, runs: Path) -> None:
    engine = make(retry=0.1)
    run = create(runs, "quick")
    with read_only(run.path):
        engine.submit(run)
        log = runs.parent / "supervisor.log"
        until(lambda: log.exists() and "cannot start yet" in log.read_text(), "a try")
        assert run.record().state is State.QUEUED
        assert "is not writable" in standstill(run, run.record()).message
    until_state(run, State.FINISHED)
    assert losses(run) == [1, 2, 3]


def test_what_was_interrupted_waits_for_its_folder_too(make: Make, runs: Path) -> None:
    """After a power cut the disk comes back read-only: the run is found again when it can be written."""
    run = create(runs, "quick")
    run.update(state=State.RUNNING)
    with read_only(run.path):
        make(retry=0.1).status()
        log = runs.parent / "supervisor.log"
        until(lambda: log.exists() and "left as it is for now" in log.read_text(), "a try")
        assert run.record().state is State.RUNNING
    until_state(run, State.FINISHED)
    assert run.record().attempt == 2
