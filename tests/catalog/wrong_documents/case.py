"""What a case is, and short ways to write one down."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.document import Document, from_value

Node = tuple[Any, ...]
"""Id, kind, parameters and switches; the last two may be left out."""
Edge = tuple[Any, ...]

INPUT: Node = ("input", "Input")
SCALE: Node = ("scale", "Rescaling", {"scale": 0.0625})
FLAT: Node = ("flat", "Flatten")
CE = "sparse_categorical_crossentropy"
BCE = "binary_crossentropy"


def out(units: Any = 10, activation: Any = "softmax", kind: str = "Dense", **params: Any) -> Node:
    return ("out", kind, {"units": units, **({"activation": activation} if activation else {}), **params})


@dataclass(frozen=True)
class Case:
    """A document, and what is to be found: a problem of this code at this node, with a fix or without."""

    name: str
    nodes: tuple[Node, ...]
    code: str | None = None
    node: str | None = None
    fix: str | None = None
    """The label of the fix; None where none is offered."""
    says: str = ""
    """Words that the message must have."""
    edges: tuple[Edge, ...] | None = None
    """Without edges, the nodes stand in a row."""
    data: Any = "digits"
    loss: Any = CE
    training: dict[str, Any] = field(default_factory=dict)
    severity: str = "error"
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Shapes of samples, of the nodes that the rule asks for."""
    after: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """The shapes that are others after the fix."""
    errors: dict[str, str] = field(default_factory=dict)
    """Keras' messages by node."""
    uncovers: tuple[str, ...] = ()
    """Codes of errors that only show when this one is gone."""
    edge: tuple[str, str, int] | None = None
    """The connection that is marked, where it is one."""
    blocks: tuple[dict[str, Any], ...] = ()
    weights: dict[str, int] = field(default_factory=dict)
    """Parameters of nodes, none of them frozen unless its node is; the others have none."""
    copies: dict[str, int] = field(default_factory=dict)
    """How often layers of repeated blocks stand."""
    dtypes: dict[str, str] = field(default_factory=dict)
    """Types of the nodes' outputs that are no float32."""
    warns: dict[str, str] = field(default_factory=dict)
    """What Keras warns of, by node."""

    @property
    def document(self) -> Document:
        ids = [node[0] for node in self.nodes]
        edges = self.edges if self.edges is not None else tuple(pairwise(ids))
        return from_value(
            {
                "format": 1,
                "name": "Case",
                "model": {
                    "nodes": [_value(*node) for node in self.nodes],
                    "blocks": list(self.blocks),
                    "edges": [dict(zip(("source", "target", "port"), edge, strict=False)) for edge in edges],
                },
                "data": {"dataset": self.data} if isinstance(self.data, str) else self.data,
                "training": {"loss": self.loss, "metrics": [], **self.training},
                "layout": {name: {"x": 0, "y": 100 * index} for index, name in enumerate(ids)},
            }
        )

    def analysis(self, **others: tuple[int, ...]) -> Analysis:
        shapes = {**self.shapes, **others}
        frozen = {node.id for node in self.document.model.nodes if node.frozen}
        reports = {
            name: NodeReport(
                output=Tensor(shape=(None, *shape), dtype=self.dtypes.get(name, "float32")),
                parameters=self.weights.get(name, 0),
                trainable=0 if name in frozen else self.weights.get(name, 0),
                copies=self.copies.get(name, 1),
            )
            for name, shape in shapes.items()
        }
        for name, text in self.warns.items():
            reports[name] = reports.get(name, NodeReport()).model_copy(update={"warnings": (text,)})
        for name, error in self.errors.items():
            if name not in others:
                known = reports.get(name, NodeReport())
                reports[name] = known.model_copy(update={"error": error})
        return Analysis(
            nodes=reports,
            parameters=sum(report.parameters for report in reports.values()),
            trainable=sum(report.trainable for report in reports.values()),
        )


def _value(node_id: str, kind: str, params: Any = None, switches: Any = None) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "params": params or {}, **(switches or {})}


def digits(*last: Node, **settings: Any) -> dict[str, Any]:
    """A network on digits that is right up to its last layers."""
    return {"nodes": (INPUT, SCALE, FLAT, *last), **settings}


def points(*layers: Node, **settings: Any) -> dict[str, Any]:
    return {"nodes": (INPUT, *layers), "data": "spiral", **settings}


def table(*layers: Node, **settings: Any) -> dict[str, Any]:
    return {"nodes": (INPUT, ("norm", "BatchNormalization"), *layers), "data": "diabetes", "loss": "mse", **settings}


def stopping(**params: Any) -> dict[str, Any]:
    return {"callbacks": [{"kind": "EarlyStopping", "params": params}]}


def adam(**params: Any) -> dict[str, Any]:
    return {"optimizer": {"kind": "Adam", "params": params}}


ATTENTION: Node = ("mix", "MultiHeadAttention", {"num_heads": 2, "key_dim": 4})
ROWS: Node = ("rows", "Reshape", {"target_shape": [8, 8]})
LAST: tuple[Node, ...] = (("pool", "GlobalAveragePooling1D"), out())
UNITS = {"shapes": {"out": (9,)}, "after": {"out": (10,)}}
