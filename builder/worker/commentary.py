"""Says how a run is going, while it trains and when it ends: a verdict whenever the rules' word changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from builder.document import Document
from builder.events import EpochEnded, Event, Finished, Layers, Steps, Verdict, read
from builder.verdicts import History, verdict
from builder.worker.throttle import Clock, Throttle

CHANGING = (EpochEnded, Layers)
"""Events after which the verdict may be another one; rules look twice a second at most."""
READ = tuple(
    f'"type":"{kind}"'.encode() for kind in ("epoch", "layers", "steps", "data", "model", "setting", "verdict")
)
HEAD = 120
"""Bytes of a line that hold its type."""


class Commentary:
    """Listens to a run's events. An attempt that goes on hears first what the earlier ones have told."""

    def __init__(self, document: Document, tell: Callable[[Event], None], log: Path, clock: Clock | None = None):
        self._history = History(document)
        self._tell = tell
        self._throttle = Throttle(0.5, share=0.002, due_at_once=False, **({"clock": clock} if clock else {}))
        self._said: Verdict | None = None
        for event in _told(log):
            if isinstance(event, Verdict):
                self._said = event
            else:
                self._history.add(event)

    def hear(self, event: Event) -> None:
        """Take an event in, and tell what it changes."""
        self._history.add(event)
        ends = isinstance(event, Finished) or (isinstance(event, Steps) and None in event.losses)
        if ends or (isinstance(event, CHANGING) and self._throttle.due()):
            with self._throttle:
                self._judge(last=ends)

    def _judge(self, *, last: bool) -> None:
        """Tell the verdict where it is another one; the last one also where only its figures are."""
        found, said = verdict(self._history), self._said
        if found and (said is None or _word(found) != _word(said) or (last and found.message != said.message)):
            self._said = found
            self._tell(found)


def _word(said: Verdict) -> tuple[str, str, int]:
    return said.tone, said.code, said.since


def _told(log: Path) -> list[Event]:
    """The events of earlier attempts that count."""
    found = []
    with open(log, "rb") as lines:
        for line in lines:
            if any(kind in line[:HEAD] for kind in READ):
                try:
                    found.append(read(line))
                except ValidationError:
                    continue
    return found
