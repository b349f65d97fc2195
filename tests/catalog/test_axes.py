"""Axes are named by rank and by what produced them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.axes import axes
from builder.document import from_value


def named(*chain: tuple[str, str, tuple[int, ...] | None]) -> dict[str, tuple[str, ...]]:
    """The names of the axes along a chain of (id, kind, shape without the batch)."""
    ids = [node_id for node_id, _, _ in chain]
    model: dict[str, Any] = {
        "nodes": [{"id": node_id, "kind": kind} for node_id, kind, _ in chain],
        "edges": [{"source": one, "target": other} for one, other in pairwise(ids)],
    }
    reports = {
        node_id: NodeReport(output=Tensor(shape=(None, *shape), dtype="float32") if shape is not None else None)
        for node_id, _, shape in chain
    }
    return axes(from_value({"format": 1, "name": "A", "model": model}), Analysis(nodes=reports))


def test_images_sequences_and_rows() -> None:
    assert named(("image", "Input", (28, 28, 1)), ("conv", "Conv2D", (26, 26, 8)), ("flat", "Flatten", (5408,))) == {
        "image": ("height", "width", "channels"),
        "conv": ("height", "width", "channels"),
        "flat": ("features",),
    }
    assert named(("words", "Input", (5,)), ("rows", "Embedding", (5, 8)), ("last", "LSTM", (3,)))["rows"] == (
        "time",
        "features",
    )


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert named(("image", "Input", (4, 4, 1)), ("turned", "Permute", (1, 4, 4)), ("odd", "Dense", None)) == {
        "image": ("height", "width", "channels"),
        "turned": (),
    }
    assert named(("all", "Input", (1, 2, 3, 4, 5)), ("one", "Input", ())) == {"all": (), "one": ()}
