"""A run that is alone has all cores, runs side by side have a share each, and shares follow as runs come and go."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from engine_suite import create, losses, until, until_state
from hypothesis import given
from hypothesis import strategies as st
from local_engines import Make, worker_pid

from builder.jobs import process
from builder.jobs.cores import Cores, shares
from builder.rundir import State
from builder.settings import Settings

narrowing = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs a system that keeps processes to cores, and two of them",
)


@given(cores=st.integers(1, 64), count=st.integers(1, 80))
def test_shares_are_equal_and_leave_no_core_idle(cores: int, count: int) -> None:
    runs = [f"run{number}" for number in range(count)]
    found = shares(range(cores), runs)
    sizes = [len(found[run]) for run in runs]
    assert frozenset().union(*found.values()) == frozenset(range(cores))
    assert max(sizes) - min(sizes) <= 1
    if count <= cores:
        assert sum(sizes) == cores  # Disjoint: together they have each core once.
    else:
        on_core = [sum(core in share for share in found.values()) for core in range(cores)]
        assert max(on_core) - min(on_core) <= 1


def test_only_what_changes_is_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[tuple[int, set[int]]] = []
    monkeypatch.setattr(process, "keep_to", lambda pid, cores: kept.append((pid, set(cores))))
    cores = Cores({4, 5, 6, 7})
    cores.share({})
    cores.share({"a": 11})
    cores.share({"a": 11})
    assert kept == [(11, {4, 5, 6, 7})]
    cores.share({"a": 11, "b": 12})
    assert kept[1:] == [(11, {4, 5}), (12, {6, 7})]
    cores.share({"b": 12})
    cores.share({"b": 13})  # The next attempt of the run is another process.
    assert kept[3:] == [(12, {4, 5, 6, 7}), (13, {4, 5, 6, 7})]


def test_a_process_that_has_ended_is_passed_over() -> None:
    pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", ""])
    os.waitpid(pid, 0)
    process.keep_to(pid, {0})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", slots=2)


@narrowing
def test_a_run_gives_cores_back_when_another_starts(make: Make, runs: Path, settings: Settings) -> None:
    every = os.sched_getaffinity(0)
    engine = make()
    first = create(runs, "endless")
    engine.submit(first)
    until(lambda: losses(first), "a first loss")
    alone = worker_pid(settings, first.id)
    assert os.sched_getaffinity(alone) == every
    second = create(runs, "endless")
    engine.submit(second)
    until(lambda: losses(second), "a first loss of the second")
    other = worker_pid(settings, second.id)
    until(lambda: len(os.sched_getaffinity(alone)) < len(every), "the first to give cores back")
    until(lambda: os.sched_getaffinity(other) | os.sched_getaffinity(alone) == every, "all cores in use")
    assert not os.sched_getaffinity(other) & os.sched_getaffinity(alone)
    engine.stop(second.id)
    until_state(second, State.STOPPED)
    until(lambda: os.sched_getaffinity(alone) == every, "all cores for the one that is left")
    engine.stop(first.id)
    until_state(first, State.STOPPED)
