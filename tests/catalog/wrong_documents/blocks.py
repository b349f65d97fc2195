"""Blocks that repeat and cannot, or whose repetitions do not do what they seem to."""

from __future__ import annotations

from typing import Any

from wrong_documents.case import CE, FLAT, INPUT, SCALE, Case, digits, out
from wrong_documents.shapes import IMAGE, ROWS, TABLE, conv, dense, shaped


def block(members: str, repeat: int = 2, name: str = "part") -> dict[str, Any]:
    return {"id": name, "name": name.capitalize(), "members": members.split(), "repeat": repeat}


def again(name: str, shape: Any, *layers: tuple[Any, ...], at: str, blocks: tuple[Any, ...], **more: Any) -> Case:
    """A block whose later repetition Keras refuses."""
    settings = {"code": "repeat", "fix": "Repeat once", **more}
    return shaped(name, shape, *layers, at=at, blocks=blocks, **settings)


BLOCKS = (
    Case(
        "a tower whose step is compiled for minutes",
        (INPUT, SCALE, FLAT, ("up", "Dense", {"units": 8, "activation": "relu"}), out()),
        "slow-start",
        says="901 layers that learn",
        severity="warning",
        blocks=({"id": "tower", "name": "Tower", "members": ["up"], "repeat": 900},),
        shapes={"up": (8,), "out": (10,)},
        weights={"up": 520, "out": 90},
        copies={"up": 900},
    ),
    again(
        "a block that gives rows and takes sequences",
        ROWS,
        ("lstm", "LSTM", {"units": 4}),
        dense("dense"),
        at="lstm",
        blocks=(block("lstm dense"),),
        says="In repetition 2",
    ),
    again(
        "a residual block that widens",
        IMAGE,
        conv("conv1", 3, padding="same"),
        conv("conv2", 6, padding="same"),
        ("sum", "Add"),
        at="sum",
        edges=(("in", "conv1"), ("conv1", "sum", 0), ("conv1", "conv2"), ("conv2", "sum", 1)),
        blocks=(block("conv2 sum"),),
        code="keras",
        fix="Add a 1 × 1 convolution",
    ),
    again(
        "a skip that fits once",
        IMAGE,
        conv("narrow", 3, padding="same"),
        ("sum", "Add"),
        conv("wide", 6, padding="same"),
        at="sum",
        edges=(("in", "narrow"), ("narrow", "sum", 0), ("in", "sum", 1), ("sum", "wide")),
        blocks=(block("narrow sum wide"),),
    ),
    again(
        "an image that shrinks with every repetition",
        [8, 8, 1],
        conv("conv"),
        ("pool", "MaxPooling2D"),
        at="pool",
        blocks=(block("conv pool", 3),),
        says="In repetition",
    ),
    again(
        "a flat image in the next repetition",
        IMAGE,
        conv("conv"),
        ("flat", "Flatten"),
        at="conv",
        blocks=(block("conv flat", 4),),
        says='in the block "Part"',
    ),
    again(
        "a block inside a block that does not fit",
        ROWS,
        dense("dense"),
        ("gru", "GRU", {"units": 4}),
        dense("last"),
        at="gru",
        blocks=(block("gru", 2, "inner"), block("dense inner", 1, "outer")),
        says='in the block "Inner"',
    ),
    again(
        "a shape that is reached only once",
        [64],
        ("shape", "Reshape", {"target_shape": [8, 8]}),
        dense("dense", 4),
        at="shape",
        blocks=(block("shape dense", 3),),
    ),
    again(
        "heads put on again",
        TABLE,
        ("again", "RepeatVector", {"n": 3}),
        at="again",
        blocks=(block("again"),),
    ),
    Case(
        "more layers than can be built",
        **digits(("a", "Dense", {"units": 4}), ("b", "Dense", {"units": 4}), out(), shapes={"out": (10,)}),
        code="too-many-layers",
        node="a",
        fix="Repeat once",
        says="at most 10,000 can be built",
        blocks=(
            {"id": "inner", "name": "Inner", "members": ["a"], "repeat": 1000},
            {"id": "outer", "name": "Outer", "members": ["inner", "b"], "repeat": 1000},
        ),
    ),
    Case(
        "a repeated block that nothing feeds",
        (INPUT, ("flat", "Flatten"), out()),
        "repeat-unfed",
        "input",
        "Repeat once",
        severity="warning",
        says="stands once and not 3 times",
        blocks=(block("input flat", 3),),
        shapes={"out": (10,)},
    ),
    Case(
        "an Input that repeats",
        (("a", "Input", {"columns": [0, 1]}), ("b", "Input", {"columns": [2, 3]}), ("join", "Concatenate"), out(3)),
        "repeat-input",
        "b",
        "Repeat once",
        says="would want data of its own",
        data="iris",
        edges=(("a", "join", 0), ("b", "join", 1), ("join", "out")),
        blocks=(block("b join"),),
        shapes={"out": (3,)},
    ),
    Case(
        "an output in a block that repeats",
        (INPUT, ("hidden", "Dense", {"units": 4}), ("early", "Dense", {"units": 3}), out(3)),
        "repeat-outputs",
        "early",
        "Repeat once",
        severity="warning",
        says="an output of the network 3 times",
        data="iris",
        loss={"kind": CE, "params": {"from_logits": True}},
        edges=(("input", "hidden"), ("hidden", "early"), ("hidden", "out")),
        blocks=(block("hidden early", 3),),
        shapes={"early": (3,)},
    ),
    Case(
        "a repeated block that what it gives comes back to",
        **digits(
            ("narrow", "Dense", {"units": 8}),
            ("act", "ReLU"),
            ("join", "Concatenate"),
            out(),
            edges=(
                ("act", "join", 1),
                ("input", "scale"),
                ("scale", "flat"),
                ("flat", "join", 0),
                ("flat", "narrow"),
                ("narrow", "act"),
                ("join", "out"),
            ),
            shapes={"out": (10,)},
        ),
        code="repeat-gap",
        node="act",
        fix='Put "act" into the block',
        says='"act" (ReLU), which lies between its layers, is outside of it: its repetitions would run in a circle',
        blocks=(block("narrow join"),),
    ),
    Case(
        "a repeated block around a layer that stands once",
        **digits(
            ("a", "Dense", {"units": 8}), ("b", "ReLU"), ("c", "Dropout"), ("d", "ReLU"), out(), shapes={"out": (10,)}
        ),
        code="repeat-gap",
        severity="warning",
        node="b",
        fix='Put "b" and "c" into the block',
        says='"c" (Dropout), which lie between its layers, are outside of it: these stand once',
        blocks=(block("a d", 3),),
    ),
    Case(
        "a gap that is half of another block",
        **digits(
            ("a", "Dense", {"units": 8}),
            ("b", "ReLU"),
            ("c", "Dense", {"units": 8}),
            ("d", "ReLU"),
            out(),
            shapes={"out": (10,)},
        ),
        code="repeat-gap",
        severity="warning",
        node="b",
        fix="Repeat once",
        says='The block "One"',
        blocks=(block("a c", 2, "one"), block("b d", 3, "two")),
    ),
    Case(
        "two repeated blocks that wait for each other",
        (
            ("x", "Input", {"columns": [0, 1]}),
            ("y", "Input", {"columns": [2, 3]}),
            ("a1", "Dense", {"units": 4}),
            ("b1", "Dense", {"units": 4}),
            ("b2", "Dense", {"units": 4}),
            ("a2", "Dense", {"units": 4}),
            ("join", "Concatenate"),
            out(3),
        ),
        "repeat-circle",
        "a1",
        'Repeat "Left" once',
        says='the blocks "Left" and "Right" wait for each other',
        data="iris",
        edges=(
            ("b2", "a2"),
            ("x", "a1"),
            ("y", "b2"),
            ("a1", "b1"),
            ("b1", "join", 0),
            ("a2", "join", 1),
            ("join", "out"),
        ),
        blocks=(block("a1 a2", 2, "left"), block("b1 b2", 2, "right")),
        shapes={"out": (3,)},
    ),
)
