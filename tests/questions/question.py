"""What a question is: a document that does not learn as its author expected, and one that is right beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from builder.document import Document, from_value

Layer = tuple[Any, ...]
"""Kind and parameters, or id, kind and parameters; a fourth item holds switches."""

CE = "sparse_categorical_crossentropy"
BCE = "binary_crossentropy"


@dataclass(frozen=True)
class Net:
    """A network, by default a row of layers behind an Input, with the settings of its training."""

    layers: tuple[Layer, ...]
    data: Any = "digits"
    loss: Any = CE
    edges: tuple[tuple[Any, ...], ...] | None = None
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        nodes = [_node(index, layer) for index, layer in enumerate((("Input",), *self.layers))]
        edges = self.edges or tuple(pairwise(node["id"] for node in nodes))
        return from_value(
            {
                "format": 1,
                "name": "Question",
                "model": {
                    "nodes": nodes,
                    "edges": [dict(zip(("source", "target", "port"), edge, strict=False)) for edge in edges],
                },
                "data": {"dataset": self.data} if isinstance(self.data, str) else self.data,
                "training": {"loss": self.loss, **self.training},
            }
        )


def _node(index: int, layer: Layer) -> dict[str, Any]:
    named = len(layer) > 1 and isinstance(layer[1], str)
    node_id, kind, *rest = layer if named else (f"n{index}", *layer)
    params, switches = (*rest, {}, {})[:2]
    return {"id": node_id, "kind": kind, "params": params, **switches}


def dense(units: int, activation: str | None = None, **params: Any) -> Layer:
    return ("Dense", {"units": units, **({"activation": activation} if activation else {}), **params})


@dataclass(frozen=True)
class Question:
    """Somebody asks why; `wrong` is what they trained, `right` what they should have.

    `before` is the code of the problem that is said before training. Where nothing can be said then, `verdict` holds
    the codes of verdicts any of which answers it once the run is over.
    """

    asked: str
    wrong: Net
    right: Net
    before: str | None = None
    verdict: frozenset[str] = frozenset()


SCALE: Layer = ("Rescaling", {"scale": 0.0625})
FLAT: Layer = ("Flatten",)
HIDDEN = dense(32, "relu")
CLASSES = dense(10, "softmax")
NORM: Layer = ("BatchNormalization",)


def digits(*layers: Layer, **settings: Any) -> Net:
    """On digits, scaled and flat."""
    return Net((SCALE, FLAT, *layers), **settings)


def table(*layers: Layer, **settings: Any) -> Net:
    """A regression on a table whose columns are brought to one scale."""
    return Net((NORM, *layers), **{"data": "diabetes", "loss": "mse", **settings})


def points(*layers: Layer, **settings: Any) -> Net:
    return Net(layers, **{"data": "circle", "loss": BCE, **settings})


def slope(*layers: Layer, **settings: Any) -> Net:
    """A regression of values from -1.2 to 1.2."""
    return Net(layers, **{"data": "plane", "loss": "mse", **settings})
