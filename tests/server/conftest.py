"""A server of the routes over a home of its own, and a run in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving_routes import DOCUMENT, NotingEngine, Served, start

from builder.document import parse
from builder.rundir import RunDirectory
from builder.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "runs").mkdir()
    return Settings(home=tmp_path)


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    served = start(settings, NotingEngine())
    yield served
    served.server.force_exit = served.server.should_exit = True
    served.thread.join(30)
    assert not served.thread.is_alive()


@pytest.fixture
def run(settings: Settings) -> RunDirectory:
    return RunDirectory.create(settings.runs, parse(DOCUMENT))


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=30) as client:
        yield client
