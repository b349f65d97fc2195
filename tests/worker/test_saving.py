"""A saved model opens in plain Keras on every backend that is installed, and goes on from where it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from worker_documents import dense, graph, stack

from builder.catalog.backends import BACKENDS
from builder.catalog.registry import optimizers
from builder.document import Document

HERE = Path(__file__).parent
PATIENCE = 600.0
INSTALLED = [backend.kind for backend in BACKENDS.values() if backend.installed]
FALLING = {
    "kind": "ExponentialDecay",
    "params": {"initial_learning_rate": 0.05, "decay_steps": 3, "decay_rate": 0.5},
}


def network(kind: str, data: str = "iris", **settings: Any) -> Document:
    params = settings.pop("params", {})
    return stack(
        "Input",
        dense(5, "tanh"),
        ("Dropout", {"rate": 0.2, "seed": 2**31 - 1}),
        "BatchNormalization",
        dense(3, "softmax"),
        data=data,
        batch_size=16,
        optimizer={"kind": kind, "params": params},
        **{"metrics": ["accuracy"], **settings},
    )


DOCUMENTS = {
    **{optimizer.kind: network(optimizer.kind) for optimizer in optimizers},
    "scheduled": network("Adam", params={"learning_rate": FALLING, "amsgrad": True, "loss_scale_factor": 8.0}),
    "averaged": network("SGD", params={"momentum": 0.9, "nesterov": True, "use_ema": True, "clipnorm": 1.0}),
    "accumulated": network("RMSprop", params={"gradient_accumulation_steps": 2, "momentum": 0.5, "centered": True}),
    "own loss": network(
        "AdamW",
        loss={"kind": "CategoricalFocalCrossentropy", "params": {"gamma": 3.0, "label_smoothing": 0.1}},
        metrics=["accuracy", "AUC", {"kind": "TopKCategoricalAccuracy", "params": {"k": 2}}],
    ),
    "recurrent": stack(
        "Input",
        ("Reshape", {"target_shape": [4, 1]}),
        ("Bidirectional", {"layer": {"kind": "GRU", "params": {"units": 3, "return_sequences": True}}}),
        ("LSTM", {"units": 3}),
        dense(3, "softmax"),
        data="iris",
        batch_size=16,
        metrics=["accuracy"],
    ),
    "several inputs and outputs": graph(
        [
            ("petals", "Input", {"columns": [2, 3]}),
            ("sepals", "Input", {"columns": [0, 1]}),
            ("small", "Rescaling", {"scale": 0.1}),  # Where softmax is nearly 1, TensorFlow alone goes back to scores.
            ("join", "Concatenate", {}),
            ("wide", "Dense", {"units": 8, "activation": "tanh"}),
            ("species", "Dense", {"units": 3, "activation": "softmax"}),
            ("rows", "Dense", {"units": 3, "activation": "softmax"}),
        ],
        [
            ("petals", "small"),
            ("small", "join", 0),
            ("sepals", "join", 1),
            ("join", "wide"),
            ("wide", "species"),
            ("wide", "rows"),
        ],
        data="iris",
        batch_size=16,
        metrics=["accuracy"],
        outputs={"rows": {"loss": "categorical_crossentropy", "weight": 0.5}},
    ),
}


def on(backend: str, *arguments: str | Path, given: str = "") -> Any:
    """What `saving_process.py` prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "saving_process.py"), *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "LAYERLOOM_KERAS": backend, "PYTHONPATH": str(HERE.parents[1])},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any]]]:
    """For each backend a folder of models that were trained on it, and their figures."""
    given = json.dumps({name: document.to_dict() for name, document in DOCUMENTS.items()})
    made = {}
    for backend in INSTALLED:
        folder = tmp_path_factory.mktemp(backend)
        made[backend] = folder, on(backend, "save", folder, given=given)
    return made


@pytest.mark.parametrize("other", BACKENDS)
def test_plain_keras_opens_the_models_of_all_backends(other: str, folders: dict[str, Any]) -> None:
    if other not in INSTALLED:
        pytest.skip(f"{BACKENDS[other].title} is not installed")
    for backend, (folder, trained) in folders.items():
        for name, found in on(other, "load", folder).items():
            what = f"{name}, trained on {backend}"
            assert found["figures"] == pytest.approx(trained[name]["figures"], rel=1e-4, abs=1e-5), what
            assert found["optimizer"] == DOCUMENTS[name].training.optimizer.kind, what
            assert found["iterations"] == trained[name]["iterations"] > 0, what
            assert found["compiled"] == (other == "jax"), f"{what}: what Keras does there by itself"
            assert found["after"] != found["figures"]["loss"], what
            assert abs(found["after"]) < 100, what


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_an_optimizer_of_a_backends_own_is_written_under_its_public_name(tmp_path: Path) -> None:
    from builder.worker.framework import keras
    from builder.worker.saving import save

    own = type("SGD", (keras.optimizers.SGD,), {"__module__": "keras.src.backend.torch.optimizers.torch_sgd"})
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(own(0.1, momentum=0.9), "mse")
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(5)
    save(model, tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is keras.optimizers.SGD
    assert (int(loaded.optimizer.iterations), loaded.optimizer.momentum) == (5, 0.9)
    assert "get_compile_config" not in vars(model), "Saving leaves nothing behind."
