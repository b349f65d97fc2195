"""Augmentation: images are varied at random while training, and left alone afterwards.

Two are missing for what Keras 3.15 does with them: a saved model that holds a RandomShear cannot be opened again, and
RandomCrop says another output shape than it gives.
"""

from __future__ import annotations

from builder.catalog import intervals, reach, work
from builder.catalog.parameters import DATA_FORMAT, SEED, value_range
from builder.catalog.pictures import images
from builder.catalog.pictures.marks import Picture
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import Float, Floats, OneOf

SITE = "https://keras.io/api/layers/preprocessing_layers/image_augmentation/"
IMAGE = (12, 12, 3)


def _factor(name: str, help: str, *, start: float | None, default: object = REQUIRED, low: float = -1) -> Param:
    return Param(name, Floats(size=2, low=low, high=1, none=default is None), default, help, start=start)


FILL = (
    Param(
        "fill_mode",
        OneOf(options=("reflect", "constant", "wrap", "nearest")),
        "reflect",
        "What fills the space that opens at the edges.",
    ),
    Param("fill_value", Float(), 0.0, 'The value that fills it when the mode is "constant".', advanced=True),
    Param(
        "interpolation",
        OneOf(options=("bilinear", "nearest")),
        "bilinear",
        "How values between pixels are made.",
        advanced=True,
    ),
    DATA_FORMAT,
    SEED,
)


def _layer(
    kind: str,
    path: str,
    icon: str,
    summary: str,
    help: str,
    picture: Picture,
    *params: Param,
    keywords: tuple[str, ...] = (),
    formula: str | None = None,
    interval: intervals.Effect = intervals.averaged,
    overwrites_on: tuple[str, ...] = (),
) -> Layer:
    return Layer(
        kind=kind,
        overwrites_on=overwrites_on,
        work=work.nothing,
        reach=reach.each,
        interval=interval,
        family="preprocessing",
        keeps=("values", "width"),
        icon=icon,
        summary=summary,
        help=help,
        picture=picture,
        formula=formula,
        doc=f"{SITE}{path}/",
        keywords=("augmentation", "image", "random", *keywords),
        example=IMAGE,
        params=params,
    )


LAYERS = (
    _layer(
        "RandomFlip",
        "random_flip",
        "flip",
        "Mirrors images at random while training.",
        "Use it where a mirrored subject is still the same, such as a cat, but not for letters or digits.",
        images.vary("mirrored or not", *images.flipped()),
        Param(
            "mode",
            OneOf(options=("horizontal", "vertical", "horizontal_and_vertical")),
            "horizontal_and_vertical",
            "Left to right, upside down, or both.",
            start="horizontal",
        ),
        DATA_FORMAT,
        SEED,
        interval=intervals.same,
        formula=r"y_{ij} = x_{i,\,w-j}",
        keywords=("mirror",),
    ),
    _layer(
        "RandomRotation",
        "random_rotation",
        "rotate_right",
        "Turns images by a random angle while training.",
        "Use it where photos are held a little askew; keep the angle small where up and down matter.",
        images.vary("turned a little", *images.turned(18, -12)),
        _factor("factor", "Largest turn as a share of a full circle: 0.1 is 36 degrees either way.", start=0.05),
        *FILL,
        keywords=("turn", "angle"),
    ),
    _layer(
        "RandomZoom",
        "random_zoom",
        "zoom_in",
        "Zooms images in or out at random while training.",
        "Use it where the subject may be nearer or farther away than in the samples.",
        images.vary("nearer and farther away", *images.zoomed(1.4, 0.72)),
        _factor("height_factor", "Largest zoom of the height: 0.2 is 20 % in or out.", start=0.1, low=-0.99),
        _factor(
            "width_factor",
            "Largest zoom of the width; empty keeps the proportions.",
            start=None,
            default=None,
            low=-0.99,
        ),
        *FILL,
        keywords=("scale",),
    ),
    _layer(
        "RandomTranslation",
        "random_translation",
        "open_with",
        "Moves images up, down and sideways at random while training.",
        "Use it where the subject is not always in the middle.",
        images.vary("moved to other places", *images.moved((9, 7), (-10, -5))),
        _factor("height_factor", "Largest move up or down, as a share of the height.", start=0.1),
        _factor("width_factor", "Largest move sideways, as a share of the width.", start=0.1),
        *FILL,
        formula=r"y_{ij} = x_{i-a,\,j-b}",
        keywords=("shift", "move"),
    ),
    _layer(
        "RandomContrast",
        "random_contrast",
        "contrast",
        "Raises or lowers the contrast of images at random while training.",
        "Use it where cameras and light differ between the samples and the real use.",
        images.vary("with more and with less contrast", *images.toned((0.04, 1), (0.25, 0.45))),
        _factor("factor", "Largest change: 0.2 is 20 % more or less.", start=0.2, low=0),
        value_range(),
        SEED,
        formula=r"y = f\,(x - \mu) + \mu",
        keywords=("colour", "light"),
    ),
    _layer(
        "RandomBrightness",
        "random_brightness",
        "brightness_6",
        "Makes images brighter or darker at random while training.",
        "Use it where it may be lighter or darker than in the samples.",
        images.vary("with other brightness", *images.toned((0.4, 0.95), (0.04, 0.3))),
        _factor("factor", "Largest change, as a share of the value range.", start=0.2),
        value_range(),
        SEED,
        formula=r"y = x + d",
        keywords=("light", "dark"),
        overwrites_on=("torch",),
    ),
    _layer(
        "RandomErasing",
        "random_erasing",
        "ink_eraser",
        "Blots a random piece of images out while training.",
        "The network must then not rely on a single detail, because that may be covered.",
        images.vary("with a piece blotted out", *images.blotted((5, 20, 15, 11), (25, 4, 10, 16))),
        _factor("factor", "Chance that an image loses a piece.", start=None, default=1.0, low=0),
        Param(
            "scale",
            Floats(size=2, low=0, high=1),
            (0.02, 0.33),
            "Smallest and largest share of the image that is blotted out.",
        ),
        Param("fill_value", Float(none=True), None, "Value of the blot; empty fills it with noise."),
        value_range(),
        DATA_FORMAT,
        SEED,
        keywords=("cutout", "hide"),
    ),
)
