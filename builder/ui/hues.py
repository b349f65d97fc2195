"""The hue of each family of layers, on light and on dark ground; the canvas' style sheet has the same."""

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
