"""How `app.py` starts and ends: what it says when it cannot, and that nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from app_server import PROJECT, free_port, start, stop

from builder.jobs import connect
from builder.settings import load


def run(**environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "app.py"]
    values = os.environ | {"LAYERLOOM_BROWSER": "0"} | environ
    return subprocess.run(command, cwd=PROJECT, env=values, capture_output=True, text=True, timeout=60)


def test_a_wrong_setting_is_a_sentence(home: Path) -> None:
    done = run(LAYERLOOM_PORT="many")
    assert done.returncode == 1
    assert "Setting port is 'many'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run(LAYERLOOM_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 1
    assert "Layerloom cannot start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="process ids are looked up as Unix does")
def test_ctrl_c_leaves_no_process_behind(home: Path, tmp_path: Path) -> None:
    server = start(home, free_port(), tmp_path / "log.txt")
    engine = connect(load(), role="cli")
    status = engine.status()
    engine.close()
    stop(server)
    for pid in (status.supervisor, *status.processes):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert "Traceback" not in server.log.read_text()
