"""The web server: Streamlit's pages, our routes beside them, and the supervisor's life around them."""

from __future__ import annotations

import atexit
import os
import socket
import stat
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.logger import get_logger
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from builder import jobs
from builder.errors import LoomError, RunError
from builder.rundir import FileLock, holder
from builder.server import routes
from builder.settings import Settings, load
from builder.ui.page import unforeseen
from builder.ui.port import demand_port

PREDECESSOR = 5.0
"""Seconds that a server waits for one that is just ending, as at a restart."""

_mine: dict[Path, FileLock] = {}
"""The homes that this process serves: it may make its app more than once."""


def make_app(script: Path, *, listens: bool = False) -> Any:
    """The ASGI application of `app.py`: works under `python app.py`, `streamlit run app.py` and any ASGI server.

    Ends the process with a sentence where the home cannot be used, another server uses it or, for a process that
    `listens` at the address of the settings itself, the port is taken.
    """
    try:
        settings = load()
        be_the_server(settings)
        if listens:
            demand_port(settings)
        engine = jobs.connect(settings)
    except LoomError as error:
        sys.exit(f"Layerloom cannot start: {error}")
    # A server that comes to its end before its lifespan has begun (a port taken just now) leaves no process either.
    atexit.register(engine.close, shutdown=True)
    # Streamlit takes the folder "pages" for its own kind of pages until a session has run `st.navigation`: the first
    # visitor of a fresh server would get its sidebar at any address but "/".
    PagesManager.uses_pages_directory = False
    keep_the_page()
    prefix = "/" + (st.get_option("server.baseUrlPath") or "").strip("/")

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
        answer_at_once()
        yield {}
        engine.close(shutdown=True)

    return st.App(
        script,
        routes=routes(settings, engine, prefix=prefix.rstrip("/")),
        lifespan=lifespan,
        on_script_error=unforeseen,
    )


def keep_the_page() -> None:
    """Have no page emptied by what the browser asked for just before it left the page before.

    A fragment's request that comes in while `st.switch_page` is at work runs after the next page's script, and still
    in the name of its own page: the browser takes that for another change of the page and clears what it shows. So it
    runs in the name of the page that is shown. One that a timer sent, and no person, is left out: its fragment is gone,
    and a run so soon after another made the browser clear the page as well (3 of 13 tries).
    """
    run_script = ScriptRunner._run_script

    def run(self: ScriptRunner, request: RerunData) -> None:
        shown = self._pages_manager.current_page_script_hash
        if shown and request.fragment_id_queue:
            # Requests that came together are one: with several fragments, a person's may be among them.
            if request.is_auto_rerun and request.page_script_hash != shown and len(request.fragment_id_queue) == 1:
                return
            request = replace(request, page_script_hash=shown)
        run_script(self, request)

    ScriptRunner._run_script = run


def be_the_server(settings: Settings) -> None:
    """Take the home for this process, to its end; `RunError` where another server has it."""
    path = settings.home / "server.lock"
    if settings.home in _mine:
        return
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(path, timeout=PREDECESSOR)
    except OSError:
        return  # The engine says why the home cannot be used.
    if lock is None:
        raise RunError(
            f"Another server, process {holder(path)}, works in {settings.home} already.",
            code="server",
            hint="Use that one, stop it first, or choose another LAYERLOOM_HOME.",
        )
    _mine[settings.home] = lock


def answer_at_once() -> None:
    """Have this process' server send an answer's last packet without waiting for a word about the one before.

    asyncio sees to that (TCP_NODELAY) only for sockets that name their protocol, and Streamlit's does not: every answer
    took 40 ms longer, and a first page asks for sixty files. Connections inherit it from the socket that listens.
    """
    for number in map(int, os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else ()):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as found:
                    if found.family != socket.AF_UNIX and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def serve(app: Any) -> None:
    """Listen until stopped, with host, port and browser from Layerloom's settings."""
    settings = load()
    if settings.browser:
        threading.Thread(target=_open_browser, args=(settings,), daemon=True).start()
    # Streamlit asks for a restart where its options change; these change before it listens.
    get_logger("streamlit.config").addFilter(lambda record: "config option section" not in record.getMessage())
    # Ctrl-C is how one ends it: the lifespan has put everything away by then.
    with suppress(KeyboardInterrupt):
        app.run(
            config={
                "server.address": settings.host,
                "server.port": settings.port,
                "server.headless": True,
            }
        )


def _open_browser(settings: Settings) -> None:
    """Open the first page as soon as the server answers."""
    address = f"http://{'localhost' if settings.host in ('0.0.0.0', '::') else settings.host}:{settings.port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    else:
        return
    if os.environ.get("DISPLAY") or os.name == "nt" or os.uname().sysname == "Darwin" or os.environ.get("BROWSER"):
        webbrowser.open(address)
