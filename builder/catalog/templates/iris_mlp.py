"""Two small dense layers on a table of four columns."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

IRIS_MLP = Template(
    kind="iris_mlp",
    name="Iris MLP",
    summary="Dense layers on a table: four measures of a flower decide between three species.",
    expected="97 % validation accuracy: one or none of 30 flowers wrong",
    seconds=6,
    order=30,
    group="Start here",
    document={
        "format": 1,
        "name": "Iris MLP",
        "model": {
            "nodes": [
                node("flower", "Input"),
                node("hidden1", "Dense", units=16, activation="relu"),
                node("hidden2", "Dense", units=16, activation="relu"),
                node("species", "Dense", units=3, activation="softmax"),
            ],
            "edges": edges("flower > hidden1 > hidden2 > species"),
        },
        "data": {"dataset": "iris"},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.01}},
            "metrics": ["accuracy"],
            "epochs": 60,
            "batch_size": 16,
        },
    },
)
