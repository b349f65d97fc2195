"""Headless Chromium in front of the harness page, and a run to watch."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from watched_run import DOCUMENT, Harness, Writer

from builder.document import parse
from builder.rundir import RunDirectory


# Per module: two synchronous Playwrights in one process exclude each other, and any asyncio.run.
@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    folder = tmp_path_factory.mktemp("live")
    (folder / "home" / "runs").mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    harness = Harness(folder / "home", port, folder / "log.txt")
    harness.start()
    yield harness
    harness.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh tab; an uncaught error in the page fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.set_default_timeout(20_000)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


@pytest.fixture
def writer(harness: Harness) -> Iterator[Writer]:
    writer = Writer(RunDirectory.create(harness.home / "runs", parse(DOCUMENT)))
    yield writer
    writer.log.close()
