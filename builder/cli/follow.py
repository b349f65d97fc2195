"""A run's events in the terminal: one moving line while it trains, one lasting line for each epoch."""

from __future__ import annotations

import shutil
import sys
import time

from pydantic import ValidationError

from builder.cli.output import duration, metrics, size
from builder.events import DataProgress, EpochEnded, Event, Noticed, Progress, StateChanged, read
from builder.rundir import ENDED, RunDirectory, State, read_after

WIDTH = 24


class Follower:
    """Reads the event file as it grows and shows it on stderr; `follow` can be called again after an interrupt.

    What ended the run is not shown here: it is part of the result.
    """

    def __init__(self, run: RunDirectory):
        self._run = run
        self._offset = 0
        self._epochs = run.record().epochs
        self._live = sys.stderr.isatty()

    def follow(self) -> None:
        """Return when the run has ended, or was paused, and everything has been shown."""
        while True:
            state = self._run.record().state
            lines, self._offset = read_after(self._run.events_path, offset=self._offset)
            for line in lines:
                try:
                    self._show(read(line))
                except ValidationError:
                    continue  # An event of a later version, which readers skip.
            if state in ENDED or state is State.PAUSED:
                self._clear()
                return
            time.sleep(0.05)

    def _show(self, event: Event) -> None:
        match event:
            case Progress():
                self._draw(_progress(event))
            case EpochEnded():
                best = "  best" if event.best else ""
                number = str(event.epoch).rjust(len(str(self._epochs)))
                self._print(f"epoch {number}/{self._epochs}  {metrics(event.metrics)}{best}")
            case DataProgress(phase="downloading", total=int(total)):
                self._draw(f"{event.message}: {size(event.done or 0)} of {size(total)}")
            case DataProgress():
                self._draw(event.message)
            case Noticed() if event.problem.severity == "warning":
                self._print(f"warning: {event.problem.sentence()}")
            case StateChanged(state=State.QUEUED | State.STARTING):
                self._draw(f"{event.state} ...")

    def _draw(self, text: str) -> None:
        """A line that the next one replaces; only where somebody watches."""
        if self._live:
            columns = shutil.get_terminal_size().columns
            print(f"\r\033[K{text[: columns - 1]}", end="", file=sys.stderr, flush=True)

    def _print(self, text: str) -> None:
        self._clear()
        print(text, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _progress(event: Progress) -> str:
    share = (event.epoch - 1 + event.step / max(event.steps, 1)) / event.epochs
    filled = round(WIDTH * min(share, 1.0))
    text = f"[{'#' * filled}{'.' * (WIDTH - filled)}] epoch {event.epoch}/{event.epochs}  {share:4.0%}"
    if event.samples_per_second is not None:
        text += f"  {event.samples_per_second:,.0f} samples/s"
    if event.eta is not None:
        text += f"  {duration(event.eta)} left"
    return text
