"""FLOPs against TensorFlow's own profiler and published figures, receptive fields against gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cost_documents import resnet50, vgg16
from worker_documents import dense, graph, image, stack

from builder.catalog.registry import layers, optimizers
from builder.document import Document

pytestmark = pytest.mark.keras

TOLERANCE = 0.05
"""The profiler counts no relu, sigmoid or tanh, which Layerloom counts as one operation a number."""


def profiled(document: Document) -> int:
    """The floating-point operations that TensorFlow's profiler finds in the built network, for one sample."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    from builder.worker.build import build
    from builder.worker.framework import tf

    model = build(document)
    signature = [tf.TensorSpec((1, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs]
    function = tf.function(lambda *given: model(list(given) if len(given) > 1 else given[0], training=False))
    frozen = convert_variables_to_constants_v2(function.get_concrete_function(*signature), lower_control_flow=False)
    options = tf.compat.v1.profiler.ProfileOptionBuilder
    wanted = options(options.float_operation()).with_empty_output().build()
    return int(tf.compat.v1.profiler.profile(frozen.graph, options=wanted).total_float_ops)


def two(kind: str, **params: Any) -> Document:
    """A layer that looks from one sequence at another."""
    return graph(
        [("a", "Input", {"shape": [24, 48]}), ("b", "Input", {"shape": [20, 48]}), ("look", kind, params)],
        [("a", "look", 0), ("b", "look", 1)],
    )


SEQUENCE, IMAGE = image(40, 24), image(28, 28, 16)
UNROLLED = {"units": 48, "unroll": True, "return_sequences": True}
"""The profiler does not look into loops, so recurrent layers are written out step by step for it."""

PROFILED = {
    "Dense": stack(image(300), dense(100, "relu")),
    "Dense on a sequence": stack(SEQUENCE, dense(10, "softmax")),
    "Conv1D": stack(SEQUENCE, ("Conv1D", {"filters": 8, "kernel_size": 5, "strides": 2, "activation": "relu"})),
    "Conv2D": stack(IMAGE, ("Conv2D", {"filters": 32, "kernel_size": [3, 5], "padding": "same", "activation": "relu"})),
    "Conv2D dilated": stack(IMAGE, ("Conv2D", {"filters": 8, "kernel_size": 3, "dilation_rate": 2})),
    "Conv1DTranspose": stack(
        SEQUENCE, ("Conv1DTranspose", {"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"})
    ),
    "Conv2DTranspose": stack(
        IMAGE, ("Conv2DTranspose", {"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"})
    ),
    "DepthwiseConv1D": stack(SEQUENCE, ("DepthwiseConv1D", {"kernel_size": 9})),
    "DepthwiseConv2D": stack(IMAGE, ("DepthwiseConv2D", {"kernel_size": 5, "depth_multiplier": 2, "strides": 2})),
    "SeparableConv1D": stack(SEQUENCE, ("SeparableConv1D", {"filters": 16, "kernel_size": 3})),
    "SeparableConv2D": stack(IMAGE, ("SeparableConv2D", {"filters": 16, "kernel_size": 3, "activation": "relu"})),
    "MaxPooling2D": stack(IMAGE, ("MaxPooling2D", {"pool_size": 3, "strides": 2})),
    "AveragePooling1D": stack(SEQUENCE, ("AveragePooling1D", {"pool_size": 4})),
    "AveragePooling2D": stack(IMAGE, ("AveragePooling2D", {"pool_size": [2, 4]})),
    "GlobalAveragePooling2D": stack(IMAGE, "GlobalAveragePooling2D"),
    "BatchNormalization": stack(IMAGE, "BatchNormalization"),
    "LayerNormalization": stack(SEQUENCE, "LayerNormalization"),
    "GroupNormalization": stack(IMAGE, ("GroupNormalization", {"groups": 4})),
    "RMSNormalization": stack(image(40, 240), "RMSNormalization"),
    "UnitNormalization": stack(image(40, 240), "UnitNormalization"),
    "Softmax": stack(image(40, 24), "Softmax"),
    "Rescaling": stack(IMAGE, ("Rescaling", {"scale": 2.0, "offset": 1.0})),
    "Add": graph(
        [("a", "Input", {"shape": [40]}), ("b", "Input", {"shape": [40]}), ("add", "Add", {})],
        [("a", "add", 0), ("b", "add", 1)],
    ),
    "Dot": two("Dot", axes=2),
    "Attention": two("Attention"),
    "SimpleRNN": stack(SEQUENCE, ("SimpleRNN", UNROLLED)),
    "LSTM": stack(SEQUENCE, ("LSTM", UNROLLED)),
    "GRU": stack(SEQUENCE, ("GRU", UNROLLED)),
    "GRU as published": stack(SEQUENCE, ("GRU", UNROLLED | {"reset_after": False})),
    "Bidirectional": stack(
        SEQUENCE, ("Bidirectional", {"layer": {"kind": "LSTM", "params": UNROLLED}, "merge_mode": "sum"})
    ),
    "TimeDistributed": stack(
        image(5, 12, 12, 3),
        ("TimeDistributed", {"layer": {"kind": "Conv2D", "params": {"filters": 4, "kernel_size": 3}}}),
    ),
}


@pytest.mark.parametrize("name", PROFILED)
def test_flops_are_those_of_tensorflows_profiler(name: str, analysis) -> None:
    document = PROFILED[name]
    assert analysis.analyse(document).flops == pytest.approx(profiled(document), rel=TOLERANCE)


@pytest.mark.parametrize(
    ("kind", "params", "width"),
    [
        ("MultiHeadAttention", {"num_heads": 4, "key_dim": 16}, 64),
        ("MultiHeadAttention", {"num_heads": 4, "key_dim": 16, "use_gate": True, "value_dim": 16}, 64),
        ("GroupQueryAttention", {"head_dim": 16, "num_query_heads": 4, "num_key_value_heads": 2}, 64),
    ],
)
def test_flops_of_attention_with_heads(kind: str, params: dict[str, Any], width: int, analysis) -> None:
    """The profiler counts the projections; the two products, which are Einsum there, it does not know."""
    document = two(kind, **params)
    products = 2 * (2 * 24 * 20 * width)
    assert analysis.analyse(document).flops == pytest.approx(profiled(document) + products, rel=TOLERANCE)


def test_flops_of_additive_attention(analysis) -> None:
    """Here every query meets every key in a tanh, which the profiler does not count."""
    document = two("AdditiveAttention", use_scale=True)
    assert analysis.analyse(document).flops == pytest.approx(profiled(document) + 24 * 20 * 48, rel=TOLERANCE)


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3), ("SimpleRNN", 1)])
def test_flops_of_a_loop_are_those_of_its_steps(kind: str, gates: int, analysis) -> None:
    looped, unrolled = (stack(SEQUENCE, (kind, {"units": 48, "unroll": unroll})) for unroll in (False, True))
    found = analysis.analyse(looped).flops
    assert found == analysis.analyse(unrolled).flops
    assert found == pytest.approx(40 * gates * 2 * 48 * (24 + 48), rel=TOLERANCE)


@pytest.mark.parametrize(
    ("document", "giga", "seen"), [(vgg16(), 30.9, (212, 212)), (resnet50(), 7.73, (483, 483))], ids=["vgg", "resnet"]
)
def test_published_figures(document: Document, giga: float, seen: tuple[int, int], analysis) -> None:
    found = analysis.analyse(document)
    assert found.flops / 1e9 == pytest.approx(giga, rel=0.01)
    places = [report for report in found.nodes.values() if report.receptive]
    assert places[-1].receptive == seen
    assert found.activation_bytes == sum(report.activation_bytes for report in found.nodes.values())


def test_unknown_lengths_are_unknown_costs(analysis) -> None:
    document = stack(image(None, None, 3), ("Conv2D", {"filters": 4, "kernel_size": 3}), "GlobalMaxPooling2D", dense(2))
    found = analysis.analyse(document)
    convolution, pool, last = (found.nodes[name] for name in ("n1", "n2", "n3"))
    assert (convolution.flops, convolution.activation_bytes, convolution.receptive) == (None, None, (3, 3))
    assert (pool.flops, pool.activation_bytes) == (None, 16)
    assert last.flops == 2 * 4 * 2 + 2
    assert (found.flops, found.activation_bytes) == (None, None)


def test_a_name_that_reads_like_a_weight_costs_nothing(analysis) -> None:
    nodes = [("in", "Input", {"shape": [8]}), ("kernel_bias", "Dense", {"units": 4, "use_bias": False})]
    assert analysis.analyse(graph(nodes, [("in", "kernel_bias")])).flops == 2 * 8 * 4


@pytest.mark.parametrize("layer", [layer for layer in layers if layer.ports.most != 0], ids=lambda layer: layer.kind)
def test_every_layer_says_its_work(layer: Any, analysis) -> None:
    names = [f"in{port}" for port in range(layer.ports.least)]
    shape = list(layer.example)
    whole = layer.kind in ("Embedding", "CategoryEncoding")
    inputs = [(name, "Input", {"shape": shape, "dtype": "int32" if whole else "float32"}) for name in names]
    document = graph(
        [*inputs, ("it", layer.kind, layer.start_params)], [(name, "it", port) for port, name in enumerate(names)]
    )
    report = analysis.analyse(document).nodes["it"]
    assert report.error is None
    assert report.flops is not None
    assert report.flops >= 0


def conv(size: int, strides: int = 1, dilation: int = 1, **more: Any) -> tuple[str, dict[str, Any]]:
    window = {"kernel_size": size, "strides": strides, "dilation_rate": dilation, "padding": "same"}
    return ("Conv1D", {"filters": 1, **window, **more})


SEEN = {
    "chain": (conv(3), conv(3), conv(5)),
    "strides": (conv(3, 2), conv(3), ("AveragePooling1D", {"pool_size": 2}), conv(3)),
    "dilation": (conv(3), conv(3, dilation=2), conv(3, dilation=4)),
    "pooling": (("AveragePooling1D", {"pool_size": 3, "strides": 2}), conv(3)),
    "up": (conv(3, 2), ("UpSampling1D", {"size": 2}), conv(3)),
    "back": (conv(3, 2), ("Conv1DTranspose", {"filters": 1, "kernel_size": 4, "strides": 2, "padding": "same"})),
    "depth": (("DepthwiseConv1D", {"kernel_size": 7}), ("SeparableConv1D", {"filters": 1, "kernel_size": 3})),
    "places": (conv(3), "ReLU", dense(2), "Softmax", conv(3)),
    "steps": (conv(3), ("TimeDistributed", {"layer": {"kind": "Dense", "params": {"units": 3}}}), conv(3)),
    "even": (("AdaptiveAveragePooling1D", {"output_size": 16}), conv(3)),
}


@pytest.mark.parametrize("name", SEEN)
def test_receptive_fields_are_where_gradients_flow(name: str, analysis) -> None:
    """The input places that any output depends on: the longest stretch is the receptive field."""
    from builder.worker.build import build
    from builder.worker.framework import tf

    document = stack(image(64, 1), *SEEN[name])
    report = analysis.analyse(document).nodes[f"n{len(SEEN[name])}"]
    model = build(document)
    for weight in model.weights:
        weight.assign(np.random.default_rng(1).uniform(0.2, 1, weight.shape))
    given = tf.constant(np.random.default_rng(2).uniform(0.5, 1, (1, 64, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(given)
        made = tf.reduce_sum(model(given) ** 2, axis=-1)
    seen = np.abs(tape.jacobian(made, given).numpy()[0, :, 0, :, 0]) > 0
    middle = seen[len(seen) // 4 : -(len(seen) // 4)]
    widths = [np.flatnonzero(row)[-1] - np.flatnonzero(row)[0] + 1 for row in middle]
    assert report.receptive == (max(widths),)


def test_branches_that_meet_see_as_much_as_the_widest(analysis) -> None:
    nodes = [
        ("image", "Input", {"shape": [16, 16, 1]}),
        ("narrow", "Conv2D", {"filters": 2, "kernel_size": 1}),
        ("wide", "Conv2D", {"filters": 2, "kernel_size": [3, 5], "padding": "same"}),
        ("add", "Add", {}),
        ("flat", "Flatten", {}),
        ("out", "Dense", {"units": 2}),
    ]
    edges = [("image", "narrow"), ("image", "wide"), ("narrow", "add", 0), ("wide", "add", 1)]
    found = analysis.analyse(graph(nodes, [*edges, ("add", "flat"), ("flat", "out")])).nodes
    assert [found[name].receptive for name in ("image", "add", "flat", "out")] == [(1, 1), (3, 5), None, None]


@pytest.mark.parametrize("entry", optimizers, ids=lambda entry: entry.kind)
def test_optimizers_keep_as_many_numbers_as_they_say(entry: Any) -> None:
    from builder.worker.framework import keras
    from builder.worker.objects import make

    on = {"use_ema": True, "gradient_accumulation_steps": 2, "momentum": 0.9}
    switches = ("use_ema", "gradient_accumulation_steps", *entry.more_slots)
    for params in ({}, *({name: on.get(name, True)} for name in switches)):
        model = keras.Sequential([keras.Input((30,)), keras.layers.Dense(400)])
        optimizer = make(optimizers, keras.optimizers, entry.kind, params)
        optimizer.build(model.trainable_variables)
        kept = sum(int(np.prod(variable.shape)) for variable in optimizer.variables)
        assert kept / model.count_params() == pytest.approx(entry.numbers(params), abs=0.1)
