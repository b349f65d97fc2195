"""One run on disk.

`document.json` (frozen) · `run.json` (this module's `RunRecord`, replaced atomically) · `events.jsonl` ·
`control/` (what people ask of it, see `requests`) · `checkpoints/` (last two and the best) · `artifacts/`
(`model.keras`) · `log.txt` · `worker.lock` (held by the worker while it lives). `control/resume` is the mark of a
supervisor that paused the run to shut down: the next one goes on with it, while a run that a person paused stays
paused.

The document never changes. What a person changes on the way (the learning rate, how many epochs) is in
`RunRecord.changes`, with the step from which on it counts; `RunRecord.epochs` is the number of epochs in force.

States: queued -> starting -> running <-> paused -> finished | stopped | failed | lost. The worker writes its
own final state. A supervisor writes only where no worker lives: "starting", "queued" again, "stopped" for a
run that waits, and "lost" or "failed" for a worker that died without a word.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from builder import __version__
from builder.document import Document, parse
from builder.errors import Problem, RunError
from builder.events import Execution
from builder.rundir.atomic import write_atomic
from builder.rundir.lock import FileLock
from builder.rundir.log import EventLog, event_of, read_after
from builder.rundir.requests import Requests

KEY_PATIENCE = 10.0
"""Seconds that a start with a key waits for another one."""


class State(StrEnum):
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"


ENDED = frozenset({State.FINISHED, State.STOPPED, State.FAILED, State.LOST})


class Change(BaseModel):
    """A live setting that was changed: `value` counts from the step after `step` on (steps count over the whole run).

    A run that goes on from a checkpoint makes the changes after it again, at the same steps.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    setting: str
    value: float | int
    step: int


class RunRecord(BaseModel):
    """`run.json`: what is known of the run beside its document and its events. Times are Unix seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    state: State = State.QUEUED
    attempt: int = 1
    owner: str = "local"
    engine: str = "local"
    version: str = __version__
    document_hash: str
    dataset: str | None = None
    backend: Literal["tensorflow", "jax", "torch"] = "tensorflow"
    """What it computes with: its process imports this one."""
    project: str | None = None
    """The draft that the run was started from."""
    key: str | None = None
    """What the one who started it calls this start; a second start of the same name is the same run."""
    created: float
    started: float | None = None
    ended: float | None = None
    pid: int | None = None
    epoch: int = 0
    epochs: int = 0
    """Epochs to train in all: the document's, or what `changes` made of them."""
    changes: tuple[Change, ...] = ()
    parameters: int | None = None
    execution: tuple[Execution, ...] = ()
    """How its steps are computed, by the step from which that holds, with the reason of each choice."""
    best_epoch: int | None = None
    monitor: str | None = None
    metrics: dict[str, float | None] = {}
    """Metrics of the best epoch so far."""
    test_metrics: dict[str, float | None] = {}
    problem: Problem | None = None
    """Why it failed, was lost or stopped early."""


def new_run_id(key: str | None = None) -> str:
    """A name that sorts by time, to the microsecond, and does not collide: 20260102-150405-a1b2c4d5e.

    With a key it ends in the key's digest, by which the run is found again.
    """
    now = datetime.now(UTC)
    end = secrets.token_hex(2) if key is None else _digest(key)
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond:05x}{end}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class RunDirectory:
    """A run's folder: paths, and the record read and replaced."""

    def __init__(self, path: Path):
        self.path = path
        self.id = path.name
        self.events_path = path / "events.jsonl"
        self.log_path = path / "log.txt"
        self.lock_path = path / "worker.lock"
        self.requests = Requests(path / "control")
        self.resume_mark = path / "control" / "resume"
        self.checkpoints = path / "checkpoints"
        self.artifacts = path / "artifacts"
        self.model_path = self.artifacts / "model.keras"

    @classmethod
    def create(
        cls,
        runs: Path,
        document: Document,
        *,
        owner: str = "local",
        project: str | None = None,
        key: str | None = None,
    ) -> RunDirectory:
        """Freeze a document into a new run in state queued. The folder appears whole or not at all.

        With a `key`, a second call with the same key and owner gives the run of the first, also from another process
        and after a crash. Raises `RunError` where the disk is full, the folder cannot be written, or the key stands
        for another document already.
        """
        if key is None:
            return cls._make(cls(runs / new_run_id()), document, owner, project, None)
        try:
            runs.mkdir(parents=True, exist_ok=True)
            lock = FileLock.acquire(runs / ".keys.lock", timeout=KEY_PATIENCE)
        except OSError as error:
            raise _not_created(runs, error) from error
        if lock is None:
            raise RunError("Another start with a key has not come to its end.", code="key", hint="Try again.")
        try:
            name = f"{owner}/{key}"
            for folder in runs.glob(f"[!.]*{_digest(name)}"):
                run = cls(folder)
                if run.record().document_hash != document.content_hash():
                    raise RunError(
                        f'The key "{key[:80]}" stands for the run {run.id} already, and that has another document.',
                        code="key",
                        hint="Use a new key for each run that you want to start.",
                    )
                return run
            return cls._make(cls(runs / new_run_id(name)), document, owner, project, key)
        finally:
            lock.release()

    @classmethod
    def _make(
        cls, run: RunDirectory, document: Document, owner: str, project: str | None, key: str | None
    ) -> RunDirectory:
        runs = run.path.parent
        making = runs / f".{run.id}"
        record = RunRecord(
            id=run.id,
            name=document.name,
            owner=owner,
            project=project,
            key=key,
            document_hash=document.content_hash(),
            dataset=document.data.dataset if document.data else None,
            backend=document.training.backend,
            epochs=document.training.epochs,
            created=time.time(),
        )
        try:
            for folder in ("control", "checkpoints", "artifacts"):
                (making / folder).mkdir(parents=True, exist_ok=True)
            (making / "document.json").write_text(document.to_json(indent=1), encoding="utf-8")
            (making / "run.json").write_text(record.model_dump_json(indent=1), encoding="utf-8")
            (making / "events.jsonl").touch()
            making.rename(run.path)
        except OSError as error:
            shutil.rmtree(making, ignore_errors=True)
            raise _not_created(runs, error) from error
        return run

    @classmethod
    def open(cls, runs: Path, run_id: str) -> RunDirectory:
        """The run with this id; `RunError` where there is none."""
        run = cls(runs / run_id)
        if Path(run_id).name != run_id or run_id.startswith(".") or not (run.path / "run.json").is_file():
            raise RunError(f'There is no run "{run_id}".', code="unknown-run", hint="List them: layerloom runs list.")
        return run

    @classmethod
    def all(cls, runs: Path) -> list[RunDirectory]:
        """Every run, newest first."""
        found = [cls(file.parent) for file in runs.glob("*/run.json") if not file.parent.name.startswith(".")]
        return sorted(found, key=lambda run: run.id, reverse=True)

    def record(self) -> RunRecord:
        """Read `run.json`; `RunError` where it is damaged."""
        try:
            return RunRecord.model_validate_json((self.path / "run.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise RunError(
                f'The run "{self.id}" is unreadable: run.json is damaged or gone.', code="damaged"
            ) from error

    def update(self, **changes: Any) -> RunRecord:
        """Replace fields of the record; one writer at a time (the worker while it lives)."""
        record = self.record().model_copy(update=changes)
        write_atomic(self.path / "run.json", record.model_dump_json(indent=1))
        return record

    def document(self) -> Document:
        return parse((self.path / "document.json").read_bytes(), origin=f"The document of run {self.id}")

    def event_log(self) -> EventLog:
        return EventLog(self.events_path)

    def events(self) -> list[dict[str, Any]]:
        """All events so far, as JSON values."""
        return [event for line in read_after(self.events_path)[0] if (event := event_of(line.encode()))]


def _not_created(runs: Path, error: OSError) -> RunError:
    return RunError(
        f"The run could not be created in {runs}: {error.strerror or error}.",
        code="disk",
        hint="Free some space or choose another LAYERLOOM_HOME, then press Train again.",
    )
