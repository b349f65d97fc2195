"""Exported scripts, run to their end: the file that they write holds the weights of the epoch that a run keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from code_documents import chain, node

from builder.codegen import script
from builder.document import Document

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

Names = dict[str, Any]


def learning(*callbacks: Any, averages: bool = False, **training: Any) -> Document:
    optimizer = {"kind": "SGD", "params": {"learning_rate": 0.1, "momentum": 0.9}}
    if averages:
        optimizer["params"] |= {"use_ema": True, "ema_momentum": 0.9}
    settings = {"metrics": ["accuracy"], "epochs": 6, "optimizer": optimizer, **training}
    layers = (
        node("a", "Input"),
        node("b", "Dense", units=8, activation="relu"),
        node("c", "Dense", units=3, activation="softmax"),
    )
    return chain(*layers, dataset="iris", callbacks=list(callbacks), **settings)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Document], Names]:
    """The names of a script after it was run, and the model that is in its file as "saved"."""
    monkeypatch.chdir(tmp_path)

    def start(document: Document) -> Names:
        import keras

        found: Names = {"__name__": "script"}
        exec(compile(script(document), "script.py", "exec"), found)
        (file,) = tmp_path.glob("*.keras")
        found["saved"] = keras.saving.load_model(file)
        for one, other in zip(found["saved"].get_weights(), found["model"].get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        return found

    return start


def is_of(found: Names, epoch: int) -> bool:
    """Whether the saved model has the validation figures of this epoch, counted from 0."""
    figures = found["saved"].evaluate(found["x_val"], found["y_val"], verbose=0, return_dict=True)
    history = found["history"].history
    wanted = {name: history[f"val_{name}"][epoch] for name in figures}
    return figures == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def stopping(**params: Any) -> Names:
    return {"kind": "EarlyStopping", "params": {"patience": 9, **params}}


def test_the_best_epoch_is_the_first_of_equal_ones(run: Any) -> None:
    found = run(learning())
    figures = found["history"].history["val_accuracy"]
    assert is_of(found, figures.index(max(figures)))


def test_a_callback_that_goes_back_decides(run: Any) -> None:
    found = run(learning(stopping(monitor="loss", start_from_epoch=1, mode="max", restore_best_weights=True)))
    figures = found["history"].history["loss"][1:]
    assert is_of(found, 1 + figures.index(max(figures)))


def test_a_callback_that_is_told_not_to_go_back_leaves_the_last_epoch(run: Any) -> None:
    found = run(learning(stopping(restore_best_weights=False)))
    assert is_of(found, 5)


@pytest.mark.parametrize("on_epoch", [None, False, True])
def test_averages_take_the_place_of_the_weights(run: Any, on_epoch: bool | None) -> None:
    swap = {"kind": "SwapEMAWeights", "params": {"swap_on_epoch": on_epoch}}
    found = run(learning(*([swap] if on_epoch is not None else []), averages=True, epochs=4))
    optimizer = found["saved"].optimizer
    averages = [variable for variable in optimizer.variables if "average" in variable.path]
    for weight, average in zip(found["saved"].trainable_weights, averages, strict=True):
        np.testing.assert_array_equal(weight.numpy(), average.numpy())
    figures = found["history"].history["val_accuracy"]
    assert is_of(found, figures.index(max(figures))) == (on_epoch is not None)
