"""`layerloom datasets`."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Cli


def test_list(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    lines = {line.split()[0]: line for line in cli("datasets", "list").out.splitlines()}
    assert lines["digits"].endswith("included")
    assert lines["spiral"].endswith("included")
    assert lines["mnist"].endswith("to download (11.5 MB)")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").touch()
    here = {entry["name"]: entry["here"] for entry in cli("datasets", "list", "--json").json}
    assert here["mnist"] is True
    assert here["cifar10"] is False


def test_show(cli: Cli) -> None:
    shown = cli("datasets", "show", "digits").out
    assert "(8, 8, 1)" in shown
    assert "1,797" in shown
    value = cli("datasets", "show", "digits", "--json").json
    assert value["classes"] == list("0123456789")
    assert value["path"] is None


def test_an_unknown_one(cli: Cli) -> None:
    missing = cli("datasets", "show", "digitz")
    assert missing.status == 1
    assert 'There is no data set "digitz". There are: ' in missing.err
