"""Weights that all start alike."""

from __future__ import annotations

from wrong_documents.case import FLAT, INPUT, SCALE, Case, digits, out

SHAPES = {"flat": (64,), "h": (32,), "out": (10,)}


def hidden(activation: str = "relu", **params: object) -> tuple[object, ...]:
    return ("h", "Dense", {"units": 32, "activation": activation, **params})


STARTS = (
    Case(
        "a hidden layer of zeros",
        **digits(hidden(kernel_initializer="zeros"), out(), shapes=SHAPES),
        code="initializer",
        node="h",
        severity="warning",
        fix="Set kernel_initializer to glorot_uniform",
        says="relu lets no gradient through at 0",
    ),
    Case(
        "zeros in the hidden layer and at the end",
        **digits(hidden("tanh", kernel_initializer="zeros"), out(kernel_initializer="zeros"), shapes=SHAPES),
        code="initializer",
        node="h",
        severity="warning",
        fix="Set kernel_initializer to glorot_uniform",
        says="they learn alike, or hardly",
    ),
    Case(
        "a hidden convolution of ones",
        (
            INPUT,
            SCALE,
            ("h", "Conv2D", {"filters": 8, "kernel_size": 3, "activation": "relu", "kernel_initializer": "ones"}),
            ("pool", "MaxPooling2D"),
            FLAT,
            out(),
        ),
        "initializer",
        "h",
        "Set kernel_initializer to glorot_uniform",
        severity="warning",
        shapes={"h": (6, 6, 8), "out": (10,)},
        says="start from 1",
    ),
    Case(
        "a memory of zeros",
        (
            INPUT,
            SCALE,
            ("rows", "Reshape", {"target_shape": [8, 8]}),
            ("h", "GRU", {"units": 8, "kernel_initializer": "zeros"}),
            out(),
        ),
        "initializer",
        "h",
        "Set kernel_initializer to glorot_uniform",
        severity="warning",
        shapes={"h": (8,), "out": (10,)},
    ),
    Case(
        "a scale of zeros on the only way",
        **digits(
            hidden("linear"),
            ("norm", "BatchNormalization", {"gamma_initializer": "zeros"}),
            ("bend", "ReLU"),
            out(),
            shapes={**SHAPES, "norm": (32,), "bend": (32,)},
        ),
        code="initializer",
        node="norm",
        severity="warning",
        fix="Set gamma_initializer to ones",
    ),
)

RESIDUAL = (
    ("input", "scale"),
    ("scale", "flat"),
    ("flat", "a"),
    ("a", "h"),
    ("h", "sum", 0),
    ("flat", "sum", 1),
    ("sum", "out"),
)

SOUND_STARTS = (
    Case("zeros at the end", **digits(hidden(), out(kernel_initializer="zeros"), shapes=SHAPES)),
    Case("a single layer of zeros", **digits(out(kernel_initializer="zeros"), shapes={"out": (10,)})),
    Case("a bias of ones", **digits(hidden(bias_initializer="ones"), out(), shapes=SHAPES)),
    Case(
        "a branch that begins with nothing",
        (
            INPUT,
            SCALE,
            FLAT,
            ("a", "Dense", {"units": 64, "activation": "relu"}),
            ("h", "Dense", {"units": 64, "kernel_initializer": "zeros"}),
            ("sum", "Add"),
            out(),
        ),
        edges=RESIDUAL,
        shapes={"flat": (64,), "a": (64,), "h": (64,), "sum": (64,), "out": (10,)},
    ),
    Case(
        "a frozen mean",
        (
            INPUT,
            SCALE,
            ("h", "Conv2D", {"filters": 1, "kernel_size": 3, "kernel_initializer": "ones"}, {"frozen": True}),
            FLAT,
            out(),
        ),
        shapes={"scale": (8, 8, 1), "h": (6, 6, 1), "flat": (36,), "out": (10,)},
        weights={"h": 10, "out": 370},
    ),
)
