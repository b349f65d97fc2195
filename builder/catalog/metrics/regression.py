"""Metrics for numbers."""

from __future__ import annotations

from typing import Literal

from builder.catalog.spec import Metric, Param
from builder.catalog.types import LARGEST, Int, OneOf

SITE = "https://keras.io/api/metrics/regression_metrics/"


def _metric(
    kind: str,
    name: str,
    summary: str,
    *params: Param,
    aliases: tuple[str, ...] = (),
    better: Literal["max", "min"] = "min",
    joins: str | None = None,
) -> Metric:
    return Metric(
        kind=kind,
        aliases=(name, *aliases) if name != kind else aliases,
        name=name,
        summary=summary,
        doc=f"{SITE}#{kind.lower()}-class",
        tasks=("regression",),
        labels=("values",),
        better=better,
        params=params,
        joins=joins,
    )


AXIS = Param("axis", Int(low=-8, high=8), -1, "Axis along which it is computed.", advanced=True)

METRICS = (
    _metric(
        "MeanAbsoluteError",
        "mean_absolute_error",
        "Mean distance of the prediction from the value, in the value's own unit.",
        aliases=("mae", "MAE"),
    ),
    _metric("MeanSquaredError", "mean_squared_error", "Mean of the squared errors.", aliases=("mse", "MSE")),
    _metric(
        "RootMeanSquaredError",
        "root_mean_squared_error",
        "Root of the mean squared error, in the value's own unit.",
        aliases=("rmse",),
    ),
    _metric(
        "R2Score",
        "r2_score",
        "Share of the spread of the values that the prediction explains: 1 is perfect, 0 no better than the mean.",
        Param(
            "class_aggregation",
            OneOf(none=True, options=("uniform_average", "variance_weighted_average")),
            "uniform_average",
            "How several outputs become one number.",
            advanced=True,
        ),
        Param(
            "num_regressors",
            Int(low=0, high=LARGEST),
            0,
            "Number of inputs for the adjusted score; 0 gives the plain one.",
            advanced=True,
        ),
        better="max",
        joins="class_aggregation",
    ),
    _metric(
        "MeanAbsolutePercentageError",
        "mean_absolute_percentage_error",
        "Mean error as a percentage of the value.",
        aliases=("mape", "MAPE"),
    ),
    _metric(
        "MeanSquaredLogarithmicError",
        "mean_squared_logarithmic_error",
        "Mean squared error of the logarithms.",
        aliases=("msle", "MSLE"),
    ),
    _metric("LogCoshError", "logcosh", "Smooth mixture of squared and absolute error.", aliases=("log_cosh_error",)),
    _metric(
        "CosineSimilarity",
        "cosine_similarity",
        "How much the output points the way of the target: 1 is the same way.",
        AXIS,
        better="max",
    ),
)
