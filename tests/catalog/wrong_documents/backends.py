"""What a backend cannot compute as the others do."""

from __future__ import annotations

from wrong_documents.case import FLAT, INPUT, SCALE, Case, out

IMAGE = ("image", "Reshape", {"target_shape": [8, 8, 1]})
CONV = ("conv", "Conv2D", {"filters": 3, "kernel_size": 3})
LIGHT = ("light", "RandomBrightness", {"factor": 0.2, "value_range": [0.0, 16.0]})
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
    (INPUT, SCALE, IMAGE, LIGHT, CONV, FLAT, out()),
    training=TORCH,
    shapes={"image": (8, 8, 1), "light": (8, 8, 1), "conv": (6, 6, 3), "out": (10,)},
    weights={"conv": 30},
)
