"""The analysis process against Keras itself: what it says of a document is what building the document would give."""

from __future__ import annotations

import re

import numpy as np
import pytest
from worker_documents import DIGITS_CNN, RESIDUAL, TWO_BY_TWO, dense, graph, image, stack

from builder.catalog.registry import layers
from builder.document import Document
from builder.errors import DocumentError

pytestmark = pytest.mark.keras

LENET5 = stack(
    image(28, 28, 1),
    ("Conv2D", {"filters": 6, "kernel_size": 5, "padding": "same", "activation": "tanh"}),
    ("AveragePooling2D", {"pool_size": 2}),
    ("Conv2D", {"filters": 16, "kernel_size": 5, "activation": "tanh"}),
    ("AveragePooling2D", {"pool_size": 2}),
    "Flatten",
    dense(120, "tanh"),
    dense(84, "tanh"),
    dense(10, "softmax"),
)
MNIST_CONVNET = stack(
    image(28, 28, 1),
    ("Conv2D", {"filters": 32, "kernel_size": [3, 3], "activation": "relu"}),
    ("MaxPooling2D", {"pool_size": [2, 2]}),
    ("Conv2D", {"filters": 64, "kernel_size": [3, 3], "activation": "relu"}),
    ("MaxPooling2D", {"pool_size": [2, 2]}),
    "Flatten",
    ("Dropout", {"rate": 0.5}),
    dense(10, "softmax"),
)
MLP_16 = stack(image(784), dense(16, "sigmoid"), dense(16, "sigmoid"), dense(10, "sigmoid"))
LENET_300 = stack(image(784), dense(300, "relu"), dense(100, "relu"), dense(10, "softmax"))

ATTENTION = graph(
    [
        ("words", "Input", {"shape": [12], "dtype": "int32"}),
        ("embed", "Embedding", {"input_dim": 100, "output_dim": 16}),
        ("attend", "MultiHeadAttention", {"num_heads": 2, "key_dim": 8}),
        ("sum", "Add", {}),
        ("norm", "LayerNormalization", {}),
        ("mean", "GlobalAveragePooling1D", {}),
        ("out", "Dense", {"units": 2}),
    ],
    [
        ("words", "embed"),
        ("embed", "attend", 0),
        ("embed", "attend", 1),
        ("embed", "sum", 0),
        ("attend", "sum", 1),
        ("sum", "norm"),
        ("norm", "mean"),
        ("mean", "out"),
    ],
)

GOOD = {
    "digits": DIGITS_CNN,
    "residual": RESIDUAL,
    "two by two": TWO_BY_TWO,
    "lenet": LENET5,
    "attention": ATTENTION,
    "nested": stack(
        image(None, 4),
        ("Bidirectional", {"layer": {"kind": "LSTM", "params": {"units": 5, "return_sequences": True}}}),
        ("Bidirectional", {"layer": {"kind": "GRU", "params": {"units": 3}}, "merge_mode": "sum"}),
        "BatchNormalization",
        dense(1),
    ),
    "any size": stack(
        image(None, None, 3),
        ("Conv2D", {"filters": 4, "kernel_size": [3, 5], "strides": 2, "padding": "same"}),
        ("SeparableConv2D", {"filters": 5, "kernel_size": 3}),
        ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": [2, 1]}),
        "GlobalMaxPooling2D",
        "PReLU",
    ),
    "shapes": stack(
        image(6, 8),
        ("Reshape", {"target_shape": [-1, 4]}),
        ("Permute", {"dims": [2, 1]}),
        ("ZeroPadding1D", {"padding": [1, 2]}),
        ("Conv1D", {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "padding": "causal"}),
        ("SimpleRNN", {"units": 4}),
    ),
}

WRONG = {
    "kernel larger than the image": stack(image(8, 8, 1), ("Conv2D", {"filters": 2, "kernel_size": 9})),
    "pool larger than the image": stack(image(8, 8, 1), ("MaxPooling2D", {"pool_size": 9})),
    "image expected": stack(image(20), ("Conv2D", {"filters": 2, "kernel_size": 3})),
    "sequence expected": stack(image(20), ("LSTM", {"units": 3})),
    "groups": stack(image(8, 8, 3), ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2})),
    "wrong size": stack(image(8, 8, 1), ("Reshape", {"target_shape": [5, 5]})),
    "strides and dilation": stack(
        image(8, 8, 1), ("Conv2D", {"filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2})
    ),
    "sum of unlike shapes": graph(
        [("a", "Input", {"shape": [4]}), ("b", "Input", {"shape": [5]}), ("sum", "Add", {})],
        [("a", "sum", 0), ("b", "sum", 1)],
    ),
    "join of unlike shapes": graph(
        [("a", "Input", {"shape": [4, 2]}), ("b", "Input", {"shape": [5, 3]}), ("join", "Concatenate", {})],
        [("a", "join", 0), ("b", "join", 1)],
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_network_has_the_shapes_and_parameters_of_the_built_one(name: str, analysis) -> None:
    from builder.worker.build import build

    document = GOOD[name]
    found = analysis.analyse(document)
    model = build(document)
    for node in document.model.nodes:
        layer, report = model.get_layer(node.id), found.nodes[node.id]
        assert (report.error, report.blocked) == (None, False)
        output = layer.output[0] if isinstance(layer.output, list) else layer.output
        assert (report.output.shape, report.output.dtype) == (tuple(output.shape), output.dtype)
        assert report.parameters == layer.count_params()
        assert report.trainable == sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
    assert found.parameters == model.count_params()
    assert found.weight_bytes == sum(weight.numpy().nbytes for weight in model.weights)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_network_has_keras_own_message(name: str, analysis) -> None:
    from builder.worker.build import build

    document = WRONG[name]
    last = document.model.nodes[-1]
    report = analysis.analyse(document).nodes[last.id]
    with pytest.raises(DocumentError) as caught:
        build(document)
    assert caught.value.problem.node == last.id
    assert report.output is None
    assert not report.blocked
    assert caught.value.problem.message == f'"{last.id}" ({last.kind}): {report.error}'
    assert not re.search(r"\x1b|Traceback|KerasTensor|Arguments received", report.error)


@pytest.mark.parametrize(
    ("document", "parameters"), [(LENET5, 61_706), (MNIST_CONVNET, 34_826), (MLP_16, 13_002), (LENET_300, 266_610)]
)
def test_published_parameter_counts(document: Document, parameters: int, analysis) -> None:
    found = analysis.analyse(document)
    assert found.parameters == found.trainable == parameters
    assert found.weight_bytes == 4 * parameters


def test_error_blocks_what_follows_and_nothing_else(analysis) -> None:
    document = graph(
        [
            ("image", "Input", {"shape": [8, 8, 1]}),
            ("wrong", "Conv2D", {"filters": 2, "kernel_size": 9}),
            ("after", "Flatten", {}),
            ("beside", "Flatten", {}),
        ],
        [("image", "wrong"), ("wrong", "after"), ("image", "beside")],
    )
    nodes = analysis.analyse(document).nodes
    assert nodes["wrong"].error
    assert (nodes["after"].blocked, nodes["after"].error, nodes["after"].output) == (True, None, None)
    assert nodes["beside"].output.shape == (None, 64)


MALFORMED = {
    "empty": graph([], []),
    "unknown kind": stack(image(4), "Dens"),
    "unknown parameter": stack(image(4), ("Dense", {"units": 3, "colour": "red"})),
    "missing parameter": stack(image(4), "Dense"),
    "parameter of the wrong type": stack(image(4), ("Dense", {"units": "many"})),
    "parameter out of bounds": stack(image(4), ("Dense", {"units": 0})),
    "nothing connected": graph([("a", "Dense", {"units": 3}), ("b", "Add", {})], []),
    "one input of two": graph([("a", "Input", {"shape": [4]}), ("b", "Add", {})], [("a", "b")]),
    "two edges into one port": graph(
        [("a", "Input", {"shape": [4]}), ("b", "Input", {"shape": [4]}), ("c", "Flatten", {})],
        [("a", "c", 0), ("b", "c", 0)],
    ),
    "port that does not exist": graph([("a", "Input", {"shape": [4]}), ("c", "Flatten", {})], [("a", "c", 3)]),
    "edge into an input": graph([("a", "Input", {"shape": [4]}), ("b", "Input", {"shape": [4]})], [("a", "b")]),
    "circle": graph(
        [("a", "Input", {"shape": [4]}), ("b", "Add", {}), ("c", "Dense", {"units": 4})],
        [("a", "b", 0), ("c", "b", 1), ("b", "c")],
    ),
    "nested nonsense": stack(image(3, 4), ("Bidirectional", {"layer": {"kind": "LSTM", "params": {"units": -1}}})),
    "nested unknown": stack(image(3, 4), ("Bidirectional", {"layer": {"kind": "Nonsense"}})),
    "unknown data set": stack("Input", "Flatten", data="nonsense"),
    "no data set": stack("Input", "Flatten"),
    "columns that are not there": stack(("Input", {"columns": [0, 9]}), "Flatten", data="iris"),
    "huge": stack(image(1_000_000, 1_000_000), "Flatten", ("Dense", {"units": 1_000_000})),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_network_is_reported_and_refused_without_a_crash(name: str, analysis) -> None:
    from builder.worker.build import build

    document = MALFORMED[name]
    found = analysis.analyse(document)
    assert found.nodes.keys() == {node.id for node in document.model.nodes}
    if name == "huge":
        assert found.nodes["n2"].parameters == 10**18 + 10**6
        return
    assert all(report.error or report.blocked or report.output for report in found.nodes.values())
    assert not found.nodes or any(report.error or report.blocked for report in found.nodes.values())
    with pytest.raises(DocumentError) as caught:
        build(document)
    assert caught.value.problem.message.endswith(".")


def test_missing_shape_says_what_to_do(analysis) -> None:
    report = analysis.analyse(MALFORMED["no data set"]).nodes["n0"]
    assert report.error == '"n0" has no shape. Choose a data set or give a shape.'


def test_conversation(analysis) -> None:
    assert analysis.ask({"ping": True}) == {"pong": True, "pid": analysis.process.pid, "backend": "numpy"}
    assert analysis.ask({"document": {"format": 1}})["problem"]["code"] == "foreign"
    assert analysis.ask(["?"])["problem"]["code"] == "request"
    analysis.connection.send_bytes(b"{not json")
    assert b'"problem"' in analysis.connection.recv_bytes()
    assert analysis.ask({"document": DIGITS_CNN.to_dict()})["parameters"] == 810


@pytest.mark.parametrize("shape", [(), (5,), (1,), (4, 5), (4, 4, 5), (2, 4, 4, 5), (None,), (None, 5)])
def test_every_layer_behind_a_tensor_of_any_rank_is_answered(shape: tuple[int | None, ...], analysis) -> None:
    takers = [layer for layer in layers if layer.ports.most != 0]
    nodes = [("in", *image(*shape)), *((layer.kind, layer.kind, layer.start_params) for layer in takers)]
    feeds = [("in", layer.kind, port) for layer in takers for port in range(max(layer.ports.least, 1))]
    reports = analysis.analyse(graph(nodes, feeds)).nodes
    assert all(reports[layer.kind].error or reports[layer.kind].output for layer in takers)
    assert not [report.error for report in reports.values() if report.error and "out of range" in report.error]
