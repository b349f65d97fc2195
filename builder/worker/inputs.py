"""What an Input node takes: its shape, its dtype and its columns, from its parameters or else from the data set."""

from __future__ import annotations

from dataclasses import dataclass

from builder.catalog.registry import datasets, layers
from builder.catalog.spec import Dataset
from builder.document import Document, Node
from builder.errors import DocumentError


@dataclass(frozen=True)
class InputSpec:
    """Shape of one sample, dtype of the tensor, and the columns taken from a table (None: everything)."""

    shape: tuple[int | None, ...]
    dtype: str
    columns: tuple[int, ...] | None = None


def is_input(node: Node) -> bool:
    """Whether data enters the network at this node: its kind has no ports."""
    entry = layers.get(node.kind)
    return entry is not None and entry.ports.most == 0


def dataset_of(document: Document) -> Dataset | None:
    """The catalogue's entry of the data set, or None where none is chosen or known."""
    return datasets.get(document.data.dataset) if document.data else None


def input_spec(node: Node, dataset: Dataset | None) -> InputSpec:
    """Read an Input; `DocumentError` where it has no shape or takes columns that are not there."""
    shape = node.params.get("shape")
    columns = node.params.get("columns")
    dtype = node.params.get("dtype") or (dataset.dtype if dataset else "float32")
    if columns is not None:
        if dataset and (len(dataset.shape) != 1 or max(columns) >= dataset.shape[0]):
            raise DocumentError(
                f'"{node.id}" takes columns {_list(columns)}, and {dataset.title} has '
                + (f"{dataset.shape[0]}, counted from 0." if len(dataset.shape) == 1 else "no columns."),
                code="columns",
                node=node.id,
                hint="Choose columns that the data set has, or leave the field empty.",
            )
        shape = (len(columns),) if shape is None else shape
    elif shape is None:
        if dataset is None:
            raise DocumentError(
                f'"{node.id}" has no shape.',
                code="no-shape",
                node=node.id,
                hint="Choose a data set or give a shape.",
            )
        shape = dataset.shape
    return InputSpec(tuple(shape), dtype, tuple(columns) if columns is not None else None)


def _list(columns: tuple[int, ...]) -> str:
    return ", ".join(map(str, columns[:8])) + (", ..." if len(columns) > 8 else "")
