"""A real server with a home of its own, and headless Chromium in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_server import Server, free_port, start, stop
from playwright.sync_api import Browser, Page

from builder.jobs.heartbeat import GOING
from builder.rundir import Control, RunDirectory


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    running = start(folder / "home", free_port(), folder / "log.txt")
    yield running
    stop(running)


@pytest.fixture
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    """A fresh browser tab; an error in the page's console fails the test. No run outlives it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    # The first steps are for people.
    context.add_init_script("localStorage.setItem('layerloom.canvas.introduced', 'true')")
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    for run in RunDirectory.all(server.home / "runs"):
        if run.record().state in GOING:
            run.requests.ask(Control.STOP)
    assert errors == []
