"""One server for each home."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from builder.errors import RunError
from builder.settings import Settings
from builder.ui import serve

OTHER = """
import sys
from pathlib import Path
from builder.settings import Settings
from builder.ui.serve import be_the_server
be_the_server(Settings(home=Path(sys.argv[1])))
print("here", flush=True)
sys.stdin.read()
"""


def test_the_second_server_says_who_has_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "PREDECESSOR", 0.0)
    settings = Settings(home=tmp_path / "home")
    command = [sys.executable, "-c", OTHER, str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        assert first.stdout.readline() == "here\n"
        with pytest.raises(RunError, match=f"Another server, process {first.pid}, works in .*home already"):
            serve.be_the_server(settings)
        first.communicate()
    serve.be_the_server(settings)
    serve.be_the_server(settings)
    serve._mine.pop(settings.home).release()


def test_answers_do_not_wait_for_each_other() -> None:
    """As Streamlit binds: without a protocol's name, by which asyncio would know that the delay is unwanted."""
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        serve.answer_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_looking_for_the_server_leaves_no_file_open() -> None:
    before = len(os.listdir("/dev/fd"))
    serve.answer_at_once()
    assert len(os.listdir("/dev/fd")) == before


def test_a_fragment_runs_in_the_name_of_the_page_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it was asked for by the page before; a whole page's run, and a session's first, stay as they are.

    What only a timer of the page before asked for is left out.
    """
    ran: list[tuple[str, list[str]]] = []
    note = lambda runner, request: ran.append((request.page_script_hash, request.fragment_id_queue))  # noqa: E731
    monkeypatch.setattr(ScriptRunner, "_run_script", note)
    serve.keep_the_page()
    for shown, asked, fragments, timed in (
        ("train", "design", ["edit"], False),
        ("train", "design", [], False),
        ("", "design", ["look"], True),
        ("train", "design", ["look"], True),
        ("train", "design", ["edit", "look"], True),
        ("train", "train", ["look"], True),
    ):
        runner = SimpleNamespace(_pages_manager=SimpleNamespace(current_page_script_hash=shown))
        ScriptRunner._run_script(
            runner, RerunData(page_script_hash=asked, fragment_id_queue=fragments, is_auto_rerun=timed)
        )
    assert ran == [
        ("train", ["edit"]),
        ("design", []),
        ("design", ["look"]),
        ("train", ["edit", "look"]),
        ("train", ["look"]),
    ]
