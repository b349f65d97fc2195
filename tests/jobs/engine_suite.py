"""What every engine must keep (`builder.jobs.engine`). An implementation inherits `EngineSuite` and gives two
fixtures:

`engine`, over workers that behave as `fake_worker` describes and with one slot, and `runs`, its folder of
runs. An implementation that is slow by nature sets `engine_suite.DEADLINE`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from builder.document import Document, Graph, Node, apply
from builder.errors import RunError
from builder.jobs import Engine
from builder.jobs.engine import MAX_SETBACKS
from builder.rundir import Control, RunDirectory, State

T = TypeVar("T")
DEADLINE = 120.0
EPOCHS = 3


def until(condition: Callable[[], T], what: str = "") -> T:
    """Wait for something to become true, and return it."""
    deadline = time.monotonic() + DEADLINE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {DEADLINE:g} s in vain{what and ' for ' + what}")
        time.sleep(0.005)
    return value


def until_state(run: RunDirectory, *states: State) -> State:
    return until(lambda: (state := run.record().state) in states and state, f"{states} of {run.record()!r}")


def states(run: RunDirectory) -> list[str]:
    """The states that the events tell, in order."""
    return [event["state"] for event in run.events() if event["type"] == "state"]


def losses(run: RunDirectory) -> list[int]:
    """The epochs that were trained, in order."""
    return [event["epoch"] for event in run.events() if event["type"] == "steps"]


def create(
    runs: Path, behaviour: str, owner: str = "local", epochs: int = EPOCHS, memory: int | None = None
) -> RunDirectory:
    document = apply(Document(name=behaviour), {"op": "set", "path": "training.epochs", "value": epochs})
    return RunDirectory.create(runs, document, owner=owner, memory=memory)


def changes(run: RunDirectory) -> list[tuple[str, float]]:
    """The settings that were changed on the way, as the events tell it."""
    return [(event["setting"], event["value"]) for event in run.events() if event["type"] == "setting"]


class EngineSuite:
    def test_a_run_is_trained_to_its_end(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
        assert states(run) == ["starting", "running", "finished"]
        assert [event["seq"] for event in run.events()] == list(range(1, len(run.events()) + 1))

    def test_submitting_twice_trains_once(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "quick")
        engine.submit(run)
        engine.submit(run)
        until_state(run, State.FINISHED)
        engine.submit(run)
        assert engine.status().queued == ()
        assert states(run).count("running") == 1

    def test_runs_wait_for_a_slot_in_their_order(self, engine: Engine, runs: Path) -> None:
        first, second, third = create(runs, "endless"), create(runs, "quick"), create(runs, "quick")
        for run in (first, second, third):
            engine.submit(run)
        until_state(first, State.RUNNING)
        status = engine.status()
        assert (status.slots, status.running, status.queued) == (1, (first.id,), (second.id, third.id))
        engine.stop(first.id)
        until_state(third, State.FINISHED)
        assert second.record().ended < third.record().started

    def test_owners_take_turns(self, engine: Engine, runs: Path) -> None:
        going = create(runs, "endless", "ada")
        ada = [create(runs, "quick", "ada") for _ in range(2)]
        ben = create(runs, "quick", "ben")
        for run in (going, *ada, ben):
            engine.submit(run)
        until_state(going, State.RUNNING)
        assert engine.status().queued[0] == ben.id
        engine.stop(going.id)
        until_state(ada[1], State.FINISHED)
        assert ben.record().started < ada[0].record().started

    def test_a_waiting_run_is_told_why_it_waits(self, engine: Engine, runs: Path) -> None:
        going, waiting = create(runs, "endless"), create(runs, "quick")
        for run in (going, waiting):
            engine.submit(run)
        until_state(going, State.RUNNING)
        assert engine.status().waits == {waiting.id: "waits for a slot: the only one is in use"}

    def test_a_run_that_does_not_fit_waits_and_holds_no_place_for_nothing(self, engine: Engine, runs: Path) -> None:
        """No run that ends makes room for it, so the others go by."""
        huge = create(runs, "quick", memory=2**60)
        engine.submit(huge)
        for _ in range(5):
            run = create(runs, "quick")
            engine.submit(run)
            until_state(run, State.FINISHED)
        until(lambda: not engine.status().running, "the last worker's end")
        assert huge.record().state is State.QUEUED
        assert engine.status().waits[huge.id].startswith("waits for memory: needs 1152921504.3 GB, ")
        engine.stop(huge.id)
        assert huge.record().state is State.STOPPED

    def test_stop_of_a_waiting_run_is_at_once(self, engine: Engine, runs: Path) -> None:
        going, waiting = create(runs, "endless"), create(runs, "quick")
        engine.submit(going)
        engine.submit(waiting)
        until_state(going, State.RUNNING)
        engine.stop(waiting.id)
        assert waiting.record().state is State.STOPPED
        assert states(waiting) == ["stopped"]
        engine.stop(going.id)
        until_state(going, State.STOPPED)
        assert waiting.record().state is State.STOPPED

    def test_stop_of_a_running_run_keeps_what_it_learned(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until(lambda: losses(run), "a first loss")
        engine.stop(run.id)
        until_state(run, State.STOPPED)
        assert run.record().epoch == losses(run)[-1]
        engine.stop(run.id)
        assert states(run) == ["starting", "running", "stopped"]

    def test_a_worker_that_does_not_listen_is_ended(self, engine: Engine, runs: Path) -> None:
        deaf, frozen = create(runs, "deaf"), create(runs, "frozen")
        for run in (deaf, frozen):
            engine.submit(run)
            until(lambda run=run: losses(run), "a first loss")
            engine.stop(run.id)
            until_state(run, State.STOPPED)

    def test_pause_frees_the_slot_and_resume_goes_on(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until(lambda: losses(run), "a first loss")
        engine.pause(run.id)
        until_state(run, State.PAUSED)
        until(lambda: not engine.status().running, "the slot")
        engine.resume(run.id)
        until(lambda: run.record().state is State.RUNNING, "the second attempt")
        trained = len(losses(run))
        until(lambda: len(losses(run)) > trained, "another loss")
        engine.stop(run.id)
        until_state(run, State.STOPPED)
        assert run.record().attempt == 2
        assert losses(run) == list(range(1, len(losses(run)) + 1)), "it went on from the checkpoint"

    def test_resume_at_once_takes_the_pause_back(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until(lambda: losses(run), "a first loss")
        engine.pause(run.id)
        engine.resume(run.id)
        trained = len(losses(run))
        until(lambda: len(losses(run)) > trained + 3 and run.record().state is State.RUNNING, "more losses")
        assert not run.requests.asked(Control.PAUSE)

    def test_stop_of_a_paused_run_is_at_once(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_state(run, State.RUNNING)
        engine.pause(run.id)
        until_state(run, State.PAUSED)
        until(lambda: not engine.status().running, "the worker's end")
        engine.stop(run.id)
        assert run.record().state is State.STOPPED

    def test_a_waiting_run_is_put_aside_and_queued_again(self, engine: Engine, runs: Path) -> None:
        going, waiting = create(runs, "endless"), create(runs, "quick")
        engine.submit(going)
        engine.submit(waiting)
        until_state(going, State.RUNNING)
        engine.pause(waiting.id)
        assert waiting.record().state is State.PAUSED
        assert engine.status().queued == ()
        engine.resume(waiting.id)
        assert engine.status().queued == (waiting.id,)
        engine.stop(going.id)
        until_state(waiting, State.FINISHED)

    def test_pausing_twice_is_pausing_once(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until(lambda: losses(run), "a first loss")
        engine.pause(run.id)
        engine.pause(run.id)
        until_state(run, State.PAUSED)
        until(lambda: not engine.status().running, "the slot")
        engine.pause(run.id)
        assert states(run) == ["starting", "running", "paused"]

    def test_the_epoch_is_finished_before_the_end(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until(lambda: losses(run), "a first loss")
        engine.finish(run.id)
        until_state(run, State.STOPPED)
        assert run.record().epoch == losses(run)[-1]

    def test_a_paused_run_goes_on_step_by_step(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_state(run, State.RUNNING)
        with pytest.raises(RunError, match="only a paused run"):
            engine.step(run.id, "batch")
        engine.pause(run.id)
        until_state(run, State.PAUSED)
        until(lambda: not engine.status().running, "the slot")
        for stride in ("batch", "epoch"):
            trained = losses(run)
            engine.step(run.id, stride)
            until(lambda trained=trained: losses(run) != trained, "the step")
            until_state(run, State.PAUSED)
            assert losses(run) == [*trained, trained[-1] + 1]

    def test_a_finished_run_trains_more_epochs(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
        until(lambda: not engine.status().running, "the worker's end")
        engine.extend(run.id, 2)
        until(lambda: run.record().epoch == EPOCHS + 2, "two more epochs")
        until_state(run, State.FINISHED)
        assert losses(run) == list(range(1, EPOCHS + 3)), "it went on from the checkpoint"
        assert (run.record().epochs, run.document().training.epochs) == (EPOCHS + 2, EPOCHS)

    def test_a_live_setting_is_changed_on_the_way(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until(lambda: losses(run), "a first loss")
        engine.change(run.id, "learning_rate", 0.5)
        until(lambda: changes(run) == [("learning_rate", 0.5)], "the change")
        assert [(change.setting, change.value) for change in run.record().changes] == [("learning_rate", 0.5)]
        for setting, value, sentence in (
            ("batch_size", 8, "cannot be changed while a run trains"),
            ("learning_rate", -1, "must be a number"),
            ("epochs", "many", "must be a whole number"),
        ):
            with pytest.raises(RunError, match=sentence):
                engine.change(run.id, setting, value)
        engine.stop(run.id)
        until_state(run, State.STOPPED)
        with pytest.raises(RunError, match="was stopped"):
            engine.change(run.id, "learning_rate", 0.1)

    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
        until(lambda: not engine.status().running, "the worker's end")
        before = run.record()
        for act in (engine.pause, engine.finish, lambda run_id: engine.step(run_id, "batch")):
            with pytest.raises(RunError, match="has finished"):
                act(run.id)
        engine.stop(run.id)
        assert run.record() == before

    def test_a_finished_run_has_nothing_to_resume(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
        until(lambda: not engine.status().running, "the worker's end")
        with pytest.raises(RunError, match="has finished"):
            engine.resume(run.id)

    def test_a_crash_is_failed_with_a_sentence_and_can_be_resumed(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "crash")
        engine.submit(run)
        until_state(run, State.FAILED)
        problem = run.record().problem
        assert problem
        assert "ended with status 3" in problem.message
        assert "Traceback" not in problem.sentence()
        assert run.events()[-1]["message"] == problem.sentence()
        engine.resume(run.id)
        until(lambda: run.record().attempt == 2 and run.record().state is State.FAILED, "the second crash")

    def test_a_killed_worker_goes_on_by_itself_as_long_as_it_gets_on(self, engine: Engine, runs: Path) -> None:
        epochs = MAX_SETBACKS + 3
        run = create(runs, "unlucky", epochs=epochs)
        engine.submit(run)
        until_state(run, State.FINISHED)
        assert losses(run) == list(range(1, epochs + 1)), "it went on from the checkpoint each time"
        assert run.record().attempt == epochs
        assert (run.record().problem, [event["seq"] for event in run.events()]) == (
            None,
            list(range(1, len(run.events()) + 1)),
        )
        told = [event["problem"] for event in run.events() if event["type"] == "problem"]
        assert len(told) == epochs - 1
        assert "ended from outside (signal 9, SIGKILL) in epoch 2, after step 2." in told[1]["message"]
        assert "It goes on by itself from its last checkpoint, after epoch 2" in told[1]["hint"]
        assert (told[1]["severity"], told[1]["code"]) == ("warning", "interrupted")

    def test_a_worker_that_dies_again_and_again_is_given_up(self, engine: Engine, runs: Path) -> None:
        run = create(runs, "abort")
        engine.submit(run)
        until_state(run, State.LOST)
        problem = run.record().problem
        assert "crashed (signal 6, SIGABRT) before its first step" in problem.message
        assert f"{MAX_SETBACKS} times in a row" in problem.message
        assert "Resume starts it again." in problem.hint
        assert run.events()[-1]["message"] == problem.sentence()
        assert states(run).count("starting") == MAX_SETBACKS
        engine.resume(run.id)
        until(lambda: run.record().attempt == 2 * MAX_SETBACKS and run.record().state is State.LOST, "new chances")

    def test_what_was_asked_of_a_worker_that_dies_is_done(self, engine: Engine, runs: Path) -> None:
        for act, state in ((engine.pause, State.PAUSED), (engine.stop, State.STOPPED)):
            run = create(runs, "faint")
            engine.submit(run)
            until(lambda run=run: losses(run), "a first loss")
            act(run.id)
            until_state(run, state)
            until(lambda: not engine.status().running, "the slot")
            assert states(run) == ["starting", "running", str(state)]
            assert "SIGKILL" in run.events()[-1]["message"]

    def test_an_unknown_run_is_an_error(self, engine: Engine) -> None:
        for act in (engine.stop, engine.pause, engine.resume):
            with pytest.raises(RunError, match="There is no run"):
                act("20260101-000000-abcdef")

    def test_it_analyses(self, engine: Engine) -> None:
        document = Document(model=Graph(nodes=(Node(id="image", kind="Input"),)))
        assert "image" in engine.analyse(document).nodes

    def test_it_can_be_used_again_after_close(self, engine: Engine, runs: Path) -> None:
        engine.close()
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
