"""What workers may not do, tried by real processes: in bubblewrap where it works, and with limits alone always."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_suite import create, losses, until, until_state
from local_engines import Make

from builder.document import Document
from builder.jobs import process
from builder.jobs.sandbox import sandbox
from builder.rundir import RunDirectory, State
from builder.settings import Settings
from builder.worker import landlock

MEMORY, TASKS, FILE = 256, 24, 2


@pytest.fixture(params=[True, False], ids=["bubblewrap", "limits-alone"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "hush")
    chosen = Settings(
        home=tmp_path / "home", slots=1, sandbox=request.param, run_memory=MEMORY, run_tasks=TASKS, run_file=FILE
    )
    if chosen.sandbox and (why_not := sandbox(chosen).why_not):
        pytest.skip(why_not)
    return chosen


@pytest.fixture
def server() -> Iterator[int]:
    """The port of somebody who takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def attempt(make: Make, run: RunDirectory, *arguments: Any) -> Any:
    """What came of a worker's attempt; its run goes on to its end."""
    (run.path / "arguments.json").write_text(json.dumps(arguments))
    make().submit(run)
    until_state(run, State.FINISHED)
    return json.loads((run.path / "found.json").read_text())


def landlocked(rules: int = 1) -> bool:
    return landlock.version() >= rules


def test_a_worker_writes_its_run_and_nothing_else(make: Make, runs: Path, settings: Settings, tmp_path: Path) -> None:
    if not landlocked():
        pytest.skip("this kernel has no Landlock, so that workers of one home are not apart")
    other = create(runs, "quick")
    places = [str(place) for place in (other.path, runs, settings.home, tmp_path, Path(__file__).parent)]
    run = create(runs, "write")
    found = attempt(make, run, *places)
    assert found.pop(str(run.path)) == "ok"
    assert list(found) == places
    assert [place for place in places if list(Path(place).glob("written-by-*"))] == []


def test_a_worker_reaches_nobody(make: Make, runs: Path, settings: Settings, server: int) -> None:
    if not settings.sandbox and not landlocked(4):
        pytest.skip("neither bubblewrap nor Landlock for TCP is here")
    assert attempt(make, create(runs, "connect"), server) != "ok"


def test_a_run_whose_data_are_not_here_may_fetch_them(
    make: Make, runs: Path, settings: Settings, server: int, tmp_path: Path
) -> None:
    cache = tmp_path / "keras"
    document = Document(name="fetch", data={"dataset": "mnist"}, training={"epochs": 2})
    assert attempt(make, RunDirectory.create(runs, document), server, str(cache)) == ["ok", "ok"]
    assert list(cache.glob("written-by-*")), "it is there for the runs to come"
    (cache / "datasets").mkdir()
    (cache / "datasets" / "mnist.npz").touch()
    again = attempt(make, RunDirectory.create(runs, document), server, str(cache))
    if landlocked(4):
        assert "ok" not in again


def test_a_worker_is_told_nothing_of_the_server(make: Make, runs: Path, settings: Settings) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "layerloom.db").write_text("secret")
    found = attempt(make, create(runs, "look"), str(settings.home / "layerloom.db"), f"/proc/{os.getpid()}/environ")
    assert "SECRET_OF_THE_SERVER" not in found["environ"]
    assert found["environ"]["KERAS_HOME"] == os.environ["KERAS_HOME"]
    assert Path(found["environ"]["TMPDIR"]).parent.parent == runs
    until(lambda: not Path(found["environ"]["TMPDIR"]).exists(), "the end of its temporary files")
    if settings.sandbox:
        assert found["read"] == []


def test_a_worker_that_eats_memory_is_ended_with_the_limit_named(make: Make, runs: Path) -> None:
    run = create(runs, "eat")
    engine = make()
    engine.submit(run)
    until_state(run, State.FAILED)
    problem = run.record().problem
    assert (problem.code, problem.where) == ("memory", "training.batch_size")
    assert problem.message == "The run was ended because it used more than 268 MB of memory, its limit here."
    assert "raise the setting run_memory. Resume starts it again." in problem.hint
    assert run.events()[-1]["message"] == problem.sentence()
    following = create(runs, "quick")
    engine.submit(following)
    until_state(following, State.FINISHED)


def test_a_worker_that_forks_without_end_is_ended_with_all_of_it(make: Make, runs: Path) -> None:
    run = create(runs, "fork")
    make().submit(run)
    until_state(run, State.FAILED)
    problem = run.record().problem
    # As somebody else than root, the system refuses the process that is one too many, and the worker crashes of it.
    assert problem.code in ("tasks", "crashed")
    if problem.code == "tasks":
        assert problem.message.startswith("The run was ended because it had more than 24 processes and threads")
        until(lambda: not started_by(run), "the end of what it started")
    for pid in started_by(run):
        process.send(pid, process.KILL)


def started_by(run: RunDirectory) -> list[int]:
    """Processes that the run's "fork" worker has left."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == f"sleep-{run.id}".encode():
            found.append(int(folder.name))
    return found


def test_a_file_has_a_largest_size_and_the_run_goes_on(make: Make, runs: Path) -> None:
    assert attempt(make, create(runs, "fill"), FILE + 1) == [FILE * 2**20, "File too large"]


def test_the_first_process_to_go_when_memory_runs_out_is_a_worker(make: Make, runs: Path) -> None:
    run = create(runs, "endless")
    engine = make()
    engine.submit(run)
    until(lambda: losses(run), "a loss")
    pid = run.record().pid
    until(lambda: int(Path(f"/proc/{pid}/oom_score_adj").read_text()) == 500, "the mark")
    engine.stop(run.id)
    until_state(run, State.STOPPED)


class TestTime:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(home=tmp_path / "home", slots=1, run_minutes=0.01)

    def test_a_worker_that_does_not_look_at_the_time_is_asked_to_stop(self, make: Make, runs: Path) -> None:
        run = create(runs, "endless")
        make(grace=0.2).submit(run)
        until_state(run, State.STOPPED)
        assert run.record().epoch == losses(run)[-1]
