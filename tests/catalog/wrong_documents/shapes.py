"""Layers on tensors that they do not take, each as Keras says it.

Keras' messages and shapes stand in `keras_says.json`; the conformance test of the rules compares them with Keras.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wrong_documents.case import Case

SAYS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("keras_says.json").read_text(encoding="utf-8"))
IMAGE = [12, 12, 3]
ROWS = [6, 8]
TABLE = [8]


def shaped(name: str, shape: Any, *layers: tuple[Any, ...], at: str, fix: str | None = None, **more: Any) -> Case:
    """Layers behind an Input of a shape, or of several; one of them is wrong."""
    several = shape if isinstance(shape, tuple) else (shape,)
    inputs = tuple((f"in{number}" if number else "in", "Input", {"shape": one}) for number, one in enumerate(several))
    said = SAYS.get(name, {})
    shapes = {node: tuple(axes) for node, axes in said.get("shapes", {}).items()}
    after = {node: tuple(axes) for node, axes in said.get("after", {}).items()}
    known = {"shapes": shapes, "after": after, "errors": said.get("errors", {}), "data": None, "code": "keras"}
    return Case(name, (*inputs, *layers), node=at, fix=fix, **{**known, **more})


def conv(name: str, filters: int = 8, size: Any = 3, **params: Any) -> tuple[Any, ...]:
    return (name, "Conv2D", {"filters": filters, "kernel_size": size, **params})


def dense(name: str, units: int = 8) -> tuple[Any, ...]:
    return (name, "Dense", {"units": units})


def meet(one: str, other: str, joint: str = "join", source: str = "in") -> tuple[tuple[Any, ...], ...]:
    """Two ways from a source into a joint."""
    return ((source, one), (source, other), (one, joint, 0), (other, joint, 1))


INTO = (("in", "join", 0), ("in1", "join", 1))

SHAPES = (
    shaped("flatten before a convolution", IMAGE, ("flat", "Flatten"), conv("conv"), at="conv", fix='Remove "flat"'),
    shaped(
        "flatten before a memory",
        ROWS,
        ("flat", "Flatten"),
        ("lstm", "LSTM", {"units": 4}),
        at="lstm",
        fix='Remove "flat"',
    ),
    shaped("a kernel larger than the image", [4, 4, 1], conv("conv", size=5), at="conv", fix="Set padding to same"),
    shaped(
        "a pooling larger than the image",
        [4, 4, 1],
        ("pool", "MaxPooling2D", {"pool_size": 5}),
        at="pool",
        fix="Set padding to same",
    ),
    shaped(
        "a depthwise kernel larger than the image",
        [2, 2, 3],
        ("conv", "DepthwiseConv2D", {"kernel_size": 3}),
        at="conv",
        fix="Set padding to same",
    ),
    shaped(
        "a kernel longer than the sequence",
        [3, 4],
        ("conv", "Conv1D", {"filters": 4, "kernel_size": 5}),
        at="conv",
        fix="Set padding to same",
    ),
    shaped(
        "pooled until nothing is left",
        [4, 4, 1],
        *((f"pool{number}", "MaxPooling2D") for number in (1, 2, 3)),
        at="pool3",
        fix="Set padding to same",
    ),
    shaped(
        "24 channels and 48",
        IMAGE,
        conv("a", 24, padding="same"),
        conv("b", 48, padding="same"),
        ("join", "Add"),
        at="join",
        fix="Add a 1 × 1 convolution",
        edges=meet("a", "b"),
        says="24",
    ),
    shaped(
        "a skip of other channels",
        IMAGE,
        conv("a", 24, padding="same"),
        ("join", "Add"),
        at="join",
        fix="Add a 1 × 1 convolution",
        edges=(("in", "a"), ("in", "join", 0), ("a", "join", 1)),
    ),
    shaped(
        "8 numbers and 16",
        TABLE,
        dense("a", 8),
        dense("b", 16),
        ("join", "Add"),
        at="join",
        fix="Add a Dense layer of 16 units",
        edges=meet("a", "b"),
    ),
    shaped(
        "a difference of other widths",
        TABLE,
        dense("a", 8),
        dense("b", 16),
        ("join", "Subtract"),
        at="join",
        fix="Add a Dense layer of 16 units",
        edges=meet("a", "b"),
    ),
    shaped(
        "a gate of other channels",
        IMAGE,
        conv("a", 4, 1),
        conv("b", 6, 1),
        ("join", "Multiply"),
        at="join",
        fix="Add a 1 × 1 convolution",
        edges=meet("a", "b"),
    ),
    shaped("a mean of images of two sizes", ([8, 8, 3], [6, 6, 3]), ("join", "Average"), at="join", edges=INTO),
    shaped("a maximum of an image and a row", (IMAGE, [10]), ("join", "Maximum"), at="join", edges=INTO),
    shaped("images of two sizes side by side", ([8, 8, 3], [6, 6, 3]), ("join", "Concatenate"), at="join", edges=INTO),
    shaped("an image and a row side by side", (IMAGE, TABLE), ("join", "Concatenate"), at="join", edges=INTO),
    shaped(
        "side by side along an axis that is not there",
        (TABLE, TABLE),
        ("join", "Concatenate", {"axis": 5}),
        at="join",
        edges=INTO,
    ),
    shaped("a product of rows of two lengths", ([8], [6]), ("join", "Dot", {"axes": 1}), at="join", edges=INTO),
    shaped(
        "a product along an axis that is not there", (TABLE, TABLE), ("join", "Dot", {"axes": 3}), at="join", edges=INTO
    ),
    shaped("a shape of another size", [64], ("shape", "Reshape", {"target_shape": [7, 9]}), at="shape"),
    shaped(
        "a shape that comes out even otherwise",
        [64],
        ("shape", "Reshape", {"target_shape": [9, 8]}),
        at="shape",
        fix="Reshape to 8, 8",
    ),
    shaped("axes swapped that are not there", IMAGE, ("swap", "Permute", {"dims": [2, 1]}), at="swap"),
    shaped("an image repeated as a row", IMAGE, ("again", "RepeatVector", {"n": 3}), at="again"),
    shaped("a memory on images", IMAGE, ("lstm", "LSTM", {"units": 4}), at="lstm", fix="Read it row by row"),
    shaped("a memory on a row", TABLE, ("gru", "GRU", {"units": 4}), at="gru"),
    shaped(
        "a memory behind a last step",
        ROWS,
        ("one", "LSTM", {"units": 4}),
        ("two", "LSTM", {"units": 4}),
        at="two",
        fix='Give all steps of "one"',
    ),
    shaped(
        "both ways through an image",
        IMAGE,
        ("both", "Bidirectional", {"layer": {"kind": "LSTM", "params": {"units": 4}}}),
        at="both",
        fix="Read it row by row",
    ),
    shaped(
        "an image layer at each step of a sequence",
        ROWS,
        ("each", "TimeDistributed", {"layer": {"kind": "Conv2D", "params": {"filters": 4, "kernel_size": 3}}}),
        at="each",
    ),
    shaped("a grey image without its channel axis", [28, 28], conv("conv"), at="conv", fix="Add the channel axis"),
    shaped("a pooling of a row", TABLE, ("pool", "MaxPooling2D"), at="pool"),
    shaped(
        "a mean over an image that is a sequence",
        ROWS,
        ("mean", "GlobalAveragePooling2D"),
        at="mean",
        fix="Add the channel axis",
    ),
    shaped("a mean over a sequence that is an image", IMAGE, ("mean", "GlobalAveragePooling1D"), at="mean"),
    shaped("a sequence layer on an image of unknown width", [12, None, 3], ("gru", "GRU", {"units": 4}), at="gru"),
    shaped(
        "a convolution back from a row", TABLE, ("up", "Conv2DTranspose", {"filters": 4, "kernel_size": 2}), at="up"
    ),
    shaped("a larger image of a row", TABLE, ("up", "UpSampling2D"), at="up"),
    shaped("margins of a sequence around an image", IMAGE, ("pad", "ZeroPadding1D"), at="pad"),
    shaped("more cut off than there is", [4, 4, 3], ("cut", "Cropping2D", {"cropping": 2}), at="cut"),
    shaped("whole channels dropped from a row", TABLE, ("drop", "SpatialDropout2D", {"rate": 0.2}), at="drop"),
    shaped(
        "channels that do not divide into groups", IMAGE, conv("conv", 8, groups=2), at="conv", fix="Set groups to 1"
    ),
    shaped(
        "groups of channels that do not come out even",
        IMAGE,
        ("norm", "GroupNormalization", {"groups": 2}),
        at="norm",
        fix="Set groups to 1",
    ),
    shaped("strides and gaps at once", IMAGE, conv("conv", strides=2, dilation_rate=2), at="conv"),
    shaped("normalized along an axis that is not there", TABLE, ("norm", "BatchNormalization", {"axis": 4}), at="norm"),
    shaped("a slope shared along an axis that is not there", TABLE, ("act", "PReLU", {"shared_axes": [3]}), at="act"),
    shaped("a width that is not known", [None], dense("dense"), at="dense"),
    shaped("images of any size in a row", [None, None, 3], ("flat", "Flatten"), dense("dense"), at="dense"),
    shaped(
        "heads that do not divide",
        (ROWS, ROWS),
        ("join", "GroupQueryAttention", {"head_dim": 4, "num_query_heads": 3, "num_key_value_heads": 2}),
        at="join",
        edges=INTO,
    ),
    shaped(
        "attention on rows",
        (TABLE, TABLE),
        ("join", "MultiHeadAttention", {"num_heads": 2, "key_dim": 4}),
        at="join",
        edges=INTO,
        code="attention-rank",
        says="query 8 and value 8",
    ),
    shaped(
        "attention of a sequence to an image",
        (ROWS, IMAGE),
        ("join", "MultiHeadAttention", {"num_heads": 2, "key_dim": 4}),
        at="join",
        edges=INTO,
        code="attention-rank",
        says="query 6 × 8 and value 12 × 12 × 3",
    ),
    shaped(
        "attention of other widths",
        ([6, 8], [6, 5]),
        ("join", "Attention"),
        at="join",
        edges=INTO,
        code="attention-width",
        fix="Add a Dense layer of 5 units",
        edge=("in", "join", 0),
    ),
    shaped(
        "keys without values",
        (ROWS, ROWS, [4, 8]),
        ("join", "MultiHeadAttention", {"num_heads": 2, "key_dim": 4}),
        at="join",
        edges=(*INTO, ("in2", "join", 2)),
    ),
    shaped(
        "a row turned like an image",
        TABLE,
        ("turn", "RandomRotation", {"factor": 0.1}),
        dense("dense"),
        at="turn",
        code="image-needed",
        fix='Remove "turn"',
    ),
    shaped(
        "an image mirrored behind flatten",
        IMAGE,
        ("flat", "Flatten"),
        ("flip", "RandomFlip"),
        dense("dense"),
        at="flip",
        code="image-needed",
        fix='Remove "flip"',
    ),
    shaped(
        "words looked up by fractions",
        TABLE,
        dense("dense"),
        ("words", "Embedding", {"input_dim": 9, "output_dim": 4}),
        at="words",
        code="fractions",
        severity="warning",
    ),
)
