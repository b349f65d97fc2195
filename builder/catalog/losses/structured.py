"""Losses for outputs that are more than one class or number: masks, sequences and embeddings."""

from __future__ import annotations

from builder.catalog.losses.parameters import REDUCTION, SITE
from builder.catalog.spec import Loss, Param
from builder.catalog.types import Bool, Float, Ints

MASK_AXIS = Param(
    "axis",
    Ints(none=True, low=-8, high=8),
    None,
    "Axes that one overlap is measured over; empty measures it over everything.",
    advanced=True,
)

LOSSES = (
    Loss(
        kind="Dice",
        aliases=("dice",),
        summary="For masks: how badly the predicted area overlaps the true one.",
        doc=SITE + "regression_losses/",
        tasks=("segmentation",),
        labels="values",
        activations=("sigmoid", "softmax"),
        formula=r"L = 1 - \frac{2 \sum y\,p}{\sum y + \sum p}",
        params=(MASK_AXIS, REDUCTION),
    ),
    Loss(
        kind="Tversky",
        aliases=("tversky",),
        summary="For masks: Dice with separate weights for what was marked wrongly and what was missed.",
        doc=SITE + "regression_losses/",
        tasks=("segmentation",),
        labels="values",
        activations=("sigmoid", "softmax"),
        formula=r"L = 1 - \frac{TP}{TP + \alpha\,FP + \beta\,FN}",
        params=(
            Param("alpha", Float(low=0, step=0.1), 0.5, "Weight of what was marked wrongly."),
            Param("beta", Float(low=0, step=0.1), 0.5, "Weight of what was missed."),
            MASK_AXIS,
            REDUCTION,
        ),
    ),
    Loss(
        kind="CTC",
        aliases=("ctc",),
        summary="For sequences whose labels have no times, such as speech to text.",
        doc=SITE + "probabilistic_losses/#ctc-class",
        tasks=("sequence",),
        labels="integer",
        activations=("softmax",),
        formula=r"L = -\log \sum_{\pi \to y} \prod_t p_t(\pi_t)",
        params=(REDUCTION,),
    ),
    Loss(
        kind="Circle",
        aliases=("circle",),
        summary="For embeddings: brings samples of one class together and pushes others apart.",
        doc=SITE + "hinge_losses/",
        tasks=("similarity",),
        labels="integer",
        activations=("linear",),
        params=(
            Param("gamma", Float(above=0), 80.0, "How sharply similarities count."),
            Param("margin", Float(low=0, high=1, step=0.05), 0.4, "How far apart classes should come to lie."),
            Param("remove_diagonal", Bool(), True, "Leaves a sample's likeness to itself out.", advanced=True),
            REDUCTION,
        ),
    ),
)
