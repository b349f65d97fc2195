"""Networks whose arithmetic was published."""

from __future__ import annotations

from typing import Any

from worker_documents import Layers, dense, graph, image, stack

from builder.document import Document


def vgg16() -> Document:
    """Simonyan and Zisserman 2014, configuration D."""
    layers: list[Any] = [image(224, 224, 3)]
    for filters, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        convolution = {"filters": filters, "kernel_size": 3, "padding": "same", "activation": "relu"}
        layers += [("Conv2D", convolution)] * depth + [("MaxPooling2D", {"pool_size": 2})]
    return stack(*layers, "Flatten", dense(4096, "relu"), dense(4096, "relu"), dense(1000, "softmax"))


def resnet50() -> Document:
    """He et al. 2015, with the strides where Keras' own ResNet50 has them: in the first convolution of a stage."""
    nodes: Layers = [("image", "Input", {"shape": [224, 224, 3]})]
    edges: list[tuple[Any, ...]] = []

    def add(name: str, kind: str, *sources: str, **params: Any) -> str:
        nodes.append((name, kind, params))
        edges.extend((source, name, port) for port, source in enumerate(sources))
        return name

    def convolution(name: str, source: str, filters: int, size: int, strides: int = 1, *, relu: bool = True) -> str:
        made = add(name, "Conv2D", source, filters=filters, kernel_size=size, strides=strides, padding="same")
        normal = add(f"{name}_norm", "BatchNormalization", made)
        return add(f"{name}_relu", "ReLU", normal) if relu else normal

    end = add("pool", "MaxPooling2D", convolution("stem", "image", 64, 7, 2), pool_size=3, strides=2, padding="same")
    for stage, (filters, depth) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 2):
        for block in range(depth):
            name, strides = f"s{stage}b{block}", 2 if block == 0 and stage > 2 else 1
            first = convolution(f"{name}a", end, filters, 1, strides)
            last = convolution(f"{name}c", convolution(f"{name}b", first, filters, 3), 4 * filters, 1, relu=False)
            if block == 0:
                end = convolution(f"{name}d", end, 4 * filters, 1, strides, relu=False)
            end = add(f"{name}_out", "ReLU", add(f"{name}_add", "Add", end, last))
    add("classes", "Dense", add("mean", "GlobalAveragePooling2D", end), units=1000, activation="softmax")
    return graph(nodes, edges)
