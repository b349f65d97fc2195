"""The hue of each layer family, (light, dark): the same wherever a layer is drawn, as in the canvas' style sheet."""

from __future__ import annotations

from builder.catalog.spec import Family

HUES: dict[Family, tuple[str, str]] = {
    "input": ("#526077", "#a3b3cb"),
    "core": ("#2f62d0", "#86a8ff"),
    "convolution": ("#7a46c9", "#bd9bff"),
    "pooling": ("#0d7a75", "#4fcabf"),
    "recurrent": ("#966000", "#f0b54a"),
    "attention": ("#c02d62", "#ff8fb3"),
    "normalization": ("#4b7054", "#9dc3a5"),
    "merging": ("#b9490a", "#ff9f66"),
    "preprocessing": ("#0b7594", "#5cc8ea"),
}


def hue(family: Family) -> str:
    """The hue as a CSS colour that follows the page between light and dark."""
    light, dark = HUES[family]
    return f"light-dark({light}, {dark})"
