"""Run by tests in a process of its own, on the backend that LAYERLOOM_KERAS names: `backend_process.py < documents`.

Trains the network of each document by Keras' own `fit` and by our loop, on the same made-up samples in the same order,
and prints one JSON list: what differs, or with `--rounds N` how many times as fast ours is, round by round.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

from builder.catalog.compilation import LARGE
from builder.catalog.reading import dataset_of, output_names
from builder.document import Document, from_value
from builder.worker.backends import backend
from builder.worker.build import build, compile_model
from builder.worker.feed import Feed, feed
from builder.worker.framework import keras
from builder.worker.loop import Confusion, Evaluator, Figures, Trainer, chunks
from builder.worker.placement import one_or_all
from builder.worker.probe import made_up

EPOCHS = 2


def prepared(document: Document, samples: int) -> tuple[Any, Feed]:
    """A compiled model, and samples for it."""
    dataset = dataset_of(document)
    assert dataset
    model = build(document)
    compile_model(model, document)
    widths = {name: output.shape[-1] for name, output in zip(output_names(document), model.outputs, strict=True)}
    keras.utils.set_random_seed(3)
    return model, feed(made_up(dataset, samples), document, dataset, widths)


def fitted(document: Document, orders: list[np.ndarray]) -> tuple[Any, list[dict[str, float]]]:
    model, samples = prepared(document, len(orders[0]))
    batch = document.training.batch_size
    whole = tuple(one_or_all(list(arrays)) for arrays in (samples.inputs, samples.targets))
    figures = []
    for order in orders:
        x, y = (one_or_all([array[order] for array in arrays]) for arrays in (samples.inputs, samples.targets))
        history = model.fit(x, y, validation_data=whole, batch_size=batch, shuffle=False, verbose=0).history
        figures.append({name: float(np.mean(values[-1])) for name, values in history.items()})
    return model, figures


def looped(document: Document, orders: list[np.ndarray]) -> tuple[Any, list[dict[str, float]], dict[str, Any]]:
    model, samples = prepared(document, len(orders[0]))
    batch = document.training.batch_size
    told: list[Any] = []
    course = backend.course(document, LARGE, tell=told.append)
    course.begin()
    classes = len(dataset_of(document).classes)
    confusions = (Confusion("", 0, classes),) if classes and model.outputs[0].shape[-1] == classes else ()
    running = Figures(model, samples)
    trainer = Trainer(running, samples, batch, course)
    evaluator = Evaluator(running, samples, batch, confusions)
    figures, means = [], []
    for order in orders:
        running.reset()
        taken = [(trainer.train(part), part.size) for part in chunks(order, batch, trainer.pace)]
        losses = np.concatenate([found for (found, _), _ in taken])
        sizes = [batch] * (len(order) // batch) + [len(order) % batch] * bool(len(order) % batch)
        means.append(float(np.average(losses, weights=sizes)))
        trained = running.read()
        validated = evaluator.evaluate(lambda: None)
        figures.append(trained | {f"val_{name}": value for name, value in validated.items()})
    predicted = model.predict(one_or_all(list(samples.inputs)), verbose=0)
    outputs = predicted if isinstance(predicted, list) else [predicted]
    wrong = 0
    if confusions:
        wanted = np.zeros((classes, classes), int)
        np.add.at(wanted, (samples.labels, outputs[0].argmax(axis=1)), 1)
        wrong = int(np.abs(wanted - evaluator.counts()[0]).sum())
    facts = {"ways": [item.way for item in told], "reasons": [item.reason for item in told]}
    return model, figures, facts | {"means": means, "confusion": wrong, "step": course.step, "rate": taken[-1][0][1]}


def rates(document: Document, rounds: int) -> list[float]:
    """For each round, how many times as fast as an epoch of `fit` an epoch of the loop is."""
    batch, found = document.training.batch_size, []
    samples = 64 * batch
    model, given = prepared(document, samples)
    x, y = (one_or_all(list(arrays)) for arrays in (given.inputs, given.targets))
    ours, given = prepared(document, samples)
    course = backend.course(document, LARGE)
    course.begin()
    figures = Figures(ours, given)
    trainer = Trainer(figures, given, batch, course)
    order = np.arange(samples)
    for _ in range(rounds + 2):
        started = time.perf_counter()
        model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)
        between = time.perf_counter()
        figures.reset()
        for part in chunks(order, batch, trainer.pace):
            trainer.train(part)
        figures.read()
        found.append((between - started) / (time.perf_counter() - between))
    return found[2:]


def differences(document: Document) -> dict[str, Any]:
    samples = 3 * document.training.batch_size + 5
    orders = [np.random.default_rng(epoch).permutation(samples) for epoch in range(EPOCHS)]
    theirs, wanted = fitted(document, orders)
    ours, figures, facts = looped(document, orders)
    weights = [
        float(np.abs(keras.ops.convert_to_numpy(a.value) - keras.ops.convert_to_numpy(b.value)).max(initial=0))
        for a, b in zip(ours.weights, theirs.weights, strict=True)
        if "seed" not in a.path
    ]
    return facts | {
        "weights": max(weights),
        "iterations": [int(model.optimizer.iterations) for model in (ours, theirs)],
        "figures": figures,
        "fit": wanted,
        "tensorflow": "tensorflow" in sys.modules,
        "backend": keras.config.backend(),
    }


if __name__ == "__main__":
    asked = [from_value(value) for value in json.loads(sys.stdin.read())]
    rounds = int(sys.argv[2]) if sys.argv[1:2] == ["--rounds"] else 0
    print(json.dumps([rates(document, rounds) if rounds else differences(document) for document in asked]))
