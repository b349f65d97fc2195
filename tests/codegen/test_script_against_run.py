"""A run and its exported script, both trained to the end: the same epoch is kept, with the same weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from code_documents import GRAPHS, chain, document, node
from hypothesis import example, given, settings
from hypothesis import strategies as st
from script_runs import as_a_run, outcome

from builder.catalog.keeping import keeping
from builder.catalog.registry import templates
from builder.codegen import script
from builder.document import Document, apply, from_value
from builder.rundir import RunDirectory, State

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

EMA = {"kind": "Adam", "params": {"use_ema": True, "ema_momentum": 0.8}}


def classifier(units: int = 3, activation: str | None = "softmax", dataset: str = "wine", **training: Any) -> Document:
    return chain(
        node("x", "Input"),
        node("norm", "BatchNormalization"),
        node("hidden", "Dense", units=12, activation="relu"),
        node("drop", "Dropout", rate=0.3),
        node("out", "Dense", units=units, activation=activation),
        dataset=dataset,
        **{"epochs": 3, "batch_size": 48, **training},
    )


def template(kind: str, epochs: int, limit: int) -> Document:
    found = from_value(templates[kind].document)
    found = apply(found, {"op": "set", "path": "training.epochs", "value": epochs})
    return apply(found, {"op": "set", "path": "data.limit", "value": limit})


DOCUMENTS = {
    "two inputs": template("wine_branches", 3, 100),
    "two heads": template("digits_two_heads", 2, 150),
    "values": template("diabetes_regression", 3, 150),
    "one-hot, smoothed": classifier(
        loss={"kind": "CategoricalCrossentropy", "params": {"label_smoothing": 0.1}},
        metrics=[{"kind": "F1Score", "params": {"average": "macro"}}],
    ),
    "yes or no, a loss that is a sum": classifier(
        1,
        None,
        "breast_cancer",
        loss={"kind": "BinaryCrossentropy", "params": {"from_logits": True, "reduction": "sum"}},
        metrics=[],
        epochs=2,
    ),
    "averages": classifier(optimizer=EMA, metrics=["accuracy"], callbacks=["SwapEMAWeights"]),
    "goes back": classifier(
        metrics=["accuracy"],
        epochs=8,
        optimizer={"kind": "SGD", "params": {"learning_rate": 0.4}},
        callbacks=[
            {"kind": "EarlyStopping", "params": {"patience": 2, "restore_best_weights": True}},
            {"kind": "ReduceLROnPlateau", "params": {"patience": 1}},
        ],
    ),
    "as many as are joined": GRAPHS["as many as are joined"],
    "whole numbers": document(
        [
            node("words", "Input", dtype="int32"),
            node("meaning", "Embedding", input_dim=1800, output_dim=4),
            node("mean", "GlobalAveragePooling1D"),
            node("out", "Dense", units=3, activation="softmax"),
        ],
        ["words>meaning", "meaning>mean", "mean>out"],
        dataset="wine",
        metrics=["accuracy"],
        epochs=3,
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_script_ends_on_the_epoch_and_the_weights_of_the_run(
    name: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a run's order of samples; `fit` draws another, which is the one thing that differs."""
    from builder.worker.framework import keras
    from builder.worker.main import run as work

    chosen = DOCUMENTS[name]
    run = RunDirectory.create(home / "runs", chosen)
    assert work(run.path) == 0
    record = run.record()
    assert record.state is State.FINISHED
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    with as_a_run(chosen.training.seed):
        found = outcome(script(chosen))
    assert [file.suffix for file in (tmp_path / "work").iterdir()] == [".keras"]
    assert found.figures == pytest.approx(
        {figure: record.metrics[figure] for figure in found.figures}, rel=2e-4, abs=1e-5
    )
    kept = keras.saving.load_model(run.model_path)
    for one, other in zip(found.names["model"].get_weights(), kept.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


FIGURES = st.lists(
    st.fixed_dictionaries(
        {
            name: st.sampled_from([0.25, 0.5, 0.5000001, 0.75, math.nan, math.inf, -math.inf])
            for name in ("val_loss", "val_accuracy", "val_out_accuracy", "val_r2_score")
        }
    ),
    min_size=1,
    max_size=6,
)
WATCHED = {
    "more is better": classifier(metrics=["accuracy"]),
    "less is better": classifier(metrics=["SparseCategoricalCrossentropy"]),
    "no metric": classifier(metrics=[]),
    "a figure for each class": classifier(
        loss="categorical_crossentropy", metrics=[{"kind": "F1Score", "params": {"average": None}}]
    ),
    "several outputs": DOCUMENTS["two heads"],
    "values": DOCUMENTS["values"],
}


@pytest.mark.parametrize("name", WATCHED)
@given(logs=FIGURES)
@example(logs=[{"val_loss": math.nan, "val_accuracy": math.nan, "val_r2_score": math.nan}] * 2)
@settings(max_examples=40)
def test_of_the_same_figures_run_and_script_choose_the_same_epoch(name: str, logs: list[dict[str, float]]) -> None:
    from builder.worker import judge
    from builder.worker.framework import keras

    chosen = WATCHED[name]
    line = next(part for part in script(chosen).split("ModelCheckpoint(")[1:])
    arguments = line[: line.index("save_best_only=True") + len("save_best_only=True")]
    saver = eval(f"keras.callbacks.ModelCheckpoint({arguments})", {"keras": keras})
    saved: list[int] = []
    kept: list[int] = []
    keep = judge.callbacks(keeping(chosen), judge.own(keeping(chosen)), ())[1][-1]
    keep.take = lambda epoch, rank: kept.append(epoch - 1)
    saver._save_model = lambda epoch, batch, logs: saved.extend(
        [epoch] if saver._should_save_model(epoch, batch, logs, "") else []
    )
    for epoch, figures in enumerate(logs):
        keep.by.on_epoch_end(epoch, figures)
        keep.on_epoch_end(epoch, figures)
        saver.on_epoch_end(epoch, figures)
    assert kept == saved
