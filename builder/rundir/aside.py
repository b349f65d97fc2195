"""Runs that were put aside: out of every list, whole on disk, and brought back as long as nobody needs the room.

They lie in a hidden folder among the runs, so that putting aside and bringing back is one rename.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from builder.errors import RunError
from builder.rundir.directory import ENDED, RunDirectory, RunRecord, folder_named
from builder.rundir.lock import holder

FOLDER = ".aside"
KEPT = 7 * 86_400.0
"""Seconds after which a run that was put aside is removed for good, when the next one is."""


def put_aside(run: RunDirectory) -> None:
    """Take a run out of the lists; `RunError` while it goes on. Those put aside long ago are removed for good."""
    record = run.record()
    if record.state not in ENDED or holder(run.lock_path) is not None:
        raise RunError(f"The run {run.id} is still going on.", code="state", hint="Stop it first.")
    remove(run.path.parent, before=time.time() - KEPT)
    place = run.path.parent / FOLDER / run.id
    try:
        place.parent.mkdir(exist_ok=True)
        run.path.rename(place)
        os.utime(place)
    except OSError as error:
        raise RunError(f"The run {run.id} could not be put aside: {error.strerror or error}.", code="disk") from error


def bring_back(runs: Path, run_id: str) -> RunDirectory:
    """Put a run among the others again; `RunError` where none of that name was put aside."""
    place = folder_named(runs / FOLDER, run_id)
    if place is None:
        raise RunError(
            f'No run "{run_id[:80]}" was put aside.', code="unknown-run", hint=f"They are kept for {days()} days."
        )
    try:
        place.rename(runs / run_id)
    except OSError as error:
        raise RunError(
            f"The run {run_id} could not be brought back: {error.strerror or error}.", code="disk"
        ) from error
    return RunDirectory(runs / run_id)


def aside(runs: Path) -> list[RunRecord]:
    """The runs that were put aside, the last one first; those that cannot be read are left out."""
    found = []
    for run in sorted(_folders(runs), key=lambda run: run.path.stat().st_mtime, reverse=True):
        try:
            found.append(run.record())
        except RunError:
            continue
    return found


def remove(runs: Path, *, before: float | None = None) -> int:
    """Remove for good what was put aside, or only what was before a moment (Unix seconds); how many runs that were."""
    old = [run for run in _folders(runs) if before is None or run.path.stat().st_mtime < before]
    for run in old:
        shutil.rmtree(run.path, ignore_errors=True)
    return len(old)


def days() -> int:
    return round(KEPT / 86_400)


def _folders(runs: Path) -> list[RunDirectory]:
    return [RunDirectory(path) for path in (runs / FOLDER).glob("*") if path.is_dir()]
