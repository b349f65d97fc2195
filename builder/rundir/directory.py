"""One run on disk.

`document.json` (frozen) · `run.json` (this module's `RunRecord`, replaced atomically) · `events.jsonl` ·
`control/` (what people ask of it, see `requests`) · `checkpoints/` (last two and the best) · `artifacts/`
(`model.keras`) · `log.txt` · `worker.lock` (held by the worker while it lives; `attempt` in `run.json` is its token,
see `fence`) · `standstill.json` and `held` (why it does not move just now). `control/resume` is the mark of a
supervisor that paused the run to shut down: the next one goes on with it, while a run that a person paused stays
paused.

The document never changes. What a person changes on the way (the learning rate, how many epochs) is in
`RunRecord.changes`, with the step from which on it counts; `RunRecord.epochs` is the number of epochs in force.

States: queued -> starting -> running <-> paused -> finished | stopped | failed | lost. The worker writes its
own final state. A supervisor writes only where no worker lives: "starting", "queued" again, "stopped" for a
run that waits, and "failed" or "lost" for one whose workers died without a word and that going on does not help.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from builder import __version__
from builder.document import Document, parse
from builder.errors import Problem, RunError
from builder.events import Execution
from builder.rundir.atomic import clear_unfinished, write_atomic
from builder.rundir.fence import Fence, no_fence
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
    memory: int | None = None
    """Bytes that it was estimated to need before it started; None where nobody knows."""
    gpu: str | None = None
    """The GPU that it has to itself, as CUDA names it."""
    parameters: int | None = None
    execution: tuple[Execution, ...] = ()
    """How its steps are computed, by the step from which that holds, with the reason of each choice."""
    best_epoch: int | None = None
    monitor: str | None = None
    metrics: dict[str, float | None] = {}
    """Metrics of the best epoch so far."""
    test_metrics: dict[str, float | None] = {}
    setbacks: int = 0
    """How often in a row its worker died without having written a newer checkpoint than `stuck_at`."""
    stuck_at: str = ""
    """The newest checkpoint at the last of these deaths."""
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
        self.standstill_path = path / "standstill.json"
        """Left by a supervisor while the worker gives no sign of life."""
        self.held_path = path / "held"
        """Left, empty, by a worker that stands still because nothing can be written."""
        self.fence: Callable[[], None] = no_fence
        """Asked before every write."""
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
        memory: int | None = None,
    ) -> RunDirectory:
        """Freeze a document into a new run in state queued. The folder appears whole or not at all.

        With a `key`, a second call with the same key and owner gives the run of the first, also from another process
        and after a crash. Raises `RunError` where the disk is full, the folder cannot be written, or the key stands
        for another document already.
        """
        if key is None:
            return cls._make(cls(runs / new_run_id()), document, owner, project, None, memory)
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
            return cls._make(cls(runs / new_run_id(name)), document, owner, project, key, memory)
        finally:
            lock.release()

    @classmethod
    def _make(
        cls,
        run: RunDirectory,
        document: Document,
        owner: str,
        project: str | None,
        key: str | None,
        memory: int | None,
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
            memory=memory,
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

    @staticmethod
    def started(runs: Path, owner: str, key: str) -> bool:
        """Whether there is a run of this key already."""
        return any(runs.glob(f"[!.]*{_digest(f'{owner}/{key}')}"))

    @classmethod
    def open(cls, runs: Path, run_id: str) -> RunDirectory:
        """The run with this id; `RunError` where there is none."""
        if folder := folder_named(runs, run_id, "run.json"):
            return cls(folder)
        raise RunError(f'There is no run "{run_id[:80]}".', code="unknown-run", hint="List them: layerloom runs list.")

    @classmethod
    def all(cls, runs: Path) -> list[RunDirectory]:
        """Every run, newest first."""
        found = [cls(file.parent) for file in runs.glob("*/run.json") if not file.parent.name.startswith(".")]
        return sorted(found, key=lambda run: run.id, reverse=True)

    def claim(self) -> RunRecord:
        """Be the present attempt: from now on, what is written here raises `Superseded` once a newer one has begun."""
        record = self.record()
        self.fence = Fence(self.path / "run.json", record.attempt)
        for folder in (self.path, self.checkpoints, self.artifacts):
            clear_unfinished(folder)
        self.hold(held=False)
        return record

    def hold(self, *, held: bool) -> None:
        """Mark that nothing can be written, or that it can again; an empty file fits on most full disks."""
        with suppress(OSError):
            self.held_path.touch() if held else self.held_path.unlink(missing_ok=True)

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
        write_atomic(self.path / "run.json", record.model_dump_json(indent=1), allowed=self.fence)
        return record

    def document(self) -> Document:
        return parse((self.path / "document.json").read_bytes(), origin=f"The document of run {self.id}")

    def event_log(self) -> EventLog:
        return EventLog(self.events_path, self.fence)

    def events(self) -> list[dict[str, Any]]:
        """All events so far, as JSON values."""
        return [event for line in read_after(self.events_path)[0] if (event := event_of(line.encode()))]


def folder_named(place: Path, name: str, holding: str = "") -> Path | None:
    """The folder of this name right in a place, with a file in it; None also for a name that no folder can have."""
    if not name or name.startswith(".") or Path(name).name != name:
        return None
    try:
        found = (place / name / holding).exists()
    except PermissionError:
        raise
    except (OSError, ValueError):
        return None
    return place / name if found else None


def _not_created(runs: Path, error: OSError) -> RunError:
    return RunError(
        f"The run could not be created in {runs}: {error.strerror or error}.",
        code="disk",
        hint="Free some space or choose another LAYERLOOM_HOME, then press Train again.",
    )
