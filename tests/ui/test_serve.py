"""One server for each home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
