"""What people ask of a run: files in its `control/` folder, left by an engine and looked at by the worker.

`stop`, `pause`, `finish` are empty files (`Control`). `step` names how far to go before the run pauses again
(`Stride`). `set-NAME` holds the new value of a live setting as JSON. Whatever else lies there is nobody's business,
and a folder in a file's place is no request.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from builder.rundir.atomic import write_atomic

_SETTING = "set-"
_TAKEN = ".taken-"


class Control(StrEnum):
    """What can be asked of a running worker without saying more."""

    STOP = "stop"
    """End now and keep what was learned."""
    PAUSE = "pause"
    """Write a checkpoint and leave."""
    FINISH = "finish"
    """End, as by stop, when the epoch that is under way has been validated."""


class Stride(StrEnum):
    """How far a paused run goes before it pauses again."""

    BATCH = "batch"
    EPOCH = "epoch"


class Requests:
    """The requests in one control folder. A request that comes twice is one request."""

    def __init__(self, folder: Path):
        self._folder = folder

    def ask(self, control: Control) -> None:
        (self._folder / control).touch()

    def asked(self, control: Control) -> bool:
        return (self._folder / control).is_file()

    def answered(self, control: Control) -> None:
        """Take a request away; one that cannot be taken away, as on a read-only disk, is asked still."""
        with suppress(OSError):
            (self._folder / control).unlink()

    def clear(self) -> None:
        """Take away all that was asked about the run's course; changes of settings stay."""
        for control in Control:
            self.answered(control)
        self.step_done()

    def ask_step(self, stride: Stride) -> None:
        write_atomic(self._folder / "step", stride)

    def step_asked(self) -> bool:
        return (self._folder / "step").is_file()

    def step(self) -> str | None:
        """The step that is asked for, as it was written: what is no `Stride` is for the worker to refuse.

        It stays until `step_done`, so that a step that is interrupted is taken again.
        """
        if not self.step_asked():
            return None
        return (self._folder / "step").read_text(encoding="utf-8", errors="replace")

    def step_done(self) -> None:
        with suppress(OSError):
            (self._folder / "step").unlink()

    def ask_setting(self, name: str, value: Any) -> None:
        write_atomic(self._folder / f"{_SETTING}{name}", json.dumps(value))

    def settings(self) -> list[tuple[str, Any]]:
        """The settings to change, with their new values; text that is no JSON is a value too, for the taker to refuse.

        A setting comes again, even after a crash, until `setting_done`; one that is asked for anew meanwhile is not
        taken away by that.
        """
        for file in sorted(self._folder.glob(f"{_SETTING}*")):
            with suppress(OSError):
                if file.is_file():
                    os.replace(file, self._folder / f"{_TAKEN}{file.name}")
        taken = sorted(self._folder.glob(f"{_TAKEN}{_SETTING}*"))
        return [(file.name.removeprefix(_TAKEN + _SETTING), _value(file)) for file in taken]

    def setting_asked(self, name: str) -> bool:
        return any((self._folder / f"{prefix}{_SETTING}{name}").is_file() for prefix in ("", _TAKEN))

    def setting_done(self, name: str) -> None:
        with suppress(OSError):
            (self._folder / f"{_TAKEN}{_SETTING}{name}").unlink()


def _value(file: Path) -> Any:
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
