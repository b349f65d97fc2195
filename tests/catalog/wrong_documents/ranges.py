"""Ranges of labels, outputs and values against the loss and the layers that take them."""

from __future__ import annotations

from typing import Any

from wrong_documents.case import BCE, CE, FLAT, INPUT, LAST, Case, digits, out, points, table

ROW = ("row", "Reshape", {"target_shape": [64]})
WORDS = (("pool", "GlobalAveragePooling1D"), out())


def slope(*layers: Any, **settings: Any) -> dict[str, Any]:
    """A regression whose values go from -1.2 to 1.2."""
    return {"nodes": (INPUT, *layers), "data": "plane", "shapes": {"out": (1,)}, **settings}


def words(rows: int, *between: Any, **settings: Any) -> dict[str, Any]:
    """Grey values from 0 to 16, looked up like words."""
    lookup = ("words", "Embedding", {"input_dim": rows, "output_dim": 4})
    return {"nodes": (INPUT, *between, ROW, lookup, *WORDS), "shapes": {"words": (64, 4), "out": (10,)}, **settings}


def images(params: dict[str, Any], *before: Any) -> dict[str, Any]:
    return {
        "nodes": (INPUT, *before, ("vary", "RandomBrightness", {"factor": 0.2, **params}), FLAT, out()),
        "shapes": {"out": (10,)},
    }


SCALED = ("scale", "Rescaling", {"scale": 0.0625})
SOME_FIX = "Use MeanSquaredError"

RANGES = (
    Case(
        "counts below zero",
        **slope(out(1, "softplus"), loss="poisson"),
        code="labels-range",
        node="out",
        fix=SOME_FIX,
        says="takes labels from 0 up, and those of Plane go from -1.2 to 1.2",
    ),
    Case(
        "logarithms of values below zero",
        **slope(out(1, None), loss="msle"),
        code="labels-range",
        node="out",
        fix=SOME_FIX,
    ),
    Case(
        "percentages of nothing",
        **slope(out(1, None), loss="mape"),
        code="labels-zero",
        node="out",
        severity="warning",
        fix=SOME_FIX,
        says="divides by the label",
    ),
    Case(
        "the direction of one number",
        **table(out(1, None), loss="cosine_similarity", shapes={"out": (1,)}),
        code="direction",
        node="out",
        fix=SOME_FIX,
        says="its gradient is exactly 0",
    ),
    Case(
        "a second output with a loss that cannot take its labels",
        (INPUT, ("norm", "BatchNormalization"), out(1, None), ("more", "Dense", {"units": 1})),
        "output-range",
        "more",
        "Set activation to softplus",
        edges=(("input", "norm"), ("norm", "out"), ("norm", "more")),
        data="diabetes",
        loss="mse",
        severity="warning",
        training={"outputs": {"more": {"loss": "poisson"}}},
        shapes={"out": (1,), "more": (1,)},
        says="gives numbers of any size: the logarithm of a negative output is not a number",
    ),
    Case(
        "shares that go beyond 1",
        **points(
            ("a", "Dense", {"units": 1, "activation": "sigmoid"}),
            ("out", "Rescaling", {"scale": 3.0}),
            loss=BCE,
            shapes={"out": (1,)},
        ),
        code="output-range",
        node="out",
        severity="warning",
        fix="Add a Dense layer of 1 unit",
        says="gives numbers from 0 to 3",
    ),
    Case(
        "tanh that is stretched too little",
        **slope(("a", "Dense", {"units": 1, "activation": "tanh"}), ("out", "Rescaling", {"scale": 1.1}), loss="mse"),
        code="reach",
        node="out",
        severity="warning",
        fix="Add a Dense layer of 1 unit",
        says="gives numbers from -1.1 to 1.1",
    ),
    Case(
        "relu for values of both signs",
        **slope(out(1, "relu"), loss="mse"),
        code="reach",
        node="out",
        severity="warning",
        fix="Set activation to linear",
    ),
    Case(
        "sigmoid for counts",
        **table(out(1, "sigmoid"), loss="poisson", shapes={"out": (1,)}),
        code="reach",
        node="out",
        severity="warning",
        fix="Set activation to softplus",
    ),
    Case(
        "a delta next to nothing",
        **table(out(1, None), loss={"kind": "Huber", "params": {"delta": 1e-6}}, shapes={"out": (1,)}),
        code="delta",
        node="out",
        severity="warning",
        fix="Set delta to 1",
    ),
    Case(
        "percentages of nothing as a metric",
        **slope(out(1, None), loss="mse", training={"metrics": ["mape"]}),
        code="metric-range",
        severity="warning",
        fix="Use MeanAbsoluteError",
        says="near 0 it says nothing",
    ),
    Case(
        "logarithms below zero as a metric",
        **slope(out(1, None), loss="mse", training={"metrics": ["mae", "msle"]}),
        code="metric-range",
        severity="warning",
        fix="Remove msle",
        says="takes labels from 0 up",
    ),
    Case(
        "the direction of one number as a metric",
        **table(out(1, None), training={"metrics": ["cosine_similarity"]}, shapes={"out": (1,)}),
        code="metric-range",
        severity="warning",
        fix="Use MeanAbsoluteError",
        says="it says only the sign",
    ),
    Case(
        "more words than rows",
        **words(10),
        code="lookup-range",
        node="words",
        fix="Set input_dim to 17",
        says="can look up 0 to 9, and what comes in goes from 0 to 16",
    ),
    Case("one row too few", **words(16), code="lookup-range", node="words", fix="Set input_dim to 17"),
    Case(
        "more categories than tokens",
        (INPUT, ROW, ("marks", "CategoryEncoding", {"num_tokens": 5}), out()),
        "lookup-range",
        "marks",
        "Set num_tokens to 17",
        shapes={"marks": (5,), "out": (10,)},
        after={"marks": (17,)},
    ),
    Case(
        "bins that are more than rows",
        (
            INPUT,
            FLAT,
            ("bins", "Discretization", {"bin_boundaries": [2.0, 5.0, 9.0, 12.0]}),
            ("words", "Embedding", {"input_dim": 4, "output_dim": 4}),
            *LAST,
        ),
        "lookup-range",
        "words",
        "Set input_dim to 5",
        shapes={"words": (64, 4), "out": (10,)},
    ),
    Case(
        "words below zero",
        **points(
            ("words", "Embedding", {"input_dim": 10, "output_dim": 4}),
            ("flat", "Flatten"),
            out(2),
            shapes={"out": (2,)},
        ),
        code="lookup-negative",
        node="words",
        says="goes from -6 to 6",
    ),
    Case(
        "words after they were scaled",
        **words(17, SCALED),
        code="fractions",
        node="words",
        severity="warning",
        says="gives numbers from 0 to 1",
    ),
    Case(
        "bright images taken for dark ones",
        **images({}, SCALED),
        code="value-range",
        node="vary",
        severity="warning",
        fix="Set value_range to [0.0, 1.0]",
        says="for numbers from 0 to 255, and what comes in goes from 0 to 1",
    ),
    Case(
        "dark images taken for bright ones",
        **images({"value_range": [0, 1]}),
        code="value-range",
        node="vary",
        severity="warning",
        fix="Set value_range to [0.0, 16.0]",
    ),
    Case(
        "pixels scaled twice",
        **digits(("again", "Rescaling", {"scale": 0.004}), out(), shapes={"out": (10,)}),
        code="scaled-twice",
        node="again",
        severity="warning",
        fix='Remove "again"',
        says='scaled by "scale" and again by "again"',
    ),
    Case(
        "a mask that is lost",
        (
            INPUT,
            ROW,
            ("words", "Embedding", {"input_dim": 17, "output_dim": 4, "mask_zero": True}),
            FLAT,
            out(),
        ),
        "keras-warning",
        "flat",
        severity="warning",
        shapes={"words": (64, 4), "flat": (256,), "out": (10,)},
        warns={
            "flat": "was passed an input with a mask attached to it. However, this layer does not support masking and "
            "will therefore destroy the mask information. Downstream layers will not see the mask."
        },
        says="this layer does not support masking",
    ),
)

SOUND_RANGES = (
    Case(
        "counts", **table(out(1, "softplus"), loss="poisson", shapes={"out": (1,)}, training={"metrics": ["poisson"]})
    ),
    Case("counts by exponents", **table(out(1, "exponential"), loss="msle", shapes={"out": (1,)})),
    Case("percentages", **table(out(1, None), loss="mape", shapes={"out": (1,)}, training={"metrics": ["mape"]})),
    Case("the usual delta", **table(out(1, None), loss="huber", shapes={"out": (1,)})),
    Case("a small delta", **slope(out(1, None), loss={"kind": "Huber", "params": {"delta": 0.1}})),
    Case(
        "tanh that is stretched",
        **slope(("a", "Dense", {"units": 1, "activation": "tanh"}), ("out", "Rescaling", {"scale": 1.5}), loss="mse"),
    ),
    Case(
        "tanh brought to shares",
        **points(
            ("a", "Dense", {"units": 1, "activation": "tanh"}),
            ("out", "Rescaling", {"scale": 0.5, "offset": 0.5}),
            loss=BCE,
            shapes={"out": (1,)},
        ),
    ),
    Case("leaky_relu for values of both signs", **slope(out(1, "leaky_relu"), loss="mse")),
    Case(
        "the mean of two answers",
        (
            INPUT,
            ("scale", "Rescaling", {"scale": 0.0625}),
            FLAT,
            out(),
            ("b", "Dense", {"units": 10, "activation": "softmax"}),
            ("both", "Average"),
        ),
        edges=(
            ("input", "scale"),
            ("scale", "flat"),
            ("flat", "out"),
            ("flat", "b"),
            ("out", "both", 0),
            ("b", "both", 1),
        ),
        shapes={"out": (10,), "b": (10,), "both": (10,)},
    ),
    Case("as many rows as words", **words(17)),
    Case("more rows than words", **words(1000)),
    Case("words brought back to whole numbers", **words(17, ("m", "MaxPooling2D", {"pool_size": 1}))),
    Case(
        "bins that are looked up",
        (
            INPUT,
            FLAT,
            ("bins", "Discretization", {"bin_boundaries": [2.0, 5.0, 9.0]}),
            ("words", "Embedding", {"input_dim": 4, "output_dim": 4}),
            *LAST,
        ),
        shapes={"words": (64, 4), "out": (10,)},
    ),
    Case("bright images", **images({"value_range": [0, 1]}, SCALED)),
    Case(
        "wholly scaled pixels",
        **digits(("a", "Dense", {"units": 16, "activation": "relu"}), out(), loss=CE, shapes={"out": (10,)}),
    ),
)
