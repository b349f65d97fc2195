"""The network that won ImageNet in 2012, in the single-column form that torchvision ships."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import design, edges, node

NODES = [
    node("image", "Input", shape=[224, 224, 3]),
    node("pad1", "ZeroPadding2D", padding=2),
    node("conv1", "Conv2D", filters=64, kernel_size=11, strides=4, activation="relu"),
    node("pool1", "MaxPooling2D", pool_size=3, strides=2),
    node("conv2", "Conv2D", filters=192, kernel_size=5, padding="same", activation="relu"),
    node("pool2", "MaxPooling2D", pool_size=3, strides=2),
    node("conv3", "Conv2D", filters=384, kernel_size=3, padding="same", activation="relu"),
    node("conv4", "Conv2D", filters=256, kernel_size=3, padding="same", activation="relu"),
    node("conv5", "Conv2D", filters=256, kernel_size=3, padding="same", activation="relu"),
    node("pool5", "MaxPooling2D", pool_size=3, strides=2),
    node("flat", "Flatten"),
    node("drop6", "Dropout", rate=0.5),
    node("fc6", "Dense", units=4096, activation="relu"),
    node("drop7", "Dropout", rate=0.5),
    node("fc7", "Dense", units=4096, activation="relu"),
    node("predictions", "Dense", units=1000, activation="softmax"),
]
EDGES = edges(" > ".join(item["id"] for item in NODES))

ALEXNET = Template(
    kind="alexnet",
    name="AlexNet",
    summary="The network that began deep learning's rise in 2012: five convolutions, three large dense layers.",
    doc="https://arxiv.org/abs/1404.5997",
    expected="61,100,840 parameters",
    order=120,
    document=design("AlexNet", NODES, EDGES),
)
