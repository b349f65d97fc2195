"""A document read with the catalogue: its data set, where data enters, which nodes are outputs and what they learn.

Rules, scripts and the worker all ask here, so that none of them understands a document in a way of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from builder.catalog.intervals import Interval
from builder.catalog.registry import datasets, layers
from builder.catalog.spec import Dataset
from builder.document import Choice, Document, Graph, Node
from builder.document.expand import expanded
from builder.document.model import Output
from builder.errors import DocumentError


@dataclass(frozen=True)
class Entrance:
    """An Input: shape of one sample (None: not known), dtype, and the columns taken from a table (None: everything)."""

    id: str
    shape: tuple[int | None, ...] | None
    dtype: str
    columns: tuple[int, ...] | None = None


@dataclass(frozen=True)
class InputSpec(Entrance):
    """An Input that data can be fed to: its shape is known."""

    shape: tuple[int | None, ...]


def dataset_of(document: Document) -> Dataset | None:
    """The catalogue's entry of the data set, or None where none is chosen or known."""
    return datasets.get(document.data.dataset) if document.data else None


def is_input(node: Node) -> bool:
    """Whether data enters the network at this node: its kind has no ports."""
    entry = layers.get(node.kind)
    return entry is not None and entry.ports.most == 0


def inputs_of(graph: Graph) -> tuple[Node, ...]:
    """The nodes where data enters, in their order."""
    return tuple(node for node in graph.nodes if is_input(node))


def outputs_of(graph: Graph) -> tuple[Node, ...]:
    """The network's outputs in their order: nodes that nothing follows, but for inputs that lead nowhere."""
    return tuple(node for node in graph.outputs() if not is_input(node))


def output_names(document: Document) -> tuple[str, ...]:
    """The ids of the nodes that are the built model's outputs, in the model's order."""
    return tuple(node.id for node in outputs_of(expanded(document).model))


def loss_of(document: Document, output: str) -> Choice:
    """The loss that an output learns by: its own, or else the document's."""
    own = _said_of(document, output)
    return own.loss if own and own.loss else document.training.loss


def weight_of(document: Document, output: str) -> float:
    """The weight of an output's loss in the total."""
    own = _said_of(document, output)
    return own.weight if own else 1.0


def _said_of(document: Document, output: str) -> Output | None:
    """The settings of a built model's output: those of the drawn node that it is a copy of."""
    return expanded(document).training.outputs.get(output)


def split_sizes(samples: int, share: float, limit: int | None) -> tuple[int, int]:
    """How many of a data set's samples are trained on and how many are held back; `limit` counts the former."""
    used = samples if limit is None else min(samples, round(limit / (1 - share)))
    held = max(1, round(used * share))
    return used - held, held


def entrance(node: Node, dataset: Dataset | None) -> Entrance:
    """Read an Input, from its parameters or else from the data set; values that do not fit count as not given."""
    given = {
        param.name: node.params[param.name]
        for param in layers[node.kind].params
        if param.name in node.params and not param.type.check(node.params[param.name])
    }
    shape, columns = given.get("shape"), given.get("columns")
    if shape is None:
        shape = (len(columns),) if columns is not None else dataset.shape if dataset else None
    dtype = given.get("dtype") or (dataset.dtype if dataset else "float32")
    return Entrance(
        node.id,
        tuple(shape) if shape is not None else None,
        dtype,
        tuple(columns) if columns is not None else None,
    )


def interval(node: Node, dataset: Dataset | None) -> Interval | None:
    """The range of the values that an Input gives; None where that is not known, as of single columns of a table."""
    if dataset is None:
        return None
    found = entrance(node, dataset)
    if found.columns is not None or (found.dtype.startswith("uint") and dataset.low < 0):
        return None
    if found.dtype == "bool":
        return Interval(0, 1, whole=True)
    whole = dataset.whole or not found.dtype.startswith("float")
    low, high = (float(int(end)) if whole else end for end in (dataset.low, dataset.high))
    return Interval(low, high, whole)


def input_spec(node: Node, dataset: Dataset | None) -> InputSpec:
    """Read an Input that is to be fed; `DocumentError` where it has no shape or takes columns that are not there."""
    found = entrance(node, dataset)
    if found.columns and dataset and (len(dataset.shape) != 1 or max(found.columns) >= dataset.shape[0]):
        raise DocumentError(
            f'"{node.id}" takes columns {_list(found.columns)}, and {dataset.title} has '
            + (f"{dataset.shape[0]}, counted from 0." if len(dataset.shape) == 1 else "no columns."),
            code="columns",
            node=node.id,
            hint="Choose columns that the data set has, or leave the field empty.",
        )
    if found.shape is None:
        raise DocumentError(
            f'"{node.id}" has no shape.',
            code="no-shape",
            node=node.id,
            hint="Choose a data set or give a shape.",
        )
    return InputSpec(found.id, found.shape, found.dtype, found.columns)


def _list(columns: tuple[int, ...]) -> str:
    return ", ".join(map(str, columns[:8])) + (", ..." if len(columns) > 8 else "")
