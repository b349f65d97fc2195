"""Pooling: sum up a neighbourhood by its largest or its average number."""

from __future__ import annotations

from builder.catalog import intervals, reach, work
from builder.catalog.parameters import DATA_FORMAT
from builder.catalog.pictures import windows
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import LARGEST, Bool, Int, Ints, OneOf

SITE = "https://keras.io/api/layers/pooling_layers/"
EXAMPLES = {1: (12, 3), 2: (12, 12, 3)}
WHERE = {1: "a sequence", 2: "an image"}
INTERVALS = {"Max": intervals.same, "Average": intervals.averaged}
WORDS = {"Max": ("largest", "max", r"\max"), "Average": ("average", "average", r"\operatorname{mean}")}
WINDOW_HELP = {
    "Max": "Use it after convolutions: what was found stays, its exact place is forgotten, and the rest gets cheaper.",
    "Average": "Use it where the general level matters more than the single strongest answer.",
}
ALL_HELP = {
    "Max": "Use it at the end of the convolutions to ask whether a pattern shows anywhere at all.",
    "Average": "It replaces Flatten at the end of modern image networks and needs far fewer weights after it.",
}


PARTS = 100_000
"""Most places that adaptive pooling may give along an axis: every part is looked at for the receptive field."""


def _size(rank: int, none: bool = False, high: int = LARGEST) -> Int | Ints:
    return Int(low=1, high=high, none=none) if rank == 1 else Ints(size=2, low=1, high=high, none=none)


def _window(reduce: str, rank: int) -> Layer:
    word, path, symbol = WORDS[reduce]
    default = {"Max": 2 if rank == 1 else (2, 2), "Average": REQUIRED}[reduce]
    return Layer(
        kind=f"{reduce}Pooling{rank}D",
        interval=INTERVALS[reduce],
        work=work.window("pool_size"),
        reach=reach.window("pool_size"),
        family="pooling",
        keeps=("width",),
        icon="compress",
        summary=f"Shrinks {WHERE[rank]} by keeping the {word} number of each small window.",
        help=WINDOW_HELP[reduce],
        picture=windows.pool(reduce, rank),
        doc=f"{SITE}{path}_pooling{rank}d/",
        keywords=("pool", "downsample", "subsample", "shrink", path),
        formula=rf"y_i = {symbol}_{{u \in \text{{window}}_i}}\, x_u",
        example=EXAMPLES[rank],
        params=(
            Param(
                "pool_size",
                _size(rank),
                default,
                "Length of the window." if rank == 1 else "Height and width of the window; one number for both.",
                start=2,
            ),
            Param(
                "strides",
                _size(rank, none=True),
                None,
                "How far the window moves; empty moves it by its own size.",
            ),
            Param(
                "padding",
                OneOf(options=("valid", "same")),
                "valid",
                'At the edges: "valid" drops windows that do not fit, "same" keeps them.',
            ),
            DATA_FORMAT,
        ),
    )


def _all(reduce: str, rank: int) -> Layer:
    word, path, symbol = WORDS[reduce]
    return Layer(
        kind=f"Global{reduce}Pooling{rank}D",
        interval=INTERVALS[reduce],
        work=work.each_in(),
        family="pooling",
        keeps=("width",),
        icon="close_fullscreen",
        summary=f"Keeps one number for each channel: the {word} over the whole {'sequence' if rank == 1 else 'image'}.",
        help=ALL_HELP[reduce],
        picture=windows.pool_all(reduce, rank),
        doc=f"{SITE}global_{path}_pooling{rank}d/",
        keywords=("pool", "global", "flatten", path, "head"),
        formula=rf"y_c = {symbol}_{{i}}\, x_{{i,c}}",
        example=EXAMPLES[rank],
        params=(
            Param("keepdims", Bool(), False, "Keeps the axes that were pooled, with length 1.", advanced=True),
            DATA_FORMAT,
        ),
    )


def _adaptive(reduce: str, rank: int) -> Layer:
    word, path, symbol = WORDS[reduce]
    return Layer(
        kind=f"Adaptive{reduce}Pooling{rank}D",
        interval=INTERVALS[reduce],
        work=work.each_in(),
        reach=reach.parts,
        family="pooling",
        keeps=("width",),
        icon="aspect_ratio",
        summary=f"Brings {WHERE[rank]} of any size to a fixed one, by the {word} numbers.",
        help="Use it before dense layers when inputs come in different sizes.",
        picture=windows.pool_to(reduce, rank),
        doc=f"{SITE}adaptive_{path}_pooling{rank}d/",
        keywords=("pool", "adaptive", "resize", path),
        formula=rf"y_i = {symbol}_{{u \in \text{{part}}_i}}\, x_u",
        example=EXAMPLES[rank],
        params=(
            Param(
                "output_size",
                _size(rank, high=PARTS),
                REQUIRED,
                "Length of the output." if rank == 1 else "Height and width of the output; one number for both.",
                start=4,
            ),
            DATA_FORMAT,
        ),
    )


LAYERS = tuple(make(reduce, rank) for make in (_window, _all, _adaptive) for reduce in WORDS for rank in (1, 2))
