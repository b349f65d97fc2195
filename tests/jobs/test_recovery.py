"""What is said of a worker that died, and what becomes of its run."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_suite import states

from builder.document import Document
from builder.events import Checkpointed, EpochEnded, StateChanged, Steps
from builder.jobs import recovery
from builder.jobs.engine import MAX_SETBACKS
from builder.rundir import Control, RunDirectory, State


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run in its third epoch, with a checkpoint after the second and one of the best epoch, the first."""
    run = RunDirectory.create(tmp_path / "runs", Document(name="run", training={"batch_size": 32}))
    run.update(state=State.RUNNING, pid=1)
    log = run.event_log()
    for event in (
        StateChanged(state="running"),
        EpochEnded(epoch=2, step=20, metrics={}, seconds=1),
        Checkpointed(epoch=2, step=20, path="checkpoints/step-000000000020.npz"),
        Checkpointed(epoch=1, path="checkpoints/best.npz", best=True),
        Steps(epoch=3, steps=(21, 22, 23), losses=(1.0, 1.0, 1.0)),
    ):
        log.append(event)
    log.close()
    return run


def sentence(run: RunDirectory) -> str:
    return run.events()[-1]["message"]


@pytest.mark.parametrize(
    ("status", "seen", "words"),
    [
        (-9, {}, "The training process was ended from outside (signal 9, SIGKILL) in epoch 3, after step 23. "),
        (-15, {}, "The training process was ended from outside (signal 15, SIGTERM) in epoch 3"),
        (-11, {}, "The training process crashed (signal 11, SIGSEGV) in epoch 3, after step 23. "),
        (None, {}, "The training process is gone and left no word why in epoch 3, after step 23. "),
        (74, {}, "The run's folder could not be written, as on a full disk, so the training process ended in epoch 3"),
        (-9, {"out_of_memory": True}, "Memory ran out, and that ended the training process (signal 9, SIGKILL) in"),
        (-9, {"stood_still": True}, "The training process stood still and was ended in epoch 3, after step 23. "),
    ],
)
def test_it_says_what_happened_where_and_what_comes_next(
    run: RunDirectory, status: int | None, seen: dict[str, bool], words: str
) -> None:
    assert recovery.after_death(run, status, **seen) == 0.0
    assert sentence(run).startswith(words)
    assert "It goes on by itself from its last checkpoint, after epoch 2, step 20." in sentence(run)
    record = run.record()
    assert (record.state, record.attempt, record.pid, record.problem) == (State.QUEUED, 2, None, None)
    problem = run.events()[-2]["problem"]
    assert (problem["code"], problem["severity"]) == ("interrupted", "warning")
    assert (problem["fix"] or {}).get("label") == ("Set the batch size to 16" if "out_of_memory" in seen else None)
    assert ("batch size" in problem["hint"]) == (status in (-9, -11) and "stood_still" not in seen)


@pytest.mark.parametrize("words", ["terminate called after throwing an instance of 'std::bad_alloc'", "Out of memory"])
def test_a_crash_that_named_memory_is_told_as_that(run: RunDirectory, words: str) -> None:
    run.log_path.write_text(f"{words}\n  what():  it\n")
    recovery.after_death(run, -6)
    assert sentence(run).startswith(
        "Memory ran out, and that ended the training process (signal 6, SIGABRT) in epoch 3"
    )
    assert run.events()[-2]["problem"]["fix"]


def test_the_waits_grow_and_a_newer_checkpoint_begins_anew(run: RunDirectory) -> None:
    waits = []
    for number in range(12):
        if number % (MAX_SETBACKS - 1) == 0:
            log = run.event_log()
            log.append(Checkpointed(epoch=3, step=number, path=f"checkpoints/step-{number:012d}.npz"))
            log.close()
        waits.append(recovery.after_death(run, -9, wait=1.0))
        run.update(state=State.RUNNING)
    assert waits == [0.0, 1.0, 4.0, 16.0] * 3


def test_without_a_newer_checkpoint_it_is_given_up_and_a_person_gives_it_new_chances(run: RunDirectory) -> None:
    from builder.jobs import transitions

    found = [recovery.after_death(run, -9) for _ in range(MAX_SETBACKS)]
    assert found == [0.0] * (MAX_SETBACKS - 1) + [None]
    record = run.record()
    assert (record.state, record.problem and record.problem.code) == (State.LOST, "lost")
    assert "That happened 5 times in a row without a new checkpoint." in sentence(run)
    assert "Resume continues from epoch 3." in sentence(run)
    transitions.queued_again(run)
    assert recovery.after_death(run, -9) == 0.0


def test_one_that_never_got_to_a_checkpoint_starts_over(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path / "runs", Document(name="run"))
    run.update(state=State.STARTING)
    assert recovery.after_death(run, None) == 0.0
    assert sentence(run) == (
        "The training process is gone and left no word why before its first step. "
        "It starts again from the beginning, by itself: there was no checkpoint yet."
    )


def test_what_was_asked_is_done_and_what_the_next_attempt_can_do_is_kept(run: RunDirectory) -> None:
    run.requests.ask(Control.FINISH)
    run.requests.ask_step("epoch")
    recovery.after_death(run, -9)
    assert run.requests.asked(Control.FINISH)
    assert run.requests.step_asked()
    run.update(state=State.RUNNING)
    assert recovery.after_death(run, -9, asked=Control.PAUSE) is None, "the worker had crossed it off already"
    assert run.record().state is State.PAUSED
    run.update(state=State.RUNNING)
    run.requests.ask(Control.STOP)
    assert recovery.after_death(run, -9) is None
    assert states(run)[-3:] == ["queued", "paused", "stopped"]


def test_an_own_error_fails_the_run(run: RunDirectory) -> None:
    assert recovery.after_death(run, 1) is None
    assert run.record().state is State.FAILED
    assert "ended with status 1 in epoch 3, after step 23 before it could say why." in sentence(run)
