"""Very deep networks: what their compiled step costs is said before, and stops no network that people build."""

from __future__ import annotations

from typing import Any

import pytest

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.memory import PROGRAM, memory, too_large
from builder.catalog.rules import problems
from builder.document import Document, from_value


def deep(repeat: int, kind: str = "Dense", **training: Any) -> Document:
    """Points, a layer that stands so often, and an output."""
    params = {"Dense": {"units": 8}, "Activation": {"activation": "tanh"}}[kind]
    nodes = [
        {"id": "points", "kind": "Input"},
        {"id": "hidden", "kind": kind, "params": params},
        {"id": "out", "kind": "Dense", "params": {"units": 1, "activation": "sigmoid"}},
    ]
    model = {
        "nodes": nodes,
        "edges": [{"source": "points", "target": "hidden"}, {"source": "hidden", "target": "out"}],
        "blocks": [{"id": "tower", "name": "Tower", "members": ["hidden"], "repeat": repeat}],
    }
    settings = {"loss": "binary_crossentropy", "metrics": [], **training}
    return from_value(
        {"format": 1, "name": "Deep", "model": model, "data": {"dataset": "spiral"}, "training": settings}
    )


def analysis(document: Document, weights: int = 72) -> Analysis:
    repeat = document.model.blocks[0].repeat
    reports = {
        name: NodeReport(output=Tensor(shape=(None, width), dtype="float32"), flops=0, inside_bytes=0)
        for name, width in {"points": 2, "hidden": 8, "out": 1}.items()
    }
    hidden = {"copies": repeat, "parameters": weights, "trainable": weights}
    reports["hidden"] = reports["hidden"].model_copy(update=hidden)
    reports["out"] = reports["out"].model_copy(update={"parameters": 9, "trainable": 9})
    total = repeat * weights + 9
    return Analysis(
        nodes=reports,
        parameters=total,
        trainable=total,
        weight_bytes=4 * total,
        activation_bytes=32 * repeat,
        inside_bytes=0,
        flops=0,
    )


def warned(document: Document, weights: int = 72) -> list[str]:
    found = problems(document, analysis(document, weights))
    return [problem.message for problem in found if problem.code == "slow-start"]


@pytest.mark.parametrize(
    ("repeat", "backend", "says"),
    [
        (900, "tensorflow", "901 layers that learn. TensorFlow compiles"),
        (1_000, "tensorflow", "2 minutes or more"),
        (1_000, "jax", None),
        (100, "tensorflow", None),
        (1_000, "torch", None),
    ],
)
def test_a_step_that_is_compiled_for_minutes_is_told_before(repeat: int, backend: str, says: str | None) -> None:
    messages = warned(deep(repeat, backend=backend))
    assert bool(messages) == bool(says)
    assert all(says in message for message in messages)


def test_layers_without_weights_cost_no_time() -> None:
    assert warned(deep(1_000, "Activation"), weights=0) == []


def test_the_compiled_step_counts_as_memory_and_is_named_where_it_does_not_fit() -> None:
    document = deep(1_000)
    needed = memory(document, analysis(document))
    assert needed.program == 1_001 * PROGRAM
    assert memory(deep(1_000, backend="torch"), analysis(document)).program == 0
    assert too_large(document, needed, needed.total) is None
    assert too_large(document, needed, 10**9).hint.startswith("Use fewer layers")
