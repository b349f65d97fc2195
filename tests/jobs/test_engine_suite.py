"""The conformance suite itself: an honest engine passes it, and each broken promise is found by the checks on it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import engine_suite
import pytest
from engine_suite import EngineSuite
from pretend_engine import PretendEngine

from builder.jobs import Engine, EngineStatus, transitions
from builder.jobs.engine import MAX_SETBACKS
from builder.jobs.room import Room
from builder.rundir import ENDED, RunDirectory

CHECKS = [name for name in vars(EngineSuite) if name.startswith("test_")]


class TestPretendEngine(EngineSuite):
    @pytest.fixture
    def runs(self, tmp_path: Path) -> Path:
        return tmp_path / "runs"

    @pytest.fixture
    def engine(self, runs: Path) -> Iterator[Engine]:
        engine = PretendEngine(runs)
        yield engine
        engine.close(shutdown=True)


class Slow(PretendEngine):
    """No run starts before anybody has lost patience."""

    def turn(self) -> None:
        return


class Failing(PretendEngine):
    """Workers die, and the engine does not notice."""

    def died(self, run: RunDirectory, status: int) -> None:
        return


class Faint(PretendEngine):
    """It gives a run up with its first worker."""

    def died(self, run: RunDirectory, status: int) -> None:
        run.update(setbacks=MAX_SETBACKS - 1, stuck_at=self._newest(run))
        super().died(run, status)

    def _newest(self, run: RunDirectory) -> str:
        return next((event["path"] for event in reversed(run.events()) if event["type"] == "checkpoint"), "")


class Tireless(PretendEngine):
    """It never gives a run up."""

    def died(self, run: RunDirectory, status: int) -> None:
        run.update(setbacks=0)
        super().died(run, status)


class Deafened(PretendEngine):
    """What was asked of a worker dies with it."""

    def died(self, run: RunDirectory, status: int) -> None:
        run.requests.clear()
        super().died(run, status)


class Lying(PretendEngine):
    """It takes every stop, and lets a run that is going go on."""

    def stop(self, run_id: str) -> None:
        with self._lock:
            if not self._works_on(RunDirectory.open(self.runs, run_id)):
                super().stop(run_id)


class Doubling(PretendEngine):
    """It trains a run as often as it is submitted."""

    def submit(self, run: RunDirectory) -> None:
        if run.record().state in ENDED:
            transitions.queued_again(run)
        super().submit(run)


class Overloading(PretendEngine):
    """It starts whatever waits, whether it fits or not, and gives no reasons."""

    def __init__(self, runs: Path):
        super().__init__(runs)
        self.room = Room(slots=1, free=lambda: None)

    def status(self) -> EngineStatus:
        return replace(super().status(), waits={})


class Forgetting(PretendEngine):
    """It resumes from the beginning."""

    def _again(self, run: RunDirectory) -> None:
        lines = run.events_path.read_text().splitlines(keepends=True)
        run.events_path.write_text("".join(line for line in lines if '"checkpoint"' not in line))
        super()._again(run)


def failed(kind: type[PretendEngine], folder: Path) -> set[str]:
    """The checks that an engine of this kind fails."""
    found = set()
    for name in CHECKS:
        runs = folder / name
        engine = kind(runs)
        check = getattr(EngineSuite(), name)
        given = {"engine": engine, "runs": runs}
        try:
            check(**{name: given[name] for name in inspect.signature(check).parameters})
        except (Exception, pytest.fail.Exception):
            found.add(name)
        finally:
            engine.close(shutdown=True)
    return found


RESTING = {"test_an_unknown_run_is_an_error", "test_it_analyses"}
"""Checks that need no run to start."""

BROKEN: dict[type[PretendEngine], set[str]] = {
    Slow: set(CHECKS) - RESTING,
    Failing: {
        "test_a_crash_is_failed_with_a_sentence_and_can_be_resumed",
        "test_a_killed_worker_goes_on_by_itself_as_long_as_it_gets_on",
        "test_a_worker_that_dies_again_and_again_is_given_up",
        "test_what_was_asked_of_a_worker_that_dies_is_done",
    },
    Faint: {
        "test_a_killed_worker_goes_on_by_itself_as_long_as_it_gets_on",
        "test_a_worker_that_dies_again_and_again_is_given_up",
    },
    Tireless: {"test_a_worker_that_dies_again_and_again_is_given_up"},
    Deafened: {"test_what_was_asked_of_a_worker_that_dies_is_done"},
    Lying: {
        "test_a_live_setting_is_changed_on_the_way",
        "test_a_waiting_run_is_put_aside_and_queued_again",
        "test_a_worker_that_does_not_listen_is_ended",
        "test_owners_take_turns",
        "test_pause_frees_the_slot_and_resume_goes_on",
        "test_runs_wait_for_a_slot_in_their_order",
        "test_stop_of_a_running_run_keeps_what_it_learned",
        "test_stop_of_a_waiting_run_is_at_once",
        "test_what_was_asked_of_a_worker_that_dies_is_done",
    },
    Overloading: {
        "test_a_waiting_run_is_told_why_it_waits",
        "test_a_run_that_does_not_fit_waits_and_holds_no_place_for_nothing",
    },
    Doubling: {"test_submitting_twice_trains_once"},
    Forgetting: {
        "test_pause_frees_the_slot_and_resume_goes_on",
        "test_a_paused_run_goes_on_step_by_step",
        "test_a_finished_run_trains_more_epochs",
    },
}


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_broken_promise_is_found_where_it_is_broken(
    kind: type[PretendEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_suite, "DEADLINE", 0.3 if kind is Slow else 3.0)
    assert failed(kind, tmp_path) == BROKEN[kind]
