"""Engines over fake workers, each with a home of its own; whatever they started is gone when the test is over."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_suite import until
from local_engines import Make, worker_pid

from builder.jobs import process
from builder.jobs.local import LocalEngine
from builder.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    return Settings(home=tmp_path / getattr(request, "param", "home"), slots=1)


@pytest.fixture
def runs(settings: Settings) -> Path:
    return settings.runs


@pytest.fixture
def make(settings: Settings) -> Iterator[Make]:
    """Makes engines of the same home; the first one to ask starts the supervisor with this timing."""
    made: list[LocalEngine] = []
    seen: set[int] = set()

    def make_one(*zygote: str, **timing: float) -> LocalEngine:
        timing = {"patience": 0.3, "beat": 0.05, "again": 0.02, **timing}
        command = [
            sys.executable,
            str(Path(__file__).parent / "fake_supervisor.py"),
            json.dumps(timing),
            *zygote,
        ]
        made.append(LocalEngine(settings, command=command))
        return made[-1]

    yield make_one
    for engine in made:
        status = engine.status()
        seen.update((status.supervisor, *status.processes))
        seen.update(pid for run in status.running if (pid := worker_pid(settings, run)))
    for engine in made:
        engine.close(shutdown=True)
    until(lambda: not any(process.alive(pid) for pid in seen), f"the end of {seen}")


@pytest.fixture
def engine(make: Make) -> LocalEngine:
    return make()
