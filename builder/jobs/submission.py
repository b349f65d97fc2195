"""Starting a run: the one way in for the pages, the HTTP API and the command line is `train`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builder.catalog.rules import problems, refused
from builder.document import Document
from builder.jobs.admission import admit
from builder.jobs.engine import Engine
from builder.rundir import RunDirectory


def demand_trainable(engine: Engine, document: Document) -> None:
    """`DocumentError` with the reason where a document is not to be trained; `RunError` where nobody can tell."""
    if error := refused(problems(document, engine.analyse(document))):
        raise error


def train(
    engine: Engine, runs: Path, document: Document, *, owner: str = "local", key: str | None = None, **options: Any
) -> RunDirectory:
    """Start a run (see `start`) of a document that can be trained; raises as `demand_trainable` does where not."""
    if key is None or not RunDirectory.started(runs, owner, key):
        demand_trainable(engine, document)
    return start(engine, runs, document, owner=owner, key=key, **options)


def start(
    engine: Engine,
    runs: Path,
    document: Document,
    *,
    owner: str = "local",
    project: str | None = None,
    key: str | None = None,
    force: bool = False,
) -> RunDirectory:
    """Freeze a document into a run and queue it. With a key, a second start of the same key is the same run.

    Raises `LoomError` where the run is not to be started (see `admission`), which `force` overrides as far as it is a
    matter of an estimate.

    A run whose message to the engine is lost is found in its folder by the next engine; with the key, the one who
    asked can ask again and gets that run.
    """
    known = key is not None and RunDirectory.started(runs, owner, key)
    needs = None if known else admit(engine, runs, document, owner, force=force)
    run = RunDirectory.create(runs, document, owner=owner, project=project, key=key, memory=needs)
    engine.submit(run)
    return run
