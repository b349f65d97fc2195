"""What the network's inputs and outputs take, read from the document alone: shapes, columns, the form of the labels."""

from __future__ import annotations

from dataclasses import dataclass

from builder.catalog.registry import datasets, layers, losses
from builder.catalog.spec import Dataset
from builder.document import Choice, Document, Node


@dataclass(frozen=True)
class Input:
    """An Input node: shape of a sample, number type, and the columns that it takes from a table (None: all)."""

    id: str
    shape: tuple[int | None, ...] | None
    dtype: str
    columns: tuple[int, ...] | None


def dataset_of(document: Document) -> Dataset | None:
    """The catalogue's entry of the chosen data set, or None."""
    return datasets.get(document.data.dataset) if document.data else None


def is_input(node: Node) -> bool:
    """Whether data enters the network here."""
    entry = layers.get(node.kind)
    return entry is not None and entry.ports.most == 0


def inputs(document: Document) -> tuple[Input, ...]:
    """The Input nodes in their order; a shape of None is unknown. Values that do not fit count as not given."""
    dataset = dataset_of(document)
    found = []
    for node in document.model.nodes:
        if is_input(node):
            given = {
                param.name: node.params[param.name]
                for param in layers[node.kind].params
                if param.name in node.params and not param.type.check(node.params[param.name])
            }
            shape, columns = given.get("shape"), given.get("columns")
            if shape is None:
                shape = (len(columns),) if columns is not None else dataset.shape if dataset else None
            dtype = given.get("dtype") or (dataset.dtype if dataset else "float32")
            found.append(Input(node.id, shape, dtype, columns))
    return tuple(found)


def outputs(document: Document) -> tuple[str, ...]:
    """The ids of the nodes whose results the network gives, in their order."""
    return tuple(node.id for node in document.model.outputs() if not is_input(node))


def loss_of(document: Document, output: str) -> Choice:
    """The loss that an output learns by: its own, or else the document's."""
    own = document.training.outputs.get(output)
    return own.loss if own and own.loss else document.training.loss


def one_hot(document: Document, output: str) -> bool:
    """Whether an output's loss compares it with whole rows rather than with class numbers."""
    dataset = dataset_of(document)
    loss = losses.get(loss_of(document, output).kind)
    if not dataset or not dataset.classes or not loss:
        return False
    return loss.labels == "one-hot" or (loss.labels == "values" and (_width(document, output) or 1) > 1)


def labels(document: Document, output: str, name: str) -> str:
    """The labels called `name` as an output's loss wants them, in Python: rows of one-hot, a column, or as they are."""
    dataset = dataset_of(document)
    if dataset and one_hot(document, output):
        return f"keras.utils.to_categorical({name}, {len(dataset.classes)})"
    loss = losses.get(loss_of(document, output).kind)
    return f"{name}.reshape(-1, 1)" if loss and loss.labels == "values" else name


def _width(document: Document, node_id: str) -> int | None:
    """How many numbers a node gives for a sample, as far as its own or an earlier layer's parameters tell."""
    seen: set[str] = set()
    while node_id not in seen:
        seen.add(node_id)
        params = document.model.node(node_id).params
        for name in ("units", "filters"):
            if isinstance(params.get(name), int):
                return params[name]
        edges = document.model.inputs_of(node_id)
        if not edges:
            return None
        node_id = edges[0].source
    return None
