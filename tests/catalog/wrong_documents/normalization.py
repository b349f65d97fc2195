"""Normalisation over a single number, and of the output."""

from __future__ import annotations

from wrong_documents.case import BCE, FLAT, INPUT, SCALE, Case, digits, out, points, table

H = ("h", "Dense", {"units": 32, "activation": "relu"})
NORM = ("norm", "BatchNormalization")
ROWS = {"flat": (64,), "h": (32,), "norm": (32,), "out": (10,)}
CONV = ("conv", "Conv2D", {"filters": 8, "kernel_size": 3, "activation": "relu"})

NORMALIZATION = (
    Case(
        "rows in batches of one",
        **digits(H, NORM, out(), training={"batch_size": 1}, shapes=ROWS),
        code="batch-of-one",
        node="norm",
        severity="warning",
        fix="Set the batch size to 32",
        says="a batch is one sample",
    ),
    Case(
        "images of one pixel in batches of one",
        (
            INPUT,
            SCALE,
            ("conv", "Conv2D", {"filters": 8, "kernel_size": 8}),
            NORM,
            ("bend", "ReLU"),
            FLAT,
            out(),
        ),
        "batch-of-one",
        "norm",
        "Set the batch size to 32",
        severity="warning",
        training={"batch_size": 1},
        shapes={"scale": (8, 8, 1), "conv": (1, 1, 8), "norm": (1, 1, 8), "out": (10,)},
    ),
    Case(
        "a last batch of one",
        (INPUT, H, NORM, out(3)),
        "last-batch",
        "norm",
        "Set the batch size to 16",
        data="iris",
        severity="warning",
        training={"batch_size": 17},
        shapes={"h": (32,), "norm": (32,), "out": (3,)},
        says="120 training samples in batches of 17",
    ),
    Case(
        "the mean of one number",
        **points(
            ("one", "Dense", {"units": 1, "activation": "relu"}),
            ("norm", "LayerNormalization"),
            out(2),
            shapes={"one": (1,), "norm": (1,), "out": (2,)},
        ),
        code="normalizes-one",
        node="norm",
        severity="warning",
        fix='Remove "norm"',
        says="takes the mean of a single number",
    ),
    Case(
        "groups of one number",
        **digits(H, ("norm", "GroupNormalization", {"groups": -1}), out(), shapes=ROWS),
        code="normalizes-one",
        node="norm",
        severity="warning",
        fix='Remove "norm"',
    ),
    Case(
        "a value that is normalised",
        **table(H, out(1, None), ("end", "BatchNormalization"), shapes={"h": (32,), "out": (1,), "end": (1,)}),
        code="normalized-output",
        node="end",
        severity="warning",
        fix='Remove "end"',
    ),
)

SOUND_NORMALIZATION = (
    Case("rows in batches of eight", **digits(H, NORM, out(), training={"batch_size": 8}, shapes=ROWS)),
    Case(
        "samples by themselves in batches of one",
        **digits(H, ("norm", "LayerNormalization"), out(), training={"batch_size": 1}, shapes=ROWS),
    ),
    Case(
        "a frozen normalisation in batches of one",
        **digits(
            H,
            (*NORM, {}, {"frozen": True}),
            out(),
            training={"batch_size": 1},
            shapes=ROWS,
            weights={"norm": 64, "out": 330},
        ),
    ),
    Case(
        "images in batches of one",
        (INPUT, SCALE, CONV, NORM, FLAT, out()),
        training={"batch_size": 1},
        shapes={"scale": (8, 8, 1), "conv": (6, 6, 8), "norm": (6, 6, 8), "flat": (288,), "out": (10,)},
    ),
    Case(
        "a last batch of two",
        (INPUT, H, NORM, out(3)),
        data="iris",
        training={"batch_size": 59},
        shapes={"h": (32,), "norm": (32,), "out": (3,)},
    ),
    Case(
        "normalised raw scores",
        **digits(
            H,
            ("a", "Dense", {"units": 10}),
            ("norm", "BatchNormalization"),
            ("out", "Softmax"),
            shapes={"flat": (64,), "h": (32,), "a": (10,), "norm": (10,), "out": (10,)},
        ),
    ),
    Case(
        "yes or no behind a normalisation",
        **points(H, NORM, out(1, "sigmoid"), loss=BCE, shapes={"h": (32,), "norm": (32,), "out": (1,)}),
    ),
)
