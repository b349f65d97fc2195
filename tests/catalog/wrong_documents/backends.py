"""What a backend cannot compute as the others do."""

from __future__ import annotations

from wrong_documents.case import FLAT, INPUT, SCALE, Case, out

IMAGE = ("image", "Reshape", {"target_shape": [8, 8, 1]})
CONV = ("conv", "Conv2D", {"filters": 3, "kernel_size": 3})
LIGHT = ("light", "RandomBrightness", {"factor": 0.2, "value_range": [0.0, 16.0]})
LANCZOS = ("large", "Resizing", {"height": 12, "width": 12, "interpolation": "lanczos3"})
TORCH = {"backend": "torch"}

BACKENDS = (
    Case(
        "brightness behind a layer that learns",
        (INPUT, IMAGE, CONV, LIGHT, FLAT, out()),
        "overwrites",
        "light",
        "Train on TensorFlow",
        says='"light" (RandomBrightness) overwrites what comes in: "conv" (Conv2D) before it could not learn',
        training=TORCH,
        shapes={"conv": (6, 6, 3), "light": (6, 6, 3), "out": (10,)},
        weights={"conv": 30},
    ),
    Case(
        "an interpolation that a backend does not know",
        (INPUT, SCALE, IMAGE, LANCZOS, FLAT, out()),
        "backend-param",
        "large",
        "Train on TensorFlow",
        says='PyTorch cannot compute the interpolation "lanczos3" of "large" (Resizing).',
        training=TORCH,
        shapes={"image": (8, 8, 1), "large": (12, 12, 1), "out": (10,)},
    ),
    Case(
        "an interpolation that a backend has of its own",
        (INPUT, SCALE, IMAGE, ("large", "UpSampling2D", {"interpolation": "bicubic"}), FLAT, out()),
        "backend-param",
        "large",
        "Train on TensorFlow",
        says="on other backends the trained network gives other numbers",
        severity="warning",
        training=TORCH,
        shapes={"image": (8, 8, 1), "large": (16, 16, 1), "out": (10,)},
    ),
    Case(
        "brightness of an image that another layer takes too",
        (INPUT, SCALE, IMAGE, LIGHT, ("sum", "Add"), FLAT, out()),
        "overwrites",
        "light",
        "Train on TensorFlow",
        says='overwrites what comes in: "sum" would take that',
        edges=(
            ("input", "scale"),
            ("scale", "image"),
            ("image", "light"),
            ("light", "sum", 0),
            ("image", "sum", 1),
            ("sum", "flat"),
            ("flat", "out"),
        ),
        training=TORCH,
        shapes={"image": (8, 8, 1), "light": (8, 8, 1), "sum": (8, 8, 1), "out": (10,)},
    ),
)

SOUND = Case(
    "brightness of an image that no other layer takes",
    (INPUT, IMAGE, LIGHT, SCALE, CONV, FLAT, out()),
    training=TORCH,
    shapes={"image": (8, 8, 1), "light": (8, 8, 1), "scale": (8, 8, 1), "conv": (6, 6, 3), "out": (10,)},
    weights={"conv": 30},
)
