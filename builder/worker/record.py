"""The run's `run.json`, kept by its worker."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from builder.rundir import RunDirectory
from builder.worker.throttle import Throttle

log = logging.getLogger(__name__)


class Record:
    """Changes the run's record. How far the run is gets written beside training, which does not wait for the disk; a
    change that could not be written is in the next one."""

    def __init__(self, run: RunDirectory):
        self._run = run
        self._changes: dict[str, Any] = {}
        self._throttle = Throttle(0.5)
        self._beside = ThreadPoolExecutor(1, "record")
        self._writing: Future[bool] | None = None
        self._sent: dict[str, Any] = {}

    def soon(self, **changes: Any) -> None:
        """Change fields, at most twice a second, in the order of the calls."""
        self._changes |= changes
        if self._throttle.due() and (self._writing is None or self._writing.done()):
            self._settle()
            with self._throttle:
                self._sent, self._changes = self._changes, {}
                self._writing = self._beside.submit(self._write, self._sent)

    def now(self, **changes: Any) -> bool:
        """Change fields, and return when that is on disk; False where it cannot be."""
        self._settle()
        self._changes |= changes
        if not self._write(self._changes):
            return False
        self._changes = {}
        return True

    def close(self) -> None:
        """Wait for what is being written; nothing is written any more."""
        self._settle()
        self._beside.shutdown()

    def _settle(self) -> None:
        """Wait for what is being written."""
        if self._writing:
            writing, self._writing = self._writing, None
            if not writing.result():
                self._changes = self._sent | self._changes

    def _write(self, changes: dict[str, Any]) -> bool:
        try:
            self._run.update(**changes)
        except OSError as error:
            log.warning("run.json could not be written: %s", error)
            return False
        return True
