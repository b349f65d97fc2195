"""How long a run that is alone takes, from starting Python to its end, against a script that a person writes by hand.

    uv run python tests/bench/bench_process.py [NAME]... [--pairs N] [--python PATH]

NAME is a row (all of them by default). The script is compile, fit, evaluate and save, without callbacks, on all cores;
ours is `layerloom train` with an empty home, so the supervisor and all that a run emits and keeps are part of it. Every
figure is the median of the ratios of pairs measured in turn, each side first in every other pair, above 1.0 where
Layerloom is faster. Nothing else should run on the machine meanwhile.

MNIST is read from KERAS_HOME or ../shared/data/keras; rows of backends that PATH (this Python by default) has not
installed, and those of MNIST where it is in neither, are left out.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.catalog.registry import templates
from builder.codegen import script
from builder.document import Document, from_value

ROOT = Path(__file__).parents[2]
MNIST = ROOT.parent / "shared" / "data" / "keras" / "datasets" / "mnist.npz"
PACKAGES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
BY_HAND = """
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs={epochs}, batch_size={batch}, verbose=2)
{evaluate}model.save("by_hand.keras")
"""


@dataclass(frozen=True)
class Row:
    """A line of the table; `bar` is what the ratio is to reach."""

    name: str
    document: Document
    bar: float


def rows() -> Iterator[Row]:
    for batch in (32, 128, 256, 512):
        yield row(f"cnn-{batch}", "mnist_cnn", 1.4, batch_size=batch)
    yield row("lstm", "digits_lstm", 2.7, epochs=100)  # Long enough for start-up to count little.
    for backend in ("jax", "torch"):
        yield row(f"{backend}-cnn", "mnist_cnn", 1.0, backend=backend, batch_size=128)
        yield row(f"{backend}-lstm", "digits_lstm", 1.0, backend=backend)
        yield row(f"{backend}-mlp", "spiral_mlp", 1.0, backend=backend)


def row(name: str, template: str, bar: float, **training: object) -> Row:
    value = templates[template].document
    return Row(name, from_value({**value, "training": {**value["training"], **training}}), bar)


def by_hand(document: Document) -> str:
    """What a person writes: the data and the network as in the exported script, then fit, evaluate and save."""
    before = re.split(r"\nhistory = ", script(document), maxsplit=1)[0]
    evaluate = "model.evaluate(x_test, y_test, verbose=2)\n" if "x_test" in before else ""
    settings = document.training
    return before + BY_HAND.format(epochs=settings.epochs, batch=settings.batch_size, evaluate=evaluate)


def seconds(python: str, home: Path, *arguments: str, **environment: str) -> float:
    shares = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "NPROC")
    plain = {name: value for name, value in os.environ.items() if name not in shares}
    started = time.perf_counter()
    environment = {**plain, "PYTHONPATH": str(ROOT), **environment}
    ended = subprocess.run([python, *arguments], cwd=home, env=environment, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{' '.join(arguments)} ended with status {ended.returncode}:\n{ended.stderr[-2000:]}")
    return time.perf_counter() - started


def measure(row: Row, pairs: int, python: str) -> None:
    """Print the row: medians of both sides in seconds, of the ratio, and the smallest and largest ratio."""
    backend = row.document.training.backend
    times = []
    for number in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            (home / "run.loom.json").write_text(row.document.to_json())
            (home / "by_hand.py").write_text(by_hand(row.document))

            def hand(home: Path = home) -> float:
                return seconds(python, home, "by_hand.py", KERAS_BACKEND=backend)

            def ours(home: Path = home) -> float:
                return seconds(
                    python, home, "-m", "builder", "train", "run.loom.json", LAYERLOOM_HOME=str(home / "loom")
                )

            first, second = (ours, hand) if number % 2 else (hand, ours)
            pair = first(), second()
            times.append(pair[::-1] if number % 2 else pair)
    ratios = sorted(first / second for first, second in times)
    one, other = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(ratios)
    spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
    verdict = "" if ratio >= row.bar else "  below"
    print(f"{row.name:14}{one:>12.2f}{other:>12.2f}{ratio:>9.2f}{spread:>16}{row.bar:>8g}{verdict}", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="the Python that both sides run")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as cache:
        if "KERAS_HOME" not in os.environ and MNIST.is_file():
            (Path(cache) / "datasets").mkdir()
            (Path(cache) / "datasets" / "mnist.npz").write_bytes(MNIST.read_bytes())
            os.environ["KERAS_HOME"] = cache
        every = list(rows())
        if unknown := set(chosen.names) - {row.name for row in every}:
            parser.error(f"no row is named {', '.join(sorted(unknown))}: {', '.join(row.name for row in every)}")
        print(f"{'seconds':14}{'by hand':>12}{'Layerloom':>12}{'ratio':>9}{'from-to':>16}{'bar':>8}", flush=True)
        for row in every:
            wanted = not chosen.names or row.name in chosen.names
            if wanted and installed(chosen.python, row.document.training.backend):
                measure(row, chosen.pairs, chosen.python)
    return 0


def installed(python: str, backend: str) -> bool:
    looked = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({PACKAGES[backend]!r}) is None)"
    return subprocess.run([python, "-c", looked]).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
