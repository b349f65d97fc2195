"""Run directories: whole from the start, found by id only, and sentences for what is damaged or full."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_disk import largest_file

from builder.document import Document
from builder.errors import RunError
from builder.events import StateChanged
from builder.rundir import (
    ENDED,
    Control,
    FileLock,
    RunDirectory,
    RunRecord,
    State,
    Superseded,
    holder,
    new_run_id,
    write_atomic,
)

DOCUMENT = Document(name="Two words", data={"dataset": "iris"}, training={"epochs": 3})


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def test_new_run_holds_its_document_and_waits(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT, owner="ada", project="p1")
    record = run.record()
    assert run.document() == DOCUMENT
    assert (record.id, record.name, record.state, record.attempt) == (run.id, "Two words", State.QUEUED, 1)
    assert (record.owner, record.project, record.dataset, record.epochs) == ("ada", "p1", "iris", 3)
    assert record.document_hash == DOCUMENT.content_hash()
    assert run.events() == []
    assert run.checkpoints.is_dir()
    assert run.artifacts.is_dir()
    assert [path.name for path in runs.iterdir()] == [run.id]


def test_ids_sort_by_time_and_do_not_collide(runs: Path) -> None:
    ids = [new_run_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{9}", run_id) for run_id in ids)
    stamps = [run_id[:21] for run_id in ids]
    assert stamps == sorted(stamps)
    made = [RunDirectory.create(runs, DOCUMENT) for _ in range(3)]
    assert [run.id for run in RunDirectory.all(runs)] == [run.id for run in reversed(made)]


@pytest.mark.parametrize("run_id", ["", ".", "..", "../runs", "nothing", "a/b", "/etc", ".hidden", "x\0y"])
def test_only_runs_are_opened(runs: Path, run_id: str) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    (run.path / "a").mkdir()
    (runs / ".hidden").mkdir()
    (runs / ".hidden" / "run.json").write_text("{}")
    with pytest.raises(RunError) as caught:
        RunDirectory.open(runs, run_id)
    assert caught.value.problem.code == "unknown-run"
    assert RunDirectory.open(runs, run.id).record() == run.record()


def test_fields_are_replaced_and_the_rest_is_kept(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    before = run.record()
    after = run.update(state=State.RUNNING, pid=42, metrics={"loss": 0.5})
    assert (
        after == run.record() == before.model_copy(update={"state": State.RUNNING, "pid": 42, "metrics": {"loss": 0.5}})
    )
    assert not list(run.path.glob(".*"))


def test_fields_of_a_later_version_are_passed_over(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    text = (run.path / "run.json").read_text()
    (run.path / "run.json").write_text(text.replace("{", '{"colour": "red",', 1))
    assert run.record().id == run.id


@pytest.mark.parametrize("content", [b"", b"{", b'{"id": 3}', b"\xff"])
def test_damaged_record_is_told(runs: Path, content: bytes) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    (run.path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=r"unreadable: run\.json is damaged or gone"):
        run.record()


def test_full_disk_refuses_the_run_and_leaves_nothing(runs: Path) -> None:
    runs.mkdir()
    with largest_file(100), pytest.raises(RunError) as caught:
        RunDirectory.create(runs, DOCUMENT)
    assert caught.value.problem.code == "disk"
    assert str(runs) in caught.value.problem.message
    assert "Free some space" in caught.value.problem.hint
    assert list(runs.iterdir()) == []


def test_full_disk_keeps_the_old_record(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    before = run.record()
    with largest_file(100), pytest.raises(OSError):  # noqa: PT011 - the errno is the system's
        run.update(state=State.RUNNING)
    assert run.record() == before


def test_runs_in_the_way_of_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(RunError, match="could not be created"):
        RunDirectory.create(tmp_path / "runs", DOCUMENT)


def test_requests_are_left_seen_and_taken_back(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    assert not run.requests.asked(Control.STOP)
    run.requests.ask(Control.STOP)
    run.requests.ask(Control.STOP)
    assert run.requests.asked(Control.STOP)
    assert not run.requests.asked(Control.PAUSE)
    run.requests.answered(Control.STOP)
    run.requests.answered(Control.STOP)
    assert not run.requests.asked(Control.STOP)


def test_ended_states_are_those_without_a_way_on() -> None:
    assert {State.FINISHED, State.STOPPED, State.FAILED, State.LOST} == ENDED
    assert set(State) - ENDED == {State.QUEUED, State.STARTING, State.RUNNING, State.PAUSED}


def test_records_survive_json() -> None:
    record = RunRecord(id="a", name="b", document_hash="c", created=1.5, metrics={"loss": None}, state=State.LOST)
    assert RunRecord.model_validate_json(record.model_dump_json()) == record


HOLDER = """
import sys
from pathlib import Path
from builder.rundir import FileLock
lock = FileLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_lock_is_held_by_the_living_and_let_go_by_the_dead(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder(path) is None
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    assert holder(path) == other.pid
    assert FileLock.acquire(path, timeout=0) is None
    other.kill()
    other.communicate()
    assert holder(path) is None
    lock = FileLock.acquire(path, timeout=0)
    assert holder(path) == os.getpid()
    lock.release()
    assert holder(path) is None


def test_an_older_attempt_writes_no_more(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    old = RunDirectory(run.path)
    old.claim()
    old.update(epoch=1)
    log = old.event_log()
    log.append(StateChanged(state="running"))
    run.update(attempt=2)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(Superseded, match="Attempt 2 of this run is at work; attempt 1 writes no more"):
        old.update(epoch=2)
    with pytest.raises(Superseded):
        log.append(StateChanged(state="running"))
    with pytest.raises(Superseded):
        write_atomic(run.model_path, b"weights", allowed=old.fence)
    log.close()
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    new = RunDirectory(run.path)
    new.claim()
    assert new.update(epoch=5).epoch == 5


def test_a_record_that_cannot_be_read_supersedes_nobody(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    run.claim()
    (run.path / "run.json").write_text('{"attempt": "many"}')
    run.fence()
    (run.path / "run.json").unlink()
    run.fence()


def test_what_killed_writers_left_is_cleared_by_the_next_attempt(runs: Path) -> None:
    run = RunDirectory.create(runs, DOCUMENT)
    left = [run.path / ".99.run.json", run.checkpoints / ".99.step-000000000001.npz", run.artifacts / ".7.model.keras"]
    for file in left:
        file.write_bytes(b"half")
    kept = run.checkpoints / "step-000000000001.npz"
    kept.write_bytes(b"whole")
    run.held_path.touch()
    run.claim()
    assert not any(file.exists() for file in [*left, run.held_path])
    assert kept.read_bytes() == b"whole"
