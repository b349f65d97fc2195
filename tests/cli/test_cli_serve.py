"""`layerloom serve` and `layerloom worker`: the commands that stay."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from command import Cli

from builder.rundir import holder


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "LAYERLOOM_HOME": str(home)}


def until_answer(address: str, process: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer")


def test_serve_answers_refuses_a_second_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    home = tmp_path / "home"
    command = [sys.executable, "-m", "builder", "serve", "--port", str(port), "--no-browser"]
    process = subprocess.Popen(
        command, env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        until_answer(f"http://localhost:{port}/healthz", process)
        assert holder(home / "supervisor.lock")
        second = subprocess.run(
            [*command[:-2], str(port + 1), "--no-browser"],
            env=environment(home),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert second.returncode == 1
        holders = f"Another server, process {process.pid}, works in {home} already."
        assert f"Layerloom cannot start: {holders}" in second.stderr
        assert "Traceback" not in second.stderr
        until_answer(f"http://localhost:{port}/healthz", process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert holder(home / "supervisor.lock") is None


def test_a_taken_port_is_a_sentence_and_starts_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "builder", "serve", "--port", str(port), "--no-browser"],
            env=environment(home),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"Layerloom cannot start: Port {port} is taken" in done.stderr
    if sys.platform == "linux":
        assert f"by process {os.getpid()} (" in done.stderr
    assert "LAYERLOOM_PORT=" in done.stderr
    assert not list(home.glob("supervisor*"))


def test_an_address_of_another_machine_is_a_sentence(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "no-such-host.invalid"):
        done = subprocess.run(
            [sys.executable, "-m", "builder", "serve", "--host", host, "--no-browser"],
            env=environment(tmp_path / "home"),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert f"Nobody can listen at {host}" in done.stderr


UNASKED = """
import runpy
from builder.ui import serve
serve.demand_port = lambda settings: None
runpy.run_path("app.py", run_name="__main__")
"""


def test_a_port_taken_since_it_was_asked_for_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen()
        port = {"LAYERLOOM_PORT": str(other.getsockname()[1]), "LAYERLOOM_BROWSER": "0"}
        done = subprocess.run(
            [sys.executable, "-c", UNASKED],
            cwd=Path(__file__).resolve().parents[2],
            env=environment(home) | port,
            capture_output=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 1
    assert (home / "supervisor.log").exists()
    assert holder(home / "supervisor.lock") is None


def test_serve_refuses_a_wrong_port(cli: Cli) -> None:
    refused = cli("serve", "--port", "70000")
    assert refused.status == 1
    assert "Setting port is '70000'" in refused.err


def test_worker_stays_until_ctrl_c(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "builder", "worker"]
    with subprocess.Popen(command, env=environment(home), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "supervisor serves" in next(process.stderr)
        assert holder(home / "supervisor.lock") == process.pid
        second = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=60)
        assert second.returncode == 1
        assert f"Process {process.pid} already runs the jobs" in second.stderr
        process.send_signal(signal.SIGINT)
        process.stderr.read()
    assert process.returncode == 0
    assert holder(home / "supervisor.lock") is None
