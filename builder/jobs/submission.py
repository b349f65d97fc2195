"""Starting a run: the one way in for the page, the HTTP API and the command line."""

from __future__ import annotations

from pathlib import Path

from builder.document import Document
from builder.jobs.engine import Engine
from builder.rundir import RunDirectory


def start(
    engine: Engine, runs: Path, document: Document, *, project: str | None = None, key: str | None = None
) -> RunDirectory:
    """Freeze a document into a run and queue it. With a key, a second start of the same key is the same run.

    A run whose message to the engine is lost is found in its folder by the next engine; with the key, the one who
    asked can ask again and gets that run.
    """
    run = RunDirectory.create(runs, document, project=project, key=key)
    engine.submit(run)
    return run
