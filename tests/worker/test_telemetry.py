"""What a run tells: throttled by time, and never lost to a full disk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from builder.errors import Problem
from builder.events import EpochEnded, Event, Progress
from builder.rundir import EventLog, RunDirectory

pytestmark = pytest.mark.keras


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def telemetry(run: RunDirectory) -> Iterator[Any]:
    from builder.worker.telemetry import Telemetry

    telemetry = Telemetry(run)
    yield telemetry
    telemetry.close()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """While `full_disk[0]` is true no event can be appended."""
    full = [False]
    extend = EventLog.extend

    def extending(log: EventLog, events: Sequence[Event]) -> list[Event]:
        if full[0]:
            raise OSError(28, "No space left on device")
        return extend(log, events)

    monkeypatch.setattr(EventLog, "extend", extending)
    return full


def _epoch(number: int) -> EpochEnded:
    return EpochEnded(epoch=number, step=number, metrics={}, seconds=1)


def test_throttle_keeps_its_interval_and_its_share_of_the_time() -> None:
    from builder.worker.throttle import Throttle

    clock = Clock()
    throttle = Throttle(1.0, share=0.1, clock=clock)
    assert throttle.due()
    with throttle:
        clock.now = 0.01
    assert not throttle.due()
    clock.now = 1.0
    assert not throttle.due()
    clock.now = 1.01
    assert throttle.due()
    with throttle:
        clock.now += 2.0
    clock.now += 19.9
    assert not throttle.due()
    clock.now += 0.2
    assert throttle.due()
    assert not Throttle(5.0, due_at_once=False, clock=clock).due()


def test_losses_are_gathered_thinned_and_made_json(run: RunDirectory, telemetry: Any) -> None:
    from builder.worker.telemetry import POINTS

    progress = Progress(epoch=1, epochs=2, step=1, steps=4)
    telemetry.losses(1, 1, np.array([2.5], "float32"))
    telemetry.tick(lambda: progress)
    assert [event["type"] for event in run.events()] == ["progress", "steps"]
    assert run.events()[1]["steps"] == [1]
    telemetry.losses(1, 2, np.array([math.nan, math.inf, 1 / 3], "float32"))
    telemetry.tick(lambda: progress)
    assert len(run.events()) == 2
    telemetry.flush()
    assert run.events()[2]["steps"] == [2, 3, 4]
    assert run.events()[2]["losses"] == [None, None, 0.3333333]
    telemetry.losses(2, 5, np.arange(1001, dtype="float32"))
    telemetry.flush()
    told = run.events()[3]
    assert told["epoch"] == 2
    assert len(told["steps"]) <= POINTS
    assert told["steps"][-1] == 1005
    assert max(np.diff(told["steps"])) <= 2 * 1001 / (POINTS / 2)
    assert told["losses"] == [step - 5.0 for step in told["steps"]]
    telemetry.flush()
    assert len(run.events()) == 4


@pytest.mark.parametrize("count", [1, 99, 100, 101, 4096, 9999])
def test_of_many_losses_no_extreme_is_left_out(count: int) -> None:
    from builder.worker.telemetry import POINTS, telling

    losses = np.random.default_rng(3).normal(size=count)
    losses[count // 2] = math.nan
    told = telling(losses, POINTS)
    assert len(told) <= POINTS
    assert (np.diff(told) > 0).all()
    assert {0 if count <= POINTS else told[0], count - 1} <= set(told)
    shown = losses[told]
    assert np.isnan(shown).any()
    if count > 1:
        assert (np.nanmin(shown), np.nanmax(shown)) == (np.nanmin(losses), np.nanmax(losses))


def test_what_a_full_disk_refused_is_told_later_and_in_order(
    run: RunDirectory, telemetry: Any, full_disk: list[bool]
) -> None:
    telemetry.tell(_epoch(1))
    full_disk[0] = True
    telemetry.tell(_epoch(2))
    telemetry.tell(Progress(epoch=3, epochs=9, step=1, steps=2))
    telemetry.notice(Problem(code="checkpoint", message="A checkpoint could not be written."))
    assert len(run.events()) == 1
    full_disk[0] = False
    telemetry.tell(_epoch(3))
    events = run.events()
    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5]
    assert [event["type"] for event in events] == ["epoch", "epoch", "progress", "problem", "epoch"]


def test_training_stands_still_while_nothing_can_be_written(
    run: RunDirectory, telemetry: Any, full_disk: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builder.worker.telemetry.WAIT", 0)
    assert not telemetry.hold(lambda: pytest.fail("there was nothing to wait for"))
    full_disk[0] = True
    telemetry.tell(_epoch(1))
    looks = []

    def look() -> None:
        looks.append(len(run.events()))
        full_disk[0] = len(looks) < 3

    assert telemetry.hold(look)
    assert looks == [0, 0, 0]
    assert [event["type"] for event in run.events()] == ["epoch", "problem"]
    assert "(No space left on device), so training stood still for 0 s." in run.events()[1]["problem"]["message"]


def test_what_a_person_asks_ends_the_wait(run: RunDirectory, telemetry: Any, full_disk: list[bool]) -> None:
    from builder.worker.control import Stopped

    full_disk[0] = True
    telemetry.tell(_epoch(1))

    def look() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        telemetry.hold(look)
