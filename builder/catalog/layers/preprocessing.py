"""Preprocessing: scale, resize and pad inside the network, so that a trained model takes raw input anywhere."""

from __future__ import annotations

from typing import Any

from builder.catalog import reach, work
from builder.catalog.pictures import curves, forms, images
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import Bool, Float, Floats, Int, Ints, Margins, OneOf

NUMERICAL = "https://keras.io/api/layers/preprocessing_layers/numerical/"
IMAGES = "https://keras.io/api/layers/preprocessing_layers/image_preprocessing/"
RESHAPING = "https://keras.io/api/layers/reshaping_layers/"
NEIGHBOURS = {"nearest": 1, "bilinear": 2, "bicubic": 4, "lanczos3": 6, "lanczos5": 10}
"""Places along an axis that a new one is made of."""
INTERPOLATIONS = tuple(NEIGHBOURS)
LIMITS: dict[str, Any] = {"not_on": {"torch": ("lanczos3", "lanczos5")}, "own_on": {"torch": ("bicubic",)}}
"""PyTorch's bicubic curve is steeper (a = -0.75, elsewhere -0.5)."""
IMAGE = (12, 12, 3)
SEQUENCE = (12, 3)


def _side(name: str, start: int) -> Param:
    return Param(name, Int(low=1, high=16_384), REQUIRED, f"{name.capitalize()} of the output in pixels.", start=start)


LAYERS = (
    Layer(
        kind="Rescaling",
        work=work.each(2),
        reach=reach.each,
        family="preprocessing",
        keeps=("width",),
        scales=True,
        icon="straighten",
        summary="Multiplies all numbers by a factor and adds an offset; 1/255 brings image values to 0 to 1.",
        help="Put it right after the input of images, because networks learn slowly from large numbers.",
        picture=curves.rescale(),
        doc=IMAGES + "rescaling/",
        keywords=("scale", "normalize", "255", "range", "offset"),
        formula=r"y = s\,x + o",
        params=(
            Param("scale", Float(), REQUIRED, "Factor.", start=1 / 255),
            Param("offset", Float(), 0.0, "Number that is added afterwards."),
        ),
    ),
    Layer(
        kind="Discretization",
        stops_gradients=True,
        work=work.nothing,
        reach=reach.each,
        family="preprocessing",
        scales=True,
        icon="bar_chart",
        summary="Sorts numbers into bins and gives the number of the bin.",
        freezable=False,
        help="Use it where only the range of a number matters, such as an age group.",
        picture=curves.bins(),
        doc=NUMERICAL + "discretization/",
        keywords=("bucket", "bins", "category", "quantize"),
        formula=r"y = k \quad \text{where} \quad b_k \le x < b_{k+1}",
        params=(
            Param(
                "bin_boundaries",
                Floats(single=False),
                REQUIRED,
                "The borders between the bins, in rising order.",
                start=(0.0, 0.5, 1.0),
            ),
            Param(
                "output_mode",
                OneOf(options=("int", "one_hot", "multi_hot", "count")),
                "int",
                "The bin's number, or a row with a mark at it.",
            ),
        ),
    ),
    Layer(
        kind="CategoryEncoding",
        counts_to="num_tokens",
        stops_gradients=True,
        work=work.nothing,
        reach=reach.rearranged,
        family="preprocessing",
        scales=True,
        icon="category",
        summary="Turns category numbers into rows with a mark at the category.",
        help="Use it for columns with a few categories; an Embedding is better for thousands.",
        picture=forms.mark(),
        doc="https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/",
        keywords=("one-hot", "multi-hot", "category", "count"),
        formula=r"y_k = 1 \;\text{if}\; k = x \;\text{else}\; 0",
        example=(1,),
        params=(
            Param("num_tokens", Int(low=1, high=1_000_000), REQUIRED, "Number of categories.", start=10),
            Param(
                "output_mode",
                OneOf(options=("multi_hot", "one_hot", "count")),
                "multi_hot",
                "One row of marks for a sample, one for each number, or counts.",
            ),
        ),
    ),
    Layer(
        kind="Resizing",
        work=work.resampling,
        reach=reach.resized(NEIGHBOURS),
        family="preprocessing",
        keeps=("values", "width"),
        icon="photo_size_select_large",
        summary="Brings images to a fixed height and width.",
        help="Use it where images come in different sizes or are larger than the network needs.",
        picture=images.resize(),
        doc=IMAGES + "resizing/",
        keywords=("resize", "scale", "image", "shape"),
        formula=r"(h, w) \to (H, W)",
        example=IMAGE,
        params=(
            _side("height", 32),
            _side("width", 32),
            Param(
                "interpolation",
                OneOf(options=INTERPOLATIONS),
                "bilinear",
                "How values between pixels are made.",
                **LIMITS,
            ),
            Param(
                "crop_to_aspect_ratio",
                Bool(),
                False,
                "Cuts the edges off rather than distorting.",
                advanced=True,
            ),
            Param("pad_to_aspect_ratio", Bool(), False, "Adds edges rather than distorting.", advanced=True),
            Param("fill_value", Float(), 0.0, "Value of the edges that are added.", advanced=True),
            Param("antialias", Bool(), False, "Smooths before shrinking.", advanced=True),
        ),
    ),
    Layer(
        kind="CenterCrop",
        work=work.nothing,
        reach=reach.each,
        family="preprocessing",
        keeps=("values", "width"),
        icon="crop_square",
        summary="Cuts the middle out of images, at a fixed height and width.",
        help="Use it where the subject is in the middle and the edges only distract.",
        picture=images.cut_middle(),
        doc=IMAGES + "center_crop/",
        keywords=("crop", "image", "cut"),
        formula=r"(h, w) \to (H, W)",
        example=IMAGE,
        params=(_side("height", 8), _side("width", 8)),
    ),
    Layer(
        kind="ZeroPadding1D",
        work=work.nothing,
        reach=reach.each,
        family="preprocessing",
        keeps=("values", "width"),
        icon="padding",
        summary="Adds zeros before and after a sequence.",
        help="Use it to let a convolution also look at the very first and last steps.",
        picture=forms.border(1),
        doc=RESHAPING + "zero_padding1d/",
        keywords=("pad", "border", "sequence"),
        formula=r"n \to n + 2p",
        example=SEQUENCE,
        params=(
            Param(
                "padding",
                Ints(size=2, low=0, high=10_000),
                1,
                "Number of zeros; two numbers: before and after.",
            ),
        ),
    ),
    Layer(
        kind="ZeroPadding2D",
        work=work.nothing,
        reach=reach.each,
        family="preprocessing",
        keeps=("values", "width"),
        icon="padding",
        summary="Adds a border of zeros around images.",
        help="Use it before a convolution that should not shrink the image, or to reach a size that can be halved.",
        picture=forms.border(2),
        doc=RESHAPING + "zero_padding2d/",
        keywords=("pad", "border", "image"),
        formula=r"(h, w) \to (h + 2p,\; w + 2p)",
        example=IMAGE,
        params=(
            Param(
                "padding",
                Margins(),
                (1, 1),
                "Rows and columns that are added: one number, or height and width.",
            ),
        ),
    ),
    Layer(
        kind="Cropping1D",
        work=work.nothing,
        reach=reach.each,
        family="preprocessing",
        keeps=("values", "width"),
        icon="crop",
        summary="Cuts steps off the start and the end of a sequence.",
        help="Use it to make two sequences equally long before they are merged.",
        picture=forms.trim(1),
        doc=RESHAPING + "cropping1d/",
        keywords=("crop", "cut", "sequence", "trim"),
        formula=r"n \to n - 2c",
        example=SEQUENCE,
        params=(
            Param(
                "cropping",
                Ints(size=2, low=0, high=10_000),
                (1, 1),
                "Steps cut off; two numbers: start and end.",
            ),
        ),
    ),
    Layer(
        kind="Cropping2D",
        work=work.nothing,
        reach=reach.each,
        family="preprocessing",
        keeps=("values", "width"),
        icon="crop",
        summary="Cuts rows and columns off the edges of images.",
        help="Use it to remove frames, or to make two images equally large before they are merged.",
        picture=forms.trim(2),
        doc=RESHAPING + "cropping2d/",
        keywords=("crop", "cut", "image", "trim"),
        formula=r"(h, w) \to (h - 2c,\; w - 2c)",
        example=IMAGE,
        params=(
            Param(
                "cropping",
                Margins(),
                ((0, 0), (0, 0)),
                "Rows and columns that are cut off: one number, or height and width.",
                start=1,
            ),
        ),
    ),
    Layer(
        kind="UpSampling1D",
        work=work.nothing,
        reach=reach.resized(NEIGHBOURS),
        family="preprocessing",
        keeps=("values", "width"),
        icon="expand",
        summary="Makes a sequence longer by repeating its steps.",
        help="It has no weights; a convolution after it can smooth the steps.",
        picture=forms.enlarge(1),
        doc=RESHAPING + "up_sampling1d/",
        keywords=("upsample", "repeat", "decoder", "sequence"),
        formula=r"n \to s\,n",
        example=SEQUENCE,
        params=(Param("size", Int(low=1, high=1024), 2, "How often each step is repeated."),),
    ),
    Layer(
        kind="UpSampling2D",
        work=work.resampling,
        reach=reach.resized(NEIGHBOURS),
        family="preprocessing",
        keeps=("values", "width"),
        icon="open_in_full",
        summary="Makes images larger by repeating pixels or drawing smooth ones between them.",
        help="It has no weights and is used with convolutions in networks that draw images or maps.",
        picture=forms.enlarge(2),
        doc=RESHAPING + "up_sampling2d/",
        keywords=("upsample", "resize", "decoder", "unet", "image"),
        formula=r"(h, w) \to (s\,h,\; s\,w)",
        example=IMAGE,
        params=(
            Param(
                "size",
                Ints(size=2, low=1, high=1024),
                (2, 2),
                "Factors for height and width; one number for both.",
            ),
            Param(
                "interpolation",
                OneOf(options=INTERPOLATIONS),
                "nearest",
                "How the new pixels are made: nearest repeats, the others draw smoothly.",
                **LIMITS,
            ),
        ),
    ),
)
