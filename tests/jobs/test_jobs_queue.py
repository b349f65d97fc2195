"""The order in which waiting runs start."""

from __future__ import annotations

from builder.jobs.queue import FairQueue, Waiting


def filled(*owners: str) -> FairQueue:
    """A queue with one run for each name, created in this order."""
    queue = FairQueue()
    for number, owner in enumerate(owners):
        queue.add(Waiting(created=number, run_id=f"{owner}{number}", owner=owner))
    return queue


def test_first_come_first_served_within_an_owner() -> None:
    queue = FairQueue()
    queue.add(Waiting(created=2, run_id="later", owner="ada"))
    queue.add(Waiting(created=1, run_id="earlier", owner="ada"))
    assert queue.order(()) == ("earlier", "later")
    assert queue.take(()).run_id == "earlier"


def test_owners_take_turns_however_many_runs_one_has() -> None:
    queue = filled("ada", "ada", "ada", "ben")
    assert [queue.take(()).owner for _ in range(4)] == ["ada", "ben", "ada", "ada"]
    assert queue.take(()) is None


def test_who_has_fewer_runs_going_comes_first() -> None:
    assert filled("ada", "ben").take(["ada", "ada", "ben"]).owner == "ben"
    assert filled("ada", "ben").take(["ben"]).owner == "ada"


def test_the_announced_order_is_the_order() -> None:
    queue = filled("ada", "ben", "ada", "cleo", "ben")
    announced = queue.order(["cleo"])
    going, started = ["cleo"], []
    while waiting := queue.take(going):
        going.append(waiting.owner)
        started.append(waiting.run_id)
    assert tuple(started) == announced


def test_a_run_waits_once() -> None:
    queue = filled("ada")
    queue.add(Waiting(created=0, run_id="ada0", owner="ada"))
    assert len(queue) == 1
    queue.remove("ada0")
    queue.remove("ada0")
    assert "ada0" not in queue
