"""A worker that stands still is told of, ended where that helps, and never where it only is slow."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from engine_suite import create, losses, states, until, until_state
from local_engines import Make, worker_pid

from builder.document import Document
from builder.jobs import memory_kills, process, standstill
from builder.jobs.heartbeat import Pulse
from builder.rundir import RunDirectory, State
from builder.settings import Settings


def problems(run: RunDirectory) -> list[str]:
    return [event["problem"]["message"] for event in run.events() if event["type"] == "problem"]


def halted(make: Make, runs: Path, settings: Settings, **timing: float) -> tuple[object, RunDirectory, int]:
    """A worker that somebody has halted in the middle of its run."""
    engine = make(**timing)
    run = create(runs, "endless")
    engine.submit(run)
    until(lambda: losses(run), "a first loss")
    pid = worker_pid(settings, run.id)
    os.kill(pid, signal.SIGSTOP)
    return engine, run, pid


def test_a_halted_worker_is_told_of_and_left_alone(make: Make, runs: Path, settings: Settings) -> None:
    engine, run, pid = halted(make, runs, settings, still=0.5, dead=1.0)
    until(lambda: process.state(pid) == "T", "the halt")
    until(lambda: (told := standstill(run, run.record())) and "(SIGSTOP)" in told.message, "the sentence")
    time.sleep(1.5)  # It would have been ended by now.
    seen = engine.status()
    assert (seen.running, process.alive(pid)) == ((run.id,), True)
    trained = len(losses(run))
    os.kill(pid, signal.SIGCONT)
    until(lambda: len(losses(run)) > trained and standstill(run, run.record()) is None, "its going on")
    assert (states(run), run.record().attempt) == (["starting", "running"], 1)
    engine.stop(run.id)
    until_state(run, State.STOPPED)
    assert not run.standstill_path.exists()


def test_what_is_told_is_what_holds_now(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path / "runs", Document(name="slow"))
    run.update(state=State.RUNNING)
    pulse = Pulse(since=0.0)
    told = []
    for still, halted in ((True, False), (True, True), (False, False)):
        pulse.note(run, still=still, halted=halted)
        told.append(standstill(run, run.record()))
    sleeps, stopped, lives = told
    assert (
        sleeps.message == "The training process gives no sign of life: it waits for a disk, the network or for itself."
    )
    assert stopped.message == "The training process gives no sign of life: somebody has halted it (SIGSTOP)."
    assert "SIGCONT lets it go on." in stopped.hint
    assert lives is None


def test_one_that_goes_on_after_a_halt_has_its_time_again() -> None:
    pulse = Pulse(since=0.0)
    assert [pulse.asleep(state, now) for state, now in (("S", 600.0), ("T", 700.0), ("S", 700.5), ("S", 900.0))] == [
        600.0,
        0.0,
        0.5,
        200.0,
    ]
    pulse.since = 890.0
    assert pulse.asleep("S", 900.0) == 10.0


def test_word_of_an_earlier_supervisor_is_taken_away(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path / "runs", Document(name="slow"))
    Pulse(since=0.0).note(run, still=True, halted=False)
    assert run.standstill_path.exists()
    Pulse(since=0.0).note(run, still=False, halted=False)
    assert not run.standstill_path.exists()


def test_a_pause_that_a_halted_worker_cannot_hear_is_done(make: Make, runs: Path, settings: Settings) -> None:
    engine, run, pid = halted(make, runs, settings, still=0.3)
    engine.pause(run.id)
    until_state(run, State.PAUSED)
    assert not process.alive(pid)
    assert problems(run) == [
        f"The training process stood still and was ended in epoch {len(losses(run))}, after step {len(losses(run))}."
    ]
    trained = losses(run)
    engine.resume(run.id)
    until(lambda: len(losses(run)) > len(trained), "another loss")
    assert losses(run)[: len(trained) + 1] == [*trained, trained[-1] + 1]


def test_one_that_sleeps_for_ever_is_ended_and_its_run_goes_on(make: Make, runs: Path) -> None:
    engine = make(still=0.2, dead=0.4)
    run = create(runs, "asleep")
    engine.submit(run)
    until_state(run, State.FINISHED)
    assert "stood still and was ended in epoch 2, after step 2." in problems(run)[0]
    assert "smaller batch" not in run.events()[-1].get("hint", "")
    assert losses(run) == [1, 2, 3]


def test_processor_time_alone_is_a_sign_of_life(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path / "runs", Document(name="slow"))
    pulse = Pulse(since=0.0)
    assert pulse.still(run, os.getpid(), 100.0) == 0.0
    used = process.cpu_seconds(os.getpid())
    until(lambda: [sum(range(10_000))] and process.cpu_seconds(os.getpid()) > used + 0.05, "some work")
    assert pulse.still(run, os.getpid(), 900.0) == 0.0, "no event, and yet it lives"
    pulse.used = 1e9
    assert pulse.still(run, os.getpid(), 960.0) == 60.0
    log = run.event_log()
    from builder.events import DataProgress

    log.append(DataProgress(phase="loading", message="Reading"))
    log.close()
    assert pulse.still(run, os.getpid(), 970.0) == 0.0


def test_kills_for_want_of_memory_are_counted_where_the_system_does(tmp_path: Path) -> None:
    group, machine = tmp_path / "memory.events", tmp_path / "vmstat"
    assert memory_kills.count(group, machine) == 0
    machine.write_text("nr_free_pages 7\noom_kill 3\n")
    assert memory_kills.count(group, machine) == 3
    group.write_text("low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n")
    assert memory_kills.count(group, machine) == 1
    group.write_text("oom_kill many\n")
    assert memory_kills.count(group, machine) == 3
