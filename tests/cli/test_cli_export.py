"""`layerloom export`."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from command import Cli

from builder.document import parse
from builder.rundir import RunDirectory
from builder.settings import Settings


def layer_names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
    return [layer["config"]["name"] for layer in config["config"]["layers"]]


def test_python(cli: Cli, digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "digits.py"
    exported = cli("export", digits, "--to", "python", "-o", path)
    assert exported.status == 0, exported.err
    assert ast.parse(path.read_text()).body
    assert 'name="hidden"' in path.read_text()
    assert cli("export", digits, "--to", "python", "-o", "-").out == path.read_text()


def test_python_of_what_keras_refuses_says_so_and_ends_there(cli: Cli, digits: Path, tmp_path: Path) -> None:
    value = json.loads(digits.read_text())
    for node in value["model"]["nodes"]:
        if node["id"] == "hidden":
            node |= {"kind": "LSTM", "params": {"units": 8}}
    digits.write_text(json.dumps(value))
    path = tmp_path / "digits.py"
    exported = cli("export", digits, "--to", "python", "-o", path)
    assert exported.status == 0
    assert "error at hidden [keras]" in exported.err
    ran = subprocess.run([sys.executable, path], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith('This cannot be trained: "hidden" (LSTM): ')


def test_keras_of_a_document_is_the_untrained_network(cli: Cli, digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "digits.keras"
    exported = cli("export", digits, "--to", "keras", "-o", path, "--json")
    assert exported.status == 0, exported.err
    assert exported.json == {"source": str(digits), "to": "keras", "path": str(path)}
    assert layer_names(path) == ["image", "scale", "flat", "hidden", "digit"]


def test_keras_of_a_run_is_its_trained_network(cli: Cli, digits: Path, tmp_path: Path) -> None:
    record = cli("train", digits, "--json", "--set", "training.epochs=1").json
    path = tmp_path / "trained.keras"
    assert cli("export", record["id"], "--to", "keras", "-o", path).status == 0
    assert path.read_bytes() == Path(record["model"]).read_bytes()
    script = cli("export", "last", "--to", "python", "-o", "-")
    assert script.status == 0
    assert "hidden" in script.out


def test_a_run_without_a_model(cli: Cli, digits: Path, cli_settings: Settings, tmp_path: Path) -> None:
    run = RunDirectory.create(cli_settings.runs, parse(digits.read_bytes()))
    try:
        refused = cli("export", run.id, "--to", "keras", "-o", tmp_path / "model.keras")
        assert refused.status == 1
        assert "has no trained model: it is queued" in refused.err
    finally:
        cli("runs", "stop", run.id)


def test_what_cannot_be_written(cli: Cli, digits: Path, tmp_path: Path) -> None:
    refused = cli("export", digits, "--to", "python", "-o", tmp_path / "nowhere" / "digits.py")
    assert refused.status == 1
    assert "cannot be written: No such file or directory" in refused.err
    refused = cli("export", digits, "--to", "keras", "-o", tmp_path / "digits.txt")
    assert refused.status == 1
    assert "must end in .keras" in refused.err
    refused = cli("export", digits, "--to", "keras", "-o", "-")
    assert refused.status == 1
    assert "not for the terminal" in refused.err
