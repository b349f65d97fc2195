"""Whatever people press, in whatever order, and whatever breaks meanwhile: a run is in a defined state.

The real supervisor, without its processes: its workers are those of `fake_worker`, driven by the rules below.
"""

from __future__ import annotations

import logging
import tempfile
import time
from concurrent.futures import Future
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fake_worker import life
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from builder.document import Document
from builder.jobs import VERBS
from builder.jobs.desk import Asked
from builder.jobs.dispatcher import Dispatcher
from builder.jobs.supervisor import Supervisor
from builder.jobs.timing import Timing
from builder.jobs.workers import Worker
from builder.rundir import ENDED, FileLock, RunDirectory, State
from builder.settings import Settings

S = State
GOES = {
    S.QUEUED: {S.STARTING, S.STOPPED, S.PAUSED},
    S.STARTING: {S.RUNNING, S.STOPPED, S.FAILED, S.LOST, S.QUEUED},
    S.RUNNING: {S.RUNNING, S.PAUSED, S.FINISHED, S.STOPPED, S.FAILED, S.LOST, S.QUEUED},
    S.PAUSED: {S.QUEUED, S.STOPPED, S.PAUSED},
    S.FINISHED: {S.QUEUED},
    S.STOPPED: {S.QUEUED},
    S.FAILED: {S.QUEUED},
    S.LOST: {S.QUEUED},
}
"""Every change of state that there is; `engine` says which of them somebody asked for."""

NONSENSE = st.sampled_from([b"", b"\xff\x00", b"{", b"[1, 2", b"sideways", b"null", b"-1", b"1e999", b'{"a": []}'])
NAMES = st.sampled_from(["step", "set-learning_rate", "set-epochs", "set-", "resume", "whatever", ".taken-set-epochs"])
LINES = st.sampled_from([b"hello\n", b"\n", b"[1]\n", b'{"seq": "x"}\n', b'{"seq":7,"type":"sta', b"\x00" * 9, b"{}\n"])


class Handmade(Dispatcher):
    """Starts no process: a worker is a lock and a generator, which a rule moves on."""

    def __init__(self, supervisor: Unmanned):
        super().__init__(supervisor)
        self.zygote.failures = 1  # There is none to wait for.
        self.zygote._not_before = float("inf")

    def start(self, run: RunDirectory, now: float) -> None:
        lock = FileLock.acquire(run.lock_path, timeout=0)
        assert lock is not None, "two workers on one run"
        signalled: list[int] = []
        self.supervisor.lives[run.id] = (lock, life(run, signalled), signalled)
        self.supervisor.watch(Worker.of(run, "fresh", pid=-1))


class Unmanned(Supervisor):
    def __init__(self, home: Settings):
        self.lives: dict[str, tuple[FileLock, Any, list[int]]] = {}
        super().__init__(home, timing=Timing(again=0.001))
        self.dispatcher = Handmade(self)
        self.analysis._not_before = float("inf")

    def end(self, run_id: str, status: int) -> None:
        lock, work, _ = self.lives.pop(run_id)
        work.close()
        lock.release()
        if worker := self.workers.get(run_id):
            self.reaper.settle(worker, status)


class Runs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        logging.disable(logging.CRITICAL)
        self.folder = tempfile.TemporaryDirectory()
        self.home = Settings(home=Path(self.folder.name), slots=1)
        self.home.runs.mkdir()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("builder.jobs.supervisor.Desk", lambda where, tell: None)  # Nobody comes by socket.
        self.patch.setattr("builder.jobs.recovery.MAX_SETBACKS", 2)  # Within reach of a short story.
        self.supervisor = self._served()
        self.runs: list[RunDirectory] = []

    def _served(self, lives: dict[str, Any] | None = None) -> Unmanned:
        supervisor = Unmanned(self.home)
        supervisor.lives = lives or {}
        supervisor._find_runs()
        return supervisor

    def ask(self, **question: Any) -> dict[str, Any]:
        answer: Future[dict[str, Any]] = Future()
        self.supervisor._take(Asked(1, question, answer))
        return answer.result(0)

    def some(self, number: int) -> RunDirectory:
        return self.runs[number % len(self.runs)]

    @precondition(lambda self: len(self.runs) < 3)
    @rule(name=st.sampled_from(["quick", "endless"]), epochs=st.integers(1, 4), twice=st.booleans())
    def submit(self, name: str, epochs: int, twice: bool) -> None:
        document = Document(name=name, training={"epochs": epochs})
        run = RunDirectory.create(self.home.runs, document, key=f"key {len(self.runs)}")
        assert RunDirectory.create(self.home.runs, document, key=f"key {len(self.runs)}").id == run.id
        self.runs.append(run)
        for _ in range(1 + twice):
            assert self.ask(op="submit", run=run.id) == {}

    @precondition(lambda self: self.runs)
    @rule(
        number=st.integers(0, 2),
        told=st.one_of(
            st.sampled_from([("stop",), ("pause",), ("resume",), ("finish",), ("step", "batch"), ("step", "epoch")]),
            st.tuples(st.just("extend"), st.integers(1, 3)),
            st.tuples(st.just("change"), st.just("learning_rate"), st.sampled_from([0.1, -1, None, "fast", [1], True])),
            st.tuples(st.just("change"), st.sampled_from(["epochs", "nothing"]), st.sampled_from([2, 6, 0, "many"])),
        ),
        times=st.integers(1, 2),
    )
    def tell(self, number: int, told: tuple[Any, ...], times: int) -> None:
        run = self.some(number)
        for _ in range(times):
            before = run.record()
            answer = self.ask(op="tell", verb=told[0], run=run.id, values=list(told[1:]))
            verb = VERBS[told[0]]
            if before.state not in verb.acts | verb.rests:
                assert answer["problem"]["message"] == verb.refusal(before.state)
                assert run.record() == before
            elif "problem" in answer:
                assert told[0] == "change"
                assert answer["problem"]["message"].endswith(".")
                assert run.record() == before

    @rule(rounds=st.integers(1, 6))
    def work(self, rounds: int) -> None:
        """The supervisor looks round, and every worker trains an epoch."""
        for _ in range(rounds):
            self.supervisor._beat(time.monotonic())
            for run_id, (_, life_of, _) in list(self.supervisor.lives.items()):
                if next(life_of, "over") == "over":
                    self.supervisor.end(run_id, 0)

    @precondition(lambda self: self.supervisor.lives)
    @rule(status=st.sampled_from([-9, -15, -11, 3]))
    def a_worker_dies(self, status: int) -> None:
        for run_id in list(self.supervisor.lives):
            self.supervisor.end(run_id, status)

    @rule(with_workers=st.booleans())
    def the_supervisor_dies(self, with_workers: bool) -> None:
        lives = self.supervisor.lives
        if with_workers:
            for lock, work, _ in lives.values():
                work.close()
                lock.release()
            lives = {}
        self.supervisor = self._served(lives)
        for worker in self.supervisor.workers.values():
            worker.origin = "fresh"  # This process holds their locks, so that their ends are told.

    @precondition(lambda self: self.runs)
    @rule(number=st.integers(0, 2), name=NAMES, content=NONSENSE)
    def nonsense_in_the_control_folder(self, number: int, name: str, content: bytes) -> None:
        (self.some(number).path / "control" / name).write_bytes(content)

    @precondition(lambda self: self.runs)
    @rule(number=st.integers(0, 2), line=LINES)
    def a_foreign_line_among_the_events(self, number: int, line: bytes) -> None:
        run = self.some(number)
        with open(run.events_path, "ab") as file:
            file.write(line)

    @rule(seconds=st.sampled_from([-86_400.0, -1.0, 3_600.0]))
    def the_clock_jumps(self, seconds: float) -> None:
        real = time.time
        self.patch.setattr(time, "time", lambda: real() + seconds)

    @invariant()
    def every_run_is_in_a_defined_state(self) -> None:
        working = set(self.supervisor.lives)
        for run in self.runs:
            record, told = run.record(), [event for event in run.events() if event["type"] == "state"]
            path = [State(event["state"]) for event in told]
            assert path[:1] in ([], [S.STARTING], [S.STOPPED], [S.PAUSED])
            for before, after in pairwise(path):
                assert after in GOES[before], path
            assert record.state is (path[-1] if path else S.QUEUED)
            if record.state in (S.STARTING, S.RUNNING):
                assert run.id in working
            else:
                assert run.id not in working
            dispatcher = self.supervisor.dispatcher
            assert not (run.id in dispatcher.queue and run.id in dispatcher.later)
            assert dispatcher.waits(run.id) == (record.state is S.QUEUED)
            if record.state in (S.LOST, S.FAILED):
                assert record.problem
                assert record.problem.hint
            seqs = [event["seq"] for event in run.events()]
            assert seqs == list(range(1, len(seqs) + 1))
            times = [event["time"] for event in run.events()]
            assert times == sorted(times)

    def teardown(self) -> None:
        """Everybody is told to stop, and then everybody has."""
        self.patch.undo()
        for run in self.runs:
            self.ask(op="tell", verb="stop", run=run.id, values=[])
        for _ in range(8):
            self.work(1)
        for run in self.runs:
            assert run.record().state in ENDED
        with suppress(OSError):
            self.folder.cleanup()
        logging.disable(logging.NOTSET)


TestRuns = Runs.TestCase
TestRuns.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
