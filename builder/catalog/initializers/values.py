"""Weights that start from given values."""

from __future__ import annotations

from builder.catalog.spec import Initializer, Param
from builder.catalog.types import Float

SITE = "https://keras.io/api/layers/initializers/"

INITIALIZERS = (
    Initializer(kind="Zeros", aliases=("zeros", "zero"), summary="Zeros everywhere.", doc=SITE + "#zeros-class"),
    Initializer(kind="Ones", aliases=("ones", "one"), summary="Ones everywhere.", doc=SITE + "#ones-class"),
    Initializer(
        kind="Constant",
        aliases=("constant",),
        by_name=False,
        summary="The same number everywhere.",
        doc=SITE + "#constant-class",
        params=(Param("value", Float(), 0.0, "The number.", start=0.1),),
    ),
    Initializer(
        kind="Identity",
        aliases=("identity", "IdentityInitializer"),
        summary="A matrix that passes its input on: ones on the diagonal, zeros elsewhere. For matrices only.",
        doc=SITE + "#identity-class",
        params=(Param("gain", Float(), 1.0, "Factor for all numbers."),),
    ),
)
