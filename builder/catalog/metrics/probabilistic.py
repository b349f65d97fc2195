"""Losses that can be followed as metrics too."""

from __future__ import annotations

from builder.catalog.metrics.classification import CLASSES, FROM_LOGITS, SITE, YES_OR_NO
from builder.catalog.spec import Metric, Param
from builder.catalog.types import Float, Int

PROBABILISTIC = SITE + "probabilistic_metrics/"
HINGE = SITE + "hinge_metrics/"
LABEL_SMOOTHING = Param(
    "label_smoothing",
    Float(low=0, high=1, step=0.05),
    0,
    "Moves the wanted output this far from certainty.",
    advanced=True,
)

IGNORE_CLASS = Param(
    "ignore_class",
    Int(none=True),
    None,
    "Class number that is left out.",
    advanced=True,
)
AXIS = Param("axis", Int(low=-8, high=8), -1, "Axis of the classes.", advanced=True)

METRICS = (
    Metric(
        kind="SparseCategoricalCrossentropy",
        reads="shares",
        told_by="from_logits",
        aliases=("sparse_categorical_crossentropy",),
        name="sparse_categorical_crossentropy",
        summary="Crossentropy with class numbers as labels.",
        doc=PROBABILISTIC + "#sparsecategoricalcrossentropy-class",
        tasks=CLASSES,
        labels=("integer",),
        better="min",
        params=(FROM_LOGITS, IGNORE_CLASS, AXIS),
    ),
    Metric(
        kind="CategoricalCrossentropy",
        reads="shares",
        told_by="from_logits",
        aliases=("categorical_crossentropy",),
        name="categorical_crossentropy",
        summary="Crossentropy with one-hot rows as labels.",
        doc=PROBABILISTIC + "#categoricalcrossentropy-class",
        tasks=CLASSES,
        labels=("one-hot",),
        better="min",
        params=(FROM_LOGITS, LABEL_SMOOTHING, AXIS),
    ),
    Metric(
        kind="BinaryCrossentropy",
        reads="shares",
        told_by="from_logits",
        aliases=("binary_crossentropy", "bce", "BCE"),
        name="binary_crossentropy",
        summary="Crossentropy of yes or no.",
        doc=PROBABILISTIC + "#binarycrossentropy-class",
        tasks=YES_OR_NO,
        labels=("values",),
        better="min",
        params=(FROM_LOGITS, LABEL_SMOOTHING),
    ),
    Metric(
        kind="KLDivergence",
        aliases=("kl_divergence",),
        name="kl_divergence",
        summary="How far the predicted distribution is from the wanted one.",
        doc=PROBABILISTIC + "#kldivergence-class",
        tasks=CLASSES,
        labels=("one-hot",),
        better="min",
    ),
    Metric(
        kind="Poisson",
        aliases=("poisson",),
        name="poisson",
        summary="Poisson loss, for counts.",
        doc=PROBABILISTIC + "#poisson-class",
        tasks=("regression",),
        labels=("values",),
        better="min",
    ),
    Metric(
        kind="Hinge",
        reads="scores",
        aliases=("hinge",),
        name="hinge",
        summary="Hinge loss of yes or no.",
        doc=HINGE + "#hinge-class",
        tasks=YES_OR_NO,
        labels=("values",),
        better="min",
    ),
    Metric(
        kind="SquaredHinge",
        reads="scores",
        aliases=("squared_hinge",),
        name="squared_hinge",
        summary="Squared hinge loss of yes or no.",
        doc=HINGE + "#squaredhinge-class",
        tasks=YES_OR_NO,
        labels=("values",),
        better="min",
    ),
    Metric(
        kind="CategoricalHinge",
        aliases=("categorical_hinge",),
        name="categorical_hinge",
        summary="Hinge loss of several classes, with one-hot rows as labels.",
        doc=HINGE + "#categoricalhinge-class",
        tasks=CLASSES,
        labels=("one-hot",),
        better="min",
    ),
)
