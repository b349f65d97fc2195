"""Two outputs: an early guess beside the final answer."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

DIGITS_TWO_HEADS = Template(
    kind="digits_two_heads",
    name="Digits, two outputs",
    summary="Several outputs: an early guess, weighted 0.3, helps the first layers learn, as in GoogLeNet.",
    expected="99 % validation accuracy of the final answer",
    seconds=10,
    order=100,
    group="Images",
    document={
        "format": 1,
        "name": "Digits, two outputs",
        "model": {
            "nodes": [
                node("image", "Input"),
                node("scale", "Rescaling", scale=1 / 16),
                node("conv1", "Conv2D", filters=32, kernel_size=3, activation="relu", padding="same"),
                node("pool1", "MaxPooling2D"),
                node("flat1", "Flatten"),
                node("early", "Dense", units=10, activation="softmax"),
                node("conv2", "Conv2D", filters=64, kernel_size=3, activation="relu", padding="same"),
                node("pool2", "MaxPooling2D"),
                node("flat2", "Flatten"),
                node("drop", "Dropout", rate=0.3),
                node("final", "Dense", units=10, activation="softmax"),
            ],
            "edges": edges(
                "image > scale > conv1 > pool1 > flat1 > early", "pool1 > conv2 > pool2 > flat2 > drop > final"
            ),
        },
        "data": {"dataset": "digits"},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.002}},
            "metrics": ["accuracy"],
            "epochs": 20,
            "batch_size": 32,
            "outputs": {"early": {"weight": 0.3}, "final": {"weight": 1.0}},
        },
    },
)
