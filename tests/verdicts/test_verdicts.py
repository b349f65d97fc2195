"""Every rule on histories made up for it: where it must speak, since when, and where it must not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from builder.document import Document, apply, from_value
from builder.events import DataProgress, EpochEnded, Finished, Layers, ModelBuilt, SettingChanged, Steps
from builder.verdicts import RULES, History, verdict

EPOCHS = 40


def _document(**training: Any) -> Document:
    nodes = [
        {"id": "x", "kind": "Input"},
        {"id": "first", "kind": "Dense", "params": {"units": 8, "activation": "relu"}},
        {"id": "second", "kind": "Dense", "params": {"units": 8, "activation": "sigmoid"}},
        {"id": "y", "kind": "Dense", "params": {"units": 2, "activation": "softmax"}},
    ]
    edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(nodes)]
    return from_value(
        {
            "format": 1,
            "name": "Test",
            "model": {"nodes": nodes, "edges": edges},
            "data": {"dataset": "spiral"},
            "training": {"epochs": EPOCHS, **training},
        }
    )


def _history(
    training: Sequence[float | None],
    validation: Sequence[float | None] | None = None,
    accuracy: Sequence[float] | None = None,
    *,
    document: Document | None = None,
    rate: float = 0.001,
    samples: int = 200,
) -> History:
    history = History(document or _document())
    history.add(DataProgress(phase="ready", message="", training_samples=800, validation_samples=samples))
    history.add(ModelBuilt(parameters=1, trainable=1, outputs=("y",), classes=("a", "b")))
    for index, loss in enumerate(training):
        metrics = {"loss": loss, "val_loss": (validation or training)[index]}
        if accuracy:
            metrics["val_accuracy"] = accuracy[index]
        history.add(EpochEnded(epoch=index + 1, step=index, metrics=metrics, seconds=1, learning_rate=rate))
    return history


def _look(epoch: int, gradients: tuple[float | None, ...], dead: float = 0.0) -> Layers:
    return Layers(
        epoch=epoch,
        step=epoch * 10,
        names=("first", "second", "y"),
        weights=(2.0, 2.0, 2.0),
        gradients=gradients,
        updates=(0.001,) * 3,
        dead=(dead, None, None),
    )


def _said(history: History) -> Any:
    """The verdict, whose fix can be made and changes the document."""
    said = verdict(history)
    if said and said.fix:
        assert apply(history.document, {"op": "batch", "edits": list(said.fix.edits)}) != history.document
    return said


FALLING = [0.7 * 0.9**epoch for epoch in range(30)]


def test_nothing_is_said_of_nothing() -> None:
    history = History(_document())
    assert verdict(history) is None
    for rule in RULES:
        assert rule(history) is None
    assert verdict(_history([0.7])) is None


def test_a_run_that_learns_is_praised() -> None:
    said = _said(_history(FALLING, FALLING))
    assert (said.tone, said.code, said.since) == ("good", "learning", 1)


def test_overfitting_since_the_epoch_after_the_lowest_validation_loss() -> None:
    validation = [*FALLING[:11], *(FALLING[10] * 1.03 ** (i + 1) for i in range(10))]
    said = _said(_history(FALLING[:21], validation))
    assert (said.tone, said.code, said.since) == ("watch", "overfitting", 12)
    assert said.message == "Overfitting since epoch 12: validation loss rises while training loss falls."
    assert said.fix.label == "Add Dropout before the output"
    document = apply(_document(), {"op": "batch", "edits": list(said.fix.edits)})
    assert [edge.source for edge in document.model.inputs_of("y")] == ["dropout"]
    again = _said(_history(FALLING[:21], validation, document=document))
    assert again.fix.label == "Stop when the validation loss rises"


@pytest.mark.parametrize(
    "validation",
    [
        [*FALLING[:20], *FALLING[20:]],
        [*FALLING[:11], *(FALLING[10] * 1.01 for _ in range(10))],
        [*FALLING[:17], *(FALLING[16] * 2 for _ in range(4))],
    ],
    ids=["falls", "rises by a hundredth", "rose just now"],
)
def test_what_is_not_overfitting(validation: list[float]) -> None:
    assert _said(_history(FALLING[: len(validation)], validation)).code == "learning"


def test_both_losses_rising_is_no_overfitting() -> None:
    rising = [*FALLING[:10], *(FALLING[9] * 1.05**i for i in range(1, 10))]
    assert _said(_history(rising, rising)).code != "overfitting"


def test_divergence() -> None:
    history = _history([0.7, 0.6, 3.0, 9.0], rate=0.5, document=_document(optimizer={"kind": "SGD"}))
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("bad", "diverging", 3)
    assert said.fix.label == "Set the learning rate to 0.001"
    assert said.fix.edits[0]["value"] == 0.001
    at_once = _history([50.0, 60.0])
    at_once.add(Steps(epoch=1, steps=(1,), losses=(0.7,)))
    assert (_said(at_once).code, _said(at_once).since) == ("diverging", 1)
    assert _said(_history([0.7, 0.001, 0.005])).code == "learning"


def test_a_loss_that_is_not_finite() -> None:
    history = _history([0.7, 0.6])
    history.add(Steps(epoch=3, steps=(8, 9), losses=(0.5, None)))
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("bad", "diverged", 3)
    schedule = {"kind": "ExponentialDecay", "params": {"initial_learning_rate": 1, "decay_steps": 9, "decay_rate": 0.5}}
    scheduled = History(_document(optimizer={"kind": "SGD", "params": {"learning_rate": schedule}}))
    scheduled.add(Steps(epoch=1, steps=(1,), losses=(None,)))
    assert _said(scheduled).fix.label == "Clip gradients to a norm of 1"


def test_exploding_gradients() -> None:
    history = _history(FALLING[:10])
    for epoch in range(1, 6):
        history.add(_look(epoch, (0.1, 0.1, 0.1)))
    history.add(_look(6, (50.0, 30.0, 1.0)))
    assert _said(history).code == "learning"
    history.add(_look(7, (80.0, 30.0, 1.0)))
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("bad", "exploding-gradients", 6)
    assert said.fix.edits[0]["path"] == "training.optimizer.params.global_clipnorm"
    history.add(_look(8, (0.1, 0.1, 0.1)))
    assert _said(history).code == "learning"
    history.add(_look(9, (None, None, 0.1)))
    assert (_said(history).code, _said(history).since) == ("exploding-gradients", 9)


def test_vanishing_gradients() -> None:
    history = _history(FALLING[:10])
    history.add(_look(2, (1e-7, 1e-4, 0.1)))
    assert _said(history).code == "learning"
    history.add(_look(3, (1e-7, 1e-4, 0.1)))
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("watch", "vanishing-gradients", 2)
    assert '"first" hardly learns' in said.message
    assert said.fix.edits[-1] == {"op": "set_param", "node": "second", "name": "activation", "value": "relu"}
    history.add(_look(4, (1e-3, 1e-3, 0.1)))
    assert _said(history).code == "learning"


def test_dead_units() -> None:
    history = _history(FALLING[:10])
    history.add(_look(2, (0.1, 0.1, 0.1), dead=0.75))
    assert _said(history).code == "learning"
    history.add(_look(3, (0.1, 0.1, 0.1), dead=0.75))
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("watch", "dead-units", 2)
    assert said.message.startswith('75 % of the units of "first" are silent since epoch 2')
    assert said.fix.label == 'Set the activation of "first" to leaky_relu'
    history.add(_look(4, (0.1, 0.1, 0.1), dead=1.0))
    assert _said(history).tone == "bad"
    history.add(_look(5, (0.1, 0.1, 0.1), dead=0.3))
    assert _said(history).code == "learning"


def test_a_high_learning_rate_is_the_first_suspect_of_dead_units() -> None:
    fast = _document(optimizer={"kind": "SGD", "params": {"learning_rate": 0.5}})
    history = _history(FALLING[:10], document=fast, rate=0.5)
    for epoch in (2, 3):
        history.add(_look(epoch, (0.1, 0.1, 0.1), dead=0.75))
    assert _said(history).fix.label == "Set the learning rate to 0.05"


def test_perfection_that_comes_too_soon() -> None:
    said = _said(_history(FALLING[:3], accuracy=[0.9, 1.0, 1.0]))
    assert (said.tone, said.code, said.since) == ("watch", "too-good", 2)
    assert _said(_history(FALLING[:3], accuracy=[0.9, 0.95, 1.0])).code == "learning"
    assert _said(_history(FALLING[:3], accuracy=[1.0, 1.0, 1.0], samples=30)).code == "learning"


def test_not_learning() -> None:
    flat = [math.log(2) * (1 - 0.002 * epoch) for epoch in range(6)]
    slow = _document(optimizer={"kind": "SGD", "params": {"learning_rate": 1e-5}})
    said = _said(_history(flat, rate=1e-5, document=slow))
    assert (said.tone, said.code, said.since) == ("watch", "underfitting", 1)
    assert said.fix.label == "Set the learning rate to 0.01"
    assert _said(_history(flat)).fix is None
    assert _said(_history(flat[:4])) is None
    values = _document(loss="mean_squared_error")
    assert _said(_history([50.0, 49.9, 49.8, 49.8, 49.8, 49.7], document=values)).code == "underfitting"


def test_plateau_and_the_end_of_a_success() -> None:
    losses = [*FALLING[:8], *[FALLING[7]] * 10]
    said = _said(_history(losses, losses, [0.6] * 18))
    assert (said.tone, said.code, said.since) == ("watch", "plateau", 9)
    assert said.fix.edits[0]["value"][0]["kind"] == "ReduceLROnPlateau"
    assert _said(_history(losses[:-1], losses[:-1], [0.6] * 17)).code == "learning"
    done = _said(_history(losses, losses, [0.6] * 7 + [0.995] * 11))
    assert (done.tone, done.code) == ("good", "converged")
    watched = _document(callbacks=[{"kind": "ReduceLROnPlateau", "params": {}}])
    assert _said(_history(losses, losses, [0.6] * 18, document=watched)).fix is None


def test_still_improving_at_the_end() -> None:
    history = _history(FALLING, FALLING)
    end = Finished(epochs=EPOCHS, seconds=1, best_epoch=30, monitor="val_loss", metrics={})
    history.add(end.model_copy(update={"epochs": 12}))
    assert _said(history).code == "learning"
    history.add(end)
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("good", "still-improving", 25)
    assert said.fix.edits == ({"op": "set", "path": "training.epochs", "value": 2 * EPOCHS},)


def test_an_attempt_that_goes_on_replaces_what_it_repeats() -> None:
    history = _history([0.7, 0.6, 0.5, 0.4])
    history.add(Steps(epoch=4, steps=(9,), losses=(None,)))
    history.add(_look(4, (0.1, 0.1, 0.1)))
    history.add(EpochEnded(epoch=3, step=3, metrics={"loss": 0.55, "val_loss": 0.6}, seconds=1))
    history.add(Steps(epoch=4, steps=(9,), losses=(0.4,)))
    history.add(_look(3, (0.1, 0.1, 0.1)))
    assert history.training.tolist() == [0.7, 0.6, 0.55]
    assert history.broken_in is None
    assert [look.epoch for look in history.layers] == [3]


def test_figures_that_are_not_finite_break_no_rule() -> None:
    history = _history([None] * 20, [None] * 20)
    history.add(_look(1, (None, None, None)))
    for rule in RULES:
        rule(history)


def test_layers_of_a_repeated_block_are_named_as_drawn() -> None:
    block = {"op": "group", "block": {"id": "rows", "name": "Rows", "members": ["first"], "repeat": 2}}
    history = _history(FALLING[:10], document=apply(_document(), block))
    for epoch in (2, 3):
        names = ("first", "first_2", "y")
        history.add(_look(epoch, (0.1,) * 3).model_copy(update={"names": names, "dead": (0.0, 0.8, None)}))
    assert _said(history).fix.edits[0]["node"] == "first"


def _ended(history: History, epochs: int, *, early: bool = False) -> History:
    history.add(Finished(epochs=epochs, seconds=1, best_epoch=1, monitor="val_loss", metrics={}, early=early))
    return history


def _guessed(history: History, **guesses: float) -> History:
    built = ModelBuilt(parameters=1, trainable=1, outputs=("y",), classes=("a", "b"), guesses=guesses)
    history.add(built)
    return history


NEWS = {"loss": 0.69, "accuracy": 0.5, "val_loss": 0.69, "val_accuracy": 0.5}


def test_nothing_is_praised_at_the_level_of_guessing() -> None:
    flat = [0.69 - 0.001 * epoch for epoch in range(EPOCHS)]
    history = _guessed(_history(flat, flat, [0.52] * EPOCHS), **NEWS)
    assert _said(_ended(history, EPOCHS)).tone == "watch"
    assert verdict(_guessed(_history(FALLING[:3], [0.7] * 3, [0.51] * 3), **NEWS)) is None


def test_a_class_that_most_samples_have_is_no_success() -> None:
    losses = [0.5 * 0.999**epoch for epoch in range(EPOCHS)]
    history = _history(losses, losses, [0.9] * EPOCHS)
    _guessed(history, loss=0.5, accuracy=0.9, val_loss=0.5, val_accuracy=0.9)
    assert _said(_ended(history, EPOCHS)).tone == "watch"


def test_no_fall_is_claimed_of_figures_that_go_up_and_down() -> None:
    losses = [0.0329, 0.0331, 0.0325, 0.0425, 0.0386]
    document = _document(epochs=5)
    assert _said(_ended(_history([0.5, 0.3, 0.2, 0.1, 0.05], losses, document=document), 5)).code == "learning"
    steady = [0.0529, 0.0481, 0.0425, 0.0395, 0.0386]
    said = _said(_ended(_history([0.5, 0.3, 0.2, 0.1, 0.05], steady, document=document), 5))
    assert said.code == "still-improving"
    assert (said.order.label, said.order.verb, said.order.values) == ("Train 5 more epochs", "extend", {"epochs": 5})
    assert said.fix.label == "Set the epochs to 10"


def test_a_run_that_was_extended_ends_at_its_new_end() -> None:
    history = _ended(_history(FALLING, FALLING, document=_document(epochs=30)), 30)
    assert _said(history).code == "still-improving"
    history.add(SettingChanged(setting="epochs", value=33, epoch=31, step=31))
    for epoch in (31, 32, 33):
        metrics = {"loss": 0.02, "val_loss": 0.03}
        history.add(EpochEnded(epoch=epoch, step=epoch, metrics=metrics, seconds=1, learning_rate=0.001))
    assert not history.over
    assert _said(history).code == "learning"
    assert _ended(history, 33).over


def test_noise_is_no_overfitting() -> None:
    noise = np.random.default_rng(2)
    training = [0.7 * 0.9**epoch for epoch in range(40)]
    for _ in range(50):
        validation = [max(loss, 0.2) * (1 + 0.1 * noise.standard_normal()) for loss in training]
        assert _said(_history(training, validation)).code != "overfitting"


def test_overfitting_needs_training_that_has_learned() -> None:
    rising = [0.70 * 1.03**epoch for epoch in range(20)]
    stuck = [0.69 - 0.0001 * epoch for epoch in range(20)]
    assert _said(_guessed(_history(stuck, rising, [0.5] * 20), **NEWS)).code == "underfitting"


def test_units_that_begin_alike_are_put_down_to_their_initializer() -> None:
    document = apply(_document(), {"op": "set_param", "node": "first", "name": "kernel_initializer", "value": "zeros"})
    history = _guessed(_history([0.69] * 5, [0.69] * 5, [0.5] * 5, document=document), **NEWS)
    history.add(_look(5, (0.0, 0.1, 0.1), dead=1.0).model_copy(update={"alike": ("first",), "planned": True}))
    said = _said(history)
    assert (said.tone, said.code, said.since) == ("bad", "units-alike", 5)
    assert "initializer" in said.message
    assert said.fix.edits == ({"op": "reset_param", "node": "first", "name": "kernel_initializer"},)


def test_looks_that_the_run_chose_count_more_than_those_of_the_clock() -> None:
    history = _history(FALLING[:10])
    history.add(_look(1, (0.1, 0.1, 0.1)).model_copy(update={"planned": True}))
    for epoch in (2, 3):
        history.add(_look(epoch, (1e-7, 1e-4, 0.1)))
    assert _said(history).code == "learning"


def test_many_of_few_units_may_be_silent_by_chance() -> None:
    history = _history(FALLING[:10])
    for epoch in (2, 3):
        history.add(_look(epoch, (0.1, 0.1, 0.1), dead=0.625))
    assert _said(history).code == "learning"


def test_early_stopping_that_stopped_too_soon() -> None:
    hasty = _document(callbacks=[{"kind": "EarlyStopping", "params": {"monitor": "loss", "min_delta": 9}}])
    said = _said(_ended(_history(FALLING[:3], FALLING[:3], document=hasty), 3, early=True))
    assert (said.tone, said.code, said.since) == ("watch", "stopped-early", 3)
    assert said.fix.edits[0]["value"][0]["params"]["patience"] == 10
    patient = _document(callbacks=[{"kind": "EarlyStopping", "params": {"patience": 5}}])
    risen = [*FALLING[:10], *[FALLING[9] * 1.02] * 5]
    assert _said(_ended(_history(FALLING[:15], risen, document=patient), 15, early=True)).tone == "good"


@pytest.mark.parametrize(
    ("rate", "label"), [(1e-12, "Set the learning rate to 0.01"), (30.0, "Set the learning rate to 0.01")]
)
def test_a_rate_that_is_far_off_goes_where_training_works_at_once(rate: float, label: str) -> None:
    document = _document(optimizer={"kind": "SGD", "params": {"learning_rate": rate}})
    flat = [0.69] * 6
    assert _said(_guessed(_history(flat, rate=rate, document=document), **NEWS)).fix.label == label


def test_too_few_validation_samples_say_nothing() -> None:
    said = _said(_history(FALLING[:10], FALLING[:10], [0.9] * 10, samples=4))
    assert (said.tone, said.code) == ("watch", "small-validation")
    assert "Only 4 validation samples" in said.message


def test_every_run_that_has_ended_is_told_something() -> None:
    for epochs in (1, 2, 7):
        document = _document(epochs=epochs)
        rising = [0.2 + 0.01 * epoch for epoch in range(epochs)]
        assert _said(_ended(_history(rising, rising, document=document), epochs))
