"""How long a person waits: from Train to the first point of the curve, and from an edit to its shapes.

Run it with `uv run python tests/bench/bench_start.py`; it uses a home of its own and takes about a minute.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from builder.document import Document, apply, from_value
from builder.document.edit import SetParam
from builder.jobs import EngineStatus, connect
from builder.jobs.local import LocalEngine
from builder.rundir import ENDED, RunDirectory
from builder.settings import Settings

DIGITS = {
    "format": 1,
    "name": "Bench",
    "model": {
        "nodes": [
            {"id": "image", "kind": "Input"},
            {"id": "scale", "kind": "Rescaling", "params": {"scale": 0.0625}},
            {
                "id": "conv",
                "kind": "Conv2D",
                "params": {"filters": 16, "kernel_size": 3, "activation": "relu"},
            },
            {"id": "flat", "kind": "Flatten"},
            {"id": "digit", "kind": "Dense", "params": {"units": 10, "activation": "softmax"}},
        ],
        "edges": [
            {"source": "image", "target": "scale"},
            {"source": "scale", "target": "conv"},
            {"source": "conv", "target": "flat"},
            {"source": "flat", "target": "digit"},
        ],
    },
    "data": {"dataset": "digits"},
    "training": {"metrics": ["accuracy"], "epochs": 2},
}


def twenty_layers() -> Document:
    """A network of 20 nodes: convolutions, then dense layers."""
    nodes = [{"id": "image", "kind": "Input", "params": {"shape": [64, 64, 3]}}]
    for index in range(9):
        nodes.append({"id": f"conv{index}", "kind": "Conv2D", "params": {"filters": 8, "kernel_size": 3}})
        nodes.append({"id": f"norm{index}", "kind": "BatchNormalization"})
    nodes.append({"id": "flat", "kind": "Flatten"})
    edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(nodes)]
    return from_value({"format": 1, "name": "Twenty", "model": {"nodes": nodes, "edges": edges}})


def wait(condition: Callable[[], object], seconds: float = 120) -> float:
    """Seconds until the condition holds."""
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > seconds:
            raise TimeoutError(f"nothing within {seconds:g} s")
        time.sleep(0.002)
    return time.perf_counter() - started


def train_once(engine: LocalEngine, runs: Path) -> dict[str, float]:
    """Seconds from pressing Train to each sign of life, by the worker's own clock."""
    pressed = time.time()
    run = RunDirectory.create(runs, from_value(DIGITS))
    engine.submit(run)
    wait(lambda: run.record().state in ENDED)
    first: dict[str, float] = {}
    for event in run.events():
        name = event["state"] if event["type"] == "state" else event["type"]
        first.setdefault(name, event["time"] - pressed)
    if "steps" not in first:
        raise RuntimeError(f"the run is {run.record().state}: {run.record().problem}\n{run.log_path.read_text()}")
    return first


def report(what: str, first: dict[str, float]) -> None:
    print(
        f"{what:<32} worker at work {first['running']:6.3f} s   model built {first['model']:6.3f} s   "
        f"first curve point {first['steps']:6.3f} s   finished {first['finished']:6.3f} s"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        started = time.perf_counter()
        engine = connect(settings)
        print(f"supervisor answers               {time.perf_counter() - started:6.3f} s")
        try:
            print(f"analysis answers                 {wait(lambda: engine.analyse(Document())):6.3f} s later")
            report("Train, nothing warm", train_once(engine, settings.runs))
            status: EngineStatus = engine.status()
            assert status.warm
            for index in range(3):
                report(f"Train, warm worker, run {index + 1}", train_once(engine, settings.runs))
            document = twenty_layers()
            engine.analyse(document)
            for what, node in (("first", "conv0"), ("last", "conv8")):
                times = []
                for filters in range(9, 39):
                    edited = apply(document, SetParam(node=node, name="filters", value=filters))
                    began = time.perf_counter()
                    engine.analyse(edited)
                    times.append((time.perf_counter() - began) * 1000)
                print(f"edit of the {what} of 20 layers     {statistics.median(times):6.2f} ms  (max {max(times):.2f})")
        finally:
            engine.close(shutdown=True)


if __name__ == "__main__":
    main()
