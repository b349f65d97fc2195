"""A run whose loss is no finite number any more names the step, the batch and the layer in which that began."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_documents import dense, stack

from builder.document import Document, apply
from builder.rundir import RunDirectory, State

pytestmark = pytest.mark.keras

EXPLODING = stack(
    "Input",
    dense(8, "relu"),
    dense(8, "relu"),
    dense(1),
    data="diabetes",
    loss="mean_squared_error",
    optimizer={"kind": "SGD", "params": {"learning_rate": 100.0}},
    epochs=3,
)


def test_the_layer_whose_output_was_the_first_is_named(train: Callable[..., RunDirectory]) -> None:
    from builder.catalog.registry import datasets
    from builder.worker import data
    from builder.worker.build import build, compile_model

    run = train(EXPLODING, status=1)
    record = run.record()
    assert (record.state, record.problem.code) == (State.FAILED, "nan-loss")
    losses = [loss for event in run.events() if event["type"] == "steps" for loss in event["losses"]]
    step = losses.index(None) + 1
    assert f" in epoch 1, step {step} (batch {step} of 12). It began in " in record.problem.message
    assert apply(EXPLODING, {"op": "batch", "edits": list(record.problem.fix.edits)}) != EXPLODING
    last = [event for event in run.events() if event["type"] == "verdict"][-1]
    assert (last["tone"], last["code"], last["since"]) == ("bad", "diverged", 1)

    model = build(EXPLODING)
    compile_model(model, EXPLODING)
    samples = data.load(EXPLODING.data, datasets["diabetes"], lambda event: None).training
    order = np.random.default_rng([EXPLODING.training.seed, 1]).permutation(len(samples.y))
    for index in range(step - 1):
        batch = order[index * 32 : (index + 1) * 32]
        model.train_on_batch(samples.x[batch], samples.y[batch].reshape(-1, 1))
    values, found = samples.x[order[(step - 1) * 32 : step * 32]], None
    for layer in model.layers[1:]:
        if not all(np.isfinite(weight).all() for weight in layer.get_weights()):
            found = (layer.name, "weights")
            break
        values = np.asarray(layer(values))
        if not np.isfinite(values).all():
            found = (layer.name, "what it gives")
            break
    if found is None:  # The values are finite and their squares are not.
        found = (model.layers[-1].name, "the loss of that")
    if found[1] != "weights":  # Otherwise the step before is looked at, where its gradient may be the first.
        assert found[1] in record.problem.message
        assert record.problem.node == found[0]


class Stub:
    """Stands for what a search asks of a run; nothing is to be repeated."""

    pace = None


def _search(document: Document, spoil: Callable[[Any], None]) -> tuple[Any, list[Any], Any]:
    """A search over a model that has been spoiled, with a batch for it."""
    from builder.worker.build import build, compile_model
    from builder.worker.framework import tf
    from builder.worker.nonfinite import Search

    model = build(document)
    compile_model(model, document)
    spoil(model)
    x = tf.ones((4, *model.input.shape[1:]))
    return Search(model, document, Stub(), Stub(), 4, 1), [x], tf.ones((4, 1))


def test_weights_output_loss_and_gradient_are_told_apart() -> None:
    from builder.worker.nonfinite import Broken

    def weights(model: Any) -> None:
        model.get_layer("n2").bias.assign([np.nan] * 8)

    def huge(model: Any) -> None:
        model.get_layer("n1").bias.assign([3e38] * 8)
        model.get_layer("n2").kernel.assign(np.full((8, 8), 3.0))

    def large(model: Any) -> None:
        model.get_layer("n3").bias.assign([1e30])

    def steep(model: Any) -> None:
        model.get_layer("n3").bias.assign([1e18])
        model.get_layer("n3").kernel.assign(np.full((8, 1), 1e30))
        model.get_layer("n2").kernel.assign(np.zeros((8, 8)))
        model.get_layer("n2").bias.assign([1e-28] * 8)

    assert _search(EXPLODING, weights)[0].weights() == Broken("n2", "weights", "not a number")
    search, x, y = _search(EXPLODING, huge)
    assert search.weights() is None
    assert search.forwards(x, y) == Broken("n2", "output", "infinite")
    search, x, y = _search(EXPLODING, large)
    assert search.forwards(x, y) == Broken("n3", "loss", "infinite")
    search, x, y = _search(EXPLODING, steep)
    assert search.forwards(x, y) is None
    steepest = search.backwards(x, y)
    assert (steepest.layer, steepest.what) == ("n2", "gradient")
    search, x, y = _search(EXPLODING, lambda model: None)
    assert (search.weights(), search.forwards(x, y), search.backwards(x, y)) == (None, None, None)


def test_a_run_that_broke_in_a_later_epoch_is_repeated_from_its_checkpoint(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builder.worker import nonfinite
    from builder.worker.main import run as start

    explosion = {"kind": "PiecewiseConstantDecay", "params": {"boundaries": [30], "values": [1e-9, 100.0]}}
    document = apply(EXPLODING, {"op": "set", "path": "training.optimizer.params.learning_rate", "value": explosion})
    begun: list[int] = []
    rewind = nonfinite.Search._rewind

    def rewinding(search: Any) -> Any:
        at = rewind(search)
        begun.append(at.step)
        return at

    monkeypatch.setattr(nonfinite.Search, "_rewind", rewinding)
    run = RunDirectory.create(home / "runs", document)
    assert start(run.path) == 1
    problem = run.record().problem
    assert begun
    assert begun[0] in (12, 24)
    assert " in epoch 3, step " in problem.message
    assert "It began in " in problem.message
    assert problem.node in ("n1", "n2", "n3")
    assert problem.fix.label == "Clip gradients to a norm of 1"
