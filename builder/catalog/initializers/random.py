"""Weights that start from random numbers, of a given spread or of one that fits the size of the layer."""

from __future__ import annotations

from builder.catalog.spec import Initializer, Param
from builder.catalog.types import Float, Int, OneOf

SITE = "https://keras.io/api/layers/initializers/"

SEED = Param(
    "seed",
    Int(none=True, low=0, high=2**31 - 1),
    None,
    "Fixes these numbers; empty follows the training seed.",
)
MEAN = Param("mean", Float(step=0.01), 0.0, "Middle of the numbers.")
STDDEV = Param("stddev", Float(low=0, step=0.01), 0.05, "Standard deviation of the numbers.")


def _fitted(kind: str, alias: str, summary: str) -> Initializer:
    """One whose spread follows from the size of the layer."""
    doc = f"{SITE}#{kind.lower()}-class"
    return Initializer(kind=kind, aliases=(alias,), summary=summary, doc=doc, params=(SEED,))


INITIALIZERS = (
    _fitted("GlorotUniform", "glorot_uniform", "Even numbers that keep the spread forwards and backwards (Glorot)."),
    _fitted("GlorotNormal", "glorot_normal", "Normal numbers that keep the spread forwards and backwards (Glorot)."),
    _fitted("HeUniform", "he_uniform", "Even numbers that keep the spread behind relu (He)."),
    _fitted("HeNormal", "he_normal", "Normal numbers that keep the spread behind relu (He)."),
    _fitted("LecunUniform", "lecun_uniform", "Even numbers that keep the spread forwards (LeCun)."),
    _fitted("LecunNormal", "lecun_normal", "Normal numbers that keep the spread forwards (LeCun); for selu."),
    Initializer(
        kind="Orthogonal",
        aliases=("orthogonal", "OrthogonalInitializer"),
        summary="A random turn: keeps the length of what goes through. For weights of two axes or more.",
        doc=SITE + "#orthogonal-class",
        params=(Param("gain", Float(step=0.1), 1.0, "Factor for all numbers."), SEED),
    ),
    Initializer(
        kind="RandomUniform",
        aliases=("random_uniform", "uniform"),
        summary="Numbers that are equally likely between two ends.",
        doc=SITE + "#randomuniform-class",
        params=(
            Param("minval", Float(step=0.01), -0.05, "Lower end."),
            Param("maxval", Float(step=0.01), 0.05, "Upper end."),
            SEED,
        ),
    ),
    Initializer(
        kind="RandomNormal",
        aliases=("random_normal", "normal"),
        summary="Numbers from a normal distribution.",
        doc=SITE + "#randomnormal-class",
        params=(MEAN, STDDEV, SEED),
    ),
    Initializer(
        kind="TruncatedNormal",
        aliases=("truncated_normal",),
        summary="Numbers from a normal distribution without those beyond two standard deviations.",
        doc=SITE + "#truncatednormal-class",
        params=(MEAN, STDDEV, SEED),
    ),
    Initializer(
        kind="VarianceScaling",
        aliases=("variance_scaling",),
        summary="Random numbers whose spread follows from the size of the layer, as Glorot's, He's and LeCun's do.",
        doc=SITE + "#variancescaling-class",
        params=(
            Param("scale", Float(above=0, step=0.1), 1.0, "Factor for the variance: 2 is He's, 1 LeCun's."),
            Param(
                "mode",
                OneOf(options=("fan_in", "fan_out", "fan_avg")),
                "fan_in",
                "What the variance is divided by: the number of inputs, of outputs, or their mean.",
            ),
            Param(
                "distribution",
                OneOf(options=("truncated_normal", "untruncated_normal", "uniform")),
                "truncated_normal",
                "How the numbers are spread.",
            ),
            SEED,
        ),
    ),
)
