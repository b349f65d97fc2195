"""The compiled loop against Keras' own `fit` and `evaluate`: the same weights, losses and metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worker_documents import dense, stack

from builder.document import Document
from builder.events import Way

pytestmark = pytest.mark.keras

SAMPLES = 88
BATCH = 16

NETWORKS = {
    "dense": stack("Input", dense(8, "relu"), dense(3, "softmax"), data="iris", metrics=["accuracy"]),
    "normalised, penalised, scheduled": stack(
        "Input",
        "BatchNormalization",
        ("Dense", {"units": 8, "kernel_regularizer": "l2"}),
        ("Dropout", {"rate": 0.4}),
        dense(3),
        data="iris",
        loss={"kind": "SparseCategoricalCrossentropy", "params": {"from_logits": True}},
        optimizer={
            "kind": "SGD",
            "params": {
                "momentum": 0.9,
                "clipnorm": 1.0,
                "learning_rate": {
                    "kind": "ExponentialDecay",
                    "params": {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5},
                },
            },
        },
        metrics=["accuracy"],
    ),
    "averaged weights, one-hot labels": stack(
        "Input",
        dense(6, "tanh"),
        dense(3, "softmax"),
        data="iris",
        loss="categorical_crossentropy",
        optimizer={"kind": "AdamW", "params": {"use_ema": True, "ema_overwrite_frequency": 4}},
        metrics=["accuracy", "AUC"],
    ),
    "noisy": stack(
        "Input",
        ("GaussianNoise", {"stddev": 0.3}),
        dense(6, "tanh"),
        ("AlphaDropout", {"rate": 0.2}),
        dense(3, "softmax"),
        data="iris",
        metrics=["accuracy"],
    ),
    "recurrent": stack(
        "Input",
        ("Reshape", {"target_shape": [4, 1]}),
        ("GRU", {"units": 5, "dropout": 0.2, "recurrent_dropout": 0.2}),
        dense(1),
        data="iris",
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
    ),
}

CASES = [
    *((name, Way.CHUNK) for name in NETWORKS),
    ("dense", Way.SINGLE),
    ("normalised, penalised, scheduled", Way.XLA_STEP),
    ("normalised, penalised, scheduled", Way.XLA_LOOP),
    ("averaged weights, one-hot labels", Way.XLA_LOOP),
    ("noisy", Way.XLA_LOOP),
    ("recurrent", Way.XLA_STEP),
    ("recurrent", Way.XLA_LOOP),
]


def _prepared(document: Document) -> tuple[Any, Any]:
    """A compiled model of the document and iris-like samples for it."""
    from builder.catalog.registry import datasets
    from builder.worker.build import build, compile_model
    from builder.worker.feed import feed
    from builder.worker.sources import Arrays

    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, SAMPLES).astype("int32")
    x = rng.normal(size=(SAMPLES, 4)).astype("float32") + y[:, None]
    model = build(document)
    compile_model(model, document)
    output = document.model.outputs()[0].id
    return model, feed(Arrays(x, y), document, datasets["iris"], {output: model.output.shape[-1]})


def _going(way: Way) -> Any:
    """A policy that goes one way only."""
    from builder.worker.policy import Policy

    policy = Policy()
    policy.way = way
    return policy


@pytest.mark.parametrize(("name", "way"), CASES)
def test_every_way_is_fit(name: str, way: Way) -> None:
    from builder.worker.framework import keras
    from builder.worker.loop import Evaluator, Figures, Trainer, chunks

    document = NETWORKS[name]
    fitted, samples = _prepared(document)
    keras.utils.set_random_seed(3)
    history = fitted.fit(
        samples.inputs[0],
        samples.targets[0],
        batch_size=BATCH,
        epochs=3,
        shuffle=False,
        verbose=0,
        validation_data=(samples.inputs[0], samples.targets[0]),
    ).history

    model, samples = _prepared(document)
    keras.utils.set_random_seed(3)
    figures = Figures(model, samples)
    trainer, evaluator = Trainer(figures, samples, BATCH, _going(way)), Evaluator(figures, samples, BATCH)
    sizes = np.array([BATCH] * (SAMPLES // BATCH) + [SAMPLES % BATCH])
    for epoch in range(3):
        figures.reset()
        losses = [trainer.train(batches)[0] for batches in chunks(np.arange(SAMPLES), BATCH, trainer.pace)]
        trained = figures.read()
        validated = evaluator.evaluate(lambda: None)
        for key, value in trained.items():
            assert value == pytest.approx(history[key][epoch], rel=1e-4, abs=1e-6)
        for key, value in validated.items():
            assert value == pytest.approx(history[f"val_{key}"][epoch], rel=1e-4, abs=1e-6)
        assert np.average(np.concatenate(losses), weights=sizes) == pytest.approx(trained["loss"], rel=1e-5)
    assert trainer.policy.way is way
    model.optimizer.finalize_variable_values(model.trainable_variables)
    assert int(model.optimizer.iterations) == int(fitted.optimizer.iterations) == 3 * len(sizes)
    for ours, theirs in zip(model.weights, fitted.weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=2e-6, err_msg=ours.path)


def test_several_inputs_and_outputs_are_fit_too() -> None:
    from worker_documents import TWO_BY_TWO

    from builder.catalog.registry import datasets
    from builder.worker.build import build, compile_model
    from builder.worker.feed import feed
    from builder.worker.loop import Figures, Trainer, chunks
    from builder.worker.sources import Arrays

    rng = np.random.default_rng(0)
    arrays = Arrays(rng.normal(size=(SAMPLES, 4)).astype("float32"), rng.integers(0, 3, SAMPLES).astype("int32"))
    models = []
    for _ in range(2):
        model = build(TWO_BY_TWO)
        compile_model(model, TWO_BY_TWO)
        models.append(model)
    samples = feed(arrays, TWO_BY_TWO, datasets["iris"], {"species": 3, "rows": 3})
    np.testing.assert_array_equal(samples.inputs[0], arrays.x[:, [2, 3]])
    np.testing.assert_array_equal(samples.inputs[1], arrays.x[:, [0, 1]])
    assert [target.shape for target in samples.targets] == [(SAMPLES,), (SAMPLES, 3)]
    history = (
        models[0].fit(list(samples.inputs), list(samples.targets), batch_size=BATCH, shuffle=False, verbose=0).history
    )
    figures = Figures(models[1], samples)
    trainer = Trainer(figures, samples, BATCH, _going(Way.CHUNK))
    figures.reset()
    for batches in chunks(np.arange(SAMPLES), BATCH, trainer.pace):
        trainer.train(batches)
    assert figures.read() == pytest.approx({key: value[0] for key, value in history.items()}, rel=1e-5)
    assert {"loss", "species_loss", "rows_loss", "species_accuracy", "rows_accuracy"} == history.keys()
    for ours, theirs in zip(models[1].weights, models[0].weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-6)


def test_confusion_counts_what_the_model_predicts() -> None:
    from builder.worker.loop import Confusion, Evaluator, Figures

    model, samples = _prepared(NETWORKS["dense"])
    evaluator = Evaluator(Figures(model, samples), samples, BATCH, (Confusion("n2", 0, 3),))
    evaluator.evaluate(lambda: None)
    predicted = model.predict(samples.inputs[0], verbose=0).argmax(axis=1)
    wanted = np.zeros((3, 3), int)
    np.add.at(wanted, (samples.labels, predicted), 1)
    np.testing.assert_array_equal(evaluator.counts(), [wanted])
    assert evaluator.confusions[0].count(np.array([0, 8, 8, 21, -2])).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 2]]


@pytest.mark.parametrize("way", [Way.XLA_LOOP, Way.XLA_STEP])
def test_validation_by_xla_says_the_same(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker.loop import Confusion, Evaluator, Figures
    from builder.worker.policy import Policy

    model, samples = _prepared(NETWORKS["dense"])
    figures, confusions = Figures(model, samples), (Confusion("n2", 0, 3),)
    plain = Evaluator(figures, samples, BATCH, confusions)
    wanted = plain.evaluate(lambda: None)
    monkeypatch.setattr(Policy, "validates_by_xla", lambda policy, seconds: True)
    compiled = Evaluator(figures, samples, BATCH, confusions, _going(way))
    for _ in range(2):
        assert compiled.evaluate(lambda: None) == pytest.approx(wanted, rel=1e-6)
        np.testing.assert_array_equal(compiled.counts(), plain.counts())
    assert compiled._pass._by_xla
    assert not compiled._pass._fails


def test_pace_grows_to_its_duration_and_falls_back() -> None:
    from builder.worker.loop import chunks
    from builder.worker.pace import Pace

    pace = Pace(seconds=0.1)
    pace.took(1, 5.0)
    assert (pace.steps, pace.step_seconds) == (1, None)
    pace.took(1, 0.001)
    assert pace.steps == 8
    pace.took(8, 0.008)
    assert pace.steps == 64
    pace.took(64, 0.064)
    assert pace.steps == 100
    pace.took(10, 1.0)
    assert pace.steps == 1
    assert pace.steps_taken == 83
    pace.steps = 3
    assert [batch.shape for batch in chunks(np.arange(38), 5, pace)] == [(3, 5), (3, 5), (1, 5), (1, 3)]
    assert [batch.shape for batch in chunks(np.arange(3), 5, pace)] == [(1, 3)]


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_every_metric_that_fits_is_counted_in_the_loop_under_its_name(loss: str) -> None:
    from builder.catalog.registry import losses, metrics
    from builder.worker.loop import Evaluator, Figures

    fitting = [m for m in metrics if {"classification", "any"} & {*m.tasks} and losses[loss].labels in m.labels]
    chosen = [{"kind": metric.kind, "params": metric.start_params} for metric in fitting]
    document = stack("Input", dense(3, "softmax"), data="iris", loss=loss, metrics=[*chosen, chosen[0]])
    model, samples = _prepared(document)
    figures = Evaluator(Figures(model, samples), samples, BATCH).evaluate(lambda: None)
    assert len(fitting) > 3
    assert figures.keys() >= {metric.name for metric in fitting}
    assert all(np.isfinite(value) for value in figures.values())


def test_what_xla_cannot_compile_is_trained_all_the_same() -> None:
    from builder.worker.framework import keras, tf
    from builder.worker.loop import Figures, Trainer
    from builder.worker.policy import Policy

    class Python(keras.layers.Layer):
        """Calls Python from within the step, as no program of XLA can."""

        def call(self, x: Any) -> Any:
            return tf.ensure_shape(tf.py_function(lambda value: value, [x], tf.float32), x.shape)

    def made() -> tuple[Any, Any]:
        model, samples = _prepared(NETWORKS["dense"])
        found = keras.Sequential([Python(), model])
        found.build((None, 4))
        found.compile("sgd", "sparse_categorical_crossentropy")
        found.optimizer.build(found.trainable_variables)
        return found, samples

    fitted, samples = made()
    fitted.fit(samples.inputs[0], samples.targets[0], batch_size=BATCH, shuffle=False, verbose=0)
    told: list[Any] = []
    model, samples = made()
    policy = Policy(wanted="always", tell=told.append)
    policy.begin()
    trainer = Trainer(Figures(model, samples), samples, BATCH, policy)
    whole = SAMPLES // BATCH * BATCH
    losses, _ = trainer.train(np.arange(whole).reshape(-1, BATCH))
    trainer.train(np.arange(whole, SAMPLES)[None])
    assert len(losses) == SAMPLES // BATCH
    assert [item.way for item in told] == [Way.XLA_LOOP, Way.CHUNK]
    assert told[1].step == 0
    assert told[1].reason.startswith("XLA cannot compile this network: ")
    assert policy.step == int(fitted.optimizer.iterations) == int(model.optimizer.iterations)
    for ours, theirs in zip(model.weights, fitted.weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-6)


def test_steps_that_make_no_loop_are_taken_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker import ways
    from builder.worker.loop import Figures, Trainer
    from builder.worker.policy import Policy

    def refuse(*arguments: Any) -> Any:
        raise TypeError("a layer that is in no loop")

    monkeypatch.setattr(ways, "_loop", refuse)
    told: list[Any] = []
    model, samples = _prepared(NETWORKS["dense"])
    policy = Policy(tell=told.append)
    policy.begin()
    losses, rate = Trainer(Figures(model, samples), samples, BATCH, policy).train(np.arange(32).reshape(2, 16))
    assert [item.way for item in told] == [Way.CHUNK, Way.SINGLE]
    assert told[1].reason == "TensorFlow cannot make a loop of the steps: a layer that is in no loop"
    assert losses.shape == (2,)
    assert rate == pytest.approx(0.001)
    assert int(model.optimizer.iterations) == 2


def test_an_error_of_the_network_itself_is_not_taken_for_an_unfit_way() -> None:
    from builder.worker.framework import tf
    from builder.worker.loop import Figures, Trainer
    from builder.worker.policy import Policy

    model, samples = _prepared(NETWORKS["dense"])
    samples.targets[0][:] = 7
    policy = Policy()
    with pytest.raises(tf.errors.InvalidArgumentError, match="label"):
        Trainer(Figures(model, samples), samples, BATCH, policy).train(np.arange(32).reshape(2, 16))
    assert policy.way is Way.CHUNK


@pytest.mark.parametrize("way", [Way.CHUNK, Way.XLA_LOOP, Way.SINGLE])
def test_data_too_large_for_a_copy_is_streamed_with_the_same_result(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker import placement
    from builder.worker.loop import Evaluator, Figures, Trainer, chunks

    figures = []
    for limit in (placement.RESIDENT_BYTES, 100):
        monkeypatch.setattr(placement, "RESIDENT_BYTES", limit)
        monkeypatch.setattr(placement, "CHUNK_BYTES", 2 * BATCH * 4 * 6 + 8)
        model, samples = _prepared(NETWORKS["dense"])
        running = Figures(model, samples)
        trainer, evaluator = Trainer(running, samples, BATCH, _going(way)), Evaluator(running, samples, BATCH)
        for batches in chunks(np.arange(SAMPLES), BATCH, trainer.pace):
            trainer.train(batches)
        figures.append(evaluator.evaluate(lambda: None))
        assert isinstance(placement.place(samples, BATCH), placement.Streamed) == (limit == 100)
    assert figures[0] == pytest.approx(figures[1], rel=1e-6)
