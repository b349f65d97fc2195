"""Penalties on the size of weights or outputs."""

from __future__ import annotations

from builder.catalog.spec import Param, Regularizer
from builder.catalog.types import Float, OneOf

SITE = "https://keras.io/api/layers/regularizers/"

STRENGTH = Float(low=0, step=0.001)
ABSOLUTE = "Strength of the penalty on absolute values."
SQUARED = "Strength of the penalty on squares."

REGULARIZERS = (
    Regularizer(
        kind="L1",
        aliases=("l1",),
        summary="A penalty on absolute values: drives small numbers to zero.",
        doc=SITE + "#l1-class",
        params=(Param("l1", STRENGTH, 0.01, ABSOLUTE),),
    ),
    Regularizer(
        kind="L2",
        aliases=("l2",),
        summary="A penalty on squares: keeps all numbers small.",
        doc=SITE + "#l2-class",
        params=(Param("l2", STRENGTH, 0.01, SQUARED),),
    ),
    Regularizer(
        kind="L1L2",
        aliases=("l1_l2", "l1l2"),
        by_name=False,
        summary="Both penalties, each with its strength (elastic net).",
        doc=SITE + "#l1l2-class",
        params=(
            Param("l1", STRENGTH, 0.0, ABSOLUTE, start=0.01),
            Param("l2", STRENGTH, 0.0, SQUARED, start=0.01),
        ),
    ),
    Regularizer(
        kind="OrthogonalRegularizer",
        aliases=("orthogonal_regularizer",),
        summary="A penalty on rows or columns that point the same way. For matrices only.",
        doc=SITE + "#orthogonalregularizer-class",
        params=(
            Param("factor", STRENGTH, 0.01, "Strength of the penalty."),
            Param("mode", OneOf(options=("rows", "columns")), "rows", "What is to point different ways."),
        ),
    ),
)
