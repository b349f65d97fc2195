"""Runs that are put aside: out of the lists, whole on disk, and back again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from builder.document import Document
from builder.errors import RunError
from builder.rundir import FileLock, RunDirectory, State
from builder.rundir.aside import KEPT, aside, bring_back, put_aside, remove


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def ended(runs: Path, name: str = "Net") -> RunDirectory:
    run = RunDirectory.create(runs, Document(name=name))
    run.update(state=State.FINISHED)
    return run


def test_a_run_goes_and_comes_back_as_it_was(runs: Path) -> None:
    run, other = ended(runs), ended(runs)
    (run.artifacts / "model.keras").write_bytes(b"weights")
    put_aside(run)
    assert [found.id for found in RunDirectory.all(runs)] == [other.id]
    assert [record.id for record in aside(runs)] == [run.id]
    with pytest.raises(RunError):
        RunDirectory.open(runs, run.id)
    back = bring_back(runs, run.id)
    assert (back.id, back.model_path.read_bytes()) == (run.id, b"weights")
    assert {found.id for found in RunDirectory.all(runs)} == {run.id, other.id}
    assert aside(runs) == []


def test_what_goes_on_cannot_be_put_aside(runs: Path) -> None:
    run = RunDirectory.create(runs, Document(name="Net"))
    for state in (State.QUEUED, State.RUNNING, State.PAUSED):
        run.update(state=state)
        with pytest.raises(RunError, match="still going on"):
            put_aside(run)
    run.update(state=State.STOPPED)
    lock = FileLock.acquire(run.lock_path)
    assert lock
    with pytest.raises(RunError, match="still going on"):
        put_aside(run)
    lock.release()
    put_aside(run)


def test_what_was_put_aside_long_ago_makes_room(runs: Path) -> None:
    old, new, last = ended(runs, "old"), ended(runs, "new"), ended(runs, "last")
    put_aside(old)
    long_ago = time.time() - KEPT - 60
    os.utime(runs / ".aside" / old.id, (long_ago, long_ago))
    put_aside(new)
    assert [record.name for record in aside(runs)] == ["new"]
    put_aside(last)
    assert remove(runs) == 2
    assert aside(runs) == []


@pytest.mark.parametrize("name", ["nix", "..", "../../etc", "", ".aside"])
def test_only_what_was_put_aside_comes_back(runs: Path, name: str) -> None:
    put_aside(ended(runs))
    with pytest.raises(RunError, match="was put aside"):
        bring_back(runs, name)
