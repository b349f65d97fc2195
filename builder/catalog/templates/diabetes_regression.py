"""A regression: ten measures of a patient, one number to predict."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

DIABETES_REGRESSION = Template(
    kind="diabetes_regression",
    name="Diabetes regression",
    summary="Predicting a number: squared error as the loss, R2 and the mean error to judge it, inputs on one scale.",
    expected="R2 of 0.45 to 0.6 and a mean error of 40, on 88 patients; the data hold little more",
    seconds=6,
    order=60,
    group="Tables",
    document={
        "format": 1,
        "name": "Diabetes regression",
        "model": {
            "nodes": [
                node("patient", "Input"),
                node("norm", "BatchNormalization", momentum=0.9),
                node("hidden1", "Dense", units=32, activation="relu"),
                node("drop", "Dropout", rate=0.2),
                node("hidden2", "Dense", units=16, activation="relu"),
                node("progress", "Dense", units=1),
            ],
            "edges": edges("patient > norm > hidden1 > drop > hidden2 > progress"),
        },
        "data": {"dataset": "diabetes"},
        "training": {
            "loss": "mean_squared_error",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.01}},
            "metrics": ["r2_score", "mean_absolute_error"],
            "epochs": 60,
            "batch_size": 32,
        },
    },
)
