"""Answers what Keras says of documents, over a local socket: `python -m builder.worker.analysis_process ADDRESS`.

With `--until-eof` it ends when its stdin closes, so that it does not outlive the supervisor that started it.

Messages are JSON: {"document": {...}} is answered by an `Analysis` or {"problem": {...}}, {"ping": true} by
{"pong": true, "pid": n, "backend": "numpy"}. Any number of clients may connect; Keras answers one at a time.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection, Listener
from typing import Any

from builder import settings
from builder.document import from_value
from builder.errors import LoomError, Problem
from builder.worker.messages import plain

TENSORFLOW_MEMORY = 6144
"""MiB of address space that TensorFlow needs at least; with fewer than 3 GiB it aborts."""

log = logging.getLogger(__name__)


class Service:
    """Holds Keras behind one lock, and a thread for each client."""

    def __init__(self, analyse: Any, backend: str):
        self._analyse = analyse
        self._backend = backend
        self._lock = threading.Lock()

    def serve(self, listener: Listener) -> None:
        """Accept clients for ever."""
        while True:
            try:
                connection = listener.accept()
            except (OSError, EOFError):
                continue
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def answer(self, message: bytes) -> bytes:
        """One request's answer; whatever is received, there is one."""
        try:
            request = json.loads(message)
            if not isinstance(request, dict) or not {"document", "ping"} & request.keys():
                raise LoomError('The analysis takes {"document": ...} or {"ping": true}.', code="request")
            if "ping" in request:
                return json.dumps({"pong": True, "pid": os.getpid(), "backend": self._backend}).encode()
            document = from_value(request["document"])
            with self._lock:
                return self._analyse(document).model_dump_json().encode()
        except LoomError as error:
            problem = error.problem
        except Exception as error:
            log.exception("A request could not be answered.")
            problem = Problem(code="analysis", message=f"The analysis failed: {plain(error)}")
        return json.dumps({"problem": problem.model_dump(mode="json")}).encode()

    def _converse(self, connection: Connection) -> None:
        with connection, suppress(EOFError, OSError):
            while True:
                connection.send_bytes(self.answer(connection.recv_bytes()))


def main(arguments: list[str]) -> int:
    if not arguments or arguments[1:] not in ([], ["--until-eof"]):
        log.error("usage: python -m builder.worker.analysis_process ADDRESS [--until-eof]")
        return 2
    if arguments[1:]:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    backend = os.environ.setdefault("LAYERLOOM_KERAS", "numpy")
    try:
        from builder.worker.analyse import analyse
    except Exception:
        if backend == "tensorflow":
            raise
        log.exception("Keras did not start with the %s backend; starting over with TensorFlow.", backend)
        os.environ["LAYERLOOM_KERAS"] = "tensorflow"
        os.execv(sys.executable, [sys.executable, "-m", "builder.worker.analysis_process", *arguments])
    _limit_memory(backend)
    family = "AF_PIPE" if os.name == "nt" else "AF_UNIX"
    with Listener(arguments[0], family=family, backlog=64) as listener:
        Service(analyse, backend).serve(listener)
    return 0


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


def _limit_memory(backend: str) -> None:
    """Keep a layer with a crazy size from eating the machine: beyond the limit Python raises MemoryError."""
    if os.name == "nt":
        return
    import resource

    limit = settings.load().analysis_memory
    if backend == "tensorflow":
        limit = max(limit, TENSORFLOW_MEMORY)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit * 2**20, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
