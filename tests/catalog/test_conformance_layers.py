"""Every layer of the catalogue, run: shapes, bounds, and a saved model that gives the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_objects import call, make, model_of, samples

from builder.catalog.registry import layers
from builder.catalog.spec import Layer, Param
from builder.catalog.types import Float, Floats, Int, Ints

pytestmark = pytest.mark.keras

LAYERS = [pytest.param(layer, id=layer.kind) for layer in layers if layer.kind != "Input"]
LARGE = 12
"""Largest bound that is tried: a million units would only fill the memory."""


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("layer", LAYERS)
def test_a_newly_placed_layer_computes_what_it_says(keras: Any, layer: Layer, tmp_path: Path) -> None:
    model = model_of(keras, layer)
    given = samples(layer)
    output = np.asarray(model(given, training=False))
    assert model.output.shape[1:] == output.shape[1:]
    assert model.output.dtype == output.dtype.name
    assert np.isfinite(output).all()

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.count_params() == model.count_params()
    np.testing.assert_allclose(np.asarray(again(given, training=False)), output, rtol=1e-6)


@pytest.mark.parametrize("layer", [case for case in LAYERS if case.values[0].ports.most is None])
def test_layers_of_many_inputs_take_three(keras: Any, layer: Layer) -> None:
    tensors = [keras.Input(layer.example) for _ in range(3)]
    assert call(layer, make(keras, "layers", layer), tensors).shape[0] is None


@pytest.mark.parametrize("layer", [case for case in LAYERS if (case.values[0].ports.most or 0) > 1])
def test_layers_take_as_many_inputs_as_they_have_ports(keras: Any, layer: Layer) -> None:
    tensors = [keras.Input(layer.example) for _ in layer.ports.names]
    assert len(tensors) == layer.ports.most
    assert call(layer, make(keras, "layers", layer), tensors).shape[0] is None


def bounded() -> list[Any]:
    return [
        pytest.param(layer, param, id=f"{layer.kind}-{param.name}")
        for layer in layers
        if layer.kind != "Input"
        for param in layer.params
        if isinstance(param.type, Int | Float | Ints | Floats)
    ]


def ends(param: Param) -> list[Any]:
    """The smallest and the largest value that the type lets through, as Keras would be given them."""
    kind = param.type
    low, high = kind.low, kind.high
    if isinstance(kind, Float):
        low = kind.above + 1e-6 if kind.above is not None else low
        high = kind.below - 1e-6 if kind.below is not None else high
    several = isinstance(kind, Ints | Floats) and not kind.single
    found = [end for end in (low, high) if end is not None and abs(end) <= LARGE]
    return [[end] * (kind.size or 1) if several else end for end in found]


MEANS_AN_AXIS = {"axis", "dims", "shared_axes", "attention_axes", "axes"}
"""Bounds of axes are those of any tensor; the example's own are checked by Keras when the layer is called."""

DEPENDS = {
    ("GroupQueryAttention", "num_query_heads"): "a multiple of num_key_value_heads",
    ("GroupQueryAttention", "num_key_value_heads"): "divides num_query_heads",
    ("Reshape", "target_shape"): "holds as many numbers as the input",
    ("Dropout", "noise_shape"): "the rank of the input",
    ("AlphaDropout", "noise_shape"): "the rank of the input",
}


@pytest.mark.parametrize(("layer", "param"), bounded())
def test_values_at_the_bounds_are_accepted(keras: Any, layer: Layer, param: Param) -> None:
    if param.name in MEANS_AN_AXIS or (layer.kind, param.name) in DEPENDS:
        return
    for value in ends(param):
        model_of(keras, layer, **{param.name: value})


def beyond(param: Param) -> list[Any]:
    """Values just below and above what the type lets through."""
    kind = param.type
    step = 1 if isinstance(kind, Int | Ints) else 0.5
    low, high = kind.low, kind.high
    if isinstance(kind, Float):
        low = kind.above + step if kind.above is not None else low
        high = kind.below - step if kind.below is not None else high
    below = [] if low is None else [low - step]
    above = [] if high is None or abs(high) > LARGE else [high + step]
    several = isinstance(kind, Ints | Floats) and not kind.single
    return [[value] * (kind.size or 1) if several else value for value in (*below, *above)]


def refused(keras: Any, layer: Layer, param: Param, value: Any) -> bool:
    try:
        model = model_of(keras, layer, **{param.name: value})
        model(samples(layer), training=True)
    except Exception:
        return True
    return False


STRICTER = {
    "seed": "a negative seed reads like a mistake",
    ("SimpleRNN", "dropout"): "Keras takes 0 or 1 instead without a word",
    ("LSTM", "dropout"): "Keras takes 0 or 1 instead without a word",
    ("GRU", "dropout"): "Keras takes 0 or 1 instead without a word",
    ("Attention", "dropout"): "below 0 Keras drops nothing without a word",
    ("AdditiveAttention", "dropout"): "below 0 Keras drops nothing without a word",
    "recurrent_dropout": "Keras takes 0 or 1 instead without a word",
    "momentum": "an average needs a share",
    "renorm_momentum": "an average needs a share",
    "epsilon": "it is there to be above zero",
    ("MultiHeadAttention", "output_shape"): "an output without numbers",
    ("Normalization", "variance"): "a variance is a square",
    ("CenterCrop", "height"): "an image without pixels",
    ("CenterCrop", "width"): "an image without pixels",
}
"""Values that Keras takes and the catalogue refuses, with the reason."""


@pytest.mark.parametrize(("layer", "param"), bounded())
def test_values_beyond_the_bounds_are_refused_by_keras_too(keras: Any, layer: Layer, param: Param) -> None:
    if param.name in MEANS_AN_AXIS:
        return
    accepted = [value for value in beyond(param) if not refused(keras, layer, param, value)]
    assert bool(accepted) == (param.name in STRICTER or (layer.kind, param.name) in STRICTER), accepted
