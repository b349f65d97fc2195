"""A server with nothing but the canvas, Chromium in front of it, and the words to drive them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from canvas_page import CanvasPage, Harness, chain
from playwright.sync_api import Browser

HARNESS = Path(__file__).resolve().parent / "harness" / "app.py"
PROJECT = HARNESS.parents[3]
# Keeps the page's web sockets at hand, so that a test can break the connection.
SOCKETS = """
window.__sockets = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...options) { super(...options); window.__sockets.push(this); }
};
"""


# The first steps are for people; `open_canvas(..., newcomer=True)` shows them.
INTRODUCED = "localStorage.setItem('layerloom.canvas.introduced', 'true')"


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    home = tmp_path_factory.mktemp("harness")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(HARNESS), "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    environ = os.environ | {"HARNESS_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    log = home / "log.txt"
    with open(log, "wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
        yield Harness(f"http://127.0.0.1:{port}", home)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=1).close()
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"the server did not answer: {log.read_text()}")


@pytest.fixture
def open_canvas(chromium: Browser, harness: Harness) -> Iterator[Callable[..., CanvasPage]]:
    """Open the canvas on a document, in a browser of its own; the test fails on any error in the console."""
    contexts = []
    errors: list[str] = []

    def open_page(document: dict[str, Any], *, newcomer: bool = False, **options: Any) -> CanvasPage:
        harness.put("first", document)
        harness.put("second", chain())
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        context.add_init_script(SOCKETS)
        if not newcomer:
            context.add_init_script(INTRODUCED)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(harness.url)
        page.locator(".flow:not(.arriving)").wait_for()
        return CanvasPage(page, harness)

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
