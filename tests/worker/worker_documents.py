"""Documents that the worker's tests train and analyse, written short."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from builder.document import Document, from_value, parse

DIGITS_CNN = parse((Path(__file__).parent / "documents" / "digits_cnn.loom.json").read_text(encoding="utf-8"))

Layers = list[tuple[str, str, dict[str, Any]]]


def graph(nodes: Layers, edges: list[tuple[Any, ...]], *, data: Any = None, **training: Any) -> Document:
    """Nodes as (id, kind, params), edges as (source, target) or (source, target, port)."""
    return from_value(
        {
            "format": 1,
            "name": "Test",
            "model": {
                "nodes": [{"id": name, "kind": kind, "params": params} for name, kind, params in nodes],
                "edges": [dict(zip(("source", "target", "port"), edge, strict=False)) for edge in edges],
            },
            "data": {"dataset": data} if isinstance(data, str) else data,
            "training": training,
        }
    )


def stack(*layers: tuple[str, dict[str, Any]] | str, data: Any = None, **training: Any) -> Document:
    """Layers one after the other: kinds, or (kind, params); ids are "n0", "n1", ..."""
    pairs = [(layer, {}) if isinstance(layer, str) else layer for layer in layers]
    nodes = [(f"n{index}", kind, params) for index, (kind, params) in enumerate(pairs)]
    return graph(nodes, list(pairwise(name for name, _, _ in nodes)), data=data, **training)


def image(*shape: int | None) -> tuple[str, dict[str, Any]]:
    """An Input of this shape."""
    return ("Input", {"shape": list(shape)})


def dense(units: int, activation: str | None = None) -> tuple[str, dict[str, Any]]:
    return ("Dense", {"units": units} | ({"activation": activation} if activation else {}))


RESIDUAL = graph(
    [
        ("image", "Input", {}),
        ("a", "Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}),
        ("b", "Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "activation": "relu"}),
        ("sum", "Add", {}),
        ("flat", "Flatten", {}),
        ("digit", "Dense", {"units": 10, "activation": "softmax"}),
    ],
    [("image", "a"), ("a", "b"), ("a", "sum", 0), ("b", "sum", 1), ("sum", "flat"), ("flat", "digit")],
    data="digits",
    epochs=1,
)

TWO_BY_TWO = graph(
    [
        ("petals", "Input", {"columns": [2, 3]}),
        ("sepals", "Input", {"columns": [0, 1]}),
        ("wide", "Dense", {"units": 8, "activation": "relu"}),
        ("narrow", "Dense", {"units": 4, "activation": "relu"}),
        ("join", "Concatenate", {}),
        ("species", "Dense", {"units": 3, "activation": "softmax"}),
        ("rows", "Dense", {"units": 3, "activation": "softmax"}),
    ],
    [
        ("petals", "wide"),
        ("sepals", "narrow"),
        ("wide", "join", 0),
        ("narrow", "join", 1),
        ("join", "species"),
        ("join", "rows"),
    ],
    data="iris",
    epochs=2,
    batch_size=15,
    metrics=["accuracy"],
    outputs={"rows": {"loss": "categorical_crossentropy", "weight": 0.5}},
)
"""Two inputs that share the columns of a table, and two outputs; the second learns one-hot rows at half the weight."""


def looked_up(*before: tuple[str, dict[str, Any]] | str, rows: int, kind: str = "Embedding") -> Document:
    """Digits (numbers from 0 to 16) behind these layers, looked up by the layer "words" that knows so many numbers."""
    params = {"Embedding": {"input_dim": rows, "output_dim": 4}, "CategoryEncoding": {"num_tokens": rows}}[kind]
    layers = [(f"n{at}", *((item, {}) if isinstance(item, str) else item)) for at, item in enumerate(before)]
    nodes = [
        ("pixels", "Input", {}),
        ("flat", "Flatten", {}),
        *layers,
        ("words", kind, params),
        ("row", "Flatten", {}),
        ("digit", "Dense", {"units": 10, "activation": "softmax"}),
    ]
    edges = list(pairwise(name for name, _, _ in nodes))
    return graph(nodes, edges, data={"dataset": "digits", "limit": 100}, epochs=1)


LEARNED_LOOKUP = looked_up(
    ("Dense", {"units": 6, "activation": "relu", "kernel_initializer": "ones", "use_bias": False}), rows=5
)
"""What is looked up comes out of a layer that learns: hundreds, where 0 to 4 are known."""
