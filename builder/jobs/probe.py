"""Measures how fast this machine trains a document, in a process of its own beside everything else.

A measurement keeps no run directory and is no run: it starts at once, at a low priority, ends after a few seconds
and is forgotten when the server ends. One is made at a time; a later question takes the place of one that waits.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from builder.document import Document
from builder.errors import Problem
from builder.jobs import resources
from builder.settings import Settings

COMMAND = (sys.executable, "-m", "builder.worker.probe")
SECONDS = 1.5
"""Of training steps, after TensorFlow has been imported and the step compiled."""
PATIENCE = 240.0
REMEMBERED = 64


@dataclass(frozen=True)
class Measured:
    """What a measurement found: seconds of a step, bytes of memory; or why there is nothing."""

    step: float = 0.0
    validation_step: float = 0.0
    compile: float = 0.0
    memory: int | None = None
    problem: Problem | None = None

    def epoch(self, steps: int, validation_steps: int) -> float:
        """Seconds for an epoch of so many steps."""
        return steps * self.step + validation_steps * self.validation_step


class Probes:
    """Measurements by document and batch size. Safe for threads; nothing here waits."""

    def __init__(self, settings: Settings, command: Sequence[str] = COMMAND):
        self._environ = resources.worker_environment(settings)
        self._command = [*command, str(SECONDS)]
        self._known: OrderedDict[str, Measured] = OrderedDict()
        self._running: str | None = None
        self._waiting: Document | None = None
        self._lock = threading.Lock()

    def found(self, document: Document) -> Measured | None:
        """The measurement of this document, if it has been made."""
        with self._lock:
            return self._known.get(key(document))

    def running(self, document: Document) -> bool:
        """Whether this document is being measured, or is next."""
        with self._lock:
            return key(document) in (self._running, self._waiting and key(self._waiting))

    def start(self, document: Document) -> None:
        """Measure this document as soon as a measurement that is running has ended."""
        with self._lock:
            if self._running:
                self._waiting = document if key(document) != self._running else None
                return
            self._running = key(document)
        threading.Thread(target=self._measure, args=(document,), name="layerloom-probe", daemon=True).start()

    def _measure(self, document: Document) -> None:
        measured = self._ask(document)
        with self._lock:
            self._known[key(document)] = measured
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            following, self._waiting, self._running = self._waiting, None, None
        if following:
            self.start(following)

    def _ask(self, document: Document) -> Measured:
        try:
            ended = subprocess.run(
                self._command,
                input=json.dumps(document.to_dict()).encode(),
                capture_output=True,
                env={**self._environ, "LAYERLOOM_KERAS": document.training.backend},
                timeout=PATIENCE,
            )
            answer = json.loads(ended.stdout)
        except subprocess.TimeoutExpired:
            return _failed(f"A step was not done within {PATIENCE:g} seconds.")
        except ValueError:
            return _failed("The measurement ended without a word; it may have run out of memory.")
        except OSError as error:
            return _failed(f"The measurement could not be started: {error.strerror or error}.")
        if "problem" in answer:
            return Measured(problem=Problem.model_validate(answer["problem"]))
        return Measured(**{name: value or 0 for name, value in answer.items()})


def key(document: Document) -> str:
    """All that the time of a step depends on: the graph, the data set, and how it is trained."""
    learning = document.training.model_dump(mode="json", exclude={"epochs", "seed", "callbacks"})
    parts = [document.model.model_dump(mode="json"), document.data and document.data.dataset, learning]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _failed(message: str) -> Measured:
    return Measured(problem=Problem(code="probe", message=message, hint="Use a smaller batch or network."))
