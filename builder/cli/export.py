"""`layerloom export DOC|RUN --to python|keras -o PATH`."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from builder import jobs, settings
from builder.catalog.analysis import Analysis
from builder.catalog.rules import unmakable
from builder.cli.documents import find_run, read_document
from builder.cli.output import print_json, problem_lines, say
from builder.document import Document
from builder.errors import LoomError, RunError
from builder.jobs import resources
from builder.rundir import RunDirectory, write_atomic
from builder.settings import Settings


def run(arguments: argparse.Namespace) -> int:
    chosen = settings.load()
    trained = _find_trained(chosen, arguments.source)
    document = trained.document() if trained else read_document(arguments.source)
    try:
        if arguments.to == "python":
            _python(_script(chosen, document, trained), arguments.output)
        else:
            _keras(chosen, document, trained, Path(arguments.output))
    except OSError as error:
        raise LoomError(f"{arguments.output} cannot be written: {error.strerror or error}.", code="disk") from error
    if arguments.json:
        print_json(
            {
                "source": trained.id if trained else arguments.source,
                "to": arguments.to,
                "path": arguments.output,
            }
        )
    elif arguments.output != "-":
        say(f"wrote {arguments.output}")
    return 0


def _find_trained(chosen: Settings, name: str) -> RunDirectory | None:
    """The run of this name, where it is no file."""
    if Path(name).is_file() or (name != "last" and not (chosen.runs / name / "run.json").is_file()):
        return None
    return find_run(chosen, name)


def _script(chosen: Settings, document: Document, trained: RunDirectory | None) -> str:
    from builder.codegen import run_script, script

    return run_script(trained) if trained else script(document, _analysis(chosen, document))


def _analysis(chosen: Settings, document: Document) -> Analysis | None:
    """What Keras says of a document that was not trained, whose errors go to the terminal and into the script.

    None where nobody can tell: a script is only text, so that is no reason to refuse it.
    """
    try:
        analysis = jobs.connect(chosen, role="cli").analyse(document)
    except RunError as error:
        say(f"Written without what Keras says of it. {error}")
        return None
    for line in problem_lines(unmakable(document, analysis)):
        say(line)
    return analysis


def _python(text: str, output: str) -> None:
    if output == "-":
        print(text, end="")
    else:
        write_atomic(Path(output), text)


def _keras(chosen: Settings, document: Document, trained: RunDirectory | None, output: Path) -> None:
    if str(output) == "-":
        raise LoomError("A Keras file is not for the terminal.", code="output", hint="Give a path with -o.")
    if output.suffix != ".keras":
        raise LoomError(f"{output} must end in .keras.", code="suffix", hint="Keras knows its files by that.")
    if trained is None:
        _untrained(chosen, document, output)
    elif trained.model_path.exists():
        write_atomic(output, lambda beside: shutil.copyfile(trained.model_path, beside) and None)
    else:
        raise RunError(
            f"The run {trained.id} has no trained model: it is {trained.record().state}.",
            code="no-model",
            hint="Export its document for the untrained network, or wait until the run has ended.",
        )


def _untrained(chosen: Settings, document: Document, output: Path) -> None:
    """Have a worker process build the network, so that this process needs no Keras."""
    say("Building the untrained network with Keras ...")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.json"
        source.write_text(document.to_json(), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "builder.worker.export", str(source), str(output)],
            env=resources.worker_environment(chosen),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise LoomError(f"The network could not be written: {last[0]}", code="export")
