"""What events, checkpoints and the confusion matrix cost: a run of Layerloom against plain `model.fit`.

    python tests/bench/bench_overhead.py [rounds]

Both train the same network on the same samples in this process, in turn, with validation after every epoch. Compared
is the time from the end of the first epoch to the end of the last, so that compiling counts for neither. MNIST is read
from ../shared/data/keras where KERAS_HOME is not set, and left out where it is not there.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[3] / "shared" / "data" / "keras"
if (SHARED / "datasets" / "mnist.npz").is_file():
    os.environ.setdefault("KERAS_HOME", str(SHARED))

from builder.catalog.registry import datasets  # noqa: E402
from builder.document import Document, from_value  # noqa: E402
from builder.rundir import RunDirectory  # noqa: E402
from builder.worker import data  # noqa: E402
from builder.worker.build import build, compile_model  # noqa: E402
from builder.worker.control import Controls  # noqa: E402
from builder.worker.framework import keras  # noqa: E402
from builder.worker.telemetry import Telemetry  # noqa: E402
from builder.worker.train import Training  # noqa: E402

DIGITS = (
    ("Rescaling", {"scale": 1 / 16}),
    ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}),
    ("Conv2D", {"filters": 64, "kernel_size": 3, "activation": "relu"}),
    ("MaxPooling2D", {}),
    ("Flatten", {}),
    ("Dropout", {"rate": 0.3}),
    ("Dense", {"units": 10, "activation": "softmax"}),
)
MNIST = (
    ("Rescaling", {"scale": 1 / 255}),
    ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}),
    ("MaxPooling2D", {}),
    ("Conv2D", {"filters": 64, "kernel_size": 3, "activation": "relu"}),
    ("MaxPooling2D", {}),
    ("Flatten", {}),
    ("Dropout", {"rate": 0.5}),
    ("Dense", {"units": 10, "activation": "softmax"}),
)
SPIRAL = (
    ("Dense", {"units": 32, "activation": "relu"}),
    ("Dense", {"units": 32, "activation": "relu"}),
    ("Dense", {"units": 2, "activation": "softmax"}),
)


def network(
    layers: tuple[tuple[str, dict[str, Any]], ...], dataset: str, epochs: int, batch: int, limit: int | None
) -> Document:
    """A stack of layers as a document."""
    nodes = [{"id": "input", "kind": "Input"}]
    nodes += [{"id": f"layer{i}", "kind": kind, "params": params} for i, (kind, params) in enumerate(layers)]
    edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(nodes)]
    return from_value(
        {
            "format": 1,
            "name": dataset,
            "model": {"nodes": nodes, "edges": edges},
            "data": {"dataset": dataset, "limit": limit},
            "training": {"metrics": ["accuracy"], "epochs": epochs, "batch_size": batch},
        }
    )


def plain(document: Document, splits: data.Splits) -> Callable[[], float]:
    """Keras alone: a model kept from call to call, trained for the document's epochs."""
    model = build(document)
    compile_model(model, document)
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))

    def train() -> float:
        ends.clear()
        model.fit(
            splits.training.x,
            splits.training.y,
            batch_size=document.training.batch_size,
            epochs=document.training.epochs,
            validation_data=(splits.validation.x, splits.validation.y),
            callbacks=[clock],
            verbose=0,
        )
        return (ends[-1] - ends[0]) / (len(ends) - 1)

    train()
    return train


def layerloom(document: Document, splits: data.Splits, home: Path) -> Callable[[], float]:
    """A run with everything that it tells and keeps."""
    dataset = datasets[document.data.dataset]

    def train() -> float:
        run = RunDirectory.create(home, document)
        telemetry = Telemetry(run)
        with Controls(run) as controls:
            Training(run, document, dataset, splits, telemetry, controls).run(resume=False)
        ends = [event["time"] for event in run.events() if event["type"] == "epoch"]
        return (ends[-1] - ends[0]) / (len(ends) - 1)

    return train


def main(rounds: int) -> None:
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # A round builds its functions anew, which it minds.
    cases = (
        ("digits CNN", network(DIGITS, "digits", 12, 32, None)),
        ("MNIST CNN, 8,000 samples", network(MNIST, "mnist", 4, 64, 8000)),
        ("spiral MLP", network(SPIRAL, "spiral", 60, 16, None)),
    )
    print(f"{'':26}{'plain fit':>14}{'Layerloom':>14}{'difference':>12}   (median of {rounds} rounds, ms an epoch)")
    with tempfile.TemporaryDirectory() as home:
        for name, document in cases:
            dataset = datasets[document.data.dataset]
            if dataset.to_download:
                print(f"{name:26}left out: {dataset.title} is not on this computer")
                continue
            splits = data.load(document.data, dataset, lambda event: None)
            trainers = plain(document, splits), layerloom(document, splits, Path(home))
            times = [[train() for train in trainers] for _ in range(rounds)]
            fit, ours = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
            difference = statistics.median(b / a - 1 for a, b in times)
            print(f"{name:26}{fit:>14.1f}{ours:>14.1f}{difference:>+12.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
