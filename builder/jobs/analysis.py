"""Asks the analysis process what Keras says of a document, and remembers the last answers."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from builder.catalog.analysis import Analysis
from builder.document import Document
from builder.errors import DocumentError, Problem, RunError
from builder.jobs.channel import Channel

REMEMBERED = 256
ATTEMPTS = 3
"""A process that is just being killed may still take one connection after it has dropped the last."""
PATIENCE = 30.0
"""Seconds for the process to start, and again for its answer: far above what any network needs."""

Wake = Callable[[int | None], dict[str, Any]]
"""Has the supervisor start the process (or end the one with this pid, which hangs) and say how it is."""


class AnalysisClient:
    """One connection to the analysis process of a home. Safe for threads."""

    def __init__(self, where: str, wake: Wake, *, patience: float = PATIENCE):
        self._where = where
        self._wake = wake
        self._patience = patience
        self._channel: Channel | None = None
        self._connecting = threading.Lock()
        self._asking = threading.Lock()
        self._known: OrderedDict[str, Analysis] = OrderedDict()

    def analyse(self, document: Document) -> Analysis:
        """Keras' answer for every node.

        `DocumentError` where the process cannot read the document, `RunError` where it dies over it, leaves a node out
        or cannot be had.
        """
        key = _key(document)
        if known := self._remembered(key):
            return known
        with self._asking:
            # The canvas and the page ask about the same edit at the same time.
            return self._remembered(key) or self._learn(key, document)

    def _remembered(self, key: str) -> Analysis | None:
        with contextlib.suppress(KeyError):
            self._known.move_to_end(key)
        return self._known.get(key)

    def _learn(self, key: str, document: Document) -> Analysis:
        answer = self._ask({"document": document.to_dict()})
        if "problem" in answer:
            problem = Problem.model_validate(answer["problem"])
            raise DocumentError(**problem.model_dump(exclude={"severity"}))
        analysis = Analysis.model_validate(answer)
        if silent := [node.id for node in document.model.nodes if node.id not in analysis.nodes]:
            raise RunError(
                f'The analysis said nothing of "{silent[0]}"'
                + (f" and of {len(silent) - 1} more layers." if len(silent) > 1 else "."),
                code="analysis",
                hint="Try again; layerloom doctor checks the installation.",
            )
        self._known[key] = analysis
        while len(self._known) > REMEMBERED:
            with contextlib.suppress(KeyError):
                self._known.popitem(last=False)
        return analysis

    def close(self) -> None:
        if self._channel:
            self._channel.close()
            self._channel = None

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask, and ask again when the process ends meanwhile: that may have had another cause."""
        for _ in range(ATTEMPTS):
            channel = self._connected()
            try:
                return channel.ask(question, timeout=self._patience)
            except ConnectionError:
                self._drop(channel)
            except TimeoutError as error:
                self._drop(channel)
                self._wake(self._wake(None).get("pid"))
                raise RunError(
                    f"The analysis did not answer within {self._patience:g} seconds.",
                    code="analysis",
                    hint="It has been started again. Undo the last edit if that made the network very large.",
                ) from error
        raise RunError(
            "The analysis process ended each time that it looked at this network.",
            code="analysis",
            hint="It has been started again. Undo the last edit; a smaller layer needs less memory.",
        )

    def _drop(self, channel: Channel) -> None:
        with self._connecting:
            channel.close()
            if self._channel is channel:
                self._channel = None

    def _connected(self) -> Channel:
        """The connection, made anew where there is none; waits while the process starts."""
        with self._connecting:
            if self._channel is None:
                self._channel = self._connect()
            return self._channel

    def _connect(self) -> Channel:
        deadline = time.monotonic() + self._patience
        ask_again = 0.0
        while True:
            with contextlib.suppress(ConnectionError, FileNotFoundError):
                return Channel(self._where)
            now = time.monotonic()
            if now >= ask_again:
                state, ask_again = self._wake(None), now + 0.5
            if now >= deadline or state.get("failures", 0) >= 5:
                raise RunError(
                    f"The analysis process does not start (it ended with status {state.get('status')}).",
                    code="analysis",
                    hint="Its words are in supervisor.log of the home; layerloom doctor checks the installation.",
                )
            time.sleep(0.01)


def _key(document: Document) -> str:
    """All that the analysis depends on: the graph, and the data set that gives an input its shape."""
    return json.dumps([document.model.model_dump(mode="json"), document.data and document.data.dataset])
