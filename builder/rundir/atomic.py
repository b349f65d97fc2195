"""Files that are whole or not there: written beside, synced, renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write_atomic(
    path: Path, content: bytes | str | Callable[[Path], None], *, allowed: Callable[[], None] = lambda: None
) -> None:
    """Replace `path` by `content`, so that a reader or a crash sees the old file or the new one.

    `content` may be a function that writes to the path it is given; that path has the same suffix as `path`.
    `allowed` is asked last, and raises where the file is no longer this process' to write (`fence`).
    Raises `OSError` (a full disk, say) and then leaves the old file as it was.
    """
    beside = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        if callable(content):
            content(beside)
        else:
            beside.write_bytes(content.encode() if isinstance(content, str) else content)
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())
        allowed()
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def clear_unfinished(folder: Path) -> None:
    """Remove what writers that were killed have left beside their files; for a folder that nobody else writes to."""
    for beside in folder.glob(".[0-9]*.*"):
        with suppress(OSError):
            beside.unlink()
