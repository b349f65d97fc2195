"""`layerloom train` and `layerloom runs`, with real workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command import Cli, until

from builder.catalog.backends import Backend
from builder.events import Verdict
from builder.jobs.local import LocalEngine
from builder.rundir import RunDirectory, State
from builder.settings import Settings


def test_it_trains_and_tells_the_result(cli: Cli, digits: Path, cli_settings: Settings) -> None:
    trained = cli("train", digits, "--set", "training.epochs=3", "--set", "model.hidden.units=48")
    assert trained.status == 0, trained.err
    run_id = trained.err.split("run ", 1)[1].split()[0]
    run = RunDirectory.open(cli_settings.runs, run_id)
    assert run.record().state is State.FINISHED
    assert run.record().epochs == 3
    assert run.document().model.node("hidden").params["units"] == 48
    assert f"run {run_id} finished after 3 epochs" in trained.out
    assert "val_accuracy" in trained.out
    assert str(run.model_path) in trained.out
    for epoch in (1, 2, 3):
        assert f"epoch {epoch}/3" in trained.err

    shown = cli("runs", "show", run_id)
    assert "finished, attempt 1" in shown.out
    assert cli("runs", "show", run_id, "--json").json["metrics"] == run.record().metrics
    assert run_id in cli("runs", "list").out
    assert run_id in [record["id"] for record in cli("runs", "list", "--json").json]
    events = [json.loads(line) for line in cli("runs", "events", run_id, "--follow").out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "state"
    later = cli("runs", "events", run_id, "--after", events[-2]["seq"]).out.splitlines()
    assert [json.loads(line)["seq"] for line in later] == [events[-1]["seq"]]
    log = run.event_log()
    log.append(Verdict(tone="good", code="learning", message="Learning well.", hint="Go on.", since=1))
    log.close()
    assert "verdict     Learning well. Go on." in cli("runs", "show", run_id).out


def test_json_is_the_record(cli: Cli, digits: Path) -> None:
    trained = cli("train", digits, "--json", "--set", "training.epochs=1")
    assert trained.status == 0, trained.err
    assert trained.json["state"] == "finished"
    assert trained.json["metrics"]["val_accuracy"] > 0
    assert Path(trained.json["model"]).is_file()


def test_detached_runs_are_controlled_by_their_id(cli: Cli, digits: Path, cli_settings: Settings) -> None:
    started = cli("train", digits, "--detach", "--set", "training.epochs=100000")
    run = RunDirectory.open(cli_settings.runs, started.out.strip())
    until(lambda: run.record().epoch > 0)
    said = cli("runs", "pause", run.id).out
    cli("runs", "events", run.id, "--follow")
    record = run.record()
    assert said == f"run {run.id} is paused after {record.epoch} of 100000 epochs\n"
    assert run.record().state is State.PAUSED
    assert cli("runs", "resume", "last", "--json").json["asked"] == "resume"
    until(lambda: run.record().state is State.RUNNING)
    assert "; learning_rate is 0.0005" in cli("runs", "change", run.id, "learning_rate", "5e-4").out
    assert f"run {run.id} is stopped after " in cli("runs", "stop", run.id).out
    assert run.record().state is State.STOPPED
    assert run.record().attempt == 2
    assert f"run {run.id} is stopped" in cli("runs", "stop", run.id).out


def test_ctrl_c_stops_and_keeps_what_was_learned(cli: Cli, digits: Path, cli_settings: Settings) -> None:
    command = [sys.executable, "-m", "builder", "train", str(digits), "--set", "training.epochs=100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith("epoch"):
                break
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert "Stopping after this step" in err
    assert "Traceback" not in err
    run = RunDirectory.all(cli_settings.runs)[0]
    assert run.record().state is State.STOPPED
    assert f"run {run.id} stopped after" in out
    assert run.model_path.is_file()


def test_a_document_with_errors_is_not_trained(cli: Cli, digits: Path, cli_settings: Settings) -> None:
    before = len(RunDirectory.all(cli_settings.runs))
    refused = cli("train", digits, "--set", "model.digit.units=0")
    assert refused.status == 2
    assert "error at digit" in refused.err
    assert "has errors and is not trained" in refused.err
    assert len(RunDirectory.all(cli_settings.runs)) == before


def test_a_design_is_not_trained_without_data(cli: Cli) -> None:
    refused = cli("train", "vgg16")
    assert refused.status == 2
    assert "training at data [no-data]" in refused.err
    assert "has no data and is not trained" in refused.err


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (["training.backend=jax"], "is not trained: JAX, which this is to train on, is not installed."),
        (["model.digit.frozen_weights=1"], "has errors and is not trained: "),
        (["training.loss=no_such_loss"], "has errors and is not trained: "),
        (["data.dataset=no_such_data"], "has errors and is not trained: "),
    ],
    ids=["backend", "parameter", "loss", "data set"],
)
def test_the_last_sentence_is_the_true_reason(
    cli: Cli, digits: Path, monkeypatch: pytest.MonkeyPatch, changes: list[str], reason: str
) -> None:
    monkeypatch.setattr(Backend, "installed", property(lambda backend: backend.warm))
    refused = cli("train", digits, *(word for change in changes for word in ("--set", change)))
    last = refused.err.splitlines()[-1]
    assert (refused.status, reason in last) == (2, True), last
    first = next(line for line in refused.err.splitlines() if line.startswith(("error", "training")))
    assert last.endswith(first.split("]: ")[1])


def test_a_change_that_cannot_be_made(cli: Cli, digits: Path) -> None:
    for change, says in (
        ("epochs", "is not PATH=VALUE"),
        ("model.hidden=3", "is not model.NODE.PARAM"),
        ("model.nobody.units=3", 'no node "nobody"'),
        ("training.epochs=many", "training.epochs"),
    ):
        refused = cli("train", digits, "--set", change)
        assert refused.status == 2
        assert says in refused.err


def test_what_can_never_fit_into_memory_is_refused_and_can_be_forced(
    cli: Cli, digits: Path, cli_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = LocalEngine.status
    monkeypatch.setattr(LocalEngine, "status", lambda engine: replace(status(engine), memory=100_000_000))
    before = len(list(cli_settings.runs.iterdir()))
    refused = cli("train", digits)
    assert refused.status == 1
    assert "of memory, and a run may use 100 MB here." in refused.err
    assert "no batch size is small enough. --force trains it all the same." in refused.err
    assert len(list(cli_settings.runs.iterdir())) == before
    forced = cli("train", digits, "--force", "--json", "--set", "training.epochs=1")
    assert forced.status == 0, forced.err
    assert forced.json["state"] == "finished"


def test_runs_that_are_not_there(cli: Cli) -> None:
    for action in ("show", "events", "stop", "pause", "resume"):
        missing = cli("runs", action, "20260101-000000-abcdef")
        assert missing.status == 1
        assert "There is no run" in missing.err


def test_a_damaged_run_is_listed(cli: Cli, cli_settings: Settings) -> None:
    damaged = cli_settings.runs / "20200101-000000-ffffff"
    damaged.mkdir(parents=True)
    (damaged / "run.json").write_text("{")
    assert "(damaged)" in cli("runs", "list").out
    shown = cli("runs", "show", damaged.name)
    assert shown.status == 1
    assert "run.json is damaged" in shown.err
