"""Three dense layers that bend a line around two spirals."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

SPIRAL_MLP = Template(
    kind="spiral_mlp",
    name="Spiral MLP",
    summary="Why depth helps: three layers bend the border around two arms that no straight line parts.",
    expected="99 % test accuracy",
    seconds=6,
    order=40,
    group="Start here",
    document={
        "format": 1,
        "name": "Spiral MLP",
        "model": {
            "nodes": [
                node("point", "Input"),
                node("hidden1", "Dense", units=32, activation="relu"),
                node("hidden2", "Dense", units=32, activation="relu"),
                node("hidden3", "Dense", units=32, activation="relu"),
                node("arm", "Dense", units=1, activation="sigmoid"),
            ],
            "edges": edges("point > hidden1 > hidden2 > hidden3 > arm"),
        },
        "data": {"dataset": "spiral"},
        "training": {
            "loss": "binary_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.01}},
            "metrics": ["accuracy"],
            "epochs": 80,
            "batch_size": 32,
        },
    },
)
