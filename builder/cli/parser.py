"""The command line, declared: verbs, arguments and help. Each verb names the module of `builder.cli` that runs it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

CHANGES = (
    "change the document first: training.epochs=3, training.optimizer=SGD, data.limit=500; "
    "a layer's parameter is model.NODE.PARAM; VALUE is JSON or text"
)
DOCUMENT = "a .loom.json file, or the name of a template"


def make_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="layerloom",
        description="Wire a network, see at once that it is right, train it and watch it learn.",
        epilog="layerloom VERB --help says more about a verb.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    serve = _verb(verbs, "serve", "serve", "start the web server and open the browser")
    serve.add_argument("--host", help="address to listen on (setting host)")
    serve.add_argument("--port", type=int, help="port to listen on (setting port)")
    serve.add_argument("--no-browser", action="store_true", help="open no browser")

    check = _verb(verbs, "check", "check", "shapes, parameters and problems of a document")
    check.add_argument("document", metavar="DOC", help=DOCUMENT)

    train = _verb(verbs, "train", "train", "train a document and follow the run")
    train.add_argument("document", metavar="DOC", help=DOCUMENT)
    train.add_argument(
        "--set",
        dest="changes",
        metavar="PATH=VALUE",
        action="append",
        default=[],
        help=CHANGES,
    )
    train.add_argument("--force", action="store_true", help="train also what seems not to fit into the free memory")
    train.add_argument("--key", help="a name for this start: a second start of the same name is the same run")
    train.add_argument("--detach", action="store_true", help="print the run's id and return while it trains")

    _group(verbs, "runs", "list, show and control runs", _runs)

    export = _verb(verbs, "export", "export", "write a network as a Python script or a Keras file")
    export.add_argument("source", metavar="DOC|RUN", help=f"{DOCUMENT}, or the id of a run (last: the newest)")
    export.add_argument("--to", required=True, choices=("python", "keras"), help="what to write")
    export.add_argument("-o", "--output", metavar="PATH", required=True, help="the file to write; - is stdout")

    _group(verbs, "datasets", "list and show data sets", _datasets)

    _verb(verbs, "doctor", "doctor", "check the installation and list the settings")
    _verb(verbs, "worker", "worker", "run the jobs of this home in the foreground, without a web server")
    return parser


def _datasets(verbs: Any) -> None:
    _verb(verbs, "list", "datasets", "all data sets, and whether they are here", action="list")
    show = _verb(verbs, "show", "datasets", "one data set in detail", action="show")
    show.add_argument("dataset", metavar="NAME", help="its name in the list")


def _runs(verbs: Any) -> None:
    from builder.jobs.verbs import VERBS

    _verb(verbs, "list", "runs", "all runs, newest first", action="list")
    _on_run(verbs, "show", "one run in detail")
    events = _on_run(verbs, "events", "the events of a run, as JSON lines")
    events.add_argument("--after", type=int, default=0, metavar="N", help="only events numbered above N")
    events.add_argument("--follow", action="store_true", help="go on until the run ends")
    clone = _on_run(verbs, "clone", "open the document of a run as a new project")
    clone.add_argument("--set", dest="changes", metavar="PATH=VALUE", action="append", default=[], help=CHANGES)
    _on_run(verbs, "delete", "put an ended run aside; it can be brought back for some days")
    _on_run(verbs, "restore", "bring back a run that was deleted")
    for told in VERBS.values():
        verb = _on_run(verbs, told.name, f"{told.help[0].lower()}{told.help[1:]}")
        for param in told.params:
            optional = {} if param.required else {"nargs": "?", "default": param.value({})}
            verb.add_argument(param.name, metavar=param.name.upper(), type=_json, help=param.help, **optional)


def _on_run(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    """A verb whose first argument names a run."""
    verb = _verb(verbs, name, "runs", text, action=name)
    verb.add_argument("run", metavar="RUN", help="the run's id (last: the newest)")
    return verb


def _json(text: str) -> Any:
    """A parameter as JSON, or as the text that it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _verb(verbs: Any, name: str, module: str, text: str, **defaults: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    verb.add_argument("--json", action="store_true", help="print machine-readable JSON")
    verb.set_defaults(module=module, **defaults)
    return verb


def _group(verbs: Any, name: str, text: str, fill: Callable[[Any], None]) -> None:
    """Verbs below a verb; `fill` declares them once the group is used, since that may import what they are made of."""
    group = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    group.fill = fill


class _Parser(argparse.ArgumentParser):
    """A parser that is filled when it is used first."""

    fill: Callable[[Any], None] | None = None

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        if self.fill:
            fill, self.fill = self.fill, None
            fill(self.add_subparsers(title="verbs", metavar="VERB", required=True))
        return super().parse_known_args(*given, **named)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from builder import __version__

        print(f"layerloom {__version__}")
        parser.exit()
