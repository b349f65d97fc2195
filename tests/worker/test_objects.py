"""Parameters of parameters: what initializers, penalties and limits make of a network, and what is said before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worker_documents import dense, image, stack

from builder.catalog.registry import chosen, layers

pytestmark = pytest.mark.keras

L1_L2 = {"kind": "L1L2", "params": {"l1": 0.001, "l2": 0.002}}
SPREAD = {"kind": "RandomNormal", "params": {"stddev": 0.2}}


@pytest.fixture(scope="module")
def keras() -> Any:
    from builder.worker.framework import keras

    return keras


def built(params: dict[str, Any], *, kind: str = "Dense", seed: int = 3, shape: tuple[int, ...] = (6,)) -> Any:
    from builder.worker.build import build

    size = {"Dense": {"units": 5}, "LSTM": {"units": 5}, "Conv2D": {"filters": 5, "kernel_size": 3}}[kind]
    return build(stack(image(*shape), (kind, {**size, **params}), seed=seed)).layers[-1]


def refusal(params: dict[str, Any], *, kind: str = "Dense", shape: tuple[int, ...] = (6,)) -> str | None:
    from builder.worker.analyse import analyse

    size = {"Dense": {"units": 5}, "Conv2D": {"filters": 5, "kernel_size": 3}}[kind]
    return analyse(stack(image(*shape), (kind, {**size, **params}))).nodes["n1"].error


@pytest.mark.parametrize(
    ("kind", "shape", "params"),
    [
        ("Dense", (6,), {"kernel_initializer": "he_normal", "bias_initializer": "uniform"}),
        ("Conv2D", (6, 6, 2), {"kernel_initializer": "orthogonal"}),
        ("LSTM", (4, 3), {"recurrent_initializer": "glorot_normal"}),
    ],
)
def test_a_bare_name_is_left_to_keras_so_weights_stay_as_they_were(
    keras: Any, kind: str, shape: tuple[int, ...], params: dict[str, Any]
) -> None:
    made = built(params, kind=kind, shape=shape)
    size = {"Dense": {"units": 5}, "LSTM": {"units": 5}, "Conv2D": {"filters": 5, "kernel_size": 3}}[kind]
    keras.utils.set_random_seed(3)
    plain = getattr(keras.layers, kind)(**size, **params)
    plain.build((None, *shape))
    assert len(made.weights) > 1
    for one, other in zip(made.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_initializer_without_a_seed_follows_the_training_seed() -> None:
    def kernel(training: int, **own: int) -> Any:
        value = {"kind": "RandomNormal", "params": {"stddev": 0.2, **own}}
        return built({"kernel_initializer": value}, seed=training).get_weights()[0]

    np.testing.assert_array_equal(kernel(1), kernel(1))
    assert (kernel(1) != kernel(2)).any()
    np.testing.assert_array_equal(kernel(1, seed=9), kernel(2, seed=9))
    assert kernel(1).std() == pytest.approx(0.2, rel=0.5)


def test_strengths_and_limits_reach_keras() -> None:
    layer = built(
        {
            "kernel_regularizer": L1_L2,
            "bias_regularizer": "l2",
            "activity_regularizer": "l1_l2",
            "kernel_constraint": {"kind": "MinMaxNorm", "params": {"max_value": 3, "axis": [0, 1]}},
            "bias_constraint": "non_neg",
            "activation": "swish",
        }
    )
    assert (float(layer.kernel_regularizer.l1), float(layer.kernel_regularizer.l2)) == pytest.approx((0.001, 0.002))
    assert float(layer.bias_regularizer.l2) == pytest.approx(0.01)
    assert float(layer.activity_regularizer.l1) == 0
    assert (layer.kernel_constraint.max_value, layer.kernel_constraint.axis) == (3.0, (0, 1))
    assert type(layer.bias_constraint).__name__ == "NonNeg"
    assert layer.activation.__name__ == "silu"


@pytest.mark.parametrize(
    ("value", "kind", "params"),
    [
        ("zeros", "Zeros", {}),
        ("Zeros", "Zeros", {}),
        ({"kind": "zeros"}, "Zeros", {}),
        ({"kind": "Constant", "params": {"value": 0.5}}, "Constant", {"value": 0.5}),
        (None, "GlorotUniform", {}),
    ],
)
def test_what_is_in_force_is_read_in_one_way(value: Any, kind: str, params: dict[str, Any]) -> None:
    param = layers["Dense"].param("kernel_initializer")
    found = chosen(param.type, param.value({} if value is None else {"kernel_initializer": value}))
    assert (found.entry.kind, dict(found.params)) == (kind, params)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"kernel_initializer": "identity"}, "kernel: Identity matrix initializer can only be used for 2D matrices"),
        ({"bias_initializer": "orthogonal"}, "bias: The tensor to initialize must be at least two-dimensional"),
        ({"kernel_regularizer": "orthogonal_regularizer"}, "kernel: Inputs to OrthogonalRegularizer must have rank 2"),
        ({"activity_regularizer": "orthogonal_regularizer"}, "output: Inputs to OrthogonalRegularizer must have"),
        ({"bias_constraint": {"kind": "UnitNorm", "params": {"axis": 1}}}, "bias: "),
    ],
)
def test_what_keras_refuses_while_it_trains_is_said_before(params: dict[str, Any], said: str) -> None:
    found = refusal(params, kind="Conv2D", shape=(6, 6, 2))
    assert found is not None
    assert found.startswith(said)
    assert "(2, 2" not in found


@pytest.mark.parametrize(
    "params",
    [
        {"kernel_initializer": "identity", "kernel_regularizer": "orthogonal_regularizer"},
        {"kernel_initializer": "orthogonal", "kernel_constraint": {"kind": "UnitNorm", "params": {"axis": 1}}},
        {"kernel_initializer": SPREAD, "kernel_regularizer": L1_L2, "activity_regularizer": "l2"},
        {"bias_constraint": "max_norm", "bias_initializer": {"kind": "Constant", "params": {"value": 0.1}}},
    ],
)
def test_what_fits_is_not_scolded_and_trains(keras: Any, params: dict[str, Any]) -> None:
    assert refusal(params) is None
    layer = built(params)
    model = keras.Sequential([keras.Input((6,)), layer])
    model.compile("sgd", "mse")
    assert np.isfinite(model.train_on_batch(np.ones((4, 6)), np.ones((4, 5))))


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
        ("MaxPooling2D", {}),
        ("AdaptiveAveragePooling2D", {"output_size": 3}),
        ("UpSampling2D", {}),
        ("GlobalAveragePooling2D", {"keepdims": True}),
    ],
)
def test_channels_first_costs_and_sees_what_channels_last_does(kind: str, params: dict[str, Any]) -> None:
    from builder.worker.analyse import analyse

    last = analyse(stack(image(12, 10, 3), (kind, params))).nodes["n1"]
    first = analyse(stack(image(3, 12, 10), (kind, {**params, "data_format": "channels_first"}))).nodes["n1"]
    assert first.output.shape == (None, last.output.shape[3], *last.output.shape[1:3])
    assert (first.flops, first.receptive) == (last.flops, last.receptive)
    assert first.parameters == last.parameters


def test_more_layers_in_a_chain_than_python_allows_calls_are_built_and_saved(keras: Any, tmp_path: Any) -> None:
    from builder.worker.build import build

    chain = [("Activation", {"activation": "tanh"})] * 1_500
    model = build(stack(image(3), *chain, dense(2)))
    assert len(model.layers) == 1_502
    model.save(tmp_path / "model.keras")
    assert len(keras.saving.load_model(tmp_path / "model.keras").layers) == 1_502
