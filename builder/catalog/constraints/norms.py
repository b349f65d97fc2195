"""Limits on the size of weights."""

from __future__ import annotations

from builder.catalog.spec import Constraint, Param
from builder.catalog.types import Float, Ints

SITE = "https://keras.io/api/layers/constraints/"

AXIS = Param(
    "axis",
    Ints(low=-8, high=8),
    0,
    "Axis or axes along which the length is measured: 0 for a Dense kernel; 0, 1, 2 for that of a Conv2D.",
)
LENGTH = Float(low=0, step=0.1)

CONSTRAINTS = (
    Constraint(
        kind="MaxNorm",
        aliases=("max_norm",),
        summary="The weights of each unit are no longer than this.",
        doc=SITE + "#maxnorm-class",
        params=(Param("max_value", LENGTH, 2, "Largest length."), AXIS),
    ),
    Constraint(
        kind="MinMaxNorm",
        aliases=("min_max_norm",),
        summary="The weights of each unit have a length between two ends.",
        doc=SITE + "#minmaxnorm-class",
        params=(
            Param("min_value", LENGTH, 0.0, "Smallest length."),
            Param("max_value", LENGTH, 1.0, "Largest length."),
            Param("rate", Float(low=0, high=1, step=0.1), 1.0, "Share of the way that each step brings them back."),
            AXIS,
        ),
    ),
    Constraint(kind="NonNeg", aliases=("non_neg",), summary="No weight is below zero.", doc=SITE + "#nonneg-class"),
    Constraint(
        kind="UnitNorm",
        aliases=("unit_norm",),
        summary="The weights of each unit have the length 1.",
        doc=SITE + "#unitnorm-class",
        params=(AXIS,),
    ),
)
