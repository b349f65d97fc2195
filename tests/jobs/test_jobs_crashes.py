"""Whoever dies, no run is lost: every process is killed in turn, and what a person would see is checked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from engine_suite import create, losses, states, until, until_state
from local_engines import Make, worker_pid

from builder.document import Document, Graph, Node, Training
from builder.errors import DocumentError, RunError
from builder.jobs import process
from builder.jobs.engine import MAX_SETBACKS
from builder.jobs.local import LocalEngine
from builder.rundir import RunDirectory, State, holder
from builder.settings import Settings

NEXT_VERSION = """
import runpy, sys
import builder
builder.__version__ = "9.9.9"
sys.argv.pop(0)
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs the script that is its first argument as a later version of Layerloom."""


def document(name: str) -> Document:
    return Document(name=name, model=Graph(nodes=(Node(id="image", kind="Input"),)))


def until_learning(run, after: int = 0) -> None:
    until(lambda: len(losses(run)) > after, "a loss")


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not process.alive(pid), f"the end of {pid}")


class TestWorker:
    def test_killed_it_says_so_and_goes_on(self, engine: LocalEngine, runs: Path, settings: Settings) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run, after=2)
        kill(worker_pid(settings, run.id))
        told = until(lambda: [event["problem"] for event in run.events() if event["type"] == "problem"], "a sentence")
        assert "ended from outside (signal 9, SIGKILL) in epoch " in told[0]["message"]
        assert "It goes on by itself from its last checkpoint, after epoch " in told[0]["hint"]
        assert "a smaller batch size needs less" in told[0]["hint"]

        until(lambda: run.record().attempt == 2 and run.record().state is State.RUNNING, "the next attempt")
        until_learning(run, after=len(losses(run)))
        assert run.record().problem is None
        engine.stop(run.id)
        until_state(run, State.STOPPED)
        assert states(run) == ["starting", "running", "queued", "starting", "running", "stopped"]
        # The epoch that was under way may be told twice, and none is left out.
        assert sorted(set(losses(run))) == list(range(1, losses(run)[-1] + 1))

    def test_it_waits_longer_each_time_and_can_be_stopped_meanwhile(self, make: Make, runs: Path) -> None:
        engine = make(again=600)
        run, other = create(runs, "abort"), create(runs, "quick")
        engine.submit(run)
        until(lambda: run.record().setbacks == 2, "the second death")
        assert "It starts again from the beginning, by itself in 600 s" in run.events()[-1]["message"]
        engine.submit(other)
        until_state(other, State.FINISHED)
        assert (run.record().state, engine.status().queued) == (State.QUEUED, (run.id,)), "it keeps no slot"
        engine.resume(run.id)
        until(lambda: run.record().setbacks == 3, "the third, for which a person did not want to wait")
        engine.stop(run.id)
        assert (run.record().state, engine.status().queued) == (State.STOPPED, ())

    def test_sigterm_from_outside_pauses(self, engine: LocalEngine, runs: Path, settings: Settings) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        os.kill(worker_pid(settings, run.id), signal.SIGTERM)
        until_state(run, State.PAUSED)

    def test_a_forked_worker_that_hangs_is_replaced(self, make: Make, runs: Path) -> None:
        engine = make(hang=0.5)
        run = create(runs, "hang")
        engine.submit(run)
        until_state(run, State.FINISHED)
        assert states(run) == ["starting", "starting", "running", "finished"]

    def test_a_zygote_that_hangs_is_replaced(self, make: Make, runs: Path) -> None:
        engine = make(hang=0.5)
        until(lambda: engine.status().warm, "the zygote")
        os.kill(engine.status().processes[-1], signal.SIGSTOP)
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
        assert "the zygote hangs" in (runs.parent / "supervisor.log").read_text()

    def test_a_run_has_one_worker(self, engine: LocalEngine, runs: Path, settings: Settings) -> None:
        """Whatever goes wrong elsewhere: the second worker of a run leaves without a trace."""
        from builder.worker.zygote import OCCUPIED, be_worker

        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        assert be_worker(run.path, lambda path: pytest.fail("it trained")) == OCCUPIED


class TestZygote:
    def test_it_warms_up_and_forks(self, engine: LocalEngine, runs: Path, settings: Settings) -> None:
        until(lambda: engine.status().warm, "the zygote")
        zygote = engine.status().processes[-1]
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        assert os.getpgid(worker_pid(settings, run.id)) == worker_pid(settings, run.id), "a group of its own"
        parent = Path(f"/proc/{worker_pid(settings, run.id)}/status").read_text()
        assert f"PPid:\t{zygote}\n" in parent

    @pytest.mark.parametrize("settings", ["drowsy"], indirect=True)
    def test_it_leaves_the_processors_to_the_analysis_and_makes_no_run_wait(self, make: Make, runs: Path) -> None:
        """The first page waits for the analysis; nobody waits for the zygote before there is a run."""
        engine = make()
        until(lambda: len(engine.status().processes) == 1, "the analysis")
        time.sleep(0.5)
        assert len(engine.status().processes) == 1
        (runs.parent / "awake").touch()
        until(lambda: engine.status().warm, "the zygote")
        engine.close(shutdown=True)
        (runs.parent / "awake").unlink()
        run = create(runs, "quick")
        engine.submit(run)
        until_state(run, State.FINISHED)
        assert engine.status().warm

    def test_a_run_on_another_backend_gets_a_process_of_its_own(
        self, engine: LocalEngine, runs: Path, settings: Settings
    ) -> None:
        until(lambda: engine.status().warm, "the zygote")
        run = RunDirectory.create(runs, document("endless").model_copy(update={"training": Training(backend="jax")}))
        engine.submit(run)
        until_learning(run)
        worker = Path(f"/proc/{worker_pid(settings, run.id)}")
        zygote = engine.status().processes[-1]
        assert f"PPid:\t{zygote}\n" not in (worker / "status").read_text()
        assert b"LAYERLOOM_KERAS=jax" in (worker / "environ").read_bytes().split(b"\0")
        engine.stop(run.id)
        until_state(run, State.STOPPED)

    def test_killed_it_is_replaced_and_its_workers_go_on(
        self, engine: LocalEngine, runs: Path, settings: Settings
    ) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        zygote, worker = engine.status().processes[-1], worker_pid(settings, run.id)
        kill(zygote)
        until(lambda: engine.status().warm and engine.status().processes[-1] != zygote, "the next zygote")
        until_learning(run, after=len(losses(run)))
        assert worker_pid(settings, run.id) == worker
        engine.stop(run.id)
        until_state(run, State.STOPPED)
        until(lambda: not engine.status().running, "the slot")

    def test_with_a_stray_thread_it_does_not_fork(self, make: Make, runs: Path) -> None:
        run = create(runs, "quick")
        engine = make("--threads")
        engine.submit(run)
        until_state(run, State.FINISHED)
        log = (runs.parent / "supervisor.log").read_text()
        assert "does not fork any more: the process has 2 threads instead of 1" in log


class TestSpare:
    """Where forking is not safe, the warm process itself becomes the worker, and the next one warms up."""

    def test_every_run_uses_one_up(self, make: Make, runs: Path, settings: Settings) -> None:
        engine = make("--spare")
        for _ in range(2):
            until(lambda: engine.status().warm, "the spare")
            spare = engine.status().processes[-1]
            run = create(runs, "endless")
            engine.submit(run)
            until_learning(run)
            assert worker_pid(settings, run.id) == spare
            engine.stop(run.id)
            until_state(run, State.STOPPED)
            until(lambda: not engine.status().running, "the slot")

    def test_its_crash_is_noticed(self, make: Make, runs: Path) -> None:
        engine = make("--spare")
        run = create(runs, "crash")
        engine.submit(run)
        until_state(run, State.FAILED)
        assert "ended with status 3" in run.record().problem.message

    def test_its_worker_outlives_the_supervisor(self, make: Make, runs: Path, settings: Settings) -> None:
        engine = make("--spare")
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        worker, supervisor = worker_pid(settings, run.id), engine.status().supervisor
        kill(supervisor)
        until(lambda: engine.status().supervisor != supervisor, "a successor")
        until_learning(run, after=len(losses(run)))
        assert worker_pid(settings, run.id) == worker
        engine.stop(run.id)
        until_state(run, State.STOPPED)


class TestSupervisor:
    def test_killed_its_successor_adopts_what_runs(self, engine: LocalEngine, runs: Path, settings: Settings) -> None:
        run, waiting = create(runs, "endless"), create(runs, "quick")
        engine.submit(run)
        engine.submit(waiting)
        until_learning(run)
        before, worker = engine.status(), worker_pid(settings, run.id)
        kill(before.supervisor)
        # Nobody asks anything: the client that is connected starts the successor by itself.
        until(
            lambda: holder(settings.home / "supervisor.lock") not in (None, 0, before.supervisor),
            "a successor",
        )
        after = engine.status()
        assert (after.running, after.queued) == ((run.id,), (waiting.id,))
        assert worker_pid(settings, run.id) == worker
        until(lambda: not any(process.alive(pid) for pid in before.processes), "the end of the old children")
        until_learning(run, after=len(losses(run)))
        assert states(run) == ["starting", "running"]
        engine.stop(run.id)
        until_state(waiting, State.FINISHED)

    def test_killed_with_its_worker_the_run_is_resumed(
        self, engine: LocalEngine, runs: Path, settings: Settings
    ) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        supervisor, worker = engine.status().supervisor, worker_pid(settings, run.id)
        os.kill(supervisor, signal.SIGSTOP)  # So that it cannot notice the worker's end before its own.
        kill(worker)
        kill(supervisor)
        trained = len(losses(run))
        until_learning(run, after=trained)
        assert run.record().attempt == 2
        assert states(run) == ["starting", "running", "queued", "starting", "running"]

    def test_halted_it_is_replaced(
        self, engine: LocalEngine, runs: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = create(runs, "endless")
        engine.submit(run)
        until_learning(run)
        supervisor, worker = engine.status().supervisor, worker_pid(settings, run.id)
        os.kill(supervisor, signal.SIGSTOP)
        with monkeypatch.context() as patch:
            patch.setattr("builder.jobs.local.ANSWER", 0.5)
            with suppress(RunError):  # The successor may need longer than this.
                engine.status()
        assert until(lambda: holder(settings.home / "supervisor.lock"), "a successor") != supervisor
        assert engine.status().running == (run.id,)
        assert (worker_pid(settings, run.id), states(run)) == (worker, ["starting", "running"])

    def test_a_run_that_is_interrupted_again_and_again_waits_for_a_person(self, make: Make, runs: Path) -> None:
        run = create(runs, "endless")
        run.update(state=State.RUNNING, attempt=30, setbacks=MAX_SETBACKS - 1)
        make().status()
        until_state(run, State.LOST)

    def test_a_recycled_pid_is_not_adopted(self, make: Make, runs: Path) -> None:
        run = create(runs, "quick")
        run.update(state=State.RUNNING, pid=os.getpid())
        run.lock_path.write_text(str(os.getpid()))
        make().status()
        until_state(run, State.FINISHED)
        assert run.record().attempt == 2

    def test_a_run_whose_message_was_lost_starts_anyway(self, make: Make, runs: Path) -> None:
        run = create(runs, "quick")
        make().status()
        until_state(run, State.FINISHED)

    def test_a_stop_that_nobody_took_is_done(self, make: Make, runs: Path) -> None:
        from builder.rundir import Control

        waiting, interrupted = create(runs, "quick"), create(runs, "endless")
        interrupted.update(state=State.RUNNING)
        for run in (waiting, interrupted):
            run.requests.ask(Control.STOP)
        make().status()
        for run in (waiting, interrupted):
            until_state(run, State.STOPPED)

    def test_a_damaged_run_hurts_no_other(self, make: Make, runs: Path) -> None:
        damaged, good = create(runs, "quick"), create(runs, "quick")
        (damaged.path / "run.json").write_text("{")
        make().status()
        until_state(good, State.FINISHED)

    def test_one_for_each_home(self, make: Make) -> None:
        engines = [make() for _ in range(6)]
        found: list[int] = []
        threads = [threading.Thread(target=lambda e=e: found.append(e.status().supervisor)) for e in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 6
        assert len(set(found)) == 1

    def test_without_clients_and_runs_it_ends(self, make: Make, settings: Settings, runs: Path) -> None:
        engine = make(idle=0.2)
        run = create(runs, "quick")
        engine.submit(run)
        supervisor = engine.status().supervisor
        engine.close()
        until_state(run, State.FINISHED)
        until(lambda: not process.alive(supervisor), "its end")
        assert not (settings.home / "supervisor.sock").exists()

    def test_another_version_waits_for_its_turn(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        old, new = make(), make()
        supervisor = old.status().supervisor
        with monkeypatch.context() as patch:
            patch.setattr("builder.jobs.local.__version__", "9.9.9")
            with pytest.raises(RunError, match=r"Version 0\.1\.0 is at work in .*; this is 9\.9\.9"):
                new.status()
            old.close()
            new._command = (sys.executable, "-c", NEXT_VERSION, *new._command[1:])
            assert new.status().supervisor != supervisor
            new.close(shutdown=True)

    def test_a_home_that_cannot_be_used_is_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(RunError, match="cannot be used"):
            LocalEngine(Settings(home=tmp_path / "file" / "home")).status()

    def test_one_that_cannot_start_is_a_sentence(self, settings: Settings) -> None:
        with pytest.raises(RunError, match="ended with status 7"):
            LocalEngine(settings, command=["sh", "-c", "exit 7"]).status()


@pytest.mark.parametrize("settings", ["long-" * 30], indirect=True)
def test_a_home_with_a_long_path_works(engine: LocalEngine, runs: Path) -> None:
    run = create(runs, "quick")
    engine.submit(run)
    until_state(run, State.FINISHED)
    assert engine.analyse(document("one")).nodes


class TestShutdown:
    def test_sigterm_pauses_and_the_next_start_resumes(self, engine: LocalEngine, runs: Path) -> None:
        paused = create(runs, "endless")
        engine.submit(paused)
        until_learning(paused)
        engine.pause(paused.id)
        until_state(paused, State.PAUSED)
        run, waiting = create(runs, "endless"), create(runs, "quick")
        engine.submit(run)
        engine.submit(waiting)
        until_learning(run)
        supervisor = engine.status().supervisor
        os.kill(supervisor, signal.SIGTERM)
        until(lambda: not process.alive(supervisor), "its end")
        assert run.record().state is State.PAUSED
        assert waiting.record().state is State.QUEUED

        trained = len(losses(run))
        assert engine.status().supervisor != supervisor
        until_learning(run, after=trained)
        assert run.record().attempt == 2
        assert paused.record().state is State.PAUSED, "what a person paused stays paused"

    def test_the_last_client_takes_it_along(self, make: Make, runs: Path, settings: Settings) -> None:
        first, second = make(), make()
        run = create(runs, "endless")
        first.submit(run)
        until_learning(run)
        supervisor = second.status().supervisor
        first.close(shutdown=True)
        assert process.alive(supervisor)
        assert run.record().state is State.RUNNING
        worker = worker_pid(settings, run.id)
        second.close(shutdown=True)
        assert holder(settings.home / "supervisor.lock") is None
        assert run.record().state is State.PAUSED
        assert not process.alive(worker)

    def test_a_worker_that_cannot_be_paused_is_resumed_from_its_checkpoint(self, make: Make, runs: Path) -> None:
        engine = make(shutdown=0.3)
        run = create(runs, "frozen")
        engine.submit(run)
        until_learning(run)
        engine.close(shutdown=True)
        trained = len(losses(run))
        engine.status()
        until_learning(run, after=trained)
        assert run.record().attempt == 2


class TestAnalysis:
    def test_killed_it_is_replaced(self, engine: LocalEngine) -> None:
        first = engine.analyse(document("one")).nodes["image"].parameters
        kill(first)
        again = engine.analyse(Document(model=Graph(nodes=(Node(id="image", kind="Dense"),))))
        assert again.nodes["image"].parameters not in (0, first)

    def test_answers_are_remembered(self, engine: LocalEngine) -> None:
        first = engine.analyse(document("one"))
        kill(first.nodes["image"].parameters)
        assert engine.analyse(document("another name")) is first

    def test_a_document_that_kills_it_is_a_sentence(self, engine: LocalEngine) -> None:
        with pytest.raises(RunError, match="ended each time that it looked at this network"):
            engine.analyse(document("deadly"))
        assert engine.analyse(document("one")).nodes

    def test_a_document_that_takes_for_ever_is_a_sentence(self, engine: LocalEngine) -> None:
        engine.analyse(Document(name="ready"))
        engine._analysis._patience = 0.3
        with pytest.raises(RunError, match=r"did not answer within 0\.3 seconds"):
            engine.analyse(document("endless"))
        engine._analysis._patience = 30
        assert engine.analyse(document("one")).nodes

    def test_a_document_that_cannot_be_read_is_the_documents_error(self, engine: LocalEngine) -> None:
        with pytest.raises(DocumentError, match=r"It is wrong\. Mend it\."):
            engine.analyse(document("wrong"))

    def test_an_answer_that_leaves_layers_out_is_none(self, engine: LocalEngine) -> None:
        with pytest.raises(RunError, match='said nothing of "image"'):
            engine.analyse(document("partial"))

    def test_one_that_does_not_start_is_a_sentence(self, engine: LocalEngine) -> None:
        engine._analysis._wake = lambda hangs: {"pid": None, "failures": 5, "status": 1}
        engine._analysis._where = str(engine._settings.home / "nowhere.sock")
        with pytest.raises(RunError, match="does not start"):
            engine.analyse(document("one"))


AT_HOME = """
import json, sys, time
from pathlib import Path
from builder.jobs.local import LocalEngine
from builder.settings import Settings
LocalEngine(Settings(home=Path(sys.argv[1]), slots=1), command=sys.argv[2:]).status()
print("here", flush=True)
time.sleep(600)
"""


def test_a_reboot_loses_no_run(make: Make, runs: Path, settings: Settings) -> None:
    """Everybody is dead at once, and the pids in the locks belong to others by the time that anybody looks."""
    running, waiting = create(runs, "endless"), create(runs, "quick")
    command = [sys.executable, "-c", AT_HOME, str(settings.home), *make()._command]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline()
        until_learning(running, after=2)
        supervisor = holder(settings.home / "supervisor.lock")
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        victims = [server.pid, supervisor, *map(int, children), worker_pid(settings, running.id)]
        for number in (signal.SIGSTOP, signal.SIGKILL):  # So that nobody sees anybody else's end.
            for pid in victims:
                os.kill(pid, number)
    until(lambda: not any(process.alive(pid) for pid in victims), "their ends")
    assert (running.record().state, waiting.record().state) == (State.RUNNING, State.QUEUED)
    for lock in (running.lock_path, settings.home / "supervisor.lock"):
        lock.write_text(str(os.getpid()))
    (running.path / ".4711.run.json").write_text("{half of a rec")
    with open(running.events_path, "ab") as log:
        log.write(b'{"seq":99,"time":1.0,"type":"ste')
    trained = losses(running)

    engine = make()
    engine.status()
    until_learning(running, after=len(trained) + 2)
    assert states(running) == ["starting", "running", "queued", "starting", "running"]
    numbers, epochs = [event["seq"] for event in running.events()], losses(running)
    assert numbers == list(range(1, len(numbers) + 1))
    assert sorted(set(epochs)) == list(range(1, epochs[-1] + 1))
    told = [event["problem"]["message"] for event in running.events() if event["type"] == "problem"]
    assert told == [
        f"The training process is gone and left no word why in epoch {trained[-1]}, after step {trained[-1]}."
    ]
    engine.stop(running.id)
    until_state(waiting, State.FINISHED)
