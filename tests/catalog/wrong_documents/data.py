"""Data sets, limits, batches and scaling."""

from __future__ import annotations

from wrong_documents.case import FLAT, INPUT, SCALE, Case, digits, out

DATA = (
    Case(
        "no data",
        (("input", "Input", {"shape": [4]}), out(3)),
        "no-data",
        severity="training",
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
