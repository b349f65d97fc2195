"""Free memory, as different machines tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.jobs import capacity
from builder.jobs.capacity import free_memory, largest_run, total_memory
from builder.settings import Settings


def test_this_machine_has_some() -> None:
    found = free_memory()
    assert found
    assert found > 2**20


def test_the_smaller_of_machine_and_container_counts(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  2000 kB\nMemAvailable:   1000 kB\n")
    assert free_memory(tmp_path / "meminfo", tmp_path) == 1000 * 1024
    (tmp_path / "memory.current").write_text("600000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path / "meminfo", tmp_path) == 1000 * 1024
    (tmp_path / "memory.max").write_text("700000\n")
    assert free_memory(tmp_path / "meminfo", tmp_path) == 100_000
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 200000\n")
    assert free_memory(tmp_path / "meminfo", tmp_path) == 300_000


def test_without_proc_the_size_of_the_machine_is_the_bound(tmp_path: Path) -> None:
    found = free_memory(tmp_path / "none", tmp_path)
    assert found
    assert found >= (free_memory() or 0)


def test_one_run_may_have_most_of_the_machine_and_no_more_than_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:  2000 kB\nMemAvailable:   1000 kB\n")
    (tmp_path / "memory.max").write_text("1000000\n")
    assert total_memory(tmp_path / "meminfo", tmp_path) == 1_000_000
    monkeypatch.setattr(capacity, "total_memory", lambda: 10 * 2**30)
    assert largest_run(Settings()) == (9 * 2**30)
    assert largest_run(Settings(run_memory=1024)) == 2**30
    assert largest_run(Settings(run_memory=2**20)) == (9 * 2**30), "no setting makes the machine larger"
    monkeypatch.setattr(capacity, "total_memory", lambda: None)
    assert largest_run(Settings()) is None
