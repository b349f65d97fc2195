"""When waiting runs start."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from builder.document import Document
from builder.events import EpochEnded, Progress
from builder.jobs import EngineStatus, places
from builder.jobs.outlook import start_times
from builder.rundir import RunDirectory, State
from builder.settings import Settings


@pytest.mark.parametrize(
    ("going", "waiting", "slots", "starts"),
    [
        ([30.0], [10.0, 20.0], 1, (30.0, 40.0)),
        ([30.0, 5.0], [10.0, 20.0, 1.0], 2, (5.0, 15.0, 30.0)),
        ([], [10.0, 20.0], 2, (0.0, 0.0)),
        ([None], [10.0], 1, (None,)),
        ([30.0], [None, 20.0], 1, (30.0, None)),
        ([30.0, None], [10.0, 10.0], 2, (30.0, 40.0)),
        ([-4.0], [1.0], 1, (0.0,)),
    ],
)
def test_a_run_starts_when_a_slot_is_free(
    going: list[float | None], waiting: list[float | None], slots: int, starts: tuple[float | None, ...]
) -> None:
    assert start_times(going, waiting, slots) == starts


def test_what_is_left_is_known_from_progress_earlier_epochs_and_earlier_runs(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)

    def create(name: str) -> RunDirectory:
        return RunDirectory.create(settings.runs, Document(name=name, training={"epochs": 10}))

    before, going, halfway, like, new = create("a"), create("b"), create("b"), create("a"), create("c")
    before.update(state=State.FINISHED, epoch=10)
    going.update(state=State.RUNNING)
    halfway.update(epoch=4)
    logs = [run.event_log() for run in (going, halfway, before)]
    logs[0].append(Progress(epoch=1, epochs=10, step=1, steps=9, eta=7.5))
    logs[1].append(EpochEnded(epoch=4, step=4, metrics={}, seconds=2.0))
    logs[2].append(EpochEnded(epoch=10, step=10, metrics={}, seconds=5.0))
    for log in logs:
        log.close()
    queued = (halfway.id, like.id, new.id)
    status = EngineStatus(1, warm=True, running=(going.id,), queued=queued, slots=1)
    found = places(settings, status)
    assert [(place.position, place.starts_in) for place in found.values()] == [(1, 7.5), (2, 19.5), (3, 69.5)]
    assert found[new.id].sentence() == "Number 3 of 3 in the queue; it starts in about 70 s."
    assert places(settings, EngineStatus(1, warm=True, running=(), queued=(), slots=1)) == {}


def test_no_run_is_thought_to_take_longer_than_it_may(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, run_minutes=2)
    going, first, second = (RunDirectory.create(settings.runs, Document(name=name)) for name in "abc")
    going.update(state=State.RUNNING)
    log = going.event_log()
    log.append(Progress(epoch=1, epochs=10, step=1, steps=9, eta=7500))
    log.close()
    status = EngineStatus(1, warm=True, running=(going.id,), queued=(first.id, second.id), slots=1)
    assert [place.starts_in for place in places(settings, status).values()] == [120, 240]
    going.update(started=time.time() - 60)
    assert [place.starts_in for place in places(settings, status).values()] == pytest.approx([60, 180], abs=20)
    going.update(attempt=2)
    assert [place.starts_in for place in places(settings, status).values()] == [120, 240]
