"""Runs on JAX and on PyTorch, each in a process of its own as in real life; skipped where the package is not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from worker_documents import LEARNED_LOOKUP, TWO_BY_TWO, dense, graph, looked_up, stack

from builder.catalog.backends import BACKENDS
from builder.document import Document
from builder.rundir import RunDirectory, State, Stride

HERE = Path(__file__).parent
PATIENCE = 300.0

BACKEND = pytest.mark.parametrize(
    "backend",
    [
        pytest.param(
            backend.kind,
            marks=pytest.mark.skipif(not backend.installed, reason=f"{backend.title} is not installed"),
        )
        for backend in BACKENDS.values()
        if not backend.warm
    ],
)

NETWORKS = {
    "scheduled, clipped, penalised": stack(
        "Input",
        "BatchNormalization",
        ("Dense", {"units": 8, "kernel_regularizer": "l2"}),
        ("Dropout", {"rate": 0.4, "seed": 5}),
        dense(3),
        data="iris",
        batch_size=16,
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
    "decayed weights, one-hot labels": stack(
        "Input",
        dense(6, "tanh"),
        dense(3, "softmax"),
        data="iris",
        batch_size=16,
        loss="categorical_crossentropy",
        optimizer={"kind": "AdamW", "params": {"weight_decay": 0.01}},
        metrics=["accuracy", "AUC"],
    ),
    "recurrent": stack(
        "Input",
        ("Reshape", {"target_shape": [4, 1]}),
        ("GRU", {"units": 5}),
        dense(3, "softmax"),
        data="iris",
        batch_size=16,
        metrics=["accuracy"],
    ),
    "convolution": stack(
        "Input",
        ("Conv2D", {"filters": 3, "kernel_size": 3, "activation": "relu"}),
        "MaxPooling2D",
        "Flatten",
        dense(10, "softmax"),
        data="digits",
        batch_size=16,
        metrics=["accuracy"],
    ),
    "values wider than keys": graph(
        [
            ("pixels", "Input", {}),
            ("rows", "Reshape", {"target_shape": [8, 8]}),
            ("heads", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 5, "use_causal_mask": True}),
            ("mean", "GlobalAveragePooling1D", {}),
            ("digit", "Dense", {"units": 10, "activation": "softmax"}),
        ],
        [("pixels", "rows"), ("rows", "heads", 0), ("rows", "heads", 1), ("heads", "mean"), ("mean", "digit")],
        data="digits",
        batch_size=16,
        metrics=["accuracy"],
    ),
    "two by two": TWO_BY_TWO,
}

WAYS = {
    "jax": {name: ["single"] if name == "convolution" else ["xla-loop"] for name in NETWORKS},
    "torch": {name: ["single"] for name in NETWORKS},
}

OF_A_CLASS = ["loss", "accuracy", "val_loss", "val_accuracy"]
ORDERS = {
    **dict.fromkeys(NETWORKS, OF_A_CLASS),
    "decayed weights, one-hot labels": ["loss", "accuracy", "auc", "val_loss", "val_accuracy", "val_auc"],
    "two by two": [
        f"{part}{name}"
        for part in ("", "val_")
        for name in ("loss", "species_accuracy", "rows_accuracy", "species_loss", "rows_loss")
    ],
}
"""The figures in the order in which they are told on every backend."""

RUN = stack(
    "Input",
    dense(16, "relu"),
    ("Dropout", {"rate": 0.3}),
    "BatchNormalization",
    dense(3, "softmax"),
    data="wine",
    metrics=["accuracy"],
    epochs=4,
    batch_size=8,
    callbacks=[{"kind": "ReduceLROnPlateau", "params": {"monitor": "loss", "patience": 1, "min_delta": 0.5}}],
)

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


def on(backend: str, document: Document, **training: Any) -> Document:
    return document.model_copy(
        update={"training": document.training.model_copy(update={"backend": backend, **training})}
    )


def environ(backend: str) -> dict[str, str]:
    # One thread, as a run on two cores has: on a busy machine PyTorch's threads wait for each other.
    one = {"OMP_NUM_THREADS": "1", "LAYERLOOM_THREADS": "1"}
    return {**os.environ, **one, "LAYERLOOM_KERAS": backend, "PYTHONPATH": str(HERE.parents[1])}


def started(run: RunDirectory, **more: str) -> subprocess.Popen[bytes]:
    """The run's worker, as the supervisor starts it."""
    with open(run.log_path, "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "builder.worker.zygote", "--run", str(run.path)],
            env={**environ(run.record().backend), **more},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def trained(run: RunDirectory, status: int = 0) -> RunDirectory:
    assert started(run).wait(PATIENCE) == status, run.log_path.read_text()
    return run


@pytest.fixture
def runs(home: Path) -> Path:
    return home / "runs"


def events(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["type"] == kind]


@BACKEND
def test_steps_are_those_of_fit(backend: str) -> None:
    documents = [on(backend, document).to_dict() for document in NETWORKS.values()]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "backend_process.py")],
        input=json.dumps(documents).encode(),
        capture_output=True,
        env=environ(backend),
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr.decode()
    for name, found in zip(NETWORKS, json.loads(done.stdout.splitlines()[-1]), strict=True):
        assert found["backend"] == backend
        assert not found["tensorflow"], "TensorFlow takes seconds to import"
        assert found["ways"] == WAYS[backend][name], found["reasons"]
        assert found["weights"] <= 1e-5, name
        assert found["iterations"] == [8, 8]
        assert found["step"] == 8
        assert found["confusion"] == 0
        assert [list(figures) for figures in found["figures"]] == [ORDERS[name]] * 2
        for ours, theirs in zip(found["figures"], found["fit"], strict=True):
            assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5), name


@BACKEND
def test_a_run_tells_all_that_it_tells_on_tensorflow(backend: str, runs: Path) -> None:
    run = trained(RunDirectory.create(runs, on(backend, RUN, xla="always")))
    record = run.record()
    assert (record.state, record.backend) == (State.FINISHED, backend)
    assert {"model", "execution", "steps", "progress", "epoch", "confusion", "checkpoint", "finished"} <= {
        event["type"] for event in run.events()
    }
    for kind in ("layers", "histograms", "samples", "examples", "system"):
        assert events(run, kind), run.log_path.read_text()
    assert events(run, "problem") == []
    (layers,) = events(run, "layers")[-1:]
    assert all(norm is not None for norm in layers["gradients"])
    assert [sum(map(sum, event["matrix"])) for event in events(run, "confusion")][-1] == 36
    (execution,) = record.execution
    assert execution.reason.startswith(BACKENDS[backend].title)
    assert "The setting for XLA does not count" in execution.reason
    assert run.model_path.stat().st_size > 0


@BACKEND
def test_a_run_that_was_paused_goes_on_as_if_it_had_not_been(backend: str, runs: Path) -> None:
    whole = trained(RunDirectory.create(runs, on(backend, RUN)))
    run = RunDirectory.create(runs, on(backend, RUN))
    run.requests.ask_step(Stride.EPOCH)
    worker = started(run)
    until = time.monotonic() + PATIENCE
    while run.record().state is not State.PAUSED:
        assert worker.poll() is None, run.log_path.read_text()
        assert time.monotonic() < until
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert [event["epoch"] for event in events(run, "epoch")] == [1]
    run.requests.clear()
    run.update(state=State.STARTING, attempt=2)
    trained(run)
    assert [event["metrics"] for event in events(run, "epoch")] == [
        event["metrics"] for event in events(whole, "epoch")
    ]


@BACKEND
def test_a_loss_that_is_not_a_number_names_the_layer(backend: str, runs: Path) -> None:
    run = trained(RunDirectory.create(runs, on(backend, EXPLODING)), status=1)
    problem = run.record().problem
    assert run.record().state is State.FAILED
    assert problem.code == "nan-loss"
    assert "It began in" in problem.message


@BACKEND
@pytest.mark.parametrize("document", [looked_up("Flatten", rows=10), LEARNED_LOOKUP], ids=["samples", "learned"])
def test_a_number_that_a_layer_does_not_know_is_one_story(backend: str, document: Document, runs: Path) -> None:
    problem = trained(RunDirectory.create(runs, on(backend, document)), status=1).record().problem
    assert (problem.code, problem.node, problem.where) == ("lookup-range", "words", None)
    assert problem.message.startswith('"words" (Embedding) has input_dim ')


@BACKEND
def test_a_layer_that_fails_while_it_trains_is_named(backend: str, runs: Path) -> None:
    document = stack("Input", dense(3), ("Softmax", {"axis": 4}), data="iris", epochs=1)
    problem = trained(RunDirectory.create(runs, on(backend, document)), status=1).record().problem
    assert (problem.code, problem.node) == ("keras", "n2")
    assert problem.message.startswith('"n2" (Softmax): ')


def test_a_run_whose_backend_has_gone_fails_with_a_sentence(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "jax.py").write_text("raise ImportError(\"No module named 'jax'\")\n")
    run = RunDirectory.create(runs, on("jax", RUN))
    path = os.pathsep.join((str(tmp_path), str(HERE.parents[1])))
    assert started(run, PYTHONPATH=path).wait(PATIENCE) == 1
    record = run.record()
    assert record.state is State.FAILED
    assert record.problem.code == "backend"
    assert record.problem.message == "What this run computes with cannot be imported: No module named 'jax'."
    assert run.events()[-1]["state"] == State.FAILED
