"""Starts workers in no time: a process that has imported TensorFlow and nothing more, and forks one worker a
run.

    ... builder.worker.zygote                         fork a worker for every {"run": "/path"} line of stdin (Linux)
    ... builder.worker.zygote --spare                 become the worker of the first such line (elsewhere)
    ... builder.worker.zygote --run RUN [--fetch DIR] be the worker of this run, without waiting; with --fetch, a data
                                                      set may come from the network to this folder

A line may bring "environ", what this worker's environment has besides. stdout tells JSON lines: {"ready": true, "pid"},
{"run", "pid"}, {"run", "pid", "exit"} (a signal as a negative number), and {"run", "refused"} when forking is no longer
safe. It ends when stdin closes; its workers live on, each within limits of its own (`confine`).

Forking is safe as long as nothing has run in TensorFlow: 60 of 60 forks were clean after the import alone,
and 9 of 9 hung after a single operation, whose threads do not exist in the child. So the threads are counted
before every fork.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from builder.errors import Problem
from builder.events import StateChanged
from builder.rundir.lock import FileLock
from builder.worker import confine

Train = Callable[[Path], int]

OCCUPIED = 75
"""Exit status where another worker is at work on the run."""


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--run"]:
        return fresh(arguments[1:], _import_and_train)
    report = Report()
    train = _train()
    _preload()
    if arguments == ["--spare"]:
        return spare(train, report)
    return fork_on_demand(train, report)


def _import_and_train(path: Path) -> int:
    """Train on the run's own backend, which may have gone since the run was started."""
    try:
        train = _train()
    except ImportError as error:
        from builder.rundir import RunDirectory, State

        problem = Problem(
            code="backend",
            message=f"What this run computes with cannot be imported: {error}.",
            where="training.backend",
            hint="Install it again (layerloom doctor says how) and resume the run, or train on another backend.",
        )
        run = RunDirectory(path)
        with closing(run.event_log()) as log:
            log.append(StateChanged(state=State.FAILED, attempt=run.record().attempt, message=problem.sentence()))
        run.update(state=State.FAILED, ended=time.time(), pid=None, problem=problem)
        return 1
    return train(path)


def _train() -> Train:
    """Import all that a worker uses, TensorFlow with it, and run none of it."""
    from builder.worker.main import run

    return run


def _preload() -> None:
    """Import what only some runs need as well: here it costs them nothing (scikit-learn takes 0.7 s)."""
    from builder.worker.main import preload

    preload()


class Report:
    """Writes messages to what was stdout; whatever libraries print goes to stderr from now on."""

    def __init__(self) -> None:
        self._channel = os.dup(1)
        os.dup2(2, 1)

    def tell(self, **message: Any) -> None:
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(self._channel, line) :]

    def close(self) -> None:
        """Workers keep no copy open: the reader shall notice the end of the zygote, not of its last worker."""
        os.close(self._channel)


def be_worker(path: Path, train: Train, *, fetch: Path | None = None) -> int:
    """Train in this process, as the only worker of the run and within its limits."""
    lock = FileLock.acquire(path / "worker.lock")
    if lock is None:
        sys.stderr.write("Another process is at work on this run.\n")
        return OCCUPIED
    confine.confine(path, fetch=fetch)
    try:
        return train(path)
    finally:
        confine.leave(path)


def fresh(arguments: list[str], train: Train) -> int:
    """Be the worker of a run: RUN, and [--fetch DIR] where its data set is to come there."""
    fetch = Path(arguments[2]) if arguments[1:2] == ["--fetch"] else None
    return be_worker(Path(arguments[0]), train, fetch=fetch)


def spare(train: Train, report: Report) -> int:
    """Wait for one run and become its worker."""
    report.tell(ready=True, pid=os.getpid())
    line = sys.stdin.readline()
    if not line:
        return 0
    path = _taken(json.loads(line))
    _redirect(path)
    report.tell(run=str(path), pid=os.getpid())
    report.close()
    return be_worker(path, train)


def fork_on_demand(train: Train, report: Report) -> int:
    """Fork a worker for every line until stdin closes or forking is no longer safe."""
    gc.collect()
    gc.freeze()  # The collector would otherwise write to, and so copy, every page that the workers share.
    wake, waker = os.pipe()
    for end in (wake, waker):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    running: dict[int, str] = {}
    threads = _threads()
    report.tell(ready=True, pid=os.getpid())
    lines = b""
    while True:
        readable, _, _ = select.select([0, wake], [], [])
        if wake in readable:
            os.read(wake, 4096)
            _report_ends(running, report)
        if 0 not in readable:
            continue
        received = os.read(0, 65536)
        if not received:
            return 0
        *whole, lines = (lines + received).split(b"\n")
        for line in whole:
            order = json.loads(line)
            path = order["run"]
            if _threads() > threads:  # Fewer is well: OpenBLAS puts its own to rest at the first fork.
                report.tell(run=path, refused=f"the process has {_threads()} threads instead of {threads}")
                return 1
            pid = os.fork()
            if pid == 0:
                report.close()
                _become_worker(order, train)
            running[pid] = path
            report.tell(run=path, pid=pid)


def _taken(order: dict[str, Any]) -> Path:
    """The run of an order, once this process' environment is as the order says."""
    os.environ.update(order.get("environ", {}))
    return Path(order["run"])


def _become_worker(order: dict[str, Any], train: Train) -> None:
    """The child's life: apart from the zygote in every respect, and never back into its loop."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        path = _taken(order)
        _redirect(path)
        status = be_worker(path, train)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _redirect(path: Path) -> None:
    """stdin from nowhere, stdout and stderr to the run's log."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    output = os.open(path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nowhere, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(nowhere)
    os.close(output)


def _report_ends(running: dict[int, str], report: Report) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        if path := running.pop(pid, None):
            report.tell(run=path, pid=pid, exit=os.waitstatus_to_exitcode(status))


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
