"""The command in this process, over one home with real workers for all tests of the folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Cli, Result

from builder.cli import main
from builder.jobs import connect
from builder.settings import Settings


@pytest.fixture(scope="session")
def cli_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(home=tmp_path_factory.mktemp("cli") / "home", slots=2)
    yield settings
    web, cli = connect(settings), connect(settings, role="cli")
    cli.close()
    web.close(shutdown=True)


@pytest.fixture
def cli(cli_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `layerloom ARGUMENTS` in the shared home."""
    monkeypatch.setenv("LAYERLOOM_HOME", str(cli_settings.home))
    monkeypatch.setenv("LAYERLOOM_SLOTS", "2")

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Result(status, out, err)

    return run


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A small network on the digits: two epochs take about a second."""
    document = {
        "format": 1,
        "name": "Small digits",
        "model": {
            "nodes": [
                {"id": "image", "kind": "Input"},
                {"id": "scale", "kind": "Rescaling", "params": {"scale": 0.0625}},
                {"id": "flat", "kind": "Flatten"},
                {"id": "hidden", "kind": "Dense", "params": {"units": 32, "activation": "relu"}},
                {"id": "digit", "kind": "Dense", "params": {"units": 10, "activation": "softmax"}},
            ],
            "edges": [
                {"source": "image", "target": "scale"},
                {"source": "scale", "target": "flat"},
                {"source": "flat", "target": "hidden"},
                {"source": "hidden", "target": "digit"},
            ],
        },
        "data": {"dataset": "digits"},
        "training": {"metrics": ["accuracy"], "epochs": 2},
    }
    path = tmp_path / "digits.loom.json"
    path.write_text(json.dumps(document))
    return path
