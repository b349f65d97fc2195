"""`layerloom doctor`: is everything here that Layerloom needs, and what are its settings?"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from builder import __version__, jobs, settings
from builder.catalog.backends import BACKENDS, sync
from builder.catalog.registry import datasets
from builder.cli.datasets import state
from builder.cli.output import print_json, say, size, table
from builder.document import Document, Graph, Node
from builder.errors import LoomError
from builder.jobs import capacity, resources
from builder.jobs.sandbox import sandbox
from builder.settings import Settings
from builder.worker import landlock

PACKAGES = (
    "keras",
    "tensorflow",
    "streamlit",
    "numpy",
    "pydantic",
    "sqlalchemy",
    "pandas",
    "plotly",
    "scikit-learn",
)
LITTLE_DISK = 2 * 2**30
WARMING = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at: "ok", "warning" (works, but) or "error" (will not work)."""

    what: str
    level: Literal["ok", "warning", "error"]
    text: str


def run(arguments: argparse.Namespace) -> int:
    chosen = settings.load()
    found = []
    for finding in _look(chosen):
        found.append(finding)
        if not arguments.json:
            mark = {"ok": "ok", "warning": "warning:", "error": "error:"}[finding.level]
            print(
                f"{finding.what:<14} {finding.text}"
                if finding.level == "ok"
                else f"{finding.what:<14} {mark} {finding.text}"
            )
    if arguments.json:
        print_json({"findings": [asdict(finding) for finding in found], "settings": _settings(chosen)})
    else:
        rows = [(item["name"], str(item["value"]), item["source"], item["help"]) for item in _settings(chosen)]
        print("\n" + table(("setting", "value", "from", "meaning"), rows))
    return 1 if any(finding.level == "error" for finding in found) else 0


def _look(chosen: Settings) -> Iterator[Finding]:
    yield Finding("layerloom", "ok", f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    yield _packages()
    yield _backends()
    yield _attempt("home", lambda: _home(chosen))
    yield _disk(chosen)
    each = "shared among those that train" if resources.shares_cores(chosen) else f"{resources.threads(chosen)} each"
    yield Finding("cores", "ok", f"{resources.cores()}, {each}; {resources.slots(chosen)} runs at a time")
    yield from _limits(chosen)
    yield Finding("data sets", "ok", ", ".join(f"{entry.kind} {state(entry)}" for entry in datasets))
    yield _attempt("analysis", lambda: _analysis(chosen))
    yield _attempt("worker", lambda: _warm(chosen))


def _limits(chosen: Settings) -> Iterator[Finding]:
    """What closes workers in here, what each may take, and which GPUs there are for them."""
    closed, landlocked = sandbox(chosen), landlock.version()
    own_folder = "a run writes only its own folder" if landlocked else "runs write only the folder of runs"
    if closed.program:
        yield Finding("sandbox", "ok", f"bubblewrap: no network, a read-only system, hidden keys; {own_folder}")
    else:
        kept = [own_folder] if landlocked else []
        kept += ["no TCP"] if landlocked >= 4 else []
        holds = (
            f"a clean environment and limits hold{''.join(f', {part}' for part in kept)}; the rest is open to workers"
        )
        yield Finding("sandbox", "warning", f"{closed.why_not} Without it {holds}")
    largest = capacity.largest_run(chosen)
    limits = [
        f"memory {size(largest) if largest else 'unlimited'}",
        f"time {f'{chosen.run_minutes:g} min' if chosen.run_minutes else 'unlimited'}",
        f"a file {size(chosen.run_file * 2**20) if chosen.run_file else 'unlimited'}",
        f"processes and threads {chosen.run_tasks or 'unlimited'}",
    ]
    watched = "" if sys.platform == "linux" else " (memory and processes are watched on Linux only)"
    yield Finding("a run's limits", "ok", ", ".join(limits) + watched)
    if gpus := resources.gpus():
        yield Finding("GPUs", "ok", f"{', '.join(gpus)}: each run has one to itself")


def _attempt(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (LoomError, OSError) as error:
        return Finding(what, "error", str(error))


def _packages() -> Finding:
    versions, missing = [], []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("packages", "error", f"{', '.join(missing)} not installed in {sys.prefix}; run {sync()}.")
    return Finding("packages", "ok", ", ".join(versions))


def _backends() -> Finding:
    """What networks can be trained on. That JAX or PyTorch is missing is no fault."""
    told = (
        f"{backend.title} {version(backend.kind)}" if backend.installed else f"{backend.title} not installed"
        for backend in BACKENDS.values()
    )
    missing = [backend.kind for backend in BACKENDS.values() if not backend.installed]
    install = f" ({sync(*missing)})" if missing else ""
    return Finding("backends", "ok", ", ".join(told) + install)


def _home(chosen: Settings) -> Finding:
    chosen.runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=chosen.runs):
        pass
    return Finding("home", "ok", f"{chosen.home}, can be written")


def _disk(chosen: Settings) -> Finding:
    place = chosen.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return Finding("disk", "ok" if free > LITTLE_DISK else "warning", f"{size(free)} free at {place}")


def _analysis(chosen: Settings) -> Finding:
    engine = jobs.connect(chosen)
    graph = Graph(nodes=(Node(id="image", kind="Input", params={"shape": [8]}),))
    engine.analyse(Document(model=graph))
    again = Document(model=Graph(nodes=(Node(id="image", kind="Input", params={"shape": [9]}),)))
    started = time.perf_counter()
    engine.analyse(again)
    return Finding("analysis", "ok", f"answers within {(time.perf_counter() - started) * 1000:.1f} ms")


def _warm(chosen: Settings) -> Finding:
    engine = jobs.connect(chosen)
    started = time.monotonic()
    while not engine.status().warm:
        if time.monotonic() - started > WARMING:
            return Finding("worker", "warning", f"not warm after {WARMING:g} s; runs start in fresh processes")
        if time.monotonic() - started < 0.1:
            say("waiting for a worker to import TensorFlow ...")
        time.sleep(0.1)
    return Finding("worker", "ok", "warm: a run starts at once")


def _settings(chosen: Settings) -> list[dict[str, object]]:
    """Each setting with its value, where that comes from, and its help."""
    file = chosen.home / "config.toml"
    written = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return [
        {
            "name": name,
            "value": value,
            "source": f"LAYERLOOM_{name.upper()}"
            if os.environ.get(f"LAYERLOOM_{name.upper()}")
            else file.name
            if name in written
            else "default",
            "help": Settings.model_fields[name].description,
        }
        for name, value in chosen.model_dump(mode="json").items()
    ]
