"""What a worker may take of the machine, set by itself before it reads anything of its run.

It writes its run directory and nothing else; its temporary files are there too, in `tmp`. The limits are settings
(`run_file`, `run_tasks`); memory and time are watched by the supervisor (`jobs.guard`), because a limit of address
space aborts TensorFlow, which reserves far more than it uses.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from builder import settings
from builder.worker import landlock

MIB = 2**20


def confine(run: Path, *, fetch: Path | None = None) -> None:
    """Take on the limits. With `fetch`, a folder that a data set is to come to: it may be written, from the network."""
    chosen = settings.load()
    if sys.platform != "win32":
        _limit(chosen.run_file * MIB, chosen.run_tasks)
    _temporary(run)
    landlock.adopt_orphans()
    landlock.confine([run, *_existing(fetch)], network=fetch is not None)


def leave(run: Path) -> None:
    """Remove the temporary files."""
    shutil.rmtree(run / "tmp", ignore_errors=True)


def _limit(largest_file: int, tasks: int) -> None:
    import resource

    _lower(resource.RLIMIT_CORE, 0)  # A crash of TensorFlow would leave a file as large as its memory.
    if largest_file:
        _lower(resource.RLIMIT_FSIZE, largest_file)
    if tasks and hasattr(resource, "RLIMIT_NPROC") and os.getuid():
        # The system counts all that the user has going, and nothing of root's.
        _lower(resource.RLIMIT_NPROC, _tasks_of_user() + tasks)


def _lower(limit: int, value: int) -> None:
    import resource

    soft, hard = resource.getrlimit(limit)
    unlimited = resource.RLIM_INFINITY
    least = min([value, *(bound for bound in (soft, hard) if bound != unlimited)])
    resource.setrlimit(limit, (least, least))


def _tasks_of_user() -> int:
    own, count = os.getuid(), 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == own:
                count += len(os.listdir(process / "task"))
    return count


def _temporary(run: Path) -> None:
    """A folder for temporary files in the run directory, empty."""
    leave(run)
    folder = run / "tmp"
    with suppress(OSError):  # The disk may be full; then whoever wants a temporary file is told so.
        folder.mkdir(exist_ok=True)
    for name in ("TMPDIR", "TEMP", "TMP"):
        os.environ[name] = str(folder)
    tempfile.tempdir = None


def _existing(fetch: Path | None) -> Sequence[Path]:
    if fetch is None:
        return ()
    fetch.mkdir(parents=True, exist_ok=True)
    return (fetch,)
