"""What is known of a run is kept up to date beside its training, and no change is lost to a full disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from builder.rundir import RunDirectory, State, Superseded

pytestmark = pytest.mark.keras


@pytest.fixture
def record(run: RunDirectory) -> Iterator[Any]:
    from builder.worker.record import Record

    record = Record(run)
    yield record
    record.close()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Writes wait while `disk.turning` is not set, and are refused while `disk.full`."""

    class Disk:
        full = False
        turning = threading.Event()

    update = RunDirectory.update

    def updating(run: RunDirectory, **changes: Any) -> Any:
        assert Disk.turning.wait(20)
        if Disk.full:
            raise OSError(28, "No space left on device")
        return update(run, **changes)

    monkeypatch.setattr(RunDirectory, "update", updating)
    Disk.turning.set()
    yield Disk
    Disk.turning.set()


def test_training_does_not_wait_for_the_disk_and_what_must_be_kept_does(
    run: RunDirectory, record: Any, disk: Any
) -> None:
    disk.turning.clear()
    record.soon(epoch=1)
    record.soon(epoch=2, best_epoch=2)
    assert run.record().epoch == 0
    threading.Timer(0.05, disk.turning.set).start()
    assert record.now(state=State.RUNNING)
    assert (run.record().epoch, run.record().best_epoch, run.record().state) == (2, 2, State.RUNNING)


def test_it_is_written_twice_a_second_at_most(run: RunDirectory, record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker.throttle import Throttle

    written = []
    monkeypatch.setattr(record, "_throttle", Throttle(0.5, clock=lambda: 0.0))
    monkeypatch.setattr(RunDirectory, "update", lambda run, **changes: written.append(changes))
    for epoch in range(100):
        record.soon(epoch=epoch)
    assert record.now()
    assert written == [{"epoch": 0}, {"epoch": 99}]


def test_a_change_that_a_full_disk_refuses_is_in_the_next_one(run: RunDirectory, record: Any, disk: Any) -> None:
    disk.full = True
    record.soon(epoch=3, best_epoch=3)
    assert not record.now(epoch=4)
    assert not record.now(state=State.RUNNING)
    disk.full = False
    assert record.now()
    assert (run.record().epoch, run.record().best_epoch, run.record().state) == (4, 3, State.RUNNING)


def test_a_newer_attempt_ends_it(run: RunDirectory, record: Any) -> None:
    run.claim()
    RunDirectory(run.path).update(attempt=2)
    record.soon(epoch=1)
    with pytest.raises(Superseded):
        record.close()
    assert run.record().epoch == 0
