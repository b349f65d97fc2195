"""What Keras takes at first and cannot compute, or not learn."""

from __future__ import annotations

from typing import Any

from wrong_documents.case import FLAT, INPUT, SCALE, Case, digits, out

FLAT_DIGITS: dict[str, Any] = {"flat": (64,), "drop": (64,), "out": (10,)}
BINS = ("bins", "Discretization", {"bin_boundaries": [0.0, 1.0], "output_mode": "multi_hot"})
DENSE = ("dense", "Dense", {"units": 6})


def noise(*shape: int | None) -> tuple[Any, ...]:
    return ("drop", "Dropout", {"rate": 0.2, "noise_shape": list(shape)})


LATE = (
    Case(
        "an axis that is not there",
        **digits(out(activation=None), ("share", "Softmax", {"axis": [2]}), shapes={"out": (10,), "share": (10,)}),
        code="axis",
        node="share",
        fix="Use the last axis",
        says="works along axis 2, and what comes in has the axes 0 (the samples) to 1.",
    ),
    Case(
        "a pattern of noise with too many axes",
        **digits(noise(1, 1, 64), out(), shapes=FLAT_DIGITS),
        code="noise-shape",
        node="drop",
        fix="Drop each number by itself",
        says="has a noise_shape of 1 × 1 × 64",
    ),
    Case(
        "a pattern of noise of another width",
        **digits(noise(None, 32), out(), shapes=FLAT_DIGITS),
        code="noise-shape",
        node="drop",
        fix="Drop each number by itself",
        says="and what comes in has the shape samples × 64",
    ),
    Case(
        "a layer that learns nothing behind another one",
        (INPUT, SCALE, FLAT, DENSE, BINS, out()),
        "no-gradient",
        "dense",
        says='no gradient passes "bins" (Discretization), which takes whole numbers.',
        severity="warning",
        shapes={"flat": (64,), "dense": (6,), "bins": (3,), "out": (10,)},
        weights={"dense": 390, "out": 40},
    ),
    Case(
        "nothing that learns at all",
        (INPUT, SCALE, FLAT, DENSE, BINS, ("share", "Softmax")),
        "no-gradient",
        "dense",
        says="and nothing else learns.",
        severity="training",
        shapes={"flat": (64,), "dense": (6,), "bins": (3,), "share": (3,)},
        weights={"dense": 390},
    ),
)

SOUND = (
    Case(
        "patterns of noise that fit",
        **digits(noise(1, 64), ("more", "Dropout", {"rate": 0.1, "noise_shape": [1]}), out(), shapes=FLAT_DIGITS),
    ),
    Case(
        "bins beside a layer that learns",
        (
            INPUT,
            SCALE,
            FLAT,
            DENSE,
            ("bins", "Discretization", {"bin_boundaries": [0.0, 0.5]}),
            ("join", "Concatenate"),
            out(),
        ),
        edges=(
            ("input", "scale"),
            ("scale", "flat"),
            ("flat", "dense"),
            ("flat", "bins"),
            ("dense", "join", 0),
            ("bins", "join", 1),
            ("join", "out"),
        ),
        shapes={"flat": (64,), "dense": (6,), "bins": (64,), "join": (70,), "out": (10,)},
        weights={"dense": 390, "out": 710},
    ),
)
