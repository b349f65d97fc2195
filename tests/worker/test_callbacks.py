"""Every callback that is offered, in a run and in Keras' own `fit`: the same calls, figures, epochs and weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fitted import fit
from worker_documents import TWO_BY_TWO, dense, stack

from builder.catalog.keeping import keeping
from builder.catalog.registry import callbacks
from builder.document import Document, apply
from builder.rundir import RunDirectory, State

pytestmark = [
    pytest.mark.keras,
    # Keras saves its variables by a call that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

Train = Callable[..., RunDirectory]
AVERAGING = {"kind": "Adam", "params": {"learning_rate": 0.03, "use_ema": True, "ema_momentum": 0.8}}


def iris(*callbacks: Any, rate: float = 0.1, **training: Any) -> Document:
    """A network that gets better and worse from epoch to epoch, so that callbacks have something to do."""
    settings = {
        "optimizer": {"kind": "SGD", "params": {"learning_rate": rate, "momentum": 0.9}},
        "metrics": ["accuracy"],
        "epochs": 9,
        **training,
    }
    return stack("Input", dense(8, "relu"), dense(3, "softmax"), data="iris", callbacks=list(callbacks), **settings)


def stopping(**params: Any) -> dict[str, Any]:
    return {"kind": "EarlyStopping", "params": {"patience": 2, **params}}


def swap(on_epoch: bool = False) -> dict[str, Any]:
    return {"kind": "SwapEMAWeights", "params": {"swap_on_epoch": on_epoch}}


def exploding(steps: int, *callbacks: Any) -> Document:
    """A regression of 8 steps an epoch whose loss grows beyond all numbers from so many steps on."""
    rate = {"kind": "PiecewiseConstantDecay", "params": {"boundaries": [steps], "values": [1e-9, 100]}}
    return stack(
        "Input",
        dense(1),
        data={"dataset": "diabetes", "limit": 256},
        loss="mean_squared_error",
        optimizer={"kind": "SGD", "params": {"learning_rate": rate}},
        epochs=5,
        callbacks=list(callbacks),
    )


CASES = {
    "stops": iris(stopping(patience=1)),
    "stops by its delta": iris(stopping(monitor="loss", min_delta=0.2, patience=1)),
    "stops at its baseline": iris(stopping(baseline=0.01, patience=3, restore_best_weights=True)),
    "goes back by accuracy": iris(stopping(monitor="val_accuracy", mode="max", restore_best_weights=True)),
    "goes back to a late epoch": iris(stopping(start_from_epoch=3, restore_best_weights=True)),
    "never watches": iris(stopping(start_from_epoch=50, restore_best_weights=True)),
    "does not go back": iris(stopping(patience=4, restore_best_weights=False)),
    "two go back": iris(
        stopping(monitor="val_accuracy", patience=9, restore_best_weights=True),
        stopping(monitor="loss", start_from_epoch=4, patience=9, restore_best_weights=True),
    ),
    "the later never watches": iris(
        stopping(patience=9, restore_best_weights=True),
        stopping(monitor="loss", start_from_epoch=50, restore_best_weights=True),
    ),
    "one goes back, one does not": iris(
        stopping(patience=9, restore_best_weights=True), stopping(monitor="loss", restore_best_weights=False)
    ),
    "goes back with averages": iris(stopping(restore_best_weights=True), optimizer=AVERAGING),
    "lowers the rate": iris(
        {"kind": "ReduceLROnPlateau", "params": {"patience": 1, "factor": 0.4, "cooldown": 1, "min_lr": 0.02}},
        {"kind": "ReduceLROnPlateau", "params": {"monitor": "val_accuracy", "patience": 1, "min_delta": 0.05}},
        stopping(patience=4, restore_best_weights=True),
    ),
    "ends in a batch": exploding(8, "TerminateOnNaN"),
    "ends in a batch and goes back": exploding(8, stopping(restore_best_weights=True), "TerminateOnNaN"),
    "ends in the first epoch": exploding(1, "TerminateOnNaN"),
    "swaps": iris(swap(), optimizer=AVERAGING),
    "swaps at the end": iris(swap(True), optimizer=AVERAGING, epochs=4),
    "swaps and goes back": iris(swap(), stopping(restore_best_weights=True), optimizer=AVERAGING),
    "swaps at the end and goes back": iris(swap(True), stopping(restore_best_weights=True), optimizer=AVERAGING),
    "goes back before it swaps": iris(stopping(restore_best_weights=True), swap(True), optimizer=AVERAGING),
    "swaps and ends on the last": iris(swap(True), stopping(restore_best_weights=False), optimizer=AVERAGING, epochs=4),
    "several outputs": apply(
        apply(TWO_BY_TWO, {"op": "set", "path": "training.epochs", "value": 6}),
        {
            "op": "set",
            "path": "training.callbacks",
            "value": [stopping(monitor="val_rows_loss", mode="min", patience=1, restore_best_weights=True)],
        },
    ),
    "nothing": iris(),
    "averages alone": iris(optimizer=AVERAGING),
}


def test_every_callback_that_is_offered_is_held_against_fit() -> None:
    used = {choice.kind for document in CASES.values() for choice in document.training.callbacks}
    assert used == {callback.kind for callback in callbacks}


def _events(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["type"] == kind]


def _fitted(document: Document, folder: Path) -> tuple[Any, dict[str, list[Any]]]:
    """The model that a run is to keep, by Keras alone: what `fit` ends on, or the best epoch's where that is wanted."""
    from builder.worker.framework import keras

    wanted = keeping(document)
    if wanted.monitor is None:
        return fit(document)
    path = folder / "best.keras"
    best = keras.callbacks.ModelCheckpoint(path, monitor=wanted.monitor, mode=wanted.better, save_best_only=True)
    _, history = fit(document, first=[best])
    model = keras.models.load_model(path)
    model.optimizer.finalize_variable_values(model.trainable_weights)
    return model, history


@pytest.mark.filterwarnings("ignore:`shuffle")
@pytest.mark.parametrize("name", CASES)
def test_a_run_is_fit(train: Train, tmp_path: Path, name: str) -> None:
    from builder.worker.framework import keras

    document = CASES[name]
    run = train(document)
    model, history = _fitted(document, tmp_path)
    epochs = _events(run, "epoch")
    rates = history.pop("learning_rate", None)
    assert len(epochs) == len(history["loss"])
    for index, epoch in enumerate(epochs):
        assert epoch["metrics"].keys() == history.keys()
        for figure, values in history.items():
            if np.isfinite(values[index]):
                assert epoch["metrics"][figure] == pytest.approx(values[index], rel=1e-6, abs=1e-6), figure
            else:
                assert epoch["metrics"][figure] is None
        if rates:
            assert epoch["learning_rate"] == pytest.approx(rates[index], rel=1e-6)
    saved = keras.models.load_model(run.model_path)
    for ours, theirs in zip(saved.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-6)
    record, finished = run.record(), _events(run, "finished")[0]
    assert record.state is State.FINISHED
    assert (record.best_epoch, record.metrics) == (finished["best_epoch"], finished["metrics"])
    told = [epoch["epoch"] for epoch in epochs if epoch["best"]]
    assert finished["best_epoch"] == (told[-1] if told else None)
    if not document.training.optimizer.params.get("use_ema"):
        assert finished["metrics"] == epochs[(told or [0])[-1] - 1]["metrics"]


def test_what_a_callback_is_told_decides_which_epoch_is_kept(train: Train) -> None:
    """The four ways, of one network: by accuracy, by loss, by a callback that begins late, and none."""
    patient = {"patience": 9}
    runs = [
        train(iris(*chosen))
        for chosen in (
            (stopping(**patient),),
            (stopping(**patient, restore_best_weights=True),),
            (stopping(**patient, start_from_epoch=4, monitor="val_accuracy", mode="min", restore_best_weights=True),),
            (stopping(**patient, restore_best_weights=False),),
        )
    ]
    figures = [epoch["metrics"] for epoch in _events(runs[0], "epoch")]
    accuracies = [figure["val_accuracy"] for figure in figures]
    losses = [figure["val_loss"] for figure in figures]
    late = 4 + accuracies[4:].index(min(accuracies[4:]))
    expected = [
        (1 + accuracies.index(max(accuracies)), "val_accuracy"),
        (1 + losses.index(min(losses)), "val_loss"),
        (1 + late, "val_accuracy"),
        (None, None),
    ]
    assert len({best for best, _ in expected}) == 4, expected
    finished = [_events(run, "finished")[0] for run in runs]
    assert [(told["best_epoch"], told["monitor"]) for told in finished] == expected
    assert [run.record().monitor for run in runs] == [monitor for _, monitor in expected]


def test_a_loss_that_is_not_finite_is_told_where_a_callback_ends_the_training(train: Train) -> None:
    run = train(exploding(8, "TerminateOnNaN"))
    losses = [loss for event in _events(run, "steps") for loss in event["losses"]]
    step = 1 + losses.index(None)
    assert 8 < step == len(losses) < 16
    (problem,) = (event["problem"] for event in _events(run, "problem"))
    assert (problem["code"], problem["severity"]) == ("nan-loss", "warning")
    assert f"in epoch 2, step {step} (batch {step - 8} of 8). It began in " in problem["message"]
    assert [epoch["step"] for epoch in _events(run, "epoch")] == [8, step]
    assert _events(run, "finished")[0]["best_epoch"] == 1


TRAIN = ("begin", "end", "batch_begin", "batch_end")
HOOKS = (
    *(f"on_train_{when}" for when in TRAIN),
    *(f"on_test_{when}" for when in TRAIN),
    "on_epoch_begin",
    "on_epoch_end",
)
Calls = list[tuple[str, Any, dict[str, float]]]


def recorder(calls: Calls, hooks: tuple[str, ...]) -> Any:
    """A callback that notes the calls of some hooks; it bears the name of one that is offered."""
    from builder.worker.framework import keras

    def noting(hook: str) -> Any:
        def note(self: Any, *arguments: Any, logs: Any = None) -> None:
            index = arguments[0] if arguments and not isinstance(arguments[0], dict) else None
            logs = logs or next((value for value in arguments if isinstance(value, dict)), None)
            calls.append((hook, index, dict(logs or {})))

        return note

    return type("TerminateOnNaN", (keras.callbacks.Callback,), {hook: noting(hook) for hook in hooks})


@pytest.mark.filterwarnings("ignore:`shuffle")
@pytest.mark.parametrize("hooks", [HOOKS, HOOKS[3:4], HOOKS[7:]], ids=len)
def test_hooks_are_called_where_fit_calls_them_with_its_logs(
    train: Train, monkeypatch: pytest.MonkeyPatch, hooks: tuple[str, ...]
) -> None:
    from builder.worker.framework import keras

    document = iris("TerminateOnNaN", stopping(monitor="loss", min_delta=1.0, patience=2), epochs=6)
    calls: Calls = []
    monkeypatch.setattr(keras.callbacks, "TerminateOnNaN", recorder(calls, hooks))
    fit(document)
    wanted, calls[:] = list(calls), []
    run = train(document)
    assert len(_events(run, "epoch")) == 3
    assert [(hook, index, list(logs)) for hook, index, logs in calls] == [
        (hook, index, list(logs)) for hook, index, logs in wanted
    ]
    for (hook, _, ours), (_, _, theirs) in zip(calls, wanted, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6), hook


def test_a_batch_hook_can_end_training_and_validation(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker.framework import keras

    class Ending(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = batch == 2

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_evaluating = batch == 1

    Ending.__name__ = "TerminateOnNaN"
    monkeypatch.setattr(keras.callbacks, "TerminateOnNaN", Ending)
    document = iris("TerminateOnNaN", epochs=4, batch_size=8)
    _, history = fit(document)
    run = train(document)
    (epoch,) = _events(run, "epoch")
    assert epoch["step"] == 3
    assert epoch["metrics"] == pytest.approx({name: values[0] for name, values in history.items()}, rel=1e-6, abs=1e-6)


def test_steps_stay_together_where_no_callback_asks_for_batches(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker.loop import Evaluator, Trainer

    most: list[int | None] = []

    def noting(kind: type) -> None:
        made = kind.__init__

        def init(self: Any, *arguments: Any, **options: Any) -> None:
            most.append(options.get("most"))
            made(self, *arguments, **options)

        monkeypatch.setattr(kind, "__init__", init)

    noting(Trainer)
    noting(Evaluator)
    train(iris(stopping(), "ReduceLROnPlateau", swap(), optimizer=AVERAGING, epochs=1))
    train(iris("TerminateOnNaN", epochs=1))
    assert most == [None, None, 1, None]
