"""Blocks for images: each takes any number of channels and gives a number of its own."""

from __future__ import annotations

from builder.catalog.spec import Entrance, ReadyBlock
from builder.catalog.templates.drawing import Value, boxed, chain, node

IMAGE = (16, 16, 3)


def conv(node_id: str, filters: int, kernel_size: int, **params: object) -> Value:
    """A convolution that keeps height and width and leaves the bias to the normalization behind it."""
    same = {"padding": "same"} if kernel_size > 1 else {}
    return node(node_id, "Conv2D", filters=filters, kernel_size=kernel_size, **same, use_bias=False, **params)


def active(node_id: str, filters: int, kernel_size: int) -> Value:
    """A convolution with relu inside, for blocks without normalization."""
    same = {"padding": "same"} if kernel_size > 1 else {}
    return node(node_id, "Conv2D", filters=filters, kernel_size=kernel_size, **same, activation="relu")


def norm(node_id: str) -> Value:
    return node(node_id, "BatchNormalization")


def relu(node_id: str) -> Value:
    return node(node_id, "Activation", activation="relu")


def relu6(node_id: str) -> Value:
    return node(node_id, "ReLU", max_value=6.0)


CONV_BN_RELU = ReadyBlock(
    kind="conv_bn_relu",
    name="Conv-BN-ReLU",
    summary="A convolution, its output brought to one scale, and relu: the brick of most image networks.",
    doc="https://arxiv.org/abs/1502.03167",
    icon="view_agenda",
    keywords=("convolution", "batch normalization", "activation", "brick"),
    part=boxed(
        "conv_bn_relu",
        "Conv-BN-ReLU",
        chain(conv("conv", 64, 3), norm("norm"), relu("relu")),
    ),
    inputs=(Entrance("image", (("conv", 0),), IMAGE),),
    outputs=(("relu", (16, 16, 64)),),
    repeats=True,
    order=10,
)

RESIDUAL = ReadyBlock(
    kind="residual",
    name="Residual block",
    summary="Two convolutions learn what to add to their input; a 1 × 1 convolution makes the skip as wide.",
    doc="https://arxiv.org/abs/1512.03385",
    icon="alt_route",
    keywords=("resnet", "skip", "shortcut", "add"),
    part=boxed(
        "residual",
        "Residual block",
        chain(conv("conv1", 64, 3), norm("norm1"), relu("relu1"), conv("conv2", 64, 3), norm("norm2"), "add:1")
        + chain(conv("match", 64, 1), norm("match_norm"), node("add", "Add"), relu("relu2")),
    ),
    inputs=(Entrance("image", (("conv1", 0), ("match", 0)), IMAGE),),
    outputs=(("relu2", (16, 16, 64)),),
    repeats=True,
    order=20,
)

INVERTED_RESIDUAL = ReadyBlock(
    kind="inverted_residual",
    name="Inverted residual",
    summary="Wide inside and narrow at both ends, each channel filtered by itself: few weights, as in MobileNetV2.",
    doc="https://arxiv.org/abs/1801.04381",
    icon="unfold_more",
    keywords=("mobilenet", "bottleneck", "depthwise", "separable", "skip"),
    part=boxed(
        "inverted_residual",
        "Inverted residual",
        chain(
            conv("expand", 144, 1),
            norm("expand_norm"),
            relu6("expand_relu"),
            node("depthwise", "DepthwiseConv2D", kernel_size=3, padding="same", use_bias=False),
            norm("depthwise_norm"),
            relu6("depthwise_relu"),
            conv("project", 24, 1),
            norm("project_norm"),
            "add:1",
        )
        + chain(conv("match", 24, 1), node("add", "Add")),
    ),
    inputs=(Entrance("image", (("expand", 0), ("match", 0)), IMAGE),),
    outputs=(("add", (16, 16, 24)),),
    repeats=True,
    order=30,
)

INCEPTION = ReadyBlock(
    kind="inception",
    name="Inception block",
    summary="Kernels of 1, 3 and 5 and a pooling side by side, as in GoogLeNet: the network picks the scale.",
    doc="https://arxiv.org/abs/1409.4842",
    icon="account_tree",
    keywords=("googlenet", "branches", "concatenate", "scales"),
    part=boxed(
        "inception",
        "Inception block",
        chain(active("one", 64, 1), "join:0")
        + chain(active("three_narrow", 96, 1), active("three", 128, 3), "join:1")
        + chain(active("five_narrow", 16, 1), active("five", 32, 5), "join:2")
        + chain(node("pool", "MaxPooling2D", pool_size=3, strides=1, padding="same"), active("pooled", 32, 1), "join:3")
        + chain(node("join", "Concatenate")),
    ),
    inputs=(Entrance("image", (("one", 0), ("three_narrow", 0), ("five_narrow", 0), ("pool", 0)), IMAGE),),
    outputs=(("join", (16, 16, 256)),),
    repeats=True,
    order=40,
)

DENSE = ReadyBlock(
    kind="dense",
    name="Dense block",
    summary="Four layers that each see all before them and add 32 channels, as in DenseNet.",
    doc="https://arxiv.org/abs/1608.06993",
    icon="stacks",
    keywords=("densenet", "concatenate", "growth", "skip"),
    part=boxed(
        "dense",
        "Dense block",
        chain(
            norm("norm1"),
            relu("relu1"),
            conv("narrow", 128, 1),
            norm("norm2"),
            relu("relu2"),
            conv("grow", 32, 3),
            "join:1",
        )
        + chain(node("join", "Concatenate")),
        repeat=4,
    ),
    inputs=(Entrance("image", (("norm1", 0), ("join", 0)), IMAGE),),
    outputs=(("join", (16, 16, 3 + 4 * 32)),),
    repeats=True,
    order=50,
)

SQUEEZE_EXCITE = ReadyBlock(
    kind="squeeze_excite",
    name="Squeeze and excite",
    summary="A look at the whole image decides how much each channel counts; a 1 × 1 convolution sets the channels.",
    doc="https://arxiv.org/abs/1709.01507",
    icon="tune",
    keywords=("attention", "channels", "gate", "senet"),
    part=boxed(
        "squeeze_excite",
        "Squeeze and excite",
        chain(
            conv("match", 64, 1),
            node("squeeze", "GlobalAveragePooling2D", keepdims=True),
            node("narrow", "Dense", units=4, activation="relu"),
            node("excite", "Dense", units=64, activation="sigmoid"),
            "gate:1",
        )
        + chain("match", node("gate", "Multiply")),
    ),
    inputs=(Entrance("image", (("match", 0),), IMAGE),),
    outputs=(("gate", (16, 16, 64)),),
    repeats=True,
    order=60,
)

UNET_DOWN = ReadyBlock(
    kind="unet_down",
    name="U-Net level down",
    summary="Two convolutions, whose image goes across to the level up, and a pooling that leads to the level below.",
    doc="https://arxiv.org/abs/1505.04597",
    icon="south_east",
    keywords=("unet", "segmentation", "encoder", "contracting"),
    part=boxed(
        "unet_down",
        "U-Net level down",
        chain(active("conv1", 64, 3), active("conv2", 64, 3), node("pool", "MaxPooling2D")),
    ),
    inputs=(Entrance("image", (("conv1", 0),), IMAGE),),
    outputs=(("pool", (8, 8, 64)), ("conv2", (16, 16, 64))),
    order=70,
)

UNET_UP = ReadyBlock(
    kind="unet_up",
    name="U-Net level up",
    summary="Doubles height and width, joins the image that comes across from the level down, and convolves twice.",
    doc="https://arxiv.org/abs/1505.04597",
    icon="north_east",
    keywords=("unet", "segmentation", "decoder", "expanding", "upsampling"),
    part=boxed(
        "unet_up",
        "U-Net level up",
        chain(node("up", "Conv2DTranspose", filters=64, kernel_size=2, strides=2), "join:1")
        + chain(node("join", "Concatenate"), active("conv1", 64, 3), active("conv2", 64, 3)),
    ),
    inputs=(
        Entrance("from below", (("up", 0),), (8, 8, 128)),
        Entrance("from across", (("join", 0),), (16, 16, 64)),
    ),
    outputs=(("conv2", (16, 16, 64)),),
    order=80,
)
