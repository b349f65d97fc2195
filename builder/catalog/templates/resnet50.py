"""Residual learning: layer by layer the network of keras.applications.ResNet50, drawn as blocks that repeat."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import Value, block, design, edges, ids, node

STAGES = ((2, 64, 3, 1), (3, 128, 4, 2), (4, 256, 6, 2), (5, 512, 3, 2))
"""Number, width, residual blocks and stride of each stage."""
EPSILON = 1.001e-5


def norm(node_id: str) -> Value:
    return node(node_id, "BatchNormalization", epsilon=EPSILON)


def relu(node_id: str) -> Value:
    return node(node_id, "Activation", activation="relu")


def conv(node_id: str, filters: int, kernel_size: int, strides: int = 1, **params: str) -> Value:
    step = {"strides": strides} if strides > 1 else {}
    return node(node_id, "Conv2D", filters=filters, kernel_size=kernel_size, **step, **params)


def bottleneck(name: str, width: int, strides: int = 1) -> list[Value]:
    """The way through three convolutions: 1 × 1 makes narrow, 3 × 3 looks around, 1 × 1 makes wide again."""
    return [
        conv(f"{name}_1_conv", width, 1, strides),
        norm(f"{name}_1_bn"),
        relu(f"{name}_1_relu"),
        conv(f"{name}_2_conv", width, 3, padding="same"),
        norm(f"{name}_2_bn"),
        relu(f"{name}_2_relu"),
        conv(f"{name}_3_conv", 4 * width, 1),
        norm(f"{name}_3_bn"),
    ]


def joint(name: str) -> list[Value]:
    return [node(f"{name}_add", "Add"), relu(f"{name}_out")]


def projection(name: str, source: str, width: int, strides: int) -> tuple[list[Value], list[Value]]:
    """A residual block whose skip goes through a convolution, which gives it the new width and size."""
    skip = [conv(f"{name}_0_conv", 4 * width, 1, strides), norm(f"{name}_0_bn")]
    main = bottleneck(name, width, strides)
    drawn = edges(
        " > ".join([source, *ids(main), f"{name}_add:1", f"{name}_out"]),
        " > ".join([source, *ids(skip), f"{name}_add:0"]),
    )
    return [*main, *skip, *joint(name)], drawn


def identity(name: str, source: str, width: int) -> tuple[list[Value], list[Value]]:
    """A residual block whose skip is its input as it is."""
    main = bottleneck(name, width)
    drawn = edges(" > ".join([source, *ids(main), f"{name}_add:1", f"{name}_out"]), f"{source} > {name}_add:0")
    return [*main, *joint(name)], drawn


def network() -> tuple[list[Value], list[Value], list[Value]]:
    """Nodes, edges and blocks of the whole network."""
    stem = [
        node("conv1_pad", "ZeroPadding2D", padding=3),
        conv("conv1_conv", 64, 7, 2),
        norm("conv1_bn"),
        relu("conv1_relu"),
        node("pool1_pad", "ZeroPadding2D"),
        node("pool1_pool", "MaxPooling2D", pool_size=3, strides=2),
    ]
    nodes = [node("image", "Input", shape=[224, 224, 3]), *stem]
    drawn = edges(" > ".join(ids(nodes)))
    blocks = [block("stem", "Stem", ids(stem))]
    source = "pool1_pool"
    for number, width, count, strides in STAGES:
        first, second = f"conv{number}_block1", f"conv{number}_block2"
        one, into_one = projection(first, source, width, strides)
        more, into_more = identity(second, f"{first}_out", width)
        nodes += [*one, *more]
        drawn += [*into_one, *into_more]
        blocks += [
            block(first, f"Project {width}", ids(one)),
            block(second, f"Identity {width}", ids(more), repeat=count - 1),
            block(f"stage{number}", f"Stage {number}", [first, second]),
        ]
        source = f"{second}_out"
    head = [node("avg_pool", "GlobalAveragePooling2D"), node("predictions", "Dense", units=1000, activation="softmax")]
    return [*nodes, *head], [*drawn, *edges(" > ".join([source, *ids(head)]))], blocks


RESNET50 = Template(
    kind="resnet50",
    name="ResNet50",
    summary="Very deep by skip connections: 16 residual blocks in four stages, as in Keras' own ResNet50.",
    doc="https://arxiv.org/abs/1512.03385",
    expected="25,636,712 parameters in 177 layers",
    order=140,
    document=design("ResNet50", *network()),
)
