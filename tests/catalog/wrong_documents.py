"""Documents that are wrong in one way each, with the problem to expect; and right ones, which have none.

Shapes are those that Keras gives, written down so that rules can be tested without it; the conformance test of the
rules compares them with Keras.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.document import Document, from_value

Node = tuple[Any, ...]
Edge = tuple[Any, ...]

INPUT: Node = ("input", "Input")
SCALE: Node = ("scale", "Rescaling", {"scale": 0.0625})
FLAT: Node = ("flat", "Flatten")
CE = "sparse_categorical_crossentropy"
BCE = "binary_crossentropy"


def out(units: Any = 10, activation: Any = "softmax", kind: str = "Dense", **params: Any) -> Node:
    return ("out", kind, {"units": units, **({"activation": activation} if activation else {}), **params})


@dataclass(frozen=True)
class Case:
    """A document, and what is to be found: a problem of this code at this node, with a fix or without."""

    name: str
    nodes: tuple[Node, ...]
    code: str | None = None
    node: str | None = None
    fix: str | None = None
    """The label of the fix; None where none is offered."""
    says: str = ""
    """Words that the message must have."""
    edges: tuple[Edge, ...] | None = None
    """Without edges, the nodes stand in a row."""
    data: Any = "digits"
    loss: Any = CE
    training: dict[str, Any] = field(default_factory=dict)
    severity: str = "error"
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Shapes of samples, of the nodes that the rule asks for."""
    after: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """The shapes that are others after the fix."""
    errors: dict[str, str] = field(default_factory=dict)
    """Keras' messages by node."""
    uncovers: tuple[str, ...] = ()
    """Codes of errors that only show when this one is gone."""

    @property
    def document(self) -> Document:
        ids = [node[0] for node in self.nodes]
        edges = self.edges if self.edges is not None else tuple(pairwise(ids))
        return from_value(
            {
                "format": 1,
                "name": "Case",
                "model": {
                    "nodes": [{"id": node[0], "kind": node[1], "params": dict(*node[2:])} for node in self.nodes],
                    "edges": [dict(zip(("source", "target", "port"), edge, strict=False)) for edge in edges],
                },
                "data": {"dataset": self.data} if isinstance(self.data, str) else self.data,
                "training": {"loss": self.loss, "metrics": [], **self.training},
                "layout": {name: {"x": 0, "y": 100 * index} for index, name in enumerate(ids)},
            }
        )

    def analysis(self, **others: tuple[int, ...]) -> Analysis:
        shapes = {**self.shapes, **others}
        reports = {
            name: NodeReport(output=Tensor(shape=(None, *shape), dtype="float32")) for name, shape in shapes.items()
        }
        return Analysis(nodes={**reports, **{name: NodeReport(error=error) for name, error in self.errors.items()}})


def digits(*last: Node, **settings: Any) -> dict[str, Any]:
    """A network on digits that is right up to its last layers."""
    return {"nodes": (INPUT, SCALE, FLAT, *last), **settings}


def points(*layers: Node, **settings: Any) -> dict[str, Any]:
    return {"nodes": (INPUT, *layers), "data": "spiral", **settings}


def table(*layers: Node, **settings: Any) -> dict[str, Any]:
    return {"nodes": (INPUT, ("norm", "BatchNormalization"), *layers), "data": "diabetes", "loss": "mse", **settings}


def stopping(**params: Any) -> dict[str, Any]:
    return {"callbacks": [{"kind": "EarlyStopping", "params": params}]}


def adam(**params: Any) -> dict[str, Any]:
    return {"optimizer": {"kind": "Adam", "params": params}}


ATTENTION: Node = ("mix", "MultiHeadAttention", {"num_heads": 2, "key_dim": 4})
ROWS: Node = ("rows", "Reshape", {"target_shape": [8, 8]})
LAST: tuple[Node, ...] = (("pool", "GlobalAveragePooling1D"), out())
UNITS = {"shapes": {"out": (9,)}, "after": {"out": (10,)}}

RIGHT = (
    Case("digits", **digits(out(), shapes={"out": (10,)}, training={"metrics": ["accuracy"]})),
    Case(
        "logits",
        **digits(out(activation=None), shapes={"out": (10,)}, loss={"kind": CE, "params": {"from_logits": True}}),
    ),
    Case("softmax as a layer", **digits(out(activation=None), ("end", "Softmax"), shapes={"end": (10,)})),
    Case(
        "convolution to the end",
        (
            INPUT,
            SCALE,
            ("conv", "Conv2D", {"filters": 10, "kernel_size": 3}),
            ("mean", "GlobalAveragePooling2D"),
            ("end", "Activation", {"activation": "softmax"}),
        ),
        shapes={"end": (10,)},
    ),
    Case("dropout at the end", **digits(out(), ("drop", "Dropout", {"rate": 0.5}), shapes={"drop": (10,)})),
    Case("two classes, two outputs", **points(out(2), shapes={"out": (2,)}, training={"metrics": ["acc"]})),
    Case(
        "two classes, one output",
        **points(
            out(1, "sigmoid"), loss=BCE, shapes={"out": (1,)}, training={"metrics": ["accuracy", "AUC", "Precision"]}
        ),
    ),
    Case("hinge", **points(out(1, "tanh"), loss="hinge", shapes={"out": (1,)})),
    Case("regression", **table(out(1, None), shapes={"out": (1,)}, training={"metrics": ["mae", "R2Score"]})),
    Case("regression of positive values", **table(out(1, "softplus"), shapes={"out": (1,)})),
    Case(
        "columns",
        (
            ("left", "Input", {"columns": [0, 1]}),
            ("right", "Input", {"columns": [2, 3], "shape": [2]}),
            ("both", "Concatenate"),
            out(3),
        ),
        edges=(("left", "both", 0), ("right", "both", 1), ("both", "out")),
        data="iris",
        shapes={"out": (3,)},
    ),
    Case(
        "self-attention",
        (INPUT, SCALE, ROWS, ATTENTION, *LAST),
        edges=(
            ("input", "scale"),
            ("scale", "rows"),
            ("rows", "mix", 0),
            ("rows", "mix", 1),
            ("mix", "pool"),
            ("pool", "out"),
        ),
        shapes={"out": (10,)},
    ),
    Case(
        "a skip connection with gaps between its ports",
        (INPUT, SCALE, FLAT, ("a", "Dense", {"units": 64}), ("sum", "Add"), out()),
        edges=(
            ("input", "scale"),
            ("scale", "flat"),
            ("flat", "a"),
            ("flat", "sum", 0),
            ("a", "sum", 3),
            ("sum", "out"),
        ),
        shapes={"out": (10,)},
    ),
    Case(
        "two outputs with losses of their own",
        (INPUT, SCALE, FLAT, out(), ("raw", "Dense", {"units": 10})),
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out"), ("flat", "raw")),
        shapes={"out": (10,), "raw": (10,)},
        training={
            "metrics": ["accuracy"],
            "outputs": {"raw": {"loss": {"kind": CE, "params": {"from_logits": True}}, "weight": 0.5}},
            "callbacks": [{"kind": "EarlyStopping", "params": {"monitor": "val_raw_accuracy", "mode": "max"}}],
        },
    ),
    Case(
        "a schedule, stopping and averages",
        **digits(
            out(),
            shapes={"out": (10,)},
            training={
                "optimizer": {
                    "kind": "sgd",
                    "params": {
                        "use_ema": True,
                        "momentum": 0.9,
                        "learning_rate": {
                            "kind": "CosineDecay",
                            "params": {"initial_learning_rate": 0.1, "decay_steps": 100},
                        },
                    },
                },
                "metrics": ["SparseTopKCategoricalAccuracy"],
                "callbacks": [
                    "TerminateOnNaN",
                    "SwapEMAWeights",
                    {"kind": "EarlyStopping", "params": {"monitor": "val_sparse_top_k_categorical_accuracy"}},
                ],
            },
        ),
    ),
    Case(
        "a layer in a layer",
        (INPUT, SCALE, ROWS, ("both", "Bidirectional", {"layer": {"kind": "LSTM", "params": {"units": 8}}}), out()),
        shapes={"out": (10,)},
    ),
)

GRAPHS = (
    Case("nothing", (), "empty", fix="Add an Input", says="canvas is empty", uncovers=("no-output",)),
    Case("no input", (FLAT, out()), "no-input", fix="Add an Input", shapes={"out": (10,)}),
    Case("only an input", (INPUT,), "no-output", "input", says="no layer behind its Input"),
    Case(
        "an input too many",
        (INPUT, SCALE, FLAT, out(), ("more", "Input")),
        "unused-input",
        "more",
        'Delete "more"',
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out")),
        shapes={"out": (10,)},
    ),
    Case(
        "a circle",
        (INPUT, SCALE, FLAT, ("sum", "Add"), ("a", "Dense", {"units": 4}), out()),
        "cycle",
        "sum",
        "Disconnect a from sum",
        says='"sum" then "a"',
        uncovers=("missing-input",),
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "sum", 0), ("a", "sum", 1), ("sum", "a"), ("a", "out")),
    ),
    Case(
        "a loop",
        (INPUT, FLAT, ("sum", "Add"), out()),
        "cycle",
        "sum",
        "Disconnect sum from sum",
        says="connected to itself",
        uncovers=("missing-input",),
        edges=(("input", "flat"), ("flat", "sum", 0), ("sum", "sum", 1), ("sum", "out")),
    ),
)

NODES = (
    Case(
        "a misspelt layer",
        (INPUT, SCALE, ("conv", "conv_2d", {"filters": 8, "strides": 0}), FLAT, out()),
        "unknown-layer",
        "conv",
        "Make it a Conv2D",
        says="did you mean Conv2D?",
        shapes={"out": (10,)},
    ),
    Case("a strange layer", (INPUT, ("x", "Zyzzyva"), out()), "unknown-layer", "x", says='a "Zyzzyva"'),
    Case(
        "a misspelt parameter",
        **digits(("out", "Dense", {"unit": 10, "activation": "softmax"})),
        code="unknown-param",
        node="out",
        fix="Rename it to units",
        says='no parameter "unit"',
    ),
    Case(
        "a strange parameter",
        **digits(out(colour="red"), shapes={"out": (10,)}),
        code="unknown-param",
        node="out",
        fix="Remove colour",
        says="it has units, activation",
    ),
    Case(
        "a missing parameter",
        **digits(("a", "Dense"), out(), shapes={"out": (10,)}),
        code="missing-param",
        node="a",
        fix="Set units to 64",
        says="needs a value for units",
    ),
    Case(
        "a number too small",
        **digits(("a", "Dense", {"units": 0}), out(), shapes={"out": (10,)}),
        code="param",
        node="a",
        fix="Set units to 1",
        says="must be a whole number from 1 to 1,000,000, received 0",
    ),
    Case(
        "a share too large",
        **digits(("drop", "Dropout", {"rate": 1.5}), out(), shapes={"out": (10,)}),
        code="param",
        node="drop",
        fix="Set rate to 0.25",
        says="from 0 up and below 1, received 1.5",
    ),
    Case(
        "a word for a number",
        **digits(("a", "Dense", {"units": "many"}), out(), shapes={"out": (10,)}),
        code="param",
        node="a",
        fix="Set units to 64",
        says='received "many"',
    ),
    Case(
        "a strange activation",
        **digits(("a", "Dense", {"units": 8, "activation": "rellu"}), out(), shapes={"out": (10,)}),
        code="param",
        node="a",
        fix="Set activation to relu",
        says="one of relu, sigmoid",
    ),
    Case(
        "three numbers for two",
        (INPUT, SCALE, ("conv", "Conv2D", {"filters": 4, "kernel_size": [3, 3, 3]}), FLAT, out()),
        "param",
        "conv",
        "Set kernel_size to 3",
        says="one or 2 whole numbers",
        shapes={"out": (10,)},
    ),
    Case(
        "a dense layer read both ways",
        (INPUT, SCALE, ROWS, ("both", "Bidirectional", {"layer": {"kind": "Dense", "params": {"units": 8}}}), out()),
        "param",
        "both",
        "Use LSTM",
        says="one of LSTM, GRU or SimpleRNN",
        shapes={"out": (10,)},
    ),
    Case(
        "a wrong number inside a layer's layer",
        (INPUT, SCALE, ROWS, ("both", "Bidirectional", {"layer": {"kind": "GRU", "params": {"units": -1}}}), out()),
        "param",
        "both",
        "Set units to 1",
        says="layer GRU: units must be",
        shapes={"out": (10,)},
    ),
    Case(
        "a number where a layer belongs",
        (INPUT, SCALE, ROWS, ("both", "Bidirectional", {"layer": 7}), out()),
        "param",
        "both",
        'Set layer to {"kind": "LSTM", "params": {"units": 32}}',
        says="received 7",
        shapes={"out": (10,)},
    ),
)

PORTS = (
    Case(
        "a layer in the air",
        (*digits(("a", "Dense", {"units": 4}), out())["nodes"],),
        "unconnected",
        "a",
        'Connect "flat" to it',
        says="nor into the 1 layer behind it",
        edges=(("input", "scale"), ("scale", "flat"), ("a", "out")),
        shapes={"out": (10,)},
    ),
    Case(
        "attention without values",
        (INPUT, SCALE, ROWS, ATTENTION, *LAST),
        "missing-input",
        "mix",
        "Attend to itself",
        says="nothing is connected to value",
        shapes={"out": (10,)},
    ),
    Case(
        "one input to add",
        (INPUT, SCALE, FLAT, ("sum", "Add"), out()),
        "missing-input",
        "sum",
        says="needs at least 2 inputs, and has 1",
        shapes={"out": (10,)},
    ),
    Case(
        "nothing to subtract from",
        (INPUT, SCALE, FLAT, ("minus", "Subtract"), out()),
        "missing-input",
        "minus",
        says="needs first and second, and nothing is connected to first",
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "minus", 1), ("minus", "out")),
        shapes={"out": (10,)},
    ),
    Case(
        "a second input to a dense layer",
        **digits(("a", "Dense", {"units": 4}), out(), shapes={"out": (10,)}),
        code="port",
        node="out",
        fix="Remove this connection",
        says="takes one input",
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "a"), ("a", "out"), ("flat", "out", 1)),
    ),
    Case(
        "a third input to subtract",
        (INPUT, SCALE, FLAT, ("minus", "Subtract"), out()),
        "port",
        "minus",
        "Remove this connection",
        says="takes first and second",
        edges=(
            ("input", "scale"),
            ("scale", "flat"),
            ("flat", "minus", 0),
            ("flat", "minus", 1),
            ("flat", "minus", 2),
            ("minus", "out"),
        ),
        shapes={"out": (10,)},
    ),
    Case(
        "an input fed by a layer",
        (INPUT, SCALE, FLAT, ("more", "Input"), out()),
        "port",
        "more",
        "Remove this connection",
        says="takes no input",
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out"), ("flat", "more")),
        shapes={"out": (10,)},
    ),
    Case(
        "two edges into a port of many",
        (INPUT, SCALE, FLAT, ("a", "Dense", {"units": 64}), ("sum", "Add"), out()),
        "port-taken",
        "sum",
        "Give it a port of its own",
        says='"flat" and "a"',
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "a"), ("flat", "sum"), ("a", "sum"), ("sum", "out")),
        shapes={"out": (10,)},
    ),
    Case(
        "two edges into the only port",
        (INPUT, SCALE, FLAT, ("a", "Dense", {"units": 64}), out()),
        "port-taken",
        "out",
        "Remove this connection",
        uncovers=("activation",),
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "a"), ("flat", "out"), ("a", "out")),
        shapes={"out": (10,)},
    ),
)

INPUTS = (
    Case("no shape", **digits(out(), data=None), code="no-shape", node="input", says="has no shape"),
    Case(
        "columns of an image",
        (("input", "Input", {"columns": [0]}), SCALE, FLAT, out()),
        "columns",
        "input",
        "Take everything",
        says="its shape is 8 × 8 × 1",
        shapes={"out": (10,)},
    ),
    Case(
        "a column too far",
        (("input", "Input", {"columns": [1, 4, 9]}), out(3)),
        "columns",
        "input",
        "Take the columns that exist",
        says="takes column 4 and 9, and Iris has the columns 0 to 3",
        data="iris",
        shapes={"out": (3,)},
    ),
    Case(
        "another image size",
        (("input", "Input", {"shape": [28, 28, 1]}), SCALE, FLAT, out()),
        "input-shape",
        "input",
        "Take the data set's shape",
        says="expects the shape 28 × 28 × 1, and a sample of Digits has 8 × 8 × 1",
        shapes={"out": (10,)},
    ),
    Case(
        "a shape beside columns",
        (("input", "Input", {"shape": [4], "columns": [0, 1]}), out(3)),
        "input-shape",
        "input",
        "Take the data set's shape",
        says="the 2 columns that it takes has 2",
        data="iris",
        shapes={"out": (3,)},
    ),
    Case(
        "a picture layer on a table",
        (INPUT, ("conv", "Conv2D", {"filters": 4, "kernel_size": 3}), out(3)),
        "keras",
        "conv",
        says="Input 0 of layer 'conv' is incompatible with the layer: expected min_ndim=4, found ndim=2.",
        data="iris",
        shapes={"input": (4,)},
        errors={
            "conv": "Input 0 with name 'None' of layer 'conv' is incompatible with the layer: expected min_ndim=4, "
            "found ndim=2. Full shape received: (None, 4)."
        },
    ),
)

DATA = (
    Case(
        "no data",
        (("input", "Input", {"shape": [4]}), out(3)),
        "no-data",
        says="nothing to train on",
        data=None,
        shapes={"out": (3,)},
    ),
    Case(
        "misspelt data",
        **digits(out(), data="Digit", shapes={"out": (10,)}),
        code="unknown-dataset",
        fix="Use digits",
        says="did you mean digits?",
    ),
    Case("strange data", **digits(out(), data="zebras!"), code="unknown-dataset", says='no data set "zebras!"'),
    Case(
        "a limit beyond the data",
        **digits(out(), data={"dataset": "digits", "limit": 5000}, shapes={"out": (10,)}),
        code="limit",
        severity="warning",
        fix="Remove the limit",
        says="has only 1,438",
    ),
    Case(
        "a batch of everything",
        (INPUT, out(3)),
        "batch-size",
        severity="warning",
        fix="Set the batch size to 16",
        says="more than the 120 training samples",
        data="iris",
        training={"batch_size": 256},
        shapes={"out": (3,)},
    ),
    Case(
        "raw pixels",
        (INPUT, FLAT, out()),
        "scaling",
        "input",
        "Add Rescaling by 1/16",
        severity="warning",
        says="go from 0 to 16",
        shapes={"out": (10,)},
    ),
    Case(
        "raw columns",
        (INPUT, ("a", "Dense", {"units": 8}), out(3)),
        "scaling",
        "input",
        "Add BatchNormalization",
        severity="warning",
        says="go from 0.13 to 1680",
        data="wine",
        shapes={"out": (3,)},
    ),
    Case(
        "raw pixels on one of two ways",
        (INPUT, SCALE, ("sum", "Add"), FLAT, out()),
        "scaling",
        "input",
        "Add Rescaling by 1/16",
        severity="warning",
        edges=(("input", "scale"), ("scale", "sum", 0), ("input", "sum", 1), ("sum", "flat"), ("flat", "out")),
        shapes={"out": (10,)},
    ),
)

CHOICES = (
    Case(
        "a misspelt loss",
        **digits(out(), loss="sparse_categorial_crossentropy", shapes={"out": (10,)}),
        code="unknown-loss",
        fix="Use SparseCategoricalCrossentropy",
    ),
    Case("a strange loss", **digits(out(), loss="grief!", shapes={"out": (10,)}), code="unknown-loss", says="grief!"),
    Case(
        "a misspelt optimizer",
        **digits(out(), training={"optimizer": "Adamm"}, shapes={"out": (10,)}),
        code="unknown-optimizer",
        fix="Use Adam",
    ),
    Case(
        "the wrong accuracy",
        **digits(out(), training={"metrics": ["Accuracy"]}, shapes={"out": (10,)}),
        code="unknown-metric",
        fix="Use accuracy",
        says='no metric "Accuracy"',
    ),
    Case(
        "a misspelt callback",
        **digits(
            out(), training={"callbacks": [{"kind": "EarlyStoping", "params": {"patience": 4}}]}, shapes={"out": (10,)}
        ),
        code="unknown-callback",
        fix="Use EarlyStopping",
    ),
    Case(
        "a misspelt schedule",
        **digits(out(), training=adam(learning_rate={"kind": "CosinDecay", "params": {}}), shapes={"out": (10,)}),
        code="param",
        fix="Use CosineDecay",
    ),
    Case(
        "a learning rate of nothing",
        **digits(out(), training=adam(learning_rate=0), shapes={"out": (10,)}),
        code="param",
        fix="Set learning_rate to 0.001",
        says="Adam: learning_rate must be a number",
    ),
    Case(
        "a parameter of another optimizer",
        **digits(out(), training=adam(momentum=0.9), shapes={"out": (10,)}),
        code="unknown-param",
        fix="Remove momentum",
        says='Adam has no parameter "momentum"',
    ),
    Case(
        "a schedule without its steps",
        **digits(
            out(),
            training=adam(learning_rate={"kind": "CosineDecay", "params": {"initial_learning_rate": 0.1}}),
            shapes={"out": (10,)},
        ),
        code="missing-param",
        fix="Set decay_steps to 1000",
        says="learning_rate CosineDecay needs a value for decay_steps",
    ),
    Case(
        "a metric's parameter out of bounds",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": ["accuracy", {"kind": "AUC", "params": {"curve": "XY"}}]},
            shapes={"out": (1,)},
        ),
        code="param",
        fix="Set curve to ROC",
    ),
    Case(
        "two ways of clipping",
        **digits(out(), training=adam(clipnorm=1.0, clipvalue=0.5), shapes={"out": (10,)}),
        code="clipping",
        fix="Keep only clipnorm",
    ),
    Case(
        "a schedule with too few values",
        **digits(
            out(),
            training=adam(
                learning_rate={"kind": "PiecewiseConstantDecay", "params": {"boundaries": [10, 20], "values": [0.1]}}
            ),
            shapes={"out": (10,)},
        ),
        code="schedule",
        says="one value more than boundaries",
    ),
)

HEADS = (
    Case(
        "a binary loss on ten classes",
        **digits(out(1, "sigmoid"), loss=BCE, shapes={"out": (1,)}, after={"out": (10,)}),
        code="loss-task",
        node="out",
        fix="Use SparseCategoricalCrossentropy",
        says="Digits is a classification of 10 classes",
    ),
    Case(
        "a regression loss on classes",
        **digits(out(), loss="mse", shapes={"out": (10,)}),
        code="loss-task",
        node="out",
        fix="Use SparseCategoricalCrossentropy",
    ),
    Case(
        "a loss for classes on a regression",
        **table(out(), loss=CE, shapes={"out": (10,)}, after={"out": (1,)}),
        code="loss-task",
        node="out",
        fix="Use MeanSquaredError",
    ),
    Case(
        "a loss for masks",
        **points(out(1, "sigmoid"), loss="dice", shapes={"out": (1,)}),
        code="loss-task",
        node="out",
        fix="Use BinaryCrossentropy",
    ),
    Case(
        "a loss of its own that does not fit",
        (INPUT, SCALE, FLAT, out(), ("raw", "Dense", {"units": 10, "activation": "softmax"})),
        "loss-task",
        "raw",
        "Use SparseCategoricalCrossentropy",
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out"), ("flat", "raw")),
        shapes={"out": (10,), "raw": (10,)},
        training={"outputs": {"raw": {"loss": "mae"}}},
    ),
    Case(
        "one-hot labels",
        **digits(out(), loss="categorical_crossentropy", shapes={"out": (10,)}),
        code="labels",
        node="out",
        fix="Use SparseCategoricalCrossentropy",
        says="class numbers from 0 to 9",
    ),
    Case(
        "one-hot labels, raw numbers",
        **digits(
            out(activation=None),
            loss={"kind": "CategoricalCrossentropy", "params": {"from_logits": True, "label_smoothing": 0.1}},
            shapes={"out": (10,)},
        ),
        code="labels",
        node="out",
        fix="Use SparseCategoricalCrossentropy",
    ),
    Case(
        "an image for a class",
        (INPUT, SCALE, out()),
        "output-rank",
        "out",
        'Flatten before "out"',
        says="gives 8 × 8 × 10 for a sample, where a row of 10 numbers is expected",
        shapes={"out": (8, 8, 10)},
        after={"out": (10,)},
    ),
    Case(
        "all steps for a class",
        (INPUT, SCALE, ROWS, ("out", "LSTM", {"units": 10, "return_sequences": True, "activation": "softmax"})),
        "output-rank",
        "out",
        "Give the last output only",
        shapes={"out": (8, 10)},
        after={"out": (10,)},
    ),
    Case(
        "an image from a convolution",
        (INPUT, SCALE, ("out", "Conv2D", {"filters": 10, "kernel_size": 3, "activation": "softmax"})),
        "output-rank",
        "out",
        "Add GlobalAveragePooling2D",
        says="gives 6 × 6 × 10",
        shapes={"out": (6, 6, 10)},
    ),
    Case("nine outputs for ten classes", **digits(out(9), **UNITS), code="units", node="out", fix="Set units to 10"),
    Case(
        "nine channels for ten classes",
        (
            INPUT,
            SCALE,
            ("conv", "Conv2D", {"filters": 9, "kernel_size": 3}),
            ("mean", "GlobalAveragePooling2D"),
            ("out", "Softmax"),
        ),
        "units",
        "out",
        "Set filters to 10",
        **UNITS,
    ),
    Case(
        "three outputs for a value",
        **table(out(3, None), shapes={"out": (3,)}, after={"out": (1,)}),
        code="units",
        node="out",
        fix="Set units to 1",
        says="compares one number with each label",
    ),
    Case(
        "one output for two class numbers",
        **points(out(1, "sigmoid"), shapes={"out": (1,)}),
        code="units",
        node="out",
        fix="Use BinaryCrossentropy",
    ),
    Case(
        "two outputs for yes or no",
        **points(out(2, "sigmoid"), loss=BCE, shapes={"out": (2,)}, after={"out": (1,)}),
        code="units",
        node="out",
        fix="Set units to 1",
    ),
    Case(
        "a joint that gives too few",
        (INPUT, SCALE, FLAT, ("a", "Dense", {"units": 9}), ("b", "Dense", {"units": 9}), ("out", "Add")),
        "units",
        "out",
        "Add a Dense layer of 10 units",
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "a"), ("flat", "b"), ("a", "out", 0), ("b", "out", 1)),
        shapes={"out": (9,)},
    ),
    Case(
        "a memory that ends the network",
        (INPUT, SCALE, ROWS, ("out", "GRU", {"units": 10})),
        "activation",
        "out",
        "Add a Dense layer of 10 units",
        says="gives those of tanh",
        shapes={"out": (10,)},
    ),
    Case(
        "softmax twice",
        **digits(out(), loss={"kind": CE, "params": {"from_logits": True}}, shapes={"out": (10,)}),
        code="logits",
        node="out",
        fix="Turn from_logits off",
        says="applies softmax itself",
    ),
    Case(
        "sigmoid twice",
        **points(out(1, "sigmoid"), loss={"kind": BCE, "params": {"from_logits": True}}, shapes={"out": (1,)}),
        code="logits",
        node="out",
        fix="Turn from_logits off",
    ),
    Case(
        "no softmax",
        **digits(out(activation=None), shapes={"out": (10,)}),
        code="activation",
        node="out",
        fix="Set activation to softmax",
        says="raw numbers",
    ),
    Case(
        "ten sigmoids",
        **digits(out(activation="sigmoid"), shapes={"out": (10,)}),
        code="activation",
        node="out",
        fix="Set activation to softmax",
    ),
    Case(
        "relu at the end",
        **digits(out(activation=None), ("end", "Activation", {"activation": "relu"}), shapes={"end": (10,)}),
        code="activation",
        node="end",
        fix="Set activation to softmax",
    ),
    Case(
        "relu as the last layer",
        **digits(out(activation=None), ("end", "ReLU"), shapes={"end": (10,)}),
        code="activation",
        node="end",
        fix="Add a Dense layer of 10 units",
        says="gives those of relu",
    ),
    Case(
        "a hinge that never bends",
        **points(out(1, "sigmoid"), loss="hinge", shapes={"out": (1,)}),
        code="activation",
        node="out",
        fix="Set activation to linear",
    ),
    Case(
        "sigmoid for values up to 346",
        **table(out(1, "sigmoid"), shapes={"out": (1,)}),
        code="reach",
        node="out",
        severity="warning",
        fix="Set activation to linear",
        says="go from 25 to 346",
    ),
    Case(
        "softmax of one number",
        **points(out(1), loss=BCE, shapes={"out": (1,)}),
        code="softmax-of-one",
        node="out",
        fix="Set activation to sigmoid",
    ),
    Case(
        "settings for an output that is none",
        **digits(out(), shapes={"out": (10,)}, training={"outputs": {"head": {"weight": 2}}}),
        code="unknown-output",
        fix="Remove the setting",
        says='the network has "out"',
    ),
    Case(
        "a second output by mistake",
        (INPUT, SCALE, FLAT, out(), ("more", "Dense", {"units": 10, "activation": "softmax"})),
        "several-outputs",
        "more",
        severity="warning",
        says='2 outputs: "out" and "more"',
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out"), ("flat", "more")),
        shapes={"out": (10,), "more": (10,)},
    ),
)

METRICS = (
    Case(
        "accuracy of a regression",
        **table(out(1, None), training={"metrics": ["accuracy"]}, shapes={"out": (1,)}),
        code="metric-task",
        fix="Use MeanAbsoluteError",
        says="Diabetes is a regression",
    ),
    Case(
        "accuracy of a regression, beside the usual",
        **table(out(1, None), training={"metrics": ["mae", "accuracy"]}, shapes={"out": (1,)}),
        code="metric-task",
        fix="Remove accuracy",
    ),
    Case(
        "precision of ten classes",
        **digits(out(), training={"metrics": ["Precision"]}, shapes={"out": (10,)}),
        code="metric-task",
        fix="Use accuracy",
    ),
    Case(
        "precision of two outputs",
        **points(out(2), training={"metrics": ["accuracy", "Precision"]}, shapes={"out": (2,)}),
        code="metric-labels",
        fix="Remove Precision",
        says="class numbers as labels",
    ),
    Case(
        "one-hot accuracy",
        **digits(out(), training={"metrics": ["CategoricalAccuracy"]}, shapes={"out": (10,)}),
        code="metric-labels",
        fix="Use accuracy",
    ),
    Case(
        "accuracy twice",
        **digits(out(), training={"metrics": ["accuracy", "acc"]}, shapes={"out": (10,)}),
        code="metric-twice",
        fix="Remove the second",
    ),
    Case(
        "two of ten classes",
        **digits(
            out(),
            training={"metrics": [{"kind": "MeanIoU", "params": {"num_classes": 2, "sparse_y_pred": False}}]},
            shapes={"out": (10,)},
        ),
        code="metric-classes",
        fix="Set num_classes to 10",
    ),
    Case(
        "accuracy of raw scores",
        **points(
            out(1, None),
            loss={"kind": BCE, "params": {"from_logits": True}},
            training={"metrics": ["accuracy"]},
            shapes={"out": (1,)},
        ),
        code="metric-logits",
        severity="warning",
        fix="Use sigmoid in the network",
    ),
)

CALLBACKS = (
    Case(
        "an unknown figure",
        **digits(out(), training={"metrics": ["accuracy"], **stopping(monitor="val_acc")}, shapes={"out": (10,)}),
        code="monitor",
        fix="Watch val_accuracy",
        says="training will have loss, accuracy, val_loss and val_accuracy",
    ),
    Case(
        "a figure without its metric",
        **digits(out(), training=stopping(monitor="f1"), shapes={"out": (10,)}),
        code="monitor",
        fix="Watch val_loss",
    ),
    Case(
        "a figure of unknown direction",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": ["FalsePositives"], **stopping(monitor="val_false_positives")},
            shapes={"out": (1,)},
        ),
        code="monitor-mode",
        fix="Set mode to min",
    ),
    Case(
        "the wrong direction",
        **digits(
            out(),
            training={"metrics": ["accuracy"], **stopping(monitor="val_accuracy", mode="min")},
            shapes={"out": (10,)},
        ),
        code="monitor-direction",
        severity="warning",
        fix="Set mode to max",
    ),
    Case(
        "two rulers of the learning rate",
        **digits(
            out(),
            training={
                **adam(
                    learning_rate={
                        "kind": "CosineDecay",
                        "params": {"initial_learning_rate": 0.01, "decay_steps": 10},
                    }
                ),
                "callbacks": ["ReduceLROnPlateau"],
            },
            shapes={"out": (10,)},
        ),
        code="schedule-callback",
        fix="Remove ReduceLROnPlateau",
    ),
    Case(
        "nothing to swap",
        **digits(out(), training={"callbacks": ["SwapEMAWeights"]}, shapes={"out": (10,)}),
        code="averaging",
        fix="Turn use_ema on",
    ),
)

WRONG = (*GRAPHS, *NODES, *PORTS, *INPUTS, *DATA, *CHOICES, *HEADS, *METRICS, *CALLBACKS)
