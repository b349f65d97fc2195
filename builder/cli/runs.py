"""`layerloom runs ...`: the runs of this home, read from their directories and controlled through the engine."""

from __future__ import annotations

import argparse
import json
import time
from contextlib import suppress
from datetime import datetime

from builder import jobs, settings, store
from builder.catalog.backends import BACKENDS
from builder.cli.documents import changed, find_run
from builder.cli.output import duration, metrics, print_json, table
from builder.errors import RunError
from builder.rundir import ENDED, RunDirectory, RunRecord, State, holder, last_of, read_after
from builder.rundir.aside import bring_back, days, put_aside
from builder.settings import Settings
from builder.store import Projects

PATIENCE = 5.0
"""Seconds that a verb waits for what it asked for: a stop comes after the step that is under way."""


def run(arguments: argparse.Namespace) -> int:
    chosen = settings.load()
    if arguments.action == "list":
        _list(chosen, arguments.json)
        return 0
    if arguments.action == "restore":
        _moved(bring_back(chosen.runs, arguments.run), "back in the list", arguments.json)
        return 0
    directory = find_run(chosen, arguments.run)
    if arguments.action == "delete":
        put_aside(directory)
        _moved(directory, f"deleted; for {days()} days it comes back with: layerloom runs restore", arguments.json)
    elif arguments.action == "show":
        _show(directory, arguments.json)
    elif arguments.action == "events":
        _events(directory, arguments.after, arguments.follow)
    elif arguments.action == "clone":
        _clone(chosen, directory, arguments)
    else:
        _tell(chosen, directory, jobs.verb_of(arguments.action), arguments)
    return 0


def _tell(chosen: Settings, directory: RunDirectory, verb: jobs.Verb, arguments: argparse.Namespace) -> None:
    """Have the engine do what a verb says, wait a little for it to come, and tell how the run stands then."""
    values = verb.values({param.name: getattr(arguments, param.name) for param in verb.params})
    before = directory.record()
    getattr(jobs.connect(chosen, role="cli"), verb.name)(directory.id, *values)
    deadline = time.monotonic() + PATIENCE
    while (came := verb.came(directory, before)) is False and time.monotonic() < deadline:
        time.sleep(0.05)
    record = directory.record()
    if arguments.json:
        told = {"asked": verb.name, "came": bool(came), "state": record.state, "epoch": record.epoch}
        print_json({"run": directory.id, **told, "epochs": record.epochs})
    else:
        print(f"run {directory.id} {_now(record, before)}{'' if came else f', {verb.asked}'}")


def _now(record: RunRecord, before: RunRecord) -> str:
    """How a run stands, as the rest of a sentence: how far it is, what was changed and why it failed."""
    of = f"{record.epoch} of {record.epochs} epochs"
    far = {State.QUEUED: "", State.STARTING: "", State.RUNNING: f", {of} done"}.get(record.state, f" after {of}")
    changes = (f"; {item.setting} is {item.value:g}" for item in record.changes[len(before.changes) :])
    why = f": {record.problem.sentence()}" if record.problem and record.state in ENDED else ""
    return f"is {record.state}{far}{''.join(changes)}{why}"


def _moved(directory: RunDirectory, words: str, as_json: bool) -> None:
    """Tell what became of a run that was put aside or brought back."""
    if as_json:
        print_json({"run": directory.id, "deleted": not directory.path.is_dir()})
    else:
        print(f"run {directory.id} is {words}")


def _clone(chosen: Settings, directory: RunDirectory, arguments: argparse.Namespace) -> None:
    project = Projects(store.connect(chosen.database)).create(changed(directory.document(), arguments.changes))
    if arguments.json:
        print_json({"run": directory.id, "project": project.id})
    else:
        print(f"project {project.id}: open it on the Design page, at /?project={project.id}")


def _list(chosen: Settings, as_json: bool) -> None:
    waiting = _places(chosen)
    records = []
    for directory in RunDirectory.all(chosen.runs):
        try:
            records.append(directory.record())
        except RunError:
            records.append(RunRecord(id=directory.id, name="(damaged)", state=State.LOST, document_hash="", created=0))
    if as_json:
        print_json([{**record.model_dump(mode="json"), "place": _place(waiting.get(record.id))} for record in records])
    elif records:
        rows = [
            (
                record.id,
                record.name,
                _stands(record, waiting.get(record.id)),
                f"{record.epoch}/{record.epochs}",
                _best(record),
                _when(record),
            )
            for record in records
        ]
        print(table(("run", "name", "state", "epoch", "best", "created"), rows, right=(3,)))
    else:
        print("There are no runs yet. Start one: layerloom train DOC")


def _places(chosen: Settings) -> dict[str, jobs.Place]:
    """Places in the queue; none where nobody runs the jobs of this home now, since a list starts nothing.

    A list needs nobody's answer either: where the home can only be read, it is shown without places.
    """
    if holder(chosen.home / "supervisor.lock") is None:
        return {}
    with suppress(RunError):
        return jobs.places(chosen, jobs.connect(chosen, role="cli").status())
    return {}


def _stands(record: RunRecord, place: jobs.Place | None) -> str:
    """The state; a waiting run with its place and the time until it starts: "queued 2 of 3, starts in 12 s"."""
    if place is None:
        return record.state
    start = "" if place.starts_in is None else f", starts in {duration(place.starts_in)}"
    start += f", {place.why}" if place.why else ""
    return f"{record.state} {place.position} of {place.waiting}{start}"


def _place(place: jobs.Place | None) -> dict[str, float | int | str | None] | None:
    if place is None:
        return None
    return {"position": place.position, "waiting": place.waiting, "starts_in": place.starts_in, "why": place.why}


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
    problem = record.problem or jobs.standstill(directory, record)
    rows = [
        ("run", record.id),
        ("name", record.name),
        ("state", f"{record.state}, attempt {record.attempt}"),
        ("owner", record.owner),
        ("data set", record.dataset or ""),
        ("backend", BACKENDS[record.backend].title),
        ("created", _when(record)),
        ("epoch", f"{record.epoch} of {record.epochs}"),
        ("parameters", f"{record.parameters:,}" if record.parameters is not None else ""),
        ("best epoch", f"{record.best_epoch} by {record.monitor}" if record.best_epoch else ""),
        ("metrics", metrics(record.metrics)),
        ("test", metrics(record.test_metrics)),
        ("model", str(directory.model_path) if directory.model_path.exists() else ""),
        ("verdict", _verdict(directory)),
        ("problem", problem.sentence() if problem else ""),
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
