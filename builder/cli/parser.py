"""The command line, declared: verbs, arguments and help. Each verb names the module of `builder.cli` that runs it."""

from __future__ import annotations

import argparse
from typing import Any

DOCUMENT = "a .loom.json file, or the name of a template"


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
        help="change the document first: training.epochs=3, training.optimizer=SGD, data.limit=500; "
        "a layer's parameter is model.NODE.PARAM; VALUE is JSON or text",
    )
    train.add_argument("--force", action="store_true", help="train also what seems not to fit into the free memory")
    train.add_argument("--detach", action="store_true", help="print the run's id and return while it trains")

    _runs(_group(verbs, "runs", "list, show and control runs"))

    export = _verb(verbs, "export", "export", "write a network as a Python script or a Keras file")
    export.add_argument("source", metavar="DOC|RUN", help=f"{DOCUMENT}, or the id of a run (last: the newest)")
    export.add_argument("--to", required=True, choices=("python", "keras"), help="what to write")
    export.add_argument("-o", "--output", metavar="PATH", required=True, help="the file to write; - is stdout")

    datasets = _group(verbs, "datasets", "list and show data sets")
    _verb(datasets, "list", "datasets", "all data sets, and whether they are here", action="list")
    show = _verb(datasets, "show", "datasets", "one data set in detail", action="show")
    show.add_argument("dataset", metavar="NAME", help="its name in the list")

    _verb(verbs, "doctor", "doctor", "check the installation and list the settings")
    _verb(verbs, "worker", "worker", "run the jobs of this home in the foreground, without a web server")
    return parser


def _runs(verbs: Any) -> None:
    _verb(verbs, "list", "runs", "all runs, newest first", action="list")
    for name, text in (
        ("show", "one run in detail"),
        ("events", "the events of a run, as JSON lines"),
        ("stop", "end a run and keep what it has learned"),
        ("pause", "write a checkpoint and free the slot"),
        ("resume", "go on from the last checkpoint"),
    ):
        verb = _verb(verbs, name, "runs", text, action=name)
        verb.add_argument("run", metavar="RUN", help="the run's id (last: the newest)")
        if name == "events":
            verb.add_argument("--after", type=int, default=0, metavar="N", help="only events numbered above N")
            verb.add_argument("--follow", action="store_true", help="go on until the run ends")


def _verb(verbs: Any, name: str, module: str, text: str, **defaults: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    verb.add_argument("--json", action="store_true", help="print machine-readable JSON")
    verb.set_defaults(module=module, **defaults)
    return verb


def _group(verbs: Any, name: str, text: str) -> Any:
    group = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    return group.add_subparsers(title="verbs", metavar="VERB", required=True)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from builder import __version__

        print(f"layerloom {__version__}")
        parser.exit()
