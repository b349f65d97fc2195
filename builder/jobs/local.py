"""The engine of one machine: finds the supervisor of the home or starts it, and passes requests on to it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from builder import __version__
from builder.catalog.analysis import Analysis
from builder.document import Document
from builder.errors import Problem, RunError
from builder.jobs import process, resources
from builder.jobs.analysis import AnalysisClient
from builder.jobs.channel import Channel, address
from builder.jobs.engine import EngineStatus
from builder.jobs.verbs import VERBS
from builder.rundir import Control, FileLock, RunDirectory, Stride, holder
from builder.settings import Settings

SUPERVISOR = (sys.executable, "-m", "builder.jobs.supervisor")
START = 60.0
"""Seconds for a supervisor to answer: a predecessor may still be waiting for its workers' checkpoints."""
ANSWER = 15.0
LOG_LIMIT = 2**20
"""Bytes from which the supervisor's log starts anew, with one old log kept."""

Role = Literal["web", "cli"]

_engines: dict[tuple[Path, Role], LocalEngine] = {}
_connecting = threading.Lock()


def connect(settings: Settings, *, role: Role = "web") -> LocalEngine:
    """The engine of this home: one object for the whole process, with a supervisor behind it.

    A "web" client has a warm worker kept ready; a "cli" client only once it submits. Raises `RunError` where
    no supervisor can be started.
    """
    with _connecting:
        key = (settings.home, role)
        engine = _engines.get(key)
        if engine is None:
            engine = _engines[key] = LocalEngine(settings, role=role)
    engine.status()
    return engine


class LocalEngine:
    """Implements `Engine` through the supervisor's socket. Safe for threads.

    While it is open, a thread notices when the supervisor dies and starts the next one, so that queued runs
    do not wait for somebody to ask.
    """

    def __init__(self, settings: Settings, *, role: Role = "web", command: Sequence[str] = SUPERVISOR):
        self._settings = settings
        self._role = role
        self._command = tuple(command)
        self._client = uuid.uuid4().hex
        self._where = address(settings.home, "supervisor")
        self._channel: Channel | None = None
        self._presence: Channel | None = None
        self._lock = threading.RLock()
        self._analysis = AnalysisClient(address(settings.home, "analysis"), self._wake_analysis)

    def submit(self, run: RunDirectory) -> None:
        self._ask({"op": "submit", "run": run.id})

    def stop(self, run_id: str) -> None:
        self._leave(Control.STOP, run_id)

    def pause(self, run_id: str) -> None:
        self._leave(Control.PAUSE, run_id)

    def resume(self, run_id: str) -> None:
        self._tell("resume", run_id)

    def step(self, run_id: str, stride: str = Stride.BATCH) -> None:
        self._tell("step", run_id, stride)

    def finish(self, run_id: str) -> None:
        self._tell("finish", run_id)

    def extend(self, run_id: str, epochs: int) -> None:
        self._tell("extend", run_id, epochs)

    def change(self, run_id: str, setting: str, value: float) -> None:
        self._tell("change", run_id, setting, value)

    def analyse(self, document: Document) -> Analysis:
        return self._analysis.analyse(document)

    def status(self) -> EngineStatus:
        answer = self._ask({"op": "status"})
        return EngineStatus(**{name: tuple(item) if isinstance(item, list) else item for name, item in answer.items()})

    def close(self, *, shutdown: bool = False) -> None:
        self._analysis.close()
        with self._lock:
            channel, presence = self._channel, self._presence
            self._channel = self._presence = None
        supervisor = holder(self._lock_path)
        leaves = False
        if channel:
            try:
                words = {"op": "leave", "client": self._client, "shutdown": shutdown}
                leaves = bool(channel.ask(words, timeout=ANSWER).get("closing"))
            except (ConnectionError, TimeoutError):
                leaves = shutdown  # It may have hung up before its answer was through.
            channel.close()
        if presence:
            presence.close()
        deadline = time.monotonic() + START
        while leaves and supervisor and holder(self._lock_path) == supervisor and time.monotonic() < deadline:
            time.sleep(0.02)

    def _leave(self, control: Control, run_id: str) -> None:
        """Tell a verb that a worker hears even while no supervisor is there to pass it on."""
        run = RunDirectory.open(self._settings.runs, run_id)
        if VERBS[control].demand(run.record().state):
            run.requests.ask(control)
            self._tell(control, run_id)

    def _tell(self, verb: str, run_id: str, *values: Any) -> None:
        self._ask({"op": "tell", "verb": verb, "run": run_id, "values": list(values)})

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the supervisor; when it dies or ends meanwhile, ask its successor."""
        deadline = time.monotonic() + START
        while True:
            channel = self._connected(deadline)
            supervisor = holder(self._lock_path)
            try:
                answer = channel.ask(question, timeout=ANSWER)
            except ConnectionError:
                answer = {"closing": True}
            except TimeoutError as error:
                self._drop(channel)
                if holder(self._lock_path) != supervisor:
                    continue  # It is gone, and its end of the line was held open by a child.
                if supervisor and process.state(supervisor) in ("T", "t"):
                    # Halted, it would keep everybody out for good; its successor finds all that it knew.
                    process.send(supervisor, process.KILL)
                    continue
                raise RunError(
                    f"The supervisor did not answer within {ANSWER:g} seconds.",
                    code="supervisor",
                    hint="The machine may be overloaded; runs go on meanwhile. Try again.",
                ) from error
            if "problem" in answer:
                raise _error(answer["problem"])
            if not answer.get("closing"):
                return answer
            self._drop(channel)
            time.sleep(0.02)

    def _connected(self, deadline: float) -> Channel:
        with self._lock:
            while self._channel is None:
                channel = self._reach() or self._start(deadline)
                presence = self._reach()
                if presence and self._stay(presence):
                    self._channel = channel
                else:
                    channel.close()
                    self._check(deadline)
            return self._channel

    def _stay(self, presence: Channel) -> bool:
        """Say that we are here until the connection closes; False where the supervisor is leaving."""
        words = {"op": "stay", "client": self._client, "role": self._role, "version": __version__}
        try:
            answer = presence.ask(words, timeout=ANSWER)
        except (ConnectionError, TimeoutError):
            return False
        if "pid" not in answer:
            presence.close()
            if "problem" in answer:
                raise _error(answer["problem"])
            return False
        self._presence = presence
        threading.Thread(target=self._remain, args=(presence,), name="layerloom-presence", daemon=True).start()
        return True

    def _remain(self, presence: Channel) -> None:
        """Start a successor when the supervisor dies; not when it said that it is meant to end."""
        word = presence.wait()
        presence.close()
        with self._lock:
            if self._presence is not presence:
                return
            self._presence = None
            if self._channel:
                self._channel.close()
                self._channel = None
            if word is None:
                # Whoever asks next is told why it cannot start; there is nobody to tell here.
                with contextlib.suppress(RunError):
                    self._connected(time.monotonic() + START)

    def _drop(self, channel: Channel) -> None:
        with self._lock:
            channel.close()
            if self._channel is channel:
                self._channel = None
                if self._presence:
                    self._presence.close()
                    self._presence = None

    def _reach(self) -> Channel | None:
        try:
            return Channel(self._where)
        except (ConnectionError, FileNotFoundError):
            return None
        except OSError as error:
            raise _unusable(self._settings.home, error) from error

    def _start(self, deadline: float) -> Channel:
        """Start the supervisor, unless another process has just done so: clients take turns."""
        home = self._settings.home
        try:
            self._settings.runs.mkdir(parents=True, exist_ok=True)
            turn = FileLock.acquire(home / "start.lock", timeout=max(0.0, deadline - time.monotonic()))
            if turn is None:
                raise _not_started(home, "another process has been starting it all the time")
            try:
                process: subprocess.Popen[bytes] | None = None
                while True:
                    if channel := self._reach():
                        return channel
                    if process is None:
                        process = self._spawn()
                    elif process.poll() is not None:
                        raise _not_started(home, f"it ended with status {process.returncode}")
                    self._check(deadline)
            finally:
                turn.release()
        except OSError as error:
            raise _unusable(home, error) from error

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start the supervisor apart: no Ctrl-C reaches it, and it stays when this process ends."""
        path = self._settings.home / "supervisor.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
        with open(path, "ab") as output:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._settings.home,
                env=resources.environment(self._settings),
                **apart,
            )
        # Waited for, so that it leaves no zombie behind when it ends before us.
        threading.Thread(target=process.wait, daemon=True).start()
        return process

    def _check(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise _not_started(self._settings.home, f"it did not answer within {START:g} seconds")
        time.sleep(0.01)

    def _wake_analysis(self, hangs: int | None) -> dict[str, Any]:
        return self._ask({"op": "analysis", "hangs": hangs})

    @property
    def _lock_path(self) -> Path:
        return self._settings.home / "supervisor.lock"


def _error(problem: dict[str, Any]) -> RunError:
    return RunError(**Problem.model_validate(problem).model_dump(exclude={"severity"}))


def _unusable(home: Path, error: OSError) -> RunError:
    return RunError(
        f"The home {home} cannot be used: {error.strerror or error}.",
        code="home",
        hint="Choose a folder that you may write to with LAYERLOOM_HOME.",
    )


def _not_started(home: Path, why: str) -> RunError:
    return RunError(
        f"The process that runs the jobs does not start: {why}.",
        code="supervisor",
        hint=f"Its words are in {home / 'supervisor.log'}; layerloom doctor checks the installation.",
    )
