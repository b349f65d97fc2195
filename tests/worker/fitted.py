"""Keras' own `fit` of a document, on the samples of a run and in the order in which a run takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from builder.catalog.reading import output_names
from builder.catalog.registry import callbacks, datasets
from builder.document import Document
from builder.document.expand import expanded
from builder.worker import data
from builder.worker.build import build, compile_model
from builder.worker.feed import Feed, feed
from builder.worker.framework import keras
from builder.worker.objects import make


def fit(document: Document, *, first: Sequence[Any] = (), last: Sequence[Any] = ()) -> tuple[Any, dict[str, list[Any]]]:
    """The model at the end of `fit` and its history; `first` and `last` are callbacks around the document's own."""
    document = expanded(document)
    model = build(document)
    compile_model(model, document)
    assert document.data
    dataset = datasets[document.data.dataset]
    splits = data.load(document.data, dataset, lambda event: None)
    widths = {name: output.shape[-1] for name, output in zip(output_names(document), model.outputs, strict=True)}
    training, validation = (feed(part, document, dataset, widths) for part in (splits.training, splits.validation))
    settings = document.training
    own = [make(callbacks, keras.callbacks, choice.kind, choice.params) for choice in settings.callbacks]
    history = model.fit(
        _batches(training, settings.seed, settings.batch_size),
        steps_per_epoch=-(-len(training) // settings.batch_size),
        validation_data=_taken(validation, np.arange(len(validation))),
        validation_batch_size=settings.batch_size,
        epochs=settings.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[*first, *own, *last],
    )
    return model, history.history


def _batches(samples: Feed, seed: int, size: int) -> Iterator[tuple[Any, Any]]:
    epoch = 0
    while True:
        epoch += 1
        order = np.random.default_rng([seed, epoch]).permutation(len(samples))
        for start in range(0, len(samples), size):
            yield _taken(samples, order[start : start + size])


def _taken(samples: Feed, indices: np.ndarray) -> tuple[Any, Any]:
    inputs = tuple(x[indices].astype(dtype) for x, dtype in zip(samples.inputs, samples.dtypes, strict=True))
    targets = tuple(y[indices] for y in samples.targets)
    return tuple(parts[0] if len(parts) == 1 else parts for parts in (inputs, targets))
