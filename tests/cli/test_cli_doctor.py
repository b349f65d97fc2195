"""`layerloom doctor`."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Cli

from builder.catalog.backends import BACKENDS
from builder.settings import Settings


def test_everything_is_well(cli: Cli) -> None:
    checked = cli("doctor", "--json")
    assert checked.status == 0, checked.out
    found = {finding["what"]: finding for finding in checked.json["findings"]}
    assert {finding["level"] for finding in found.values()} <= {"ok", "warning"}
    assert "tensorflow 2." in found["packages"]["text"]
    assert "answers within" in found["analysis"]["text"]
    assert found["worker"]["text"] == "warm: a run starts at once"


def test_installing_a_backend_keeps_the_others(cli: Cli) -> None:
    """Without `--inexact`, uv removes the extras that a command does not name."""
    (found,) = [item for item in cli("doctor", "--json").json["findings"] if item["what"] == "backends"]
    missing = [backend for backend in BACKENDS.values() if not backend.installed]
    assert ("uv sync --inexact --extra" in found["text"]) == bool(missing)
    for backend in BACKENDS.values():
        assert f"uv sync --inexact --extra {backend.kind}," in backend.install
        assert (f"--extra {backend.kind}" in found["text"]) == (backend in missing)


def test_settings_say_where_they_come_from(cli: Cli, cli_settings: Settings) -> None:
    (cli_settings.home / "config.toml").write_text("port = 8600\n")
    try:
        listed = {item["name"]: item for item in cli("doctor", "--json").json["settings"]}
    finally:
        (cli_settings.home / "config.toml").unlink()
    assert (listed["port"]["value"], listed["port"]["source"]) == (8600, "config.toml")
    assert (listed["slots"]["value"], listed["slots"]["source"]) == (2, "LAYERLOOM_SLOTS")
    assert listed["host"]["source"] == "default"
    assert set(listed) == set(Settings.model_fields)
    assert all(item["help"] for item in listed.values())


def test_a_home_that_cannot_be_written(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "file" / "home"))
    checked = cli("doctor")
    assert checked.status == 1
    assert "error:" in next(line for line in checked.out.splitlines() if line.startswith("home"))


def test_a_wrong_setting_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_PORT", "many")
    checked = cli("doctor")
    assert checked.status == 1
    assert "Setting port is 'many'" in checked.err
