"""Exported scripts against runs: the same epoch kept, figures as near as Keras' own noise, nothing else written.

Run it with `uv run python tests/bench/bench_scripts.py [NAME]... [--backends tensorflow,jax,torch] [--epochs N]
[--limit N] [--seeds N]`; a NAME is a template or a document's file, without one all templates that have data. In a
process for each backend, each document is trained as

- the run;
- its script with samples in the run's order: only rounding may differ, so epoch and figures must be the run's;
- its script as it is written, for which `fit` draws another order; both scripts with several seeds.

`gap` is how far the means of both scripts lie apart, `noise` how far seeds alone put two such means apart (twice the
standard error). MNIST is linked from KERAS_HOME or ../shared/data/keras into a folder that is watched.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import os
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path += [str(PROJECT), str(PROJECT / "tests" / "codegen")]

from script_runs import Outcome, as_a_run, outcome  # noqa: E402

from builder.catalog.backends import BACKENDS  # noqa: E402
from builder.catalog.reading import dataset_of  # noqa: E402
from builder.catalog.registry import templates  # noqa: E402
from builder.codegen import script  # noqa: E402
from builder.document import Document, from_value, parse  # noqa: E402
from builder.rundir import RunDirectory, State  # noqa: E402

MNIST = PROJECT.parent / "shared" / "data" / "keras" / "datasets" / "mnist.npz"
HEADS = f"{'document':<22}{'backend':<11}{'figure':<20}{'epoch':>6}{'in order':>9}{'script':>9}"
HEADS += f"{'run':>10}{'in order':>10}{'script':>10}{'gap':>9}{'noise':>9}  met  wrote"


def files(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(file.relative_to(folder)): (file.lstat().st_size, file.lstat().st_mtime_ns)
        for file in folder.rglob("*")
        if not file.is_dir()
    }


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Be in the folder, and say nothing."""
    folder.mkdir()
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def changed(document: Document, **changes: Any) -> Document:
    return document.model_copy(update={"training": document.training.model_copy(update=changes)})


def compare(name: str, document: Document, seeds: int, folder: Path) -> bool:
    """Print a line of the table; whether the script ends where the run does."""
    from builder.worker.framework import keras
    from builder.worker.main import run as work

    keras_folder = Path(os.environ["KERAS_HOME"])
    run = RunDirectory.create(folder / "runs", document)
    with working_in(folder / f"{name}-run"):
        work(run.path)
    record, seed = run.record(), document.training.seed
    head = f"{name:<22}{document.training.backend:<11}"
    if record.state is not State.FINISHED:
        print(f"{head}the run {record.state}: {record.problem and record.problem.message}", flush=True)
        return False

    def scripted(number: int, place: str) -> Outcome:
        keras.utils.clear_session()
        in_order = as_a_run(seed + number) if place == "in-order" else contextlib.nullcontext()
        with working_in(folder / f"{name}-{place}-{number}"), in_order:
            return outcome(script(changed(document, seed=seed + number)))

    before = files(keras_folder)
    try:
        plain, same = ([scripted(number, place) for number in range(seeds)] for place in ("plain", "in-order"))
    except Exception as error:
        print(f"{head}the script broke off: {type(error).__name__}: {str(error)[:200]}", flush=True)
        return False
    wrote = " ".join(files(folder / f"{name}-plain-0"))
    touched = files(keras_folder) != before
    figure = next(event["monitor"] for event in reversed(run.events()) if event["type"] == "finished") or "val_loss"
    ours = record.metrics[figure]
    scale = max(1.0, abs(ours))
    groups = [[one.figures[figure] for one in group] for group in (same, plain)]
    gap = abs(statistics.mean(groups[0]) - statistics.mean(groups[1]))
    noise = 2 * math.sqrt(sum(statistics.variance(group) for group in groups) / seeds) if seeds > 1 else math.inf
    epoch = record.best_epoch or record.epoch
    met = epoch in same[0].epochs and abs(groups[0][0] - ours) <= 1e-3 * scale and not touched
    met = met and all(one.epochs for one in plain) and gap <= max(noise, 0.01 * scale)
    kept = [",".join(map(str, one[0].epochs)) for one in (same, plain)]
    print(
        f"{head}{figure:<20}{epoch:>6}{kept[0]:>9}{kept[1]:>9}"
        f"{ours:>10.4f}{groups[0][0]:>10.4f}{groups[1][0]:>10.4f}{gap:>9.4f}{noise:>9.4f}"
        f"  {'yes' if met else 'NO':<4} {wrote}{', CHANGED KERAS FOLDER' if touched else ''}",
        flush=True,
    )
    return met


def documents(asked: argparse.Namespace) -> Iterator[tuple[str, Document]]:
    known = {template.kind: from_value(template.document) for template in templates}
    for name in asked.names or [name for name, document in known.items() if dataset_of(document)]:
        document = known.get(name) or parse(Path(name).read_bytes(), origin=name)
        if document.data and asked.limit:
            limit = min(document.data.limit or asked.limit, asked.limit)
            document = document.model_copy(update={"data": document.data.model_copy(update={"limit": limit})})
        epochs = min(document.training.epochs, asked.epochs or document.training.epochs)
        yield Path(name).name.split(".")[0], changed(document, epochs=epochs)


def here(asked: argparse.Namespace, backend: str) -> bool:
    """Compare all documents in this process."""
    met = []
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents(asked):
            met.append(compare(name, changed(document, backend=backend), asked.seeds, Path(folder)))
    return all(met)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--backends", default=",".join(kind for kind, entry in BACKENDS.items() if entry.installed))
    parser.add_argument("--epochs", type=int, help="at most so many")
    parser.add_argument("--limit", type=int, help="training samples at most")
    parser.add_argument("--seeds", type=int, default=4, help="seeds for each script")
    asked = parser.parse_args()
    if backend := os.environ.get("LAYERLOOM_KERAS"):
        return 0 if here(asked, backend) else 1
    print(HEADS, flush=True)
    failed = 0
    with tempfile.TemporaryDirectory() as keras_folder:
        cached = Path(os.environ.get("KERAS_HOME", MNIST.parents[1])) / "datasets" / "mnist.npz"
        (Path(keras_folder) / "datasets").mkdir()
        (Path(keras_folder) / "datasets" / "mnist.npz").symlink_to(cached)
        for backend in asked.backends.split(","):
            environ = os.environ | {"KERAS_HOME": keras_folder, "LAYERLOOM_KERAS": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
            failed += subprocess.run([sys.executable, *sys.argv], env=environ, stderr=subprocess.DEVNULL).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
