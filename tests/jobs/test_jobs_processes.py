"""Locks and facts about processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from engine_suite import until

from builder.errors import RunError
from builder.jobs import process, resources
from builder.jobs.channel import LONGEST, address
from builder.rundir import FileLock, holder
from builder.settings import Settings


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder(path) is None
    lock = FileLock.acquire(path)
    assert holder(path) == os.getpid()
    assert FileLock.acquire(path, timeout=0.0) is None
    lock.release()
    assert holder(path) is None
    FileLock.acquire(path, timeout=0.0).release()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = "import sys, time; from pathlib import Path; from builder.rundir import FileLock;"
    code += "lock = FileLock.acquire(Path(sys.argv[1])); print(1, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline()
        assert holder(path) == other.pid
        other.kill()
    assert holder(path) is None
    assert path.read_text() == str(other.pid), "the pid alone would have said that it lives"


def test_a_dead_child_that_nobody_waited_for_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert process.alive(child.pid)
        os.kill(child.pid, signal.SIGKILL)
        until(lambda: not process.alive(child.pid), "its end")
        assert child.returncode is None
    process.send(child.pid, signal.SIGTERM)


def test_processor_time_grows_with_work() -> None:
    used = process.cpu_seconds(os.getpid())
    until(lambda: [sum(range(10_000))] and process.cpu_seconds(os.getpid()) > used, "a tick")


@pytest.mark.parametrize("narrowed", [True, False], ids=["cores are shared while runs train", "each has its share"])
@pytest.mark.parametrize(("cores", "slots", "share"), [(1, 1, 1), (2, 2, 1), (4, 4, 1), (16, 4, 4)])
def test_the_machine_is_shared(
    monkeypatch: pytest.MonkeyPatch, cores: int, slots: int, share: int, narrowed: bool
) -> None:
    monkeypatch.setattr(resources, "cores", lambda: cores)
    if not narrowed:  # As on macOS and Windows.
        monkeypatch.delattr("os.sched_setaffinity", raising=False)
    threads = cores if narrowed else share
    settings = Settings()
    assert (resources.slots(settings), resources.threads(settings)) == (slots, threads)
    environ = resources.worker_environment(settings, {"KERAS_HOME": "/data", "OMP_NUM_THREADS": "3"})
    assert environ["TF_NUM_INTRAOP_THREADS"] == environ["LAYERLOOM_THREADS"] == str(threads)
    assert (environ["KERAS_HOME"], environ["OMP_NUM_THREADS"]) == ("/data", "3")


def test_settings_win_over_the_machine() -> None:
    assert resources.slots(Settings(slots=7)) == 7
    assert resources.threads(Settings(threads=5)) == 5


def test_an_address_is_short_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert address(tmp_path, "supervisor") == str(tmp_path.resolve() / "supervisor.sock")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = address(tmp_path / ("deep" * 30), "supervisor")
    assert len(deep) <= LONGEST + len(str(tmp_path))
    folder = Path(deep).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert address(tmp_path / ("deep" * 31), "supervisor") != deep
    folder.chmod(0o777)
    with pytest.raises(RunError, match="open to others"):
        address(tmp_path / ("deep" * 30), "supervisor")
