"""The small convolutional network of Keras' own examples, on the real MNIST."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

MNIST_CNN = Template(
    kind="mnist_cnn",
    name="MNIST CNN",
    summary="The same idea on the classic 70,000 digits, with the 34,826 parameters of Keras' simple MNIST example.",
    expected="about 98.9 % validation accuracy after 3 epochs",
    seconds=45,
    order=20,
    group="Start here",
    document={
        "format": 1,
        "name": "MNIST CNN",
        "model": {
            "nodes": [
                node("image", "Input"),
                node("scale", "Rescaling", scale=1 / 255),
                node("conv1", "Conv2D", filters=32, kernel_size=3, activation="relu"),
                node("pool1", "MaxPooling2D"),
                node("conv2", "Conv2D", filters=64, kernel_size=3, activation="relu"),
                node("pool2", "MaxPooling2D"),
                node("flat", "Flatten"),
                node("drop", "Dropout", rate=0.3),
                node("digit", "Dense", units=10, activation="softmax"),
            ],
            "edges": edges("image > scale > conv1 > pool1 > conv2 > pool2 > flat > drop > digit"),
        },
        "data": {"dataset": "mnist", "validation_split": 0.1},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.002}},
            "metrics": ["accuracy"],
            "epochs": 3,
            "batch_size": 32,
        },
    },
)
