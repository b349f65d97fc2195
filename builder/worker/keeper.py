"""What a run keeps: where it stands, its best epoch, and both on disk, so that nothing learned is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from builder.catalog.keeping import Keeping
from builder.catalog.registry import callbacks as catalogue
from builder.errors import Problem
from builder.events import Checkpointed
from builder.rundir import RunDirectory
from builder.worker import judge
from builder.worker.checkpoints import Checkpoints, State
from builder.worker.telemetry import Telemetry, numbers
from builder.worker.throttle import Throttle

AUTOSAVE = 60.0
"""Seconds between checkpoints within an epoch."""


@dataclass
class Position:
    """Where a run stands. `epoch` counts from 1 and is the one in progress; `done` are its steps so far."""

    epoch: int = 1
    done: int = 0
    step: int = 0
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    learning_rate: float | None = None
    """That of the epoch's last step so far."""
    metrics: dict[str, float] | None = None
    """Training metrics of the epoch, once its last step is done and while its validation runs."""


@dataclass
class Best:
    """The epoch that is kept so far: its figures, and the state of the model after it.

    `rank` is that of who chose it (`judge.Keep`): of rank 0 it is just the last one.
    """

    epoch: int
    figures: dict[str, float]
    values: list[np.ndarray]
    rank: int
    written: bool = False
    """Whether the checkpoint of the best epoch on disk is this one."""

    @property
    def number(self) -> int | None:
        """The epoch where somebody holds it for the best."""
        return self.epoch if self.rank else None

    @cached_property
    def told(self) -> dict[str, float | None]:
        """The figures as they are told."""
        return numbers(self.figures)


class Keeper:
    """Keeps the best epoch in memory and checkpoints on disk. A full disk is told once and does not end the run."""

    def __init__(self, run: RunDirectory, model: Any, keeping: Keeping, watchers: Sequence[Any], telemetry: Telemetry):
        """`watchers` are the callbacks that the document names; `callbacks` are these and those that keep epochs."""
        self.best: Best | None = None
        self._run = run
        self._model = model
        self._state = State(model)
        self._own = judge.own(keeping)
        self._watchers = [*watchers, self._own] if self._own else list(watchers)
        self.callbacks, self._keeps = judge.callbacks(keeping, self._own, watchers)
        for keep in self._keeps:
            keep.take = self._take
        self._telemetry = telemetry
        self._checkpoints = Checkpoints(run)
        self._after_epoch = Throttle(1.0)
        self._within_epoch = Throttle(AUTOSAVE, due_at_once=False)
        self._failing = False

    @property
    def monitor(self) -> str | None:
        """The figure by which the kept epoch is the best; before there is one, by which one is to be."""
        return self._keeps[self.best.rank if self.best else -1].monitor

    def _take(self, epoch: int, rank: int) -> None:
        if self.best is None or self.best.rank <= rank:
            self.best = Best(epoch, {}, self._state.take(), rank)

    def judged(self, epoch: int, figures: dict[str, float]) -> bool:
        """Whether the epoch that callbacks have just seen the end of is the best so far; its figures are noted."""
        if self.best is None or self.best.epoch != epoch:
            return False
        self.best.figures = figures
        return self.best.rank > 0

    def restore_best(self) -> None:
        """Put the model back to the epoch that is kept, if there is one.

        Averages of the weights take their place, as at the end of `fit`, but where a callback of the document has
        chosen the epoch: `fit` ends on the weights that this one puts back.
        """
        if self.best:
            self._state.put(self.best.values)
        if self._keeps[self.best.rank if self.best else 0].averages:
            self._model.optimizer.finalize_variable_values(self._model.trainable_weights)

    def epoch_ended(self, position: Position) -> None:
        """Write a checkpoint unless the last one is very fresh."""
        if self._after_epoch.due():
            self.write(position)

    def step_ended(self, position: Position) -> None:
        """Write a checkpoint once in a while, so that an interruption of a long epoch costs a minute at most."""
        if self._within_epoch.due():
            self.write(position)

    def write(self, position: Position) -> None:
        """Write the best epoch, if it is new, and the present state; what led there is told before."""
        self._telemetry.flush()
        try:
            with self._after_epoch, self._within_epoch:
                if self.best and not self.best.written:
                    meta = {"epoch": self.best.epoch, "figures": self.best.figures, "rank": self.best.rank}
                    path = self._checkpoints.write_best(self.best.values, meta)
                    self.best.written = True
                    self._tell(self.best.epoch, path, best=True)
                meta = {"position": asdict(position), "watchers": [_memory(watcher) for watcher in self._watchers]}
                path = self._checkpoints.write(position.step, self._state.take(), meta)
                self._tell(position.epoch - 1, path, step=position.step)
            self._failing = False
        except OSError as error:
            if not self._failing:
                self._telemetry.notice(_not_written(error))
            self._failing = True

    def resume(self) -> Position | None:
        """Bring model and callbacks to the newest checkpoint that is whole; None where there is none."""
        found = self._checkpoints.latest(self._state)
        if found is None:
            return None
        values, meta = found
        self._state.put(values)
        for watcher, memory in zip(self._watchers, meta["watchers"], strict=False):
            vars(watcher).update(memory)
        if best := self._checkpoints.best(self._state):
            values, about = best
            self.best = Best(
                about["epoch"], about["figures"], values, about.get("rank", len(self._keeps) - 1), written=True
            )
            self._remind(self.best)
        return Position(**meta["position"])

    def _remind(self, best: Best) -> None:
        """Let the callback that has chosen the epoch know again what no checkpoint holds of it."""
        by = self._keeps[best.rank].by
        if by and by.restore_best_weights:
            by.best_weights = self._state.of(self._model.weights, best.values)
        elif by and by.best is None:  # A checkpoint of before this callback was there.
            by.best, by.best_epoch = best.figures.get(by.monitor), best.epoch - 1

    def rewind(self) -> Position | None:
        """Bring the model alone to the newest checkpoint; the best epoch stays the one that is known."""
        found = self._checkpoints.latest(self._state)
        if found is None:
            return None
        self._state.put(found[0])
        return Position(**found[1]["position"])

    def _tell(self, epoch: int, path: Path, *, best: bool = False, step: int | None = None) -> None:
        relative = path.relative_to(self._run.path).as_posix()
        self._telemetry.tell(Checkpointed(epoch=epoch, path=relative, best=best, step=step))


def _memory(watcher: Any) -> dict[str, Any]:
    """What a Keras callback has counted so far: its plain numbers that are not parameters.

    Parameters are left out because Keras changes some in place (`min_delta` gets its sign on first use).
    """
    parameters = {param.name for param in catalogue[type(watcher).__name__].params}
    return {
        name: value
        for name, value in vars(watcher).items()
        if isinstance(value, bool | int | float) and name not in parameters
    }


def _not_written(error: OSError) -> Problem:
    return Problem(
        code="checkpoint",
        severity="warning",
        message=f"A checkpoint could not be written: {error.strerror or error}.",
        hint="Training goes on; free some space, or an interruption costs what it has learned since.",
    )
