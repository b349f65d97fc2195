"""How fast this machine trains a document: a few real steps on made-up samples, in a process of its own.

    ... builder.worker.probe SECONDS < document

It reads a document as JSON from stdin, takes real training and validation steps on samples of the right shape for
about so many seconds after the step has been compiled, and prints one JSON object: {"step", "validation_step",
"compile": seconds, "memory": bytes} or {"problem": {...}}. Nothing of it is kept.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np

from builder.catalog.compilation import LARGE
from builder.catalog.registry import datasets
from builder.catalog.spec import Dataset
from builder.document import Document, parse
from builder.errors import RunError
from builder.worker.backends import backend
from builder.worker.build import build, compile_model, output_names
from builder.worker.feed import feed
from builder.worker.loop import Evaluator, Figures, Trainer
from builder.worker.messages import problem_of
from builder.worker.sources import Arrays

BATCHES = 4
"""Batches of made-up samples, which the steps go through again and again."""


def measure(document: Document, seconds: float) -> dict[str, float | int | None]:
    """Seconds of a training step and of a validation step, of compiling, and the highest resident memory."""
    if document.data is None:
        raise RunError(
            "The document names no data set.", code="no-data", where="data", hint="Choose one on the Design page."
        )
    dataset, batch = datasets[document.data.dataset], document.training.batch_size
    model = build(document)
    compile_model(model, document)
    shapes = dict(zip(output_names(document), (output.shape for output in model.outputs), strict=True))
    made = made_up(dataset, BATCHES * batch)
    given = feed(made, document, dataset, {name: shape[-1] for name, shape in shapes.items()})
    figures = Figures(model, given)
    trainer = Trainer(figures, given, batch, backend.course(document, LARGE))
    rows = np.arange(BATCHES * batch).reshape(BATCHES, batch)
    started = time.monotonic()
    trainer.train(rows[:1])
    compiling = time.monotonic() - started
    until = time.monotonic() + seconds
    while trainer.pace.step_seconds is None or time.monotonic() < until:
        trainer.train(rows[np.arange(trainer.pace.steps) % BATCHES])
    evaluator = Evaluator(figures, given, batch)
    for _ in range(2):  # The first call compiles.
        evaluator.evaluate(lambda: None)
    return {
        "step": trainer.pace.step_seconds,
        "validation_step": evaluator.pace.step_seconds,
        "compile": compiling,
        "memory": _memory(),
    }


def made_up(dataset: Dataset, samples: int) -> Arrays:
    """Samples in the data set's shape, type and range; labels as it has them."""
    random = np.random.default_rng(0)
    x = random.uniform(dataset.low, dataset.high, (samples, *dataset.shape)).astype(dataset.dtype)
    if dataset.classes:
        return Arrays(x, (np.arange(samples) % len(dataset.classes)).astype("int32"))
    return Arrays(x, random.uniform(*(dataset.labels or (0, 1)), samples).astype("float32"))


def _memory() -> int | None:
    with suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used * 1024
    return None


def main(arguments: list[str]) -> int:
    if hasattr(os, "nice"):
        os.nice(5)  # Runs and pages come first.
    answer = os.dup(1)
    os.dup2(2, 1)  # Whatever libraries print goes to stderr.
    found: dict[str, Any]
    try:
        found = measure(parse(sys.stdin.read()), float(arguments[0]))
    except Exception as error:
        found = {"problem": problem_of(error).model_dump(mode="json")}
    os.write(answer, json.dumps(found).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
