"""Whole runs, from the run directory to the trained model."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_documents import DIGITS_CNN, RESIDUAL, TWO_BY_TWO, dense, graph, stack

from builder.document import Document, apply
from builder.rundir import RunDirectory, State

pytestmark = [
    pytest.mark.keras,
    # Keras saves its variables by a call that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

Train = Callable[..., RunDirectory]


def _events(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["type"] == kind]


def _samples(document: Document, part: str) -> Any:
    """The samples that a run of this document uses."""
    from builder.catalog.registry import datasets
    from builder.worker import data

    return getattr(data.load(document.data, datasets[document.data.dataset], lambda event: None), part)


def test_digits_from_start_to_finish(train: Train) -> None:
    from builder.worker.framework import keras

    run = train(DIGITS_CNN)
    events = run.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    kinds = [event["type"] for event in events]
    assert kinds[:7] == ["state", "data", "data", "model", "execution", "progress", "steps"]
    assert kinds[-3:] == ["finished", "verdict", "state"]
    assert [event["state"] for event in _events(run, "state")] == ["running", "finished"]

    ready = _events(run, "data")[-1]
    assert (ready["training_samples"], ready["validation_samples"]) == (1438, 359)
    model = _events(run, "model")[0]
    assert (model["parameters"], model["trainable"], model["outputs"]) == (810, 810, ["digit"])
    assert model["classes"] == list("0123456789")

    chosen = [event["execution"] for event in _events(run, "execution")]
    assert (chosen[0]["step"], chosen[0]["way"]) == (0, "chunk")
    assert [item.model_dump(mode="json") for item in run.record().execution] == chosen

    steps = [step for event in _events(run, "steps") for step in event["steps"]]
    losses = [loss for event in _events(run, "steps") for loss in event["losses"]]
    assert _events(run, "steps")[0]["steps"] == [1]
    assert steps == list(range(1, 3 * 23 + 1))
    assert 2 < losses[0] < 2.8
    assert losses[-1] < losses[0]

    epochs = _events(run, "epoch")
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    assert [epoch["step"] for epoch in epochs] == [23, 46, 69]
    assert epochs[0]["metrics"].keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert epochs[0]["learning_rate"] == 0.005
    sizes = [64] * 22 + [1438 - 22 * 64]
    assert epochs[0]["metrics"]["loss"] == pytest.approx(np.average(losses[:23], weights=sizes), rel=1e-4)
    for matrix, epoch in zip(_events(run, "confusion"), epochs[:1], strict=False):
        counts = np.array(matrix["matrix"])
        assert counts.sum() == 359
        assert np.trace(counts) / 359 == pytest.approx(epoch["metrics"]["val_accuracy"], abs=1e-6)
    assert _events(run, "confusion")[-1]["epoch"] == 3

    finished = _events(run, "finished")[0]
    best = max(epochs, key=lambda epoch: epoch["metrics"]["val_accuracy"])
    assert (finished["monitor"], finished["best_epoch"]) == ("val_accuracy", best["epoch"])
    assert finished["metrics"] == best["metrics"]
    assert best["best"]
    record = run.record()
    assert (record.state, record.epoch, record.best_epoch) == (State.FINISHED, 3, best["epoch"])
    assert (record.metrics, record.parameters, record.problem) == (best["metrics"], 810, None)
    assert record.started <= record.ended

    for event in _events(run, "checkpoint"):
        assert event["best"] == event["path"].endswith("best.npz")
    kept = sorted(file.name for file in run.checkpoints.iterdir())
    assert kept[0] == "best.npz"
    assert kept[-1] == "step-000000000069.npz"
    assert not list(run.path.rglob(".*"))

    validation = _samples(DIGITS_CNN, "validation")
    saved = keras.models.load_model(run.model_path)
    figures = saved.evaluate(validation.x, validation.y, verbose=0, return_dict=True)
    assert figures["accuracy"] == pytest.approx(best["metrics"]["val_accuracy"], abs=1e-5)
    assert figures["loss"] == pytest.approx(best["metrics"]["val_loss"], rel=1e-4)


def test_best_epoch_is_kept_not_the_last(train: Train) -> None:
    from builder.worker.framework import keras

    document = stack(
        "Input",
        dense(3, "softmax"),
        data="iris",
        optimizer={"kind": "SGD", "params": {"learning_rate": 2.0}},
        metrics=["accuracy"],
        epochs=12,
    )
    run = train(document)
    epochs = _events(run, "epoch")
    best = _events(run, "finished")[0]["best_epoch"]
    figures = [epoch["metrics"]["val_accuracy"] for epoch in epochs]
    assert figures.count(max(figures)) > 1
    assert best == 1 + figures.index(max(figures))  # The first of equal ones, as Keras' ModelCheckpoint has it.
    assert best < 12
    assert [epoch["best"] for epoch in epochs] == [
        index == 0 or figure > max(figures[:index]) for index, figure in enumerate(figures)
    ]
    validation = _samples(document, "validation")
    loss = keras.models.load_model(run.model_path).evaluate(validation.x, validation.y, verbose=0)[0]
    assert loss == pytest.approx(epochs[best - 1]["metrics"]["val_loss"], rel=1e-4)


def test_same_seed_gives_the_same_run(train: Train) -> None:
    first, second = train(RESIDUAL), train(RESIDUAL)
    assert _events(first, "epoch")[0]["metrics"] == pytest.approx(_events(second, "epoch")[0]["metrics"], rel=1e-5)
    other = train(apply(RESIDUAL, {"op": "set", "path": "training.seed", "value": 8}))
    assert _events(other, "epoch")[0]["metrics"] != pytest.approx(_events(first, "epoch")[0]["metrics"], rel=1e-5)


def test_several_inputs_and_outputs(train: Train) -> None:
    from builder.worker.framework import keras

    run = train(TWO_BY_TWO)
    epoch = _events(run, "epoch")[-1]["metrics"]
    assert epoch.keys() >= {"val_species_accuracy", "val_rows_accuracy", "val_species_loss", "val_rows_loss"}
    assert epoch["val_loss"] == pytest.approx(epoch["val_species_loss"] + 0.5 * epoch["val_rows_loss"], rel=1e-4)
    assert _events(run, "model")[0]["outputs"] == ["species", "rows"]
    assert {event["output"] for event in _events(run, "confusion")} == {"species", "rows"}
    assert run.record().monitor == "val_loss"
    assert [tensor.shape for tensor in keras.models.load_model(run.model_path).inputs] == [(None, 2), (None, 2)]


def test_trained_causal_attention_sees_nothing_of_later_steps(train: Train) -> None:
    from builder.worker.framework import keras

    run = train(
        graph(
            [
                ("image", "Input", {}),
                ("rows", "Reshape", {"target_shape": [8, 8]}),
                ("attend", "MultiHeadAttention", {"num_heads": 2, "key_dim": 8, "use_causal_mask": True}),
                ("mean", "GlobalAveragePooling1D", {}),
                ("digit", "Dense", {"units": 10, "activation": "softmax"}),
            ],
            [("image", "rows"), ("rows", "attend", 0), ("rows", "attend", 1), ("attend", "mean"), ("mean", "digit")],
            data="digits",
            epochs=1,
        )
    )
    trained = keras.models.load_model(run.model_path)
    model = keras.Model(trained.input, trained.get_layer("attend").output)
    before = np.random.default_rng(0).random((4, 8, 8, 1), dtype="float32")
    after = before.copy()
    after[:, 5:] = 1 - after[:, 5:]
    one, other = np.asarray(model(before)), np.asarray(model(after))
    np.testing.assert_allclose(one[:, :5], other[:, :5], atol=1e-6)
    assert np.abs(one[:, 5:] - other[:, 5:]).max() > 1e-3


def test_regression_has_no_confusion_and_the_lowest_loss_is_best(train: Train) -> None:
    run = train(
        stack(
            "Input",
            "BatchNormalization",
            dense(8, "relu"),
            dense(1),
            data="diabetes",
            loss="mean_squared_error",
            optimizer={"kind": "Adam", "params": {"learning_rate": 0.1}},
            metrics=["mean_absolute_error"],
            epochs=5,
        )
    )
    epochs = _events(run, "epoch")
    assert not _events(run, "confusion")
    assert run.record().monitor == "val_loss"
    assert epochs[-1]["metrics"]["loss"] < epochs[0]["metrics"]["loss"]
    losses = [epoch["metrics"]["val_loss"] for epoch in epochs]
    assert _events(run, "finished")[0]["best_epoch"] == 1 + losses.index(min(losses))


@pytest.mark.parametrize("logits", [False, True])
def test_one_unit_for_two_classes(train: Train, logits: bool) -> None:
    run = train(
        stack(
            "Input",
            dense(8, "relu"),
            dense(1) if logits else dense(1, "sigmoid"),
            data="circle",
            loss={"kind": "BinaryCrossentropy", "params": {"from_logits": logits}},
            optimizer={"kind": "Adam", "params": {"learning_rate": 0.02}},
            metrics=[] if logits else ["accuracy"],
            epochs=15,
        )
    )
    counts = np.array(_events(run, "confusion")[-1]["matrix"])
    assert counts.shape == (2, 2)
    assert counts.sum() == 200
    assert np.trace(counts) > 180
    finished = _events(run, "finished")[0]
    assert finished["test_metrics"].keys() == {"loss"} | (set() if logits else {"accuracy"})
    assert run.record().test_metrics == finished["test_metrics"]


def test_schedule_and_callbacks(train: Train) -> None:
    scheduled = train(
        stack(
            "Input",
            dense(3, "softmax"),
            data="iris",
            optimizer={
                "kind": "SGD",
                "params": {
                    "learning_rate": {
                        "kind": "PiecewiseConstantDecay",
                        "params": {"boundaries": [4, 8], "values": [0.1, 0.01, 0.001]},
                    }
                },
            },
            epochs=3,
        )
    )
    assert [epoch["learning_rate"] for epoch in _events(scheduled, "epoch")] == [0.1, 0.01, 0.001]

    watched = train(
        stack(
            "Input",
            dense(3, "softmax"),
            data="iris",
            optimizer={"kind": "SGD", "params": {"learning_rate": 1e-9}},
            metrics=["accuracy"],
            epochs=50,
            callbacks=[
                {"kind": "ReduceLROnPlateau", "params": {"monitor": "loss", "patience": 2, "factor": 0.5}},
                {"kind": "EarlyStopping", "params": {"monitor": "loss", "patience": 5, "min_delta": 0.1}},
            ],
        )
    )
    epochs = _events(watched, "epoch")
    assert len(epochs) == 6
    assert epochs[-1]["learning_rate"] < epochs[0]["learning_rate"] == 1e-9
    assert _events(watched, "finished")[0]["epochs"] == 6
    assert watched.record().state is State.FINISHED


def test_loss_that_is_not_a_number_ends_the_run_with_advice(train: Train) -> None:
    run = train(
        stack(
            "Input",
            dense(8, "relu"),
            dense(1),
            data="diabetes",
            loss="mean_squared_error",
            optimizer={"kind": "SGD", "params": {"learning_rate": 100.0}},
            epochs=3,
        ),
        status=1,
    )
    record = run.record()
    assert (record.state, record.problem.code) == (State.FAILED, "nan-loss")
    assert record.problem.message.startswith("The loss became ")
    assert " in epoch 1, step " in record.problem.message
    assert "Lower the learning rate" in record.problem.hint
    assert _events(run, "problem")[0]["problem"]["code"] == "nan-loss"
    assert _events(run, "state")[-1]["message"] == record.problem.sentence()
    assert None in [loss for event in _events(run, "steps") for loss in event["losses"]]


def test_failure_in_a_later_epoch_keeps_the_best_model_so_far(train: Train) -> None:
    from builder.worker.framework import keras

    explosion = {"boundaries": [24], "values": [1e-9, 10.0]}
    run = train(
        stack(
            "Input",
            dense(1),
            data="diabetes",
            loss="mean_squared_error",
            optimizer={
                "kind": "SGD",
                "params": {"learning_rate": {"kind": "PiecewiseConstantDecay", "params": explosion}},
            },
            epochs=9,
        ),
        status=1,
    )
    record = run.record()
    assert (record.state, record.problem.code) == (State.FAILED, "nan-loss")
    assert record.best_epoch in (1, 2)
    weights = keras.models.load_model(run.model_path).get_weights()
    assert all(np.isfinite(weight).all() for weight in weights)
    assert np.abs(weights[0]).max() < 10


def test_model_that_cannot_be_saved_fails_the_run_in_a_sentence(home: Path) -> None:
    from builder.worker.main import run as start

    run = RunDirectory.create(home / "runs", RESIDUAL)
    run.artifacts.rmdir()
    run.artifacts.write_text("in the way")
    assert start(run.path) == 1
    record = run.record()
    assert (record.state, record.problem.code) == (State.FAILED, "disk")
    assert record.problem.message.startswith("The trained model could not be saved: ")
    assert list(run.checkpoints.glob("step-*.npz"))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (stack("Input", dense(3, "softmax"), data="nonsense"), '"nonsense" is not among the datasets'),
        (stack("Input", dense(3, "softmax")), "names no data set"),
        (stack("Input", "LSTM", data="iris"), "LSTM needs a value for units"),
        (stack("Input", ("LSTM", {"units": 3}), data="iris"), "expected ndim=3, found ndim=2"),
        (stack("Input", dense(2, "softmax"), data="iris"), "has label values"),
        (stack(("Input", {"shape": [5]}), dense(3), data="iris"), "takes samples of shape (5), and Iris has (4)"),
        (stack("Input", dense(3), data="iris", loss="nonsense"), '"nonsense" is not among the losses'),
        (stack("Input", dense(3), data="iris", optimizer="Adamant"), '"Adamant" is not among the optimizers'),
    ],
)
def test_what_cannot_be_trained_fails_in_a_sentence(train: Train, document: Document, words: str) -> None:
    run = train(document, status=1)
    record = run.record()
    assert record.state is State.FAILED
    assert words in record.problem.message
    assert record.problem.message.rstrip().endswith(".")
    assert len(record.problem.message) < 400
    assert "Traceback" not in json.dumps([event for event in run.events()])


def test_checkpoint_that_cannot_be_written_is_told_and_training_goes_on(
    home: Path,
) -> None:
    from builder.worker.main import run as start

    run = RunDirectory.create(home / "runs", DIGITS_CNN)
    run.checkpoints.rmdir()
    run.checkpoints.write_text("in the way")
    assert start(run.path) == 0
    problem = _events(run, "problem")[0]["problem"]
    assert (problem["code"], problem["severity"]) == ("checkpoint", "warning")
    assert len(_events(run, "problem")) == 1
    assert run.record().state is State.FINISHED
    assert run.model_path.is_file()


def test_very_fast_runs_tell_some_of_their_losses(train: Train) -> None:
    document = stack("Input", dense(2, "softmax"), data="xor", epochs=30, batch_size=4)
    run = train(document)
    told = [step for event in _events(run, "steps") for step in event["steps"]]
    assert all(a < b for a, b in pairwise(told))
    assert told[0] == 1
    assert told[-1] == 30 * 200
    assert all(len(event["steps"]) <= 100 for event in _events(run, "steps"))
    assert len(_events(run, "epoch")) == 30
