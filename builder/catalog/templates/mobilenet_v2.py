"""Small and fast: layer by layer the network of keras.applications.MobileNetV2, drawn as blocks that repeat."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import Value, block, design, edges, ids, node

STAGES = ((16, 24, 2, 2), (24, 32, 3, 2), (32, 64, 4, 2), (64, 96, 3, 1), (96, 160, 3, 2), (160, 320, 1, 1))
"""Channels in and out, blocks and stride of each stage; inside a block there are six times as many channels."""
EXPANSION = 6


def norm(node_id: str) -> Value:
    return node(node_id, "BatchNormalization", momentum=0.999)


def relu6(node_id: str) -> Value:
    return node(node_id, "ReLU", max_value=6.0)


def pointwise(node_id: str, filters: int, **params: str) -> Value:
    return node(node_id, "Conv2D", filters=filters, kernel_size=1, use_bias=False, **params)


def filtering(name: str, filters: int, strides: int = 1) -> list[Value]:
    """Each channel filtered by itself, then all mixed into fewer; no activation at the narrow end."""
    if strides == 1:
        first = [node(f"{name}_depthwise", "DepthwiseConv2D", kernel_size=3, padding="same", use_bias=False)]
    else:
        first = [
            node(f"{name}_pad", "ZeroPadding2D", padding=[[0, 1], [0, 1]]),
            node(f"{name}_depthwise", "DepthwiseConv2D", kernel_size=3, strides=strides, use_bias=False),
        ]
    return [
        *first,
        norm(f"{name}_depthwise_bn"),
        relu6(f"{name}_depthwise_relu"),
        pointwise(f"{name}_project", filters, padding="same"),
        norm(f"{name}_project_bn"),
    ]


def inverted(name: str, channels: int, filters: int, strides: int = 1) -> list[Value]:
    """An inverted residual block without its skip: wide inside, narrow at both ends."""
    return [
        pointwise(f"{name}_expand", EXPANSION * channels, padding="same"),
        norm(f"{name}_expand_bn"),
        relu6(f"{name}_expand_relu"),
        *filtering(name, filters, strides),
    ]


def network() -> tuple[list[Value], list[Value], list[Value]]:
    """Nodes, edges and blocks of the whole network."""
    stem = [
        node("conv1", "Conv2D", filters=32, kernel_size=3, strides=2, padding="same", use_bias=False),
        norm("conv1_bn"),
        relu6("conv1_relu"),
    ]
    first = filtering("expanded_conv", 16)
    nodes = [node("image", "Input", shape=[224, 224, 3]), *stem, *first]
    drawn = edges(" > ".join(ids(nodes)))
    blocks = [block("stem", "Stem", ids(stem)), block("stage1", "Stage 1", ids(first))]
    source = nodes[-1]["id"]
    for number, (channels, filters, count, strides) in enumerate(STAGES, 2):
        name, again = f"stage{number}_block1", f"stage{number}_block2"
        way = inverted(name, channels, filters, strides)
        nodes += way
        drawn += edges(" > ".join([source, *ids(way)]))
        source = way[-1]["id"]
        if count == 1:
            blocks.append(block(f"stage{number}", f"Stage {number}", ids(way)))
            continue
        loop = inverted(again, filters, filters)
        nodes += [*loop, node(f"{again}_add", "Add")]
        drawn += edges(" > ".join([source, *ids(loop), f"{again}_add:1"]), f"{source} > {again}_add:0")
        source = f"{again}_add"
        change = "Shrink" if strides > 1 else "Widen"
        blocks += [
            block(name, f"{change} {filters}", ids(way)),
            block(again, f"Inverted {filters}", [*ids(loop), f"{again}_add"], repeat=count - 1),
            block(f"stage{number}", f"Stage {number}", [name, again]),
        ]
    last = [pointwise("conv_last", 1280), norm("conv_last_bn"), relu6("out_relu")]
    blocks.append(block("last", "Last conv", ids(last)))
    head = [
        *last,
        node("avg_pool", "GlobalAveragePooling2D"),
        node("predictions", "Dense", units=1000, activation="softmax"),
    ]
    return [*nodes, *head], [*drawn, *edges(" > ".join([source, *ids(head)]))], blocks


MOBILENET_V2 = Template(
    kind="mobilenet_v2",
    name="MobileNetV2",
    summary="A network for telephones: depthwise convolutions and narrow skips, as in Keras' own MobileNetV2.",
    doc="https://arxiv.org/abs/1801.04381",
    expected="3,538,984 parameters in 156 layers",
    order=150,
    document=design("MobileNetV2", *network()),
)
