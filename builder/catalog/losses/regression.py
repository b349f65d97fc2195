"""Losses for numbers: how far a prediction is from the value."""

from __future__ import annotations

from builder.catalog.losses.parameters import AXIS, REDUCTION, SITE
from builder.catalog.spec import Loss, Param
from builder.catalog.types import Float

REGRESSION = SITE + "regression_losses/"
ANY_NUMBER = ("linear",)
POSITIVE = ("softplus", "exponential", "relu", "linear")


def _loss(
    kind: str,
    aliases: tuple[str, ...],
    summary: str,
    formula: str,
    *params: Param,
    activations: tuple[str, ...] = ANY_NUMBER,
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
    ),
    _loss(
        "MeanSquaredLogarithmicError",
        ("mean_squared_logarithmic_error", "msle", "MSLE"),
        "Squared error of the logarithms: minds ratios rather than differences; for values that are not negative.",
        r"L = \big(\log(1 + y) - \log(1 + \hat y)\big)^2",
        activations=POSITIVE,
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
        activations=POSITIVE,
        page=SITE + "probabilistic_losses/",
    ),
    _loss(
        "CosineSimilarity",
        ("cosine_similarity",),
        "Wants the output to point the way of the target; -1 is best. Lengths do not count.",
        r"L = -\frac{y \cdot \hat y}{\lVert y \rVert\,\lVert \hat y \rVert}",
        AXIS,
    ),
)
