"""What people change of a run's course between two steps: live settings, the end after an epoch, step by step.

Every change counts from a step on and is noted in `run.json` before that step is taken. An attempt that goes on from
an earlier checkpoint makes it again at the same step, so that its curve is that of a run that was never interrupted.
"""

from __future__ import annotations

import time
from typing import Any

from builder.catalog.live import EPOCHS, checked
from builder.document import Document
from builder.errors import Problem, RunError
from builder.events import SettingChanged, StateChanged
from builder.rundir import Change, Control, RunRecord, State, Stride
from builder.worker.control import Controls, Paused, Stopped
from builder.worker.keeper import Position
from builder.worker.telemetry import Telemetry

WAIT = 20.0
"""Seconds that a worker waits for the next step before it leaves its paused run."""
LOOK = 0.02
"""Seconds between two looks while it waits: a step follows the click at once."""

LAST_EPOCH = "It ends after this epoch."


class Steering:
    """The course of one run. `epochs` is the number in force; `waits`: something wants to be done before a step."""

    def __init__(
        self,
        document: Document,
        record: RunRecord,
        model: Any,
        telemetry: Telemetry,
        controls: Controls,
    ):
        self.epochs = document.training.epochs
        self.waits = True
        self._document = document
        self._attempt = record.attempt
        self._changes = record.changes
        self._ahead = record.changes
        self._telemetry = telemetry
        self._controls = controls
        self._optimizer = model.optimizer
        self._goal: tuple[Stride, int] | None = None
        self._finishing = False

    def begin(self, at: Position) -> None:
        """Go on from this position: changes before it are in the checkpoint, but for the number of epochs."""
        for change in self._changes:
            if change.setting == EPOCHS.name:
                self.epochs = int(change.value)
        self._ahead = tuple(change for change in self._changes if change.step >= at.step)
        self._settle(at)
        self._look_for_step(at)

    def before_steps(self, at: Position, steps: int) -> int:
        """Make the changes that are due, and say up to which step of the epoch the next ones may be taken at once."""
        self._settle(at)
        bounds = [steps, *(at.done + change.step - at.step for change in self._ahead)]
        if self._goal and self._goal[0] is Stride.BATCH:
            bounds.append(at.done + max(1, self._goal[1] - at.step))
        return min(bounds)

    def look(self) -> None:
        """Raise where the run is to stop or pause, and see what else is asked."""
        if not self._controls.check():
            return
        if not self._finishing and self._controls.requests.asked(Control.FINISH):
            self._finishing = True
            self._tell(State.RUNNING, LAST_EPOCH)
        elif self._finishing and not self._controls.requests.asked(Control.FINISH):
            self._finishing = False
            self._tell(State.RUNNING, "It goes on after this epoch.")
        self.waits = self.waits or bool(self._controls.requests.settings())

    def epoch_ended(self) -> None:
        """Raise `Stopped` where this epoch was to be the last."""
        if self._controls.requests.asked(Control.FINISH):
            raise Stopped

    def reached(self, at: Position) -> bool:
        """Whether the step that was asked for has been taken."""
        if self._goal is None:
            return False
        stride, goal = self._goal
        return at.step >= goal if stride is Stride.BATCH else at.epoch >= goal

    def wait(self, at: Position) -> None:
        """Stand still after a step, until the next one is asked for; `Paused` where none comes.

        The caller has written a checkpoint: whatever happens to the waiting process, nothing is lost.
        """
        self._goal = None
        self._controls.requests.step_done()
        self._tell(State.PAUSED)
        self._telemetry.record.now(state=State.PAUSED)
        deadline = time.monotonic() + WAIT
        while not self._controls.requests.step_asked():
            if time.monotonic() > deadline:
                raise Paused
            self._controls.check()
            time.sleep(LOOK)
        self._tell(State.RUNNING)
        self._telemetry.record.now(state=State.RUNNING)
        self._look_for_step(at)

    def _look_for_step(self, at: Position) -> None:
        """Note how far the run is to go: it then pauses again."""
        asked = self._controls.requests.step()
        if asked is None:
            return
        if asked not in tuple(Stride):
            self._refuse(f'A step of "{asked[:40]}" is neither a batch nor an epoch; the run goes on.')
            self._controls.requests.step_done()
            return
        self._goal = (Stride(asked), at.step + 1 if asked == Stride.BATCH else at.epoch + 1)

    def _settle(self, at: Position) -> None:
        """Make the changes that are due before the next step: those of earlier attempts, then new ones."""
        for change in self._ahead:
            if change.step == at.step:
                self._make(change, at)
        self._ahead = tuple(change for change in self._ahead if change.step > at.step)
        if self.waits:
            self._take_settings(at)
            self.waits = False

    def _take_settings(self, at: Position) -> None:
        """Make the changes that people have asked for, and note them before they count."""
        for name, value in self._controls.requests.settings():
            try:
                change = Change(setting=name, value=checked(self._document, name, value), step=at.step)
            except RunError as error:
                self._refuse(error.problem.message, error.problem.hint)
            else:
                self._changes = (*self._changes, change)
                self._telemetry.record.now(changes=self._changes)
                self._make(change, at)
            self._controls.requests.setting_done(name)

    def _make(self, change: Change, at: Position) -> None:
        if change.setting == EPOCHS.name:
            self.epochs = int(change.value)
            self._telemetry.record.now(epochs=self.epochs)
        else:
            setattr(self._optimizer, change.setting, change.value)
        self._telemetry.tell(
            SettingChanged(setting=change.setting, value=change.value, epoch=at.epoch, step=change.step + 1)
        )

    def _tell(self, state: State, message: str | None = None) -> None:
        self._telemetry.tell(StateChanged(state=state, attempt=self._attempt, message=message))

    def _refuse(self, message: str, hint: str | None = None) -> None:
        self._telemetry.notice(Problem(code="setting", message=message, severity="warning", hint=hint))
