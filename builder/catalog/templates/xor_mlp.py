"""The smallest network that needs a hidden layer."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

XOR_MLP = Template(
    kind="xor_mlp",
    name="Exclusive-or MLP",
    summary="The smallest network that needs a hidden layer: eight units solve what no single layer can.",
    expected="98 % test accuracy",
    seconds=6,
    order=70,
    group="Start here",
    document={
        "format": 1,
        "name": "Exclusive-or MLP",
        "model": {
            "nodes": [
                node("point", "Input"),
                node("hidden", "Dense", units=8, activation="tanh"),
                node("same_sign", "Dense", units=1, activation="sigmoid"),
            ],
            "edges": edges("point > hidden > same_sign"),
        },
        "data": {"dataset": "xor"},
        "training": {
            "loss": "binary_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.03}},
            "metrics": ["accuracy"],
            "epochs": 40,
            "batch_size": 32,
        },
    },
)
