"""`layerloom runs ...`: the runs of this home, read from their directories and controlled through the engine."""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime

from builder import jobs, settings
from builder.cli.documents import find_run
from builder.cli.output import metrics, print_json, table
from builder.errors import RunError
from builder.rundir import ENDED, RunDirectory, RunRecord, State, last_of, read_after
from builder.settings import Settings

ASKED = {"stop": "asked to stop", "pause": "asked to pause", "resume": "queued again"}


def run(arguments: argparse.Namespace) -> int:
    chosen = settings.load()
    if arguments.action == "list":
        _list(chosen, arguments.json)
        return 0
    directory = find_run(chosen, arguments.run)
    if arguments.action == "show":
        _show(directory, arguments.json)
    elif arguments.action == "events":
        _events(directory, arguments.after, arguments.follow)
    else:
        getattr(jobs.connect(chosen, role="cli"), arguments.action)(directory.id)
        state = directory.record().state
        if arguments.json:
            print_json({"run": directory.id, "asked": arguments.action, "state": state})
        else:
            done = state in ENDED or state is State.PAUSED
            print(f"run {directory.id} {f'is {state}' if done else ASKED[arguments.action]}")
    return 0


def _list(chosen: Settings, as_json: bool) -> None:
    records = []
    for directory in RunDirectory.all(chosen.runs):
        try:
            records.append(directory.record())
        except RunError:
            records.append(RunRecord(id=directory.id, name="(damaged)", state=State.LOST, document_hash="", created=0))
    if as_json:
        print_json([record.model_dump(mode="json") for record in records])
    elif records:
        rows = [
            (
                record.id,
                record.name,
                record.state,
                f"{record.epoch}/{record.epochs}",
                _best(record),
                _when(record),
            )
            for record in records
        ]
        print(table(("run", "name", "state", "epoch", "best", "created"), rows, right=(3,)))
    else:
        print("There are no runs yet. Start one: layerloom train DOC")


def _best(record: RunRecord) -> str:
    value = record.metrics.get(record.monitor) if record.monitor else None
    return f"{record.monitor} {value:.4g}" if value is not None else ""


def _when(record: RunRecord) -> str:
    return datetime.fromtimestamp(record.created).strftime("%Y-%m-%d %H:%M") if record.created else ""


def _show(directory: RunDirectory, as_json: bool) -> None:
    record = directory.record()
    if as_json:
        print_json(record.model_dump(mode="json"))
        return
    rows = [
        ("run", record.id),
        ("name", record.name),
        ("state", f"{record.state}, attempt {record.attempt}"),
        ("owner", record.owner),
        ("data set", record.dataset or ""),
        ("created", _when(record)),
        ("epoch", f"{record.epoch} of {record.epochs}"),
        ("parameters", f"{record.parameters:,}" if record.parameters is not None else ""),
        ("best epoch", f"{record.best_epoch} by {record.monitor}" if record.best_epoch else ""),
        ("metrics", metrics(record.metrics)),
        ("test", metrics(record.test_metrics)),
        ("model", str(directory.model_path) if directory.model_path.exists() else ""),
        ("verdict", _verdict(directory)),
        ("problem", record.problem.sentence() if record.problem else ""),
        ("folder", str(directory.path)),
    ]
    print("\n".join(f"{name:<11} {value}" for name, value in rows if value))


def _verdict(directory: RunDirectory) -> str:
    """The last sentence on how the run goes, with what to try; empty where nothing was said."""
    line = last_of(directory.events_path, "verdict")
    if line is None:
        return ""
    said = json.loads(line)
    return f"{said['message']} {said['hint']}" if said.get("hint") else said["message"]


def _events(directory: RunDirectory, after: int, follow: bool) -> None:
    offset = 0
    while True:
        state = directory.record().state
        lines, offset = read_after(directory.events_path, after, offset)
        for line in lines:
            print(line, flush=follow)
        if not follow or state in ENDED or state is State.PAUSED:
            return
        time.sleep(0.05)
