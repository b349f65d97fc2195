"""Every template, trained by the loop and by `compile` + `fit` in the same order: the same weights and figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from builder.catalog.compilation import SCOPES, gain
from builder.catalog.reading import dataset_of, output_names
from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.events import Way

pytestmark = pytest.mark.keras

BATCH = 8
SAMPLES = 3 * BATCH + 5
EPOCHS = 2

TRAINED = [template.kind for template in templates if template.document["data"]]
"""The others are designs: there is nothing that they could learn from."""


def _prepared(document: Document) -> tuple[Any, Any]:
    """A compiled model of the document, and made-up samples for it."""
    from builder.worker.build import build, compile_model
    from builder.worker.feed import feed
    from builder.worker.framework import keras
    from builder.worker.probe import made_up

    dataset = dataset_of(document)
    assert dataset
    model = build(document)
    compile_model(model, document)
    widths = {name: output.shape[-1] for name, output in zip(output_names(document), model.outputs, strict=True)}
    keras.utils.set_random_seed(3)
    return model, feed(made_up(dataset, SAMPLES), document, dataset, widths)


def _fitted(document: Document, orders: list[np.ndarray]) -> tuple[Any, list[dict[str, float]]]:
    from builder.worker.placement import one_or_all

    model, samples = _prepared(document)
    whole = tuple(one_or_all(list(arrays)) for arrays in (samples.inputs, samples.targets))
    figures = []
    for order in orders:
        x, y = (one_or_all([array[order] for array in arrays]) for arrays in (samples.inputs, samples.targets))
        history = model.fit(x, y, validation_data=whole, batch_size=BATCH, shuffle=False, verbose=0).history
        figures.append({name: values[-1] for name, values in history.items()})
    return model, figures


def _looped(document: Document, orders: list[np.ndarray], way: Way) -> tuple[Any, list[dict[str, float]]]:
    from builder.worker.loop import Evaluator, Figures, Trainer, chunks
    from builder.worker.policy import Policy

    model, samples = _prepared(document)
    policy = Policy(wanted="always")  # What is validated goes by XLA where the steps do.
    policy.way = way
    running = Figures(model, samples)
    trainer, evaluator = Trainer(running, samples, BATCH, policy), Evaluator(running, samples, BATCH, policy=policy)
    figures = []
    for order in orders:
        running.reset()
        for batches in chunks(order, BATCH, trainer.pace):
            trainer.train(batches)
        trained = running.read()
        validated = evaluator.evaluate(lambda: None)
        figures.append(trained | {f"val_{name}": value for name, value in validated.items()})
    assert policy.way is way, "it did not have to turn to another"
    return model, figures


@pytest.mark.parametrize("kind", TRAINED)
def test_every_template_learns_what_fit_learns(kind: str) -> None:
    document = from_value(templates[kind].document)
    orders = [np.random.default_rng(epoch).permutation(SAMPLES) for epoch in range(EPOCHS)]
    fitted, wanted = _fitted(document, orders)
    expected = gain(document, fitted.count_params())
    for way in (Way.CHUNK, SCOPES[expected.scope]) if expected.worthwhile else (Way.CHUNK,):
        model, figures = _looped(document, orders, way)
        assert int(model.optimizer.iterations) == int(fitted.optimizer.iterations) == EPOCHS * 4
        for ours, theirs in zip(model.weights, fitted.weights, strict=True):
            np.testing.assert_allclose(
                ours.numpy(), theirs.numpy(), rtol=1e-6, atol=1e-5, err_msg=f"{way}: {ours.path}"
            )
        for ours, theirs in zip(figures, wanted, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5), way
