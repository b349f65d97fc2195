"""The network that read cheques in 1998, in the form in which it is taught: tanh and average pooling."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

LENET5 = Template(
    kind="lenet5",
    name="LeNet-5",
    summary="Where convolutional networks began: LeCun's digit reader of 1998, with 61,706 parameters.",
    doc="https://doi.org/10.1109/5.726791",
    expected="98 % validation accuracy after 5 epochs",
    seconds=60,
    order=110,
    document={
        "format": 1,
        "name": "LeNet-5",
        "model": {
            "nodes": [
                node("image", "Input"),
                node("scale", "Rescaling", scale=1 / 255),
                node("conv1", "Conv2D", filters=6, kernel_size=5, padding="same", activation="tanh"),
                node("pool1", "AveragePooling2D", pool_size=2),
                node("conv2", "Conv2D", filters=16, kernel_size=5, activation="tanh"),
                node("pool2", "AveragePooling2D", pool_size=2),
                node("flat", "Flatten"),
                node("hidden1", "Dense", units=120, activation="tanh"),
                node("hidden2", "Dense", units=84, activation="tanh"),
                node("digit", "Dense", units=10, activation="softmax"),
            ],
            "edges": edges("image > scale > conv1 > pool1 > conv2 > pool2 > flat > hidden1 > hidden2 > digit"),
        },
        "data": {"dataset": "mnist", "validation_split": 0.1},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.001}},
            "metrics": ["accuracy"],
            "epochs": 5,
            "batch_size": 64,
        },
    },
)
