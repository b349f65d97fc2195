"""A residual block: what a layer adds to its input."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

DIGITS_RESIDUAL = Template(
    kind="digits_residual",
    name="Residual CNN",
    summary="A skip connection: two convolutions learn what to add to their input, as in a ResNet block.",
    expected="99 % validation accuracy",
    seconds=12,
    order=50,
    group="Images",
    document={
        "format": 1,
        "name": "Residual CNN",
        "model": {
            "nodes": [
                node("image", "Input"),
                node("scale", "Rescaling", scale=1 / 16),
                node("stem", "Conv2D", filters=32, kernel_size=3, activation="relu", padding="same"),
                node("conv1", "Conv2D", filters=32, kernel_size=3, padding="same", use_bias=False),
                node("norm1", "BatchNormalization", momentum=0.9),
                node("relu1", "Activation", activation="relu"),
                node("conv2", "Conv2D", filters=32, kernel_size=3, padding="same", use_bias=False),
                node("norm2", "BatchNormalization", momentum=0.9),
                node("add", "Add"),
                node("relu2", "Activation", activation="relu"),
                node("pool", "MaxPooling2D"),
                node("flat", "Flatten"),
                node("drop", "Dropout", rate=0.4),
                node("digit", "Dense", units=10, activation="softmax"),
            ],
            "edges": edges(
                "image > scale > stem > add:0",
                "stem > conv1 > norm1 > relu1 > conv2 > norm2 > add:1",
                "add > relu2 > pool > flat > drop > digit",
            ),
        },
        "data": {"dataset": "digits"},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.001}},
            "metrics": ["accuracy"],
            "epochs": 15,
            "batch_size": 32,
        },
    },
)
