"""Convolutions: small windows of shared weights that slide over a sequence or an image."""

from __future__ import annotations

from builder.catalog import intervals, reach, work
from builder.catalog.parameters import DATA_FORMAT, USE_BIAS, activation, units, weights
from builder.catalog.pictures import windows
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import LARGEST, Int, Ints, OneOf

SITE = "https://keras.io/api/layers/convolution_layers/"
EXAMPLES = {1: (12, 3), 2: (12, 12, 3)}
WHERE = {1: "a sequence", 2: "an image"}
NEXT = {
    1: "Use it for sound, sensors and text, where a short pattern means the same wherever it comes.",
    2: "It is the basic layer for images: the first ones find edges, later ones corners, parts and whole things.",
}


def _size(rank: int, low: int = 1, none: bool = False) -> Int | Ints:
    """A number for each axis that the window slides along."""
    return Int(low=low, high=LARGEST, none=none) if rank == 1 else Ints(size=rank, low=low, high=LARGEST, none=none)


def _per_axis(rank: int, value: int) -> int | tuple[int, ...]:
    return value if rank == 1 else (value,) * rank


def _filters() -> Param:
    return units("Number of patterns that the layer learns: the channels of its output.", start=32, name="filters")


def _kernel_size(rank: int) -> Param:
    words = "Length of the window." if rank == 1 else "Height and width of the window; one number for both."
    return Param("kernel_size", _size(rank), REQUIRED, words, start=3)


def _strides(rank: int) -> Param:
    return Param("strides", _size(rank), _per_axis(rank, 1), "How far the window moves from one output to the next.")


def _padding(*more: str) -> Param:
    help = 'Zeros around the input: "valid" none, "same" so many that a stride of 1 keeps the size'
    help += ', "causal" only before it, so that no output sees the future.' if more else "."
    return Param("padding", OneOf(options=("valid", "same", *more)), "valid", help)


def _dilation(rank: int) -> Param:
    return Param(
        "dilation_rate",
        _size(rank),
        _per_axis(rank, 1),
        "Spacing between the points that the window looks at; not together with strides.",
        advanced=True,
    )


GROUPS = Param(
    "groups",
    Int(low=1, high=LARGEST),
    1,
    "Splits the channels into groups that do not see each other; must divide channels and filters.",
    advanced=True,
)


def _depth_multiplier() -> Param:
    return Param(
        "depth_multiplier",
        Int(low=1, high=LARGEST),
        1,
        "Number of patterns for each input channel.",
    )


def _output_padding(rank: int) -> Param:
    return Param(
        "output_padding",
        _size(rank, low=0, none=True),
        None,
        "Extra length at the end of the output, less than the stride; empty works it out.",
        advanced=True,
    )


def _plain(rank: int) -> Layer:
    sums = r"y_{i} = \sigma\Big(\sum_{u} x_{i+u} W_{u} + b\Big)"
    if rank == 2:
        sums = r"y_{ij} = \sigma\Big(\sum_{u,v} x_{i+u,\,j+v} W_{uv} + b\Big)"
    return Layer(
        kind=f"Conv{rank}D",
        interval=intervals.activated,
        sums="all",
        work=work.kernels,
        reach=reach.window("kernel_size"),
        family="convolution",
        width="filters",
        icon="grid_on" if rank == 2 else "linear_scale",
        summary=f"Slides small learned windows over {WHERE[rank]} and reports where each pattern shows.",
        help=NEXT[rank],
        picture=windows.slide(rank),
        doc=f"{SITE}convolution{rank}d/",
        keywords=("convolution", "cnn", "filter", "kernel", "image" if rank == 2 else "sequence"),
        formula=sums,
        example=EXAMPLES[rank],
        params=(
            _filters(),
            _kernel_size(rank),
            activation(start="relu"),
            _strides(rank),
            _padding(*(("causal",) if rank == 1 else ())),
            _dilation(rank),
            GROUPS,
            DATA_FORMAT,
            USE_BIAS,
            *weights(kernel="glorot_uniform", bias="zeros"),
        ),
    )


def _transpose(rank: int) -> Layer:
    return Layer(
        kind=f"Conv{rank}DTranspose",
        interval=intervals.activated,
        sums="all",
        work=work.kernels_backwards,
        reach=reach.window_backwards,
        family="convolution",
        width="filters",
        icon="zoom_out_map",
        summary=f"Runs a convolution backwards: makes {WHERE[rank]} larger with learned patterns.",
        help="Use it with strides of 2 where a network draws, as in a generator or on the way up in a U-Net.",
        picture=windows.stamp(rank),
        doc=f"{SITE}convolution{rank}d_transpose/",
        keywords=("deconvolution", "upsampling", "decoder", "generator", "unet"),
        formula=r"y = W^\top x + b",
        example=EXAMPLES[rank],
        params=(
            _filters(),
            _kernel_size(rank),
            activation(start="relu"),
            _strides(rank),
            _padding(),
            _output_padding(rank),
            _dilation(rank),
            DATA_FORMAT,
            USE_BIAS,
            *weights(kernel="glorot_uniform", bias="zeros"),
        ),
    )


def _depthwise(rank: int) -> Layer:
    return Layer(
        kind=f"DepthwiseConv{rank}D",
        interval=intervals.activated,
        sums="each",
        work=work.kernels,
        reach=reach.window("kernel_size"),
        family="convolution",
        icon="filter_none",
        summary="A convolution that treats every channel by itself, with far fewer weights.",
        help="It saves time and memory on small devices; a convolution with windows of 1 after it mixes the channels.",
        picture=windows.lanes(rank),
        doc=f"{SITE}depthwise_convolution{rank}d/",
        keywords=("convolution", "mobilenet", "channel", "efficient"),
        formula=r"y_{c} = \sigma(x_{c} * W_{c} + b_c)",
        example=EXAMPLES[rank],
        params=(
            _kernel_size(rank),
            activation(start="relu"),
            _strides(rank),
            _padding(),
            _depth_multiplier(),
            _dilation(rank),
            DATA_FORMAT,
            USE_BIAS,
            *weights(depthwise="glorot_uniform", bias="zeros"),
        ),
    )


def _separable(rank: int) -> Layer:
    return Layer(
        kind=f"SeparableConv{rank}D",
        interval=intervals.activated,
        sums="all",
        work=work.kernels,
        reach=reach.window("kernel_size"),
        family="convolution",
        width="filters",
        icon="filter_2",
        summary="A convolution in two cheap steps: each channel by itself, then a mix of the channels.",
        help="It does nearly the work of a whole convolution for a fraction of the cost, so it suits small devices.",
        picture=windows.lanes_mixed(rank),
        doc=f"{SITE}separable_convolution{rank}d/",
        keywords=("convolution", "xception", "depthwise", "pointwise", "efficient"),
        formula=r"y = \sigma\big((x * W_{depth})\, W_{point} + b\big)",
        example=EXAMPLES[rank],
        params=(
            _filters(),
            _kernel_size(rank),
            activation(start="relu"),
            _strides(rank),
            _padding(),
            _depth_multiplier(),
            _dilation(rank),
            DATA_FORMAT,
            USE_BIAS,
            *weights(depthwise="glorot_uniform", pointwise="glorot_uniform", bias="zeros"),
        ),
    )


LAYERS = tuple(make(rank) for make in (_plain, _transpose, _depthwise, _separable) for rank in (1, 2))
