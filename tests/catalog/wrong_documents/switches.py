"""Frozen, bypassed and shared layers."""

from __future__ import annotations

from typing import Any

from wrong_documents.case import FLAT, INPUT, SCALE, Case, digits, out
from wrong_documents.shapes import IMAGE, TABLE, conv, dense, shaped

FROZEN = {"frozen": True}
BYPASSED = {"bypassed": True}


def shares(node_id: str, kind: str, owner: str) -> tuple[Any, ...]:
    return (node_id, kind, {}, {"shares": owner})


IRIS: dict[str, Any] = {"data": "iris"}
WAYS = (("input", "a"), ("input", "b"), ("a", "sum", 0), ("b", "sum", 1), ("sum", "out"))

SWITCHES = (
    Case(
        "everything frozen",
        (INPUT, ("a", "Dense", {"units": 8}, FROZEN), ("out", "Dense", {"units": 3, "activation": "softmax"}, FROZEN)),
        "all-frozen",
        "out",
        "Unfreeze all",
        severity="training",
        says="nothing is left to train",
        **IRIS,
        shapes={"input": (4,), "a": (8,), "out": (3,)},
        weights={"a": 40, "out": 27},
    ),
    Case(
        "no weights anywhere",
        (INPUT, ("out", "Softmax")),
        "no-weights",
        "out",
        severity="training",
        says="there is nothing to train",
        **IRIS,
        shapes={"input": (4,), "out": (4,)},
    ),
    Case(
        "a frozen layer without weights",
        **digits(("drop", "Dropout", {"rate": 0.2}, FROZEN), out(), shapes={"drop": (64,), "out": (10,)}),
        code="frozen-weightless",
        node="drop",
        severity="warning",
        fix="Unfreeze it",
        says="freezing changes nothing",
    ),
    Case(
        "a frozen Input",
        (("input", "Input", {}, FROZEN), out(3)),
        "frozen-weightless",
        "input",
        "Unfreeze it",
        severity="warning",
        **IRIS,
        shapes={"input": (4,), "out": (3,)},
        weights={"out": 15},
    ),
    Case(
        "a bypassed Input",
        (("input", "Input", {}, BYPASSED), out(3)),
        "bypassed-input",
        "input",
        'Use "input" again',
        severity="warning",
        says="nothing comes before it",
        **IRIS,
        shapes={"out": (3,)},
    ),
    Case(
        "a bypassed sum",
        (INPUT, ("a", "Dense", {"units": 8}), ("b", "Dense", {"units": 8}), ("sum", "Add", {}, BYPASSED), out(3)),
        "left-out",
        "sum",
        'Use "sum" again',
        severity="warning",
        says='"b" led to it otherwise, and is left out',
        edge=("b", "sum", 1),
        **IRIS,
        edges=WAYS,
        shapes={"out": (3,)},
    ),
    Case(
        "a bypassed end",
        (INPUT, SCALE, FLAT, ("a", "Dense", {"units": 64}), (*out(), BYPASSED)),
        "units",
        "out",
        'Set units of "a" to 10',
        shapes={"out": (64,)},
        after={"out": (10,)},
        says="gives 64 numbers",
    ),
    Case(
        "a bypassed layer in the air",
        (INPUT, FLAT, ("a", "Dense", {"units": 4}, BYPASSED), out()),
        "unconnected",
        "a",
        'Connect "flat" to it',
        edges=(("input", "flat"), ("a", "out")),
        shapes={"out": (10,)},
    ),
    shaped(
        "a bypassed flatten",
        [4, 4, 1],
        ("flat", "Flatten", {}, BYPASSED),
        ("again", "RepeatVector", {"n": 3}),
        at="again",
    ),
    Case(
        "a layer shared with another kind",
        **digits(("a", "Dense", {"units": 64}), shares("b", "LayerNormalization", "a"), out(), shapes={"out": (10,)}),
        code="shared-kind",
        node="b",
        fix="Give it a layer of its own",
        says="of another kind",
    ),
    Case(
        "a shared Input",
        (INPUT, shares("more", "Input", "input"), ("sum", "Add"), out(3)),
        "shared-input",
        "more",
        "Give it a layer of its own",
        says="nothing to share",
        **IRIS,
        edges=(("input", "sum", 0), ("more", "sum", 1), ("sum", "out")),
        shapes={"out": (3,)},
    ),
    Case(
        "a shared layer without weights",
        **digits(
            ("a", "ReLU"),
            ("mid", "Dense", {"units": 9}),
            shares("b", "ReLU", "a"),
            out(),
            shapes={"a": (64,), "out": (10,)},
        ),
        code="shared-weightless",
        node="b",
        severity="warning",
        fix="Give it a layer of its own",
        says="sharing changes nothing",
    ),
    shaped(
        "a shared layer on another width",
        TABLE,
        dense("a", 5),
        shares("b", "Dense", "a"),
        at="b",
        code="shared-shape",
        fix='Give "b" a layer of its own',
        says="a shared layer",
    ),
    shaped(
        "a shared convolution on other channels",
        IMAGE,
        conv("a", 4),
        shares("b", "Conv2D", "a"),
        at="b",
        code="shared-shape",
        fix='Give "b" a layer of its own',
    ),
    shaped(
        "a layer shared with one before it",
        TABLE,
        shares("b", "Dense", "a"),
        dense("a", 5),
        at="a",
        code="shared-shape",
        fix='Give "b" a layer of its own',
    ),
    Case(
        "a shared layer with a number too small",
        **digits(("a", "Dense", {"units": 0}), shares("b", "Dense", "a"), out(), shapes={"out": (10,)}),
        code="param",
        node="a",
        fix="Set units to 1",
    ),
)
