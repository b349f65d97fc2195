"""Which runs may start beside those that are going, and what the others are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_jobs_queue import filled

from builder.catalog.memory import FRAMEWORK, RESERVE
from builder.jobs import resources
from builder.jobs.queue import PASSES, FairQueue, Hold, Waiting
from builder.jobs.room import Going, Room

COMMON = round(RESERVE * FRAMEWORK)
"""What a run shares with those going, and does not need anew."""


def waiting(gigabytes: float, owner: str = "ada", created: float = 0) -> Waiting:
    return Waiting(created, f"{owner}-{gigabytes}-{created}", owner, COMMON + round(gigabytes * 1e9))


def room(free: float, slots: int = 4, **more: object) -> Room:
    return Room(slots, free=lambda: round(free * 1e9), **more)


@pytest.mark.parametrize(
    ("free", "going", "needs", "why"),
    [
        (3.5, [], 3.1, None),
        (2.2, [], 3.1, "waits for memory: needs 3.1 GB, 2.2 GB are free"),
        (4.0, [Going("ben", memory=2_000_000_000, used=2_000_000_000)], 3.1, None),
        (4.0, [Going("ben", memory=2_000_000_000, used=500_000_000)], 3.1, "needs 3.1 GB, 2.5 GB are free"),
        (1.0, [Going("ben", memory=5_000_000_000, used=500_000_000)], 0.4, "needs 400 MB, 0 MB are free"),
    ],
)
def test_memory_that_runs_are_still_to_take_is_not_free(
    free: float, going: list[Going], needs: float, why: str | None
) -> None:
    hold = room(free).hold(going)(waiting(needs))
    assert (hold is None) if why is None else (why in hold.why)


def test_a_run_of_unknown_needs_starts() -> None:
    assert room(0.0).hold([])(Waiting(0, "run", "ada")) is None


def test_only_what_runs_give_back_is_waited_for() -> None:
    """What other programs hold may never be given back: nobody keeps a place for that."""
    going = [Going("ben", memory=3_000_000_000, used=3_000_000_000)]
    assert room(1.0).hold(going)(waiting(3.5)).keeps_place
    assert not room(1.0).hold(going)(waiting(4.5)).keeps_place


def test_each_run_gets_a_gpu_to_itself() -> None:
    two = room(9.0, gpus=("0", "1"))
    assert two.gpu([]) == "0"
    assert two.gpu([Going("ada", gpu="0")]) == "1"
    both = [Going("ada", gpu="1"), Going("ben", gpu="0")]
    assert two.gpu(both) is None
    assert two.hold(both)(waiting(1)) == Hold("waits for a GPU: all 2 are in use")
    assert room(9.0).gpu([]) is None


def test_a_person_has_so_many_runs_going() -> None:
    hold = room(9.0, per_owner=1).hold([Going("ada")])
    assert hold(waiting(1, "ada")).why == "waits for another run of ada: 1 run trains at a time, and no more"
    assert hold(waiting(1, "ben")) is None


def test_the_slots_come_first() -> None:
    assert room(0.0, slots=1).hold([Going("ada")])(waiting(1)).why == "waits for a slot: the only one is in use"


def test_small_runs_pass_a_large_one_a_few_times_and_not_for_ever() -> None:
    queue = FairQueue()
    large = waiting(5, created=0)
    queue.add(large)
    for number in range(1, 9):
        queue.add(waiting(1, created=number))
    going = [Going("ben", memory=4_000_000_000, used=4_000_000_000)]
    hold = room(2.0).hold(going)
    passed = [queue.take(["ben"], hold) for _ in range(PASSES)]
    assert all(run.memory < large.memory for run in passed)
    assert queue.take(["ben"], hold) is None
    reasons = queue.reasons(["ben"], hold)
    assert reasons.pop(large.run_id) == "waits for memory: needs 5.0 GB, 2.0 GB are free"
    assert set(reasons.values()) == {f"waits behind {large.run_id}, which has let others by"}
    assert queue.take([], room(6.0).hold([])) == large


def test_a_run_that_waits_for_its_owner_holds_nobody_back() -> None:
    queue = filled("ada", "ada", *["ben"] * (PASSES + 2))
    hold = room(9.0, slots=99, per_owner=0).hold([])
    only_ben = lambda item: Hold("waits") if item.owner == "ada" else hold(item)  # noqa: E731
    assert [queue.take((), only_ben).owner for _ in range(PASSES + 2)] == ["ben"] * (PASSES + 2)
    assert queue.take((), only_ben) is None
    assert len(queue) == 2


def test_gpus_are_those_allowed_or_those_there(tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidia10", "nvidia2", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    assert resources.gpus({}, tmp_path) == ("0", "2", "10")
    assert resources.gpus({"CUDA_VISIBLE_DEVICES": "3, GPU-8f"}, tmp_path) == ("3", "GPU-8f")
    assert resources.gpus({"CUDA_VISIBLE_DEVICES": ""}, tmp_path) == ()
    assert resources.gpus({"CUDA_VISIBLE_DEVICES": "-1"}, tmp_path) == ()


def test_workers_see_where_things_are_and_no_secrets() -> None:
    from builder.settings import Settings

    given = {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "LC_ALL": "C",
        "TF_XLA_FLAGS": "--x",
        "TF_VAR_password": "hush",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "LAYERLOOM_PASSWORD": "hush",
        "HTTPS_PROXY": "http://me:hush@proxy",
    }
    found = resources.worker_environment(Settings(), given)
    assert {"PATH", "HOME", "LC_ALL", "TF_XLA_FLAGS"} <= found.keys()
    assert "hush" not in " ".join(found.values())
    assert resources.worker_environment(Settings(), given, network=True)["HTTPS_PROXY"] == given["HTTPS_PROXY"]
