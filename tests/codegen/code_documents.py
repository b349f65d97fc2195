"""Documents for the tests of code export: one for every layer, and graphs of every form."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from builder.catalog.registry import layers
from builder.catalog.spec import Layer
from builder.document import Document, from_value


def node(node_id: str, kind: str, **params: Any) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "params": params}


def document(
    nodes: list[dict[str, Any]],
    edges: list[str],
    *,
    dataset: str | None = None,
    name: str = "Test",
    data: dict[str, Any] | None = None,
    blocks: tuple[dict[str, Any], ...] = (),
    **training: Any,
) -> Document:
    """A document from its nodes and its edges, written "a>b" or "a>b:1" for port 1."""
    drawn = []
    for edge in edges:
        source, _, target = edge.partition(">")
        target, _, port = target.partition(":")
        drawn.append({"source": source, "target": target, "port": int(port or 0)})
    value = {"format": 1, "name": name, "model": {"nodes": nodes, "edges": drawn, "blocks": blocks}}
    value["training"] = training
    if dataset:
        value["data"] = {"dataset": dataset, **(data or {})}
    return from_value(value)


def block(block_id: str, *members: str, repeat: int = 1, name: str | None = None) -> dict[str, Any]:
    return {"id": block_id, "name": name or block_id.capitalize(), "members": members, "repeat": repeat}


def chain(*nodes: dict[str, Any], **more: Any) -> Document:
    """A document whose nodes follow one another."""
    ids = [item["id"] for item in nodes]
    return document(list(nodes), [f"{a}>{b}" for a, b in pairwise(ids)], **more)


def of_layer(layer: Layer) -> Document:
    """The layer as it is newly placed, on inputs of the shape that it takes."""
    count = max(layer.ports.least, 1)
    inputs = [node(f"input_{number}", "Input", shape=layer.example) for number in range(count)]
    edges = [f"input_{number}>tested:{number}" for number in range(count)]
    return document([*inputs, node("tested", layer.kind, **layer.start_params)], edges)


LAYERS = [layer for layer in layers if layer.kind != "Input"]

GRAPHS = {
    "chain": chain(
        node("image", "Input"),
        node("scale", "Rescaling", scale=1 / 16),
        node("conv", "Conv2D", filters=32, kernel_size=[3, 3], padding="same", activation="relu"),
        node("flat", "Flatten"),
        node("out", "Dense", units=10, activation="softmax"),
        dataset="digits",
        name="Digits CNN",
        metrics=["accuracy"],
        epochs=1,
    ),
    "skip": document(
        [
            node("image", "Input"),
            node("conv", "Conv2D", filters=8, kernel_size=3, padding="same"),
            node("again", "Conv2D", filters=8, kernel_size=3, padding="same"),
            node("add", "Add"),
            node("pool", "GlobalAveragePooling2D"),
            node("out", "Dense", units=10, activation="softmax"),
        ],
        ["image>conv", "conv>again", "again>add:1", "conv>add:0", "add>pool", "pool>out"],
        dataset="digits",
        epochs=1,
    ),
    "columns": document(
        [
            node("acids", "Input", columns=[0, 1, 2, 3]),
            node("colour", "Input", columns=[9, 11]),
            node("lambda", "Dense", units=8, activation="relu"),
            node("input", "Dense", units=8, activation="relu"),
            node("join", "Concatenate"),
            node("left", "Dense", units=3, activation="softmax"),
            node("right", "Dense", units=3, activation="sigmoid"),
        ],
        ["acids>lambda", "colour>input", "lambda>join:0", "input>join:1", "join>left", "join>right"],
        dataset="wine",
        metrics=["accuracy"],
        outputs={"right": {"loss": "binary_crossentropy", "weight": 0.3}},
        epochs=1,
    ),
    "attention": document(
        [
            node("steps", "Input", shape=[12, 16]),
            node("attention", "MultiHeadAttention", num_heads=2, key_dim=8),
            node("add", "Add"),
            node("norm", "LayerNormalization"),
            node("out", "Dense", units=1),
        ],
        ["steps>attention:0", "steps>attention:1", "steps>add:0", "attention>add:1", "add>norm", "norm>out"],
        loss="mean_squared_error",
    ),
    "values wider than keys": document(
        [
            node("rows", "Input", shape=[6, 4]),
            node("heads", "MultiHeadAttention", num_heads=2, key_dim=3, value_dim=5, use_causal_mask=True),
            node("more", "MultiHeadAttention", num_heads=2, key_dim=3, value_dim=3),
            node("out", "Dense", units=2),
        ],
        ["rows>heads:0", "rows>heads:1", "heads>more:0", "heads>more:1", "more>out"],
    ),
    "causal": document(
        [
            node("steps", "Input", shape=[12, 16]),
            node("heads", "MultiHeadAttention", num_heads=2, key_dim=8, use_causal_mask=True),
            {"id": "again", "kind": "MultiHeadAttention", "shares": "heads"},
            node("plain", "Attention", use_causal_mask=True, use_scale=True),
            node("out", "Dense", units=1),
        ],
        [
            *("steps>heads:0", "steps>heads:1", "heads>again:0", "heads>again:1"),
            *("again>plain:0", "again>plain:1", "plain>out"),
        ],
        loss="mean_squared_error",
    ),
    "schedule": chain(
        node("x", "Input"),
        node("recur", "Reshape", target_shape=[4, 1]),
        node(
            "both",
            "Bidirectional",
            layer={"kind": "LSTM", "params": {"units": 4, "return_sequences": True}},
            merge_mode="sum",
        ),
        node("each", "TimeDistributed", layer={"kind": "Dense", "params": {"units": 5}}),
        node("flat", "Flatten"),
        node("y", "Dense", units=3, activation="softmax"),
        dataset="iris",
        loss={"kind": "categorical_crossentropy", "params": {"label_smoothing": 0.1}},
        optimizer={
            "kind": "SGD",
            "params": {
                "learning_rate": {
                    "kind": "CosineDecay",
                    "params": {"initial_learning_rate": 0.1, "decay_steps": 1000, "alpha": 0.0},
                },
                "momentum": 0.9,
                "nesterov": True,
            },
        },
        metrics=["categorical_accuracy", {"kind": "TopKCategoricalAccuracy", "params": {"k": 2}}],
        callbacks=["TerminateOnNaN", {"kind": "ReduceLROnPlateau", "params": {"patience": 3}}],
        data={"limit": 60, "validation_split": 0.3, "seed": 3},
        epochs=2,
        batch_size=16,
        seed=11,
    ),
    "one column": chain(
        node("petals", "Input", columns=[2, 3]),
        node("out", "Dense", units=1, activation="sigmoid"),
        dataset="breast_cancer",
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=1,
    ),
    "regression": chain(
        node("patient", "Input"),
        node("norm", "BatchNormalization", momentum=0.9),
        node("out", "Dense", units=1),
        dataset="diabetes",
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
        epochs=1,
    ),
    "spiral": chain(
        node("point", "Input"),
        node("hidden", "Dense", units=8, activation="tanh"),
        node("out", "Dense", units=1, activation="sigmoid"),
        dataset="spiral",
        loss="binary_crossentropy",
        metrics=["accuracy"],
        epochs=1,
    ),
    "as many as are joined": document(
        [
            node("x", "Input"),
            node("no", "Dense", units=1),
            node("yes", "Dense", units=1),
            node("both", "Concatenate"),
            node("out", "Activation", activation="sigmoid"),
        ],
        ["x>no", "x>yes", "no>both:0", "yes>both:1", "both>out"],
        dataset="breast_cancer",
        loss="binary_crossentropy",
        metrics=["BinaryAccuracy"],
        epochs=1,
    ),
    "as many as are left": document(
        [
            node("x", "Input"),
            node("one", "Dense", units=4),
            node("other", "Dense", units=4),
            node("rows", "Reshape", target_shape=[2, 1]),
            node("wide", "Dense", units=2),
            node("alike", "Dot", axes=1),
            node("sure", "Flatten"),
        ],
        ["x>one", "x>other", "one>alike:0", "other>alike:1", "x>wide", "wide>rows", "rows>sure"],
        dataset="breast_cancer",
        loss="hinge",
        epochs=1,
    ),
}
"""Valid documents by what they try out."""

CONV = {"filters": 4, "kernel_size": 3, "padding": "same"}
TOP = [node("pool", "GlobalAveragePooling2D"), node("out", "Dense", units=10, activation="softmax")]
RESIDUAL = [
    node("image", "Input"),
    node("stem", "Conv2D", **CONV),
    node("conv", "Conv2D", **CONV),
    node("norm", "BatchNormalization"),
    node("add", "Add"),
    *TOP,
]
SKIP = ["image>stem", "stem>conv", "conv>norm", "norm>add:0", "stem>add:1", "add>pool", "pool>out"]
TWO = [node("one", "Input", shape=[6]), node("two", "Input", shape=[6])]
DENSE = {"units": 6}

STRUCTURES = {
    "residual": document(
        RESIDUAL, SKIP, blocks=(block("residual", "conv", "norm", "add", repeat=3),), dataset="digits", epochs=1
    ),
    "residual in a section": document(
        RESIDUAL,
        SKIP,
        blocks=(
            block("res", "conv", "norm", "add", repeat=2),
            block("body", "stem", "res"),
            block("top", "pool", "out"),
        ),
        dataset="digits",
    ),
    "sections of a chain": chain(
        node("image", "Input"),
        node("conv", "Conv2D", **CONV),
        node("norm", "BatchNormalization"),
        *TOP,
        blocks=(block("body", "conv", "norm", name="Body \n import os"), block("top", "pool", "out")),
        dataset="digits",
    ),
    "switches": chain(
        node("image", "Input"),
        {**node("conv", "Conv2D", **CONV), "frozen": True},
        {**node("norm", "BatchNormalization"), "bypassed": True},
        {**node("again", "Conv2D", **CONV), "frozen": True},
        *TOP,
        dataset="digits",
    ),
    "bypassed merge": document(
        [*RESIDUAL[:4], {**node("add", "Add"), "bypassed": True}, node("side", "Conv2D", **CONV), *TOP],
        ["image>stem", "stem>conv", "conv>norm", "norm>add:0", "stem>side", "side>add:1", "add>pool", "pool>out"],
        dataset="digits",
    ),
    "shared": document(
        [
            *TWO,
            node("left", "Dense", **DENSE),
            {"id": "right", "kind": "Dense", "shares": "left"},
            node("apart", "Subtract"),
            node("out", "Dense", units=1),
        ],
        ["one>left", "two>right", "left>apart:0", "right>apart:1", "apart>out"],
    ),
    "applied before its owner": document(
        [TWO[0], node("second", "Dense", **DENSE), {"id": "first", "kind": "Dense", "shares": "second"}],
        ["one>first", "first>second"],
    ),
    "shared inside a block": document(
        [
            TWO[0],
            node("tied", "Dense", **DENSE),
            node("own", "Dense", **DENSE),
            {"id": "twice", "kind": "Dense", "shares": "own"},
            {"id": "everywhere", "kind": "Dense", "shares": "tied"},
        ],
        ["one>tied", "tied>own", "own>twice", "twice>everywhere"],
        blocks=(block("body", "own", "twice", "everywhere", repeat=3),),
    ),
    "shared out of a block": document(
        [TWO[0], node("own", "Dense", **DENSE), {"id": "after", "kind": "Dense", "shares": "own"}],
        ["one>own", "own>after"],
        blocks=(block("body", "own", repeat=2),),
    ),
    "memory": document(
        [
            node("memory", "Input", shape=[5, 8]),
            node("steps", "Input", shape=[7, 8]),
            node("attend", "MultiHeadAttention", num_heads=2, key_dim=4),
            node("add", "Add"),
            node("end", "Dense", units=2),
        ],
        ["steps>attend:0", "memory>attend:1", "steps>add:0", "attend>add:1", "add>end"],
        blocks=(block("decoder", "attend", "add", repeat=2, name="1. Décodeur"),),
    ),
    "several exits": document(
        [
            *TWO,
            node("up", "Dense", **DENSE),
            node("down", "Dense", **DENSE),
            node("join", "Concatenate"),
        ],
        ["one>up", "two>down", "up>join:0", "down>join:1"],
        blocks=(block("pair", "up", "down", repeat=2),),
    ),
    "nested repeats": chain(
        TWO[0],
        node("a", "Dense", **DENSE),
        node("b", "Dense", **DENSE),
        node("c", "Dense", **DENSE),
        blocks=(block("inner", "a", repeat=2), block("outer", "inner", "b", repeat=3)),
    ),
    "taken names": document(
        [TWO[0], node("number", "Dense", **DENSE), node("number_2", "Dense", **DENSE), node("x", "Dense", **DENSE)],
        ["one>number", "number>number_2", "number_2>x"],
        blocks=(block("b1", "number", repeat=2, name="keras"), block("suffix", "x", repeat=2, name="x")),
    ),
    "two branches": document(
        [
            *TWO,
            node("left", "Dense", **DENSE),
            node("right", "Dense", **DENSE),
            node("join", "Concatenate"),
        ],
        ["one>left", "two>right", "left>join:0", "right>join:1"],
        blocks=(block("lefts", "left", repeat=2), block("rights", "right", repeat=2)),
    ),
    "repeated output": document(
        [TWO[0], node("a", "Dense", **DENSE), node("b", "Dense", units=3), node("c", "Dense", **DENSE)],
        ["one>a", "one>c", "a>b"],
        blocks=(block("more", "c", repeat=2),),
        outputs={"b": {"loss": "mean_squared_error"}},
        loss="mean_absolute_error",
    ),
    "repeated outputs with losses of their own": document(
        [TWO[0], node("a", "Dense", **DENSE), node("c", "Dense", **DENSE)],
        ["one>a", "one>c"],
        blocks=(block("more", "c", repeat=2),),
        outputs={"c": {"loss": "mean_squared_error", "weight": 0.5}},
        loss="mean_absolute_error",
    ),
    "shared outputs": document(
        [
            node("one", "Input", columns=[0, 1, 2, 3]),
            node("two", "Input", columns=[4, 5, 6, 7]),
            node("left", "Dense", units=1),
            {"id": "right", "kind": "Dense", "shares": "left"},
        ],
        ["one>left", "two>right"],
        dataset="diabetes",
        loss="mean_squared_error",
        outputs={"right": {"weight": 0.5}},
        epochs=1,
        metrics=["mean_absolute_error"],
    ),
}
"""Documents with blocks, switches and shared layers."""

BROKEN = {
    "empty": from_value({"format": 1, "model": {}}),
    "no input": chain(node("a", "Dense", units=2), node("b", "Dense", units=3)),
    "no output": document([node("x_in", "Input", shape=[3])], []),
    "no shape": chain(node("x_in", "Input"), node("out", "Dense", units=2)),
    "no units": chain(node("x_in", "Input", shape=[3]), node("out", "Dense")),
    "unknown layer": chain(node("x_in", "Input", shape=[3]), node("odd", "Convolute", units=2), node("out", "Flatten")),
    "unknown parameter": chain(node("x_in", "Input", shape=[3]), node("out", "Dense", units=2, colour="red")),
    "out of bounds": chain(node("x_in", "Input", shape=[3]), node("out", "Dense", units=-2)),
    "unknown data": chain(node("x_in", "Input", shape=[3]), node("out", "Dense", units=2), dataset="nothing"),
    "unknown choices": chain(
        node("x_in", "Input", shape=[3]),
        node("out", "Dense", units=2),
        loss="love",
        optimizer={"kind": "Hope", "params": {"faith": 1}},
        metrics=["charity"],
        callbacks=["Prudence"],
    ),
    "cycle": document(
        [
            node("x_in", "Input", shape=[3]),
            node("a", "Dense", units=3),
            node("b", "Add"),
            node("out", "Dense", units=1),
        ],
        ["x_in>b:0", "b>a", "a>b:1", "a>out"],
    ),
    "too many inputs": document(
        [node("one", "Input", shape=[3]), node("two", "Input", shape=[3]), node("out", "Dense", units=2)],
        ["one>out:0", "two>out:1"],
    ),
    "foreign names": chain(
        node("x_in", "Input", shape=[3]),
        node("out", "Dense()\nimport os", **{"units": 3, "a b": 1, "class": 2}),
        name='x\r\nimport os\x00 """\x85\u2028',
        loss="x'); print(1",
    ),
}
"""Documents that no network can be made of, by what is wrong."""
