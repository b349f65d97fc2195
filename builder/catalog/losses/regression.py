"""Losses for numbers: how far a prediction is from the value."""

from __future__ import annotations

from builder.catalog.intervals import POSITIVE
from builder.catalog.losses.parameters import AXIS, REDUCTION, SITE
from builder.catalog.spec import Domain, Loss, Param
from builder.catalog.types import Float

REGRESSION = SITE + "regression_losses/"
ANY_NUMBER = ("linear",)
EVERYTHING = Domain()
NOT_NEGATIVE = ("softplus", "exponential", "relu")


def _loss(
    kind: str,
    aliases: tuple[str, ...],
    summary: str,
    formula: str,
    *params: Param,
    activations: tuple[str, ...] = ANY_NUMBER,
    domain: Domain = EVERYTHING,
    page: str = REGRESSION,
) -> Loss:
    return Loss(
        kind=kind,
        aliases=aliases,
        summary=summary,
        doc=f"{page}#{kind.lower()}-class",
        tasks=("regression",),
        labels="values",
        activations=activations,
        domain=domain,
        formula=formula,
        params=(*params, REDUCTION),
    )


LOSSES = (
    _loss(
        "MeanSquaredError",
        ("mean_squared_error", "mse", "MSE"),
        "Mean of the squared errors: minds large errors most.",
        r"L = (y - \hat y)^2",
    ),
    _loss(
        "MeanAbsoluteError",
        ("mean_absolute_error", "mae", "MAE"),
        "Mean of the absolute errors: minds outliers less.",
        r"L = |y - \hat y|",
    ),
    _loss(
        "MeanAbsolutePercentageError",
        ("mean_absolute_percentage_error", "mape", "MAPE"),
        "Mean error as a percentage of the value.",
        r"L = 100\,\Big|\frac{y - \hat y}{y}\Big|",
        domain=Domain(zero=False),
    ),
    _loss(
        "MeanSquaredLogarithmicError",
        ("mean_squared_logarithmic_error", "msle", "MSLE"),
        "Squared error of the logarithms: minds ratios rather than differences; for values that are not negative.",
        r"L = \big(\log(1 + y) - \log(1 + \hat y)\big)^2",
        activations=NOT_NEGATIVE,
        domain=Domain(
            POSITIVE,
            POSITIVE,
            "Keras takes negative ones for 0",
            "Keras takes negative numbers for 0, and nothing is learned from them",
        ),
    ),
    _loss(
        "Huber",
        ("huber",),
        "Squares small errors and takes large ones as they are, so that outliers do not rule.",
        r"L = \tfrac12 e^2 \;(|e| \le \delta), \quad \delta |e| - \tfrac12 \delta^2 \;(|e| > \delta)",
        Param(
            "delta",
            Float(above=0, step=0.1),
            1.0,
            "Error from which it grows in a straight line.",
        ),
    ),
    _loss(
        "LogCosh",
        ("log_cosh",),
        "Smooth mixture: like half the squared error when small, like the absolute error when large.",
        r"L = \log \cosh(\hat y - y)",
    ),
    _loss(
        "Poisson",
        ("poisson",),
        "For counts: the prediction is the expected number of events.",
        r"L = \hat y - y \log \hat y",
        activations=NOT_NEGATIVE,
        domain=Domain(
            POSITIVE,
            POSITIVE,
            "of a negative one the loss has no lowest point",
            "the logarithm of a negative output is not a number (NaN)",
        ),
        page=SITE + "probabilistic_losses/",
    ),
    _loss(
        "CosineSimilarity",
        ("cosine_similarity",),
        "Wants the output to point the way of the target; -1 is best. Lengths do not count.",
        r"L = -\frac{y \cdot \hat y}{\lVert y \rVert\,\lVert \hat y \rVert}",
        AXIS,
        domain=Domain(width=2),
    ),
)
