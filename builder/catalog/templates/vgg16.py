"""Depth by small kernels: thirteen 3 × 3 convolutions in five blocks."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import Value, block, design, edges, ids, node

WIDTHS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Filters and number of convolutions of each block."""


def stage(number: int, filters: int, count: int) -> list[Value]:
    """One block: convolutions of one width, then the picture at half its size."""
    convolutions = [
        node(f"block{number}_conv{index}", "Conv2D", filters=filters, kernel_size=3, padding="same", activation="relu")
        for index in range(1, count + 1)
    ]
    return [*convolutions, node(f"block{number}_pool", "MaxPooling2D")]


STAGES = [stage(number, *width) for number, width in enumerate(WIDTHS, 1)]
HEAD = [
    node("flatten", "Flatten"),
    node("fc1", "Dense", units=4096, activation="relu"),
    node("fc2", "Dense", units=4096, activation="relu"),
    node("predictions", "Dense", units=1000, activation="softmax"),
]
NODES = [node("image", "Input", shape=[224, 224, 3]), *(item for part in STAGES for item in part), *HEAD]
EDGES = edges(" > ".join(ids(NODES)))
BLOCKS = [block(f"block{number}", f"Block {number}", ids(part)) for number, part in enumerate(STAGES, 1)]

VGG16 = Template(
    kind="vgg16",
    name="VGG16",
    summary="Small kernels, stacked deep: thirteen 3 × 3 convolutions in five blocks. Most weights are in one layer.",
    doc="https://arxiv.org/abs/1409.1556",
    expected="138,357,544 parameters",
    order=130,
    document=design("VGG16", NODES, EDGES, BLOCKS),
)
