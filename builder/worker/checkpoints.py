"""Checkpoints: everything a run needs to go on exactly where it was, each in one file that is whole or not there.

A file holds the value of every variable (weights, optimizer, running metrics, random states) by its place in the model,
and `meta` as JSON. The document rebuilds the model itself, so no code and no pickle is ever read back.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from builder.rundir import RunDirectory, write_atomic
from builder.worker.backends import backend

KEEP = 2
BEST = "best.npz"


class State:
    """The variables of a compiled model, and what else decides its next step, taken out and put back together."""

    def __init__(self, model: Any):
        every = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
        self._variables = list({id(variable): variable for variable in every}.values())

    def take(self) -> list[np.ndarray]:
        """The values now, as copies."""
        return [*(backend.numpy(variable) for variable in self._variables), *backend.random_states()]

    def put(self, values: list[np.ndarray]) -> None:
        """Set every variable, and go on from the random states."""
        count = len(self._variables)
        for variable, value in zip(self._variables, values[:count], strict=True):
            variable.assign(value)
        backend.put_random_states(values[count:])

    def of(self, variables: Sequence[Any], values: list[np.ndarray]) -> list[np.ndarray]:
        """The values of some of the variables."""
        places = {id(variable): index for index, variable in enumerate(self._variables)}
        return [values[places[id(variable)]] for variable in variables]

    def fits(self, values: list[np.ndarray]) -> bool:
        wanted = [*(tuple(v.shape) for v in self._variables), *(state.shape for state in backend.random_states())]
        return wanted == [value.shape for value in values]


class Checkpoints:
    """A run's checkpoint files: the last two by step number, and the best."""

    def __init__(self, run: RunDirectory):
        self._folder = run.checkpoints
        self._fence = run.fence

    def write(self, step: int, values: list[np.ndarray], meta: dict[str, Any]) -> Path:
        """Add a checkpoint and let go of all but the last two; `OSError` leaves the earlier ones as they were."""
        path = self._folder / f"step-{step:012d}.npz"
        self._write(path, values, meta)
        for old in self._numbered()[:-KEEP]:
            old.unlink(missing_ok=True)
        return path

    def write_best(self, values: list[np.ndarray], meta: dict[str, Any]) -> Path:
        """Replace the best checkpoint."""
        path = self._folder / BEST
        self._write(path, values, meta)
        return path

    def latest(self, state: State) -> tuple[list[np.ndarray], dict[str, Any]] | None:
        """The newest checkpoint that can be read and fits the model."""
        for path in reversed(self._numbered()):
            if (found := _read(path)) and state.fits(found[0]):
                return found
        return None

    def best(self, state: State) -> tuple[list[np.ndarray], dict[str, Any]] | None:
        found = _read(self._folder / BEST)
        return found if found and state.fits(found[0]) else None

    def _write(self, path: Path, values: list[np.ndarray], meta: dict[str, Any]) -> None:
        named = {f"v{index:06d}": value for index, value in enumerate(values)}
        text = np.array(json.dumps(meta))
        write_atomic(path, lambda beside: np.savez(beside, meta=text, **named), allowed=self._fence)

    def _numbered(self) -> list[Path]:
        return sorted(self._folder.glob("step-*.npz"))


def _read(path: Path) -> tuple[list[np.ndarray], dict[str, Any]] | None:
    """The content of a checkpoint, or None where it is not there or damaged."""
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            values = [file[name] for name in sorted(file.files) if name != "meta"]
            return values, json.loads(str(file["meta"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
