"""Exported scripts, run: what they build, compile and feed is what a run builds, compiles and feeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from code_documents import GRAPHS, LAYERS, STRUCTURES, chain, node, of_layer
from script_runs import run_up_to_training

from builder.catalog import registry
from builder.catalog.spec import Entry, Layer
from builder.codegen import script
from builder.codegen.data import fed
from builder.codegen.entries import construct
from builder.codegen.expression import Code, statement
from builder.codegen.training import _loss, _metric, _optimizer
from builder.document import Choice, from_value

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

DOCUMENTS = {
    **GRAPHS,
    **STRUCTURES,
    **{layer.kind: of_layer(layer) for layer in LAYERS},
    **{f"template {item.kind}": from_value(item.document) for item in registry.templates},
}


@pytest.fixture(scope="session")
def keras() -> Any:
    from builder.worker.framework import keras

    return keras


@pytest.fixture
def small_downloads(keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data sets of Keras with random numbers and few samples, in the form in which Keras gives them."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    rng = np.random.default_rng(0)

    def made(shape: tuple[int, ...], column: bool) -> Any:
        def part(count: int) -> Any:
            labels = rng.permutation(np.arange(count) % 10).astype("uint8")
            return rng.integers(0, 256, (count, *shape), dtype="uint8"), labels[:, None] if column else labels

        parts = part(600), part(100)
        return lambda: parts

    for module in ("mnist", "fashion_mnist"):
        monkeypatch.setattr(getattr(keras.datasets, module), "load_data", made((28, 28), False))
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", made((32, 32, 3), True))


def wiring(model: Any) -> dict[str, list[str]]:
    """For each layer the layers whose outputs it takes, in order."""
    return {
        operation.name: ends([tensor for made in operation._inbound_nodes for tensor in made.input_tensors])
        for operation in model._operations
    }


def ends(tensors: list[Any]) -> list[str]:
    """The layers that tensors come from."""
    return [tensor._keras_history.operation.name for tensor in tensors]


def options(model: Any) -> dict[str, list[dict[str, Any]]]:
    """For each layer what its calls are given besides tensors."""
    return {
        operation.name: [
            {name: value for name, value in made.arguments.kwargs.items() if isinstance(value, bool | int | str)}
            for made in operation._inbound_nodes
        ]
        for operation in model._operations
    }


def configs(model: Any) -> dict[str, Any]:
    return {item.name: uncounted(item.get_config()) for item in model.layers}


def uncounted(value: Any) -> Any:
    """A configuration without what Keras counts up over the life of a process."""
    if isinstance(value, dict):
        return {key: uncounted(item) for key, item in value.items() if key not in ("name", "shared_object_id")}
    return [uncounted(item) for item in value] if isinstance(value, list | tuple) else value


def functional(keras: Any, model: Any) -> Any:
    return model._functional if isinstance(model, keras.Sequential) else model


@pytest.mark.usefixtures("small_downloads")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_script_builds_and_compiles_what_a_run_does(keras: Any, name: str) -> None:
    from builder.worker.build import build, compile_model

    document = DOCUMENTS[name]
    wanted = build(document)
    compile_model(wanted, document)
    made = run_up_to_training(document)["model"]
    assert configs(functional(keras, made)) == configs(wanted)
    assert wiring(functional(keras, made)) == wiring(wanted)
    assert options(functional(keras, made)) == options(wanted)
    assert ends(made.inputs) == ends(wanted.inputs)
    assert ends(made.outputs) == ends(wanted.outputs)
    assert made.count_params() == wanted.count_params()
    assert uncounted(made.optimizer.get_config()) == uncounted(wanted.optimizer.get_config())
    for one, other in zip(made.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_each_step_of_a_causal_script_sees_only_what_came_before(keras: Any, tmp_path: Path) -> None:
    from builder.worker.export import export_keras

    document = DOCUMENTS["causal"]
    made = run_up_to_training(document)["model"]
    export_keras(document, tmp_path / "model.keras")
    before = np.random.default_rng(0).normal(size=(2, 12, 16)).astype("float32")
    after = before.copy()
    after[:, 7:] += 1
    for model in (made, keras.models.load_model(tmp_path / "model.keras")):
        one, other = np.asarray(model(before)), np.asarray(model(after))
        np.testing.assert_allclose(one[:, :7], other[:, :7], atol=1e-6)
        assert np.abs(one[:, 7:] - other[:, 7:]).max() > 1e-3


DATA = {
    **{item.kind: chain(node("a", "Input"), node("b", "Flatten"), dataset=item.kind) for item in registry.datasets},
    "limit": chain(node("a", "Input"), node("b", "Flatten"), dataset="digits", data={"limit": 333, "seed": 2}),
    "tiny share": chain(node("a", "Input"), node("b", "Flatten"), dataset="iris", data={"validation_split": 0.001}),
    "large limit": chain(node("a", "Input"), node("b", "Flatten"), dataset="wine", data={"limit": 100_000}),
}


@pytest.mark.usefixtures("small_downloads")
@pytest.mark.parametrize("name", DATA)
def test_a_script_reads_and_splits_the_data_as_a_run_does(name: str) -> None:
    from builder.worker import data

    document = DATA[name]
    assert document.data is not None
    dataset = registry.datasets[document.data.dataset]
    wanted = data.load(document.data, dataset, lambda event: None)
    made = run_up_to_training(document)
    for part, arrays in (("train", wanted.training), ("val", wanted.validation), ("test", wanted.test)):
        assert (f"x_{part}" in made) == (arrays is not None)
        if arrays is not None:
            np.testing.assert_array_equal(made[f"x_{part}"].astype(arrays.x.dtype), arrays.x)
            np.testing.assert_array_equal(made[f"y_{part}"].astype(arrays.y.dtype), arrays.y)


FED = [
    "columns",
    "one column",
    "schedule",
    "skip",
    "regression",
    "spiral",
    "as many as are joined",
    "as many as are left",
]


@pytest.mark.parametrize("name", FED)
def test_a_script_feeds_the_network_as_a_run_does(name: str) -> None:
    from builder.catalog.reading import output_names
    from builder.worker import data
    from builder.worker.build import build
    from builder.worker.feed import feed

    document = GRAPHS[name]
    assert document.data is not None
    dataset = registry.datasets[document.data.dataset]
    splits = data.load(document.data, dataset, lambda event: None)
    shapes = [output.shape for output in build(document).outputs]
    widths = {output: shape[-1] for output, shape in zip(output_names(document), shapes, strict=True)}
    wanted = feed(splits.training, document, dataset, widths)
    made = run_up_to_training(document)
    x, y = (eval(form.format(f"{part}_train"), made) for form, part in zip(fed(document), "xy", strict=True))
    x, y = ((list(part.values()) if isinstance(part, dict) else [part]) for part in (x, y))
    for one, other in zip(x, wanted.inputs, strict=True):
        np.testing.assert_array_equal(one.astype("float32"), other)
    for one, other in zip(y, wanted.targets, strict=True):
        np.testing.assert_array_equal(one.astype(other.dtype), other)


def _made(keras: Any, text: str) -> Any:
    return eval(text, {"keras": keras, "layers": keras.layers})


@pytest.mark.parametrize("entry", registry.optimizers, ids=lambda entry: entry.kind)
def test_optimizers_come_out_the_same(keras: Any, entry: Entry) -> None:
    for params in ({}, _changed(entry)):
        made = _optimizer(Choice(kind=entry.kind, params=params))
        assert not made.wrong
        assert made.code is not None
        found = keras.optimizers.get(_made(keras, statement("", made.code)))
        wanted = getattr(keras.optimizers, entry.kind)(**params)
        assert uncounted(found.get_config()) == uncounted(wanted.get_config())


@pytest.mark.parametrize("entry", registry.losses, ids=lambda entry: entry.kind)
def test_losses_come_out_the_same(keras: Any, entry: Entry) -> None:
    start = {param.name: param.start for param in entry.params if param.required}
    for params in (start, {**start, **_changed(entry)}):
        made = _loss(Choice(kind=entry.kind, params=params))
        assert not made.wrong
        assert made.code is not None
        found = keras.losses.get(_made(keras, statement("", made.code)))
        wanted = getattr(keras.losses, entry.kind)(**params)
        if isinstance(found, keras.losses.Loss):
            assert uncounted(found.get_config()) == uncounted(wanted.get_config())
        else:
            assert found is wanted.fn


@pytest.mark.parametrize("entry", registry.metrics, ids=lambda entry: entry.kind)
def test_metrics_come_out_the_same(keras: Any, entry: Entry) -> None:
    start = {param.name: param.start for param in entry.params if param.required}
    made = _metric(Choice(kind=entry.kind, params=start))
    assert not made.wrong
    assert made.code is not None
    found = _made(keras, statement("", made.code))
    if entry.kind == "accuracy":
        assert found == "accuracy"
    else:
        wanted = getattr(keras.metrics, entry.kind)(**start)
        assert uncounted(keras.metrics.get(found).get_config()) == uncounted(wanted.get_config())


@pytest.mark.parametrize("sort", ["schedules", "callbacks"])
def test_schedules_and_callbacks_come_out_the_same(keras: Any, sort: str) -> None:
    place = {"schedules": "optimizers.schedules", "callbacks": "callbacks"}[sort]
    for entry in getattr(registry, sort):
        made = construct(getattr(registry, sort), f"keras.{place}", entry.kind, entry.start_params)
        assert not made.wrong
        assert made.code is not None
        found = _made(keras, statement("", made.code))
        wanted = _made(keras, f"keras.{place}.{entry.kind}")(**entry.start_params)
        assert _plain(found) == _plain(wanted)


def _plain(made: Any) -> Any:
    return (
        made.get_config()
        if hasattr(made, "get_config")
        else {name: value for name, value in vars(made).items() if isinstance(value, bool | int | float | str)}
    )


def _changed(entry: Entry) -> dict[str, Any]:
    """One parameter that is not at its default."""
    names = {"learning_rate": 0.123, "from_logits": True, "reduction": "sum"}
    return next(({name: value} for name, value in names.items() if entry.param(name)), {})


def test_a_whole_script_trains_and_saves(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(script(GRAPHS["chain"]), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    assert "Validation: {'accuracy': 0." in ran.stdout
    assert (tmp_path / "digits_cnn.keras").stat().st_size > 10_000


def test_a_script_with_several_inputs_and_outputs_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {"__name__": "script"}
    exec(compile(script(GRAPHS["columns"]), "script.py", "exec"), found)
    assert found["history"].epoch == [0]
    assert np.isfinite(found["history"].history["val_loss"]).all()
    assert {"left_accuracy", "right_accuracy"} <= set(found["history"].history)


def test_a_script_whose_outputs_share_a_layer_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {"__name__": "script"}
    exec(compile(script(STRUCTURES["shared outputs"]), "script.py", "exec"), found)
    assert np.isfinite(found["history"].history["val_loss"]).all()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.kind)
def test_every_layer_that_can_be_frozen_is_and_no_other(keras: Any, layer: Layer) -> None:
    made = construct(registry.layers, "layers", layer.kind, layer.start_params, trainable=Code("False"))
    assert made.code is not None
    if layer.freezable:
        assert not _made(keras, statement("", made.code)).trainable
    else:
        with pytest.raises(TypeError, match="trainable"):
            _made(keras, statement("", made.code))
