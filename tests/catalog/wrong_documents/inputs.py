"""Inputs, their shapes and columns; and what Keras says of a layer."""

from __future__ import annotations

from wrong_documents.case import FLAT, INPUT, SCALE, Case, digits, out

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
