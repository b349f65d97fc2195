"""The supervisor's ear: passes every question to the inbox and sends back the answer."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from builder.jobs.channel import listen
from builder.jobs.children import Tell

log = logging.getLogger("layerloom")


@dataclass(frozen=True)
class Asked:
    """A question from connection number `line`; `answer` takes the JSON object that goes back."""

    line: int
    question: dict[str, Any]
    answer: Future[dict[str, Any]] = field(default_factory=Future)


@dataclass(frozen=True)
class HungUp:
    """Connection number `line` is closed."""

    line: int


class Desk:
    """Listens from its creation to `close`; a thread for the door and one for each connection."""

    def __init__(self, where: str, tell: Tell):
        self._tell = tell
        self._closed = False
        self._listener = listen(where)
        self._lines: dict[int, Connection] = {}
        self._numbers = itertools.count(1)
        threading.Thread(target=self._take, daemon=True).start()

    def say(self, line: int, word: dict[str, Any]) -> None:
        """Send a word that was not asked for; a client that has gone meanwhile is told nothing."""
        if connection := self._lines.get(line):
            with contextlib.suppress(OSError):
                connection.send_bytes(json.dumps(word).encode())

    def close(self) -> None:
        """Stop listening and hang up on everybody."""
        self._closed = True
        self._listener.close()
        for connection in tuple(self._lines.values()):
            with contextlib.suppress(OSError):
                connection.close()

    def _take(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError as error:
                if self._closed:
                    return
                log.warning("a connection could not be taken: %s", error)
                time.sleep(0.1)
                continue
            line = next(self._numbers)
            self._lines[line] = connection
            threading.Thread(target=self._serve, args=(line, connection), daemon=True).start()

    def _serve(self, line: int, connection: Connection) -> None:
        try:
            while True:
                question = json.loads(connection.recv_bytes(2**20))
                asked = Asked(line, question)
                self._tell(asked)
                connection.send_bytes(json.dumps(asked.answer.result()).encode())
        except (EOFError, OSError, ValueError):
            pass
        finally:
            self._lines.pop(line, None)
            with contextlib.suppress(OSError):
                connection.close()
            self._tell(HungUp(line))
