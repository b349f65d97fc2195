"""Two convolutions for the small digits: the first network a new user sees."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

DIGITS_CNN = Template(
    kind="digits_cnn",
    name="Digits CNN",
    summary="How convolutions and pooling read an image: two of each, then one layer that names the digit.",
    expected="99 % validation accuracy",
    seconds=8,
    order=10,
    group="Start here",
    document={
        "format": 1,
        "name": "Digits CNN",
        "model": {
            "nodes": [
                node("image", "Input"),
                node("scale", "Rescaling", scale=1 / 16),
                node("conv1", "Conv2D", filters=32, kernel_size=3, activation="relu", padding="same"),
                node("pool1", "MaxPooling2D"),
                node("conv2", "Conv2D", filters=64, kernel_size=3, activation="relu", padding="same"),
                node("pool2", "MaxPooling2D"),
                node("flat", "Flatten"),
                node("drop", "Dropout", rate=0.3),
                node("digit", "Dense", units=10, activation="softmax"),
            ],
            "edges": edges("image > scale > conv1 > pool1 > conv2 > pool2 > flat > drop > digit"),
        },
        "data": {"dataset": "digits"},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.002}},
            "metrics": ["accuracy"],
            "epochs": 20,
            "batch_size": 32,
        },
    },
)
