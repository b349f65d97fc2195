"""The supervisor's own child processes. Each ends by itself when its stdin closes, so none outlives the
supervisor.

A child tells what happens to it by putting a message into the supervisor's inbox, from a thread of its own.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from builder.jobs import process
from builder.jobs.channel import clear, listens
from builder.jobs.sandbox import Sandbox
from builder.rundir import RunDirectory

log = logging.getLogger("layerloom")

Tell = Callable[[Any], None]

STEADY = 10.0
"""Seconds after which a child that ends has worked, so that the next one is started at once."""


@dataclass(frozen=True)
class Commands:
    """How the processes are started; the address or the run directory is added at the end."""

    zygote: tuple[str, ...] = (sys.executable, "-m", "builder.worker.zygote")
    worker: tuple[str, ...] = (sys.executable, "-m", "builder.worker.zygote", "--run")
    analysis: tuple[str, ...] = (sys.executable, "-m", "builder.worker.analysis_process")


@dataclass(frozen=True)
class ChildEnded:
    """A child ended with this status (a signal as a negative number)."""

    child: Child
    status: int


@dataclass(frozen=True)
class ZygoteSaid:
    """The zygote printed a message: ready, a run's pid, or that it refused to fork."""

    zygote: Zygote
    message: dict[str, Any]


@dataclass(frozen=True)
class WorkerEnded:
    """A forked or fresh worker ended with this status (a signal as a negative number)."""

    run_id: str
    pid: int
    status: int


class Child:
    """A process that is started again when it ends: at once, then after pauses that double up to `longest`."""

    umask = -1
    """Permissions to take away from files that it makes; -1 leaves the supervisor's."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], tell: Tell, longest: float = 30.0
    ):
        self.name = name
        self.command = list(command)
        self.environ = dict(environ)
        self.tell = tell
        self.longest = longest
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.status: int | None = None
        """Status with which it ended last."""
        self._started = 0.0
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def told(self, status: int) -> int:
        """The status with which it ended, from that of the process that was started."""
        return status

    def keep(self, now: float) -> None:
        """Start it when it does not run and its pause is over."""
        if self.process is None and now >= self._not_before:
            self._started = now
            self.start()

    def start(self) -> None:
        # A session of its own: Ctrl-C in a terminal is for the supervisor alone, which ends it in order.
        child = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=self.output(),
            env=self.environ,
            start_new_session=True,
            umask=self.umask,
        )
        self.process = child
        log.info("%s started, process %d", self.name, child.pid)
        threading.Thread(target=self.follow, args=(child,), daemon=True).start()

    def output(self) -> int | None:
        """Where its stdout goes; None means the supervisor's log."""
        return None

    def follow(self, child: subprocess.Popen[bytes]) -> None:
        """Runs in a thread of its own: wait for the end and tell it."""
        self.tell(ChildEnded(self, self.told(child.wait())))

    def ended(self, status: int, now: float) -> None:
        """Take note of the end, and set the pause before the next start."""
        if now - self._started > STEADY:
            self.failures = 0
        pause = 0.0 if self.failures == 0 else min(self.longest, 0.25 * 2**self.failures)
        log.warning("%s ended with status %d; the next starts in %.2g s", self.name, status, pause)
        self.failures += 1
        self.status = status
        self.process = None
        self._not_before = now + pause

    def close(self, patience: float = 3.0) -> None:
        """End it: close its stdin, and kill it when it does not go within `patience` seconds."""
        if self.process is None:
            return
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            process.end_group(self.process.pid)
            self.process.wait()
        self.process = None


class Analysis(Child):
    """The process that answers shape questions (`builder.worker.analysis_process`)."""

    umask = 0o077  # Its socket is for this user only.

    def __init__(self, command: Sequence[str], where: str, environ: Mapping[str, str], tell: Tell):
        super().__init__("analysis", [*command, where, "--until-eof"], environ, tell)
        self._where = where

    def start(self) -> None:
        clear(self._where)
        super().start()

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self.process is not None and listens(self._where)


class Zygote(Child):
    """The process that has imported TensorFlow and forks workers (`builder.worker.zygote`), in the sandbox.

    A spare one does not fork: it becomes the worker of the first run that it is given.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], tell: Tell, sandbox: Sandbox):
        self.spare = "--spare" in command
        self.ready = False
        self._sandbox = sandbox
        command = sandbox.around(command, [sandbox.settings.runs], outlives=self.spare)
        super().__init__("zygote", command, environ, tell)
        self._inside: int | None = None

    @property
    def pid(self) -> int | None:
        """Its own id, which it tells when it is ready, and not that of the sandbox around it."""
        return self._inside or super().pid

    def told(self, status: int) -> int:
        return self._sandbox.status(status)

    def say_ready(self, pid: int | None) -> None:
        self.ready, self._inside = True, pid

    def output(self) -> int:
        return subprocess.PIPE

    def follow(self, child: subprocess.Popen[bytes]) -> None:
        output: IO[bytes] | None = child.stdout
        assert output is not None
        with output:
            for line in output:
                self.tell(self._heard(json.loads(line)))
        super().follow(child)

    def _heard(self, message: dict[str, Any]) -> ZygoteSaid | WorkerEnded:
        if "exit" in message:
            return WorkerEnded(Path(message["run"]).name, message["pid"], message["exit"])
        return ZygoteSaid(self, message)

    def ended(self, status: int, now: float) -> None:
        self.ready, self._inside = False, None
        super().ended(status, now)

    def fork(self, run: RunDirectory, environ: Mapping[str, str]) -> bool:
        """Ask for a worker with this besides in its environment; False where the zygote has just died."""
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"run": str(run.path), "environ": dict(environ)}).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            return False
        self.ready = not self.spare
        return True


def start_fresh(
    command: Sequence[str],
    run: RunDirectory,
    environ: Mapping[str, str],
    tell: Tell,
    sandbox: Sandbox,
    *,
    fetch: Path | None = None,
) -> int:
    """Start a worker as a process of its own that outlives the supervisor, and return its pid.

    With `fetch` it has the network, and may write this folder besides its run.
    """
    writable = [run.path, *([fetch] if fetch else [])]
    with open(run.log_path, "ab") as output:
        child, pid = sandbox.start(
            [*command, str(run.path), *(["--fetch", str(fetch)] if fetch else [])],
            writable,
            network=fetch is not None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environ),
            start_new_session=True,
        )

    def follow() -> None:
        tell(WorkerEnded(run.id, pid, sandbox.status(child.wait())))

    threading.Thread(target=follow, daemon=True).start()
    return pid
