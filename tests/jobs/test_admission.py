"""Whether a document may become a run, over an engine that says what it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_suite import create, losses, until, until_state
from local_engines import Make
from pretend_engine import PretendEngine
from test_limits import attempt

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.document import Document, Graph, Node
from builder.errors import LoomError, RunError
from builder.jobs import EngineStatus, start
from builder.rundir import RunDirectory, State
from builder.settings import Settings

DOCUMENT = Document(name="endless", model=Graph(nodes=(Node(id="image", kind="Input"),)))


class Small(PretendEngine):
    """An engine whose runs may use little, over networks of a known size."""

    memory: int | None = 700_000_000
    user_queued = 0
    answers = True

    def analyse(self, document: Document) -> Analysis:
        if not self.answers:
            raise RunError("Nobody is there.", code="analysis")
        report = NodeReport(output=Tensor(shape=(None, 1000), dtype="float32"))
        return Analysis(nodes={"image": report}, activation_bytes=4_000_000, inside_bytes=0)

    def status(self) -> EngineStatus:
        return replace(super().status(), memory=self.memory, user_queued=self.user_queued)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Small]:
    engine = Small(tmp_path)
    yield engine
    engine.close(shutdown=True)


def test_what_can_never_fit_is_refused_with_what_it_needs_what_there_is_and_a_mend(
    engine: Small, tmp_path: Path
) -> None:
    with pytest.raises(LoomError) as caught:
        start(engine, tmp_path, DOCUMENT)
    problem = caught.value.problem
    assert problem.message == "Training needs about 832 MB of memory, and a run may use 700 MB here."
    assert problem.hint == "With batches of 8 instead of 32 it fits."
    assert problem.fix.edits == ({"op": "set", "path": "training.batch_size", "value": 8},)
    assert RunDirectory.all(tmp_path) == []


def test_what_fits_starts_and_brings_what_it_needs(engine: Small, tmp_path: Path) -> None:
    engine.memory = 900_000_000
    assert start(engine, tmp_path, DOCUMENT).record().memory == 832_000_000


@pytest.mark.parametrize("change", [{"memory": None}, {"answers": False}, {}], ids=["no bound", "no answer", "force"])
def test_what_nobody_knows_is_let_in(engine: Small, tmp_path: Path, change: dict[str, object]) -> None:
    vars(engine).update(change)
    run = start(engine, tmp_path, DOCUMENT, force=not change)
    until(lambda: losses(run), "a loss")


def test_a_person_may_have_so_many_runs_waiting(engine: Small, tmp_path: Path) -> None:
    engine.memory, engine.user_queued = None, 2
    going = start(engine, tmp_path, DOCUMENT, owner="ada")
    until_state(going, State.RUNNING)
    for _ in range(2):
        start(engine, tmp_path, DOCUMENT, owner="ada")
    with pytest.raises(RunError, match="2 runs of ada are waiting already, and no more than 2 may"):
        start(engine, tmp_path, DOCUMENT, owner="ada")
    start(engine, tmp_path, DOCUMENT, owner="ben")


def test_a_second_press_is_the_first_run_and_never_refused(engine: Small, tmp_path: Path) -> None:
    engine.memory, engine.user_queued = None, 1
    until_state(start(engine, tmp_path, DOCUMENT), State.RUNNING)
    first = start(engine, tmp_path, DOCUMENT, key="press")
    assert start(engine, tmp_path, DOCUMENT, key="press").id == first.id


class TestSharing:
    @pytest.fixture
    def settings(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
        return Settings(home=tmp_path / "home", slots=3, user_running=1)

    def test_workers_see_the_gpu_that_is_theirs(self, make: Make, runs: Path, settings: Settings) -> None:
        engine = make()
        first = create(runs, "endless", "ada")
        engine.submit(first)
        until_state(first, State.RUNNING)
        found = attempt(make, create(runs, "look", "ben"))
        assert (first.record().gpu, found["environ"]["CUDA_VISIBLE_DEVICES"]) == ("4", "7")
        second, third, fourth = (
            create(runs, "endless", "ada"),
            create(runs, "endless", "ben"),
            create(runs, "quick", "cy"),
        )
        engine.submit(second)
        engine.submit(third)
        until_state(third, State.RUNNING)
        engine.submit(fourth)
        assert engine.status().waits[fourth.id] == "waits for a GPU: all 2 are in use"
        engine.stop(third.id)
        until_state(fourth, State.FINISHED)
        until(lambda: engine.status().running == (first.id,), "the end of the others")
        assert engine.status().waits == {second.id: "waits for another run of ada: 1 run trains at a time, and no more"}
        engine.stop(first.id)
        until_state(second, State.RUNNING)
        assert second.record().gpu == "4"
        engine.stop(second.id)
        until_state(second, State.STOPPED)
