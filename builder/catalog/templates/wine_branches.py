"""Two inputs, each with a part of the table, joined further on."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

WINE_BRANCHES = Template(
    kind="wine_branches",
    name="Wine, two branches",
    summary="Several inputs: acids and minerals go one way, colour and aroma another, and meet in the middle.",
    expected="97 to 100 % validation accuracy, on 36 wines",
    seconds=6,
    order=90,
    group="Tables",
    document={
        "format": 1,
        "name": "Wine, two branches",
        "model": {
            "nodes": [
                node("minerals", "Input", columns=[0, 1, 2, 3, 4, 12]),
                node("aroma", "Input", columns=[5, 6, 7, 8, 9, 10, 11]),
                node("norm1", "BatchNormalization", momentum=0.9),
                node("norm2", "BatchNormalization", momentum=0.9),
                node("hidden1", "Dense", units=16, activation="relu"),
                node("hidden2", "Dense", units=16, activation="relu"),
                node("join", "Concatenate"),
                node("drop", "Dropout", rate=0.3),
                node("grower", "Dense", units=3, activation="softmax"),
            ],
            "edges": edges(
                "minerals > norm1 > hidden1 > join:0", "aroma > norm2 > hidden2 > join:1", "join > drop > grower"
            ),
        },
        "data": {"dataset": "wine"},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.01}},
            "metrics": ["accuracy"],
            "epochs": 40,
            "batch_size": 16,
        },
    },
)
