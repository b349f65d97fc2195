"""`layerloom train DOC`: the same run that the Train button starts, followed in the terminal."""

from __future__ import annotations

import argparse
from typing import Any

from builder import jobs, settings
from builder.catalog.rules import problems
from builder.cli.documents import changed, read_document
from builder.cli.follow import Follower
from builder.cli.output import duration, metrics, print_json, problem_lines, say
from builder.errors import DocumentError, LoomError
from builder.jobs.admission import Refused
from builder.rundir import RunDirectory, RunRecord, State

SUCCESS = (State.FINISHED, State.STOPPED, State.PAUSED)


def run(arguments: argparse.Namespace) -> int:
    document = changed(read_document(arguments.document), arguments.changes)
    chosen = settings.load()
    engine = jobs.connect(chosen, role="cli")
    analysis = engine.analyse(document)
    found = problems(document, analysis)
    for line in problem_lines(found):
        say(line)
    refusing = [problem for problem in found if problem.refuses_training]
    if refusing:
        first = refusing[0]
        why = "has errors and " if first.severity == "error" else "has no data and " if first.code == "no-data" else ""
        message = f'"{document.name}" {why}is not trained: {first.message}'
        raise DocumentError(message, code="errors", node=first.node, where=first.where)
    try:
        directory = jobs.train(engine, chosen.runs, document, key=arguments.key, force=arguments.force)
    except Refused as error:
        problem = error.problem
        hint = f"{problem.hint} --force trains it all the same."
        raise LoomError(problem.message, code=problem.code, hint=hint) from error
    if arguments.detach:
        print_json({"run": directory.id, "state": "queued"}) if arguments.json else print(directory.id)
        return 0
    say(f"run {directory.id}")
    interrupted = _follow(engine, directory)
    record = directory.record()
    if arguments.json:
        print_json(_value(directory, record))
    else:
        print(_text(directory, record))
    return 130 if interrupted else 0 if record.state in SUCCESS else 1


def _follow(engine: jobs.Engine, directory: RunDirectory) -> bool:
    """Show the run until it ends; Ctrl-C asks it to stop and goes on showing. True where that happened."""
    follower = Follower(directory)
    interrupted = False
    while True:
        try:
            follower.follow()
            return interrupted
        except KeyboardInterrupt:
            if interrupted:
                say("Left while it stops; see it with: layerloom runs show " + directory.id)
                return True
            interrupted = True
            say("\nStopping after this step; the run keeps what it has learned. Ctrl-C again leaves at once.")
            engine.stop(directory.id)


def _text(directory: RunDirectory, record: RunRecord) -> str:
    ended = f" in {duration(record.ended - record.started)}" if record.ended and record.started else ""
    lines = [f"run {record.id} {record.state} after {_epochs(record.epoch)}{ended}"]
    if record.problem:
        lines.append(record.problem.sentence())
    if record.best_epoch is not None:
        lines.append(f"best epoch  {record.best_epoch}" + (f" by {record.monitor}" if record.monitor else ""))
    if record.metrics:
        lines.append(f"metrics     {metrics(record.metrics)}")
    if record.test_metrics:
        lines.append(f"test        {metrics(record.test_metrics)}")
    if directory.model_path.exists():
        lines.append(f"model       {directory.model_path}")
    if record.state is State.PAUSED:
        lines.append(f"go on with  layerloom runs resume {record.id}")
    return "\n".join(lines)


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _value(directory: RunDirectory, record: RunRecord) -> dict[str, Any]:
    model = str(directory.model_path) if directory.model_path.exists() else None
    return {**record.model_dump(mode="json"), "run": record.id, "model": model}
