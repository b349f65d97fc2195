"""Labels as each output's loss wants them, as Python; read from the document alone."""

from __future__ import annotations

from builder.catalog.reading import dataset_of, loss_of, outputs_of
from builder.catalog.registry import losses
from builder.document import Document
from builder.document.expand import expanded


def output_keys(document: Document) -> tuple[str, ...] | None:
    """The names by which Keras tells several outputs apart: their layers'; None where two outputs share one layer."""
    names = tuple(node.shares or node.id for node in outputs_of(expanded(document).model))
    return names if len(set(names)) == len(names) else None


def labels(document: Document, output: str, name: str) -> str:
    """The labels called `name` for an output: rows of one-hot, a column, or as they are."""
    dataset = dataset_of(document)
    if dataset and _one_hot(document, output):
        return f"keras.utils.to_categorical({name}, {len(dataset.classes)})"
    loss = losses.get(loss_of(document, output).kind)
    return f"{name}.reshape(-1, 1)" if loss and loss.labels == "values" else name


def _one_hot(document: Document, output: str) -> bool:
    """Whether an output's loss compares it with whole rows rather than with class numbers."""
    dataset = dataset_of(document)
    loss = losses.get(loss_of(document, output).kind)
    if not dataset or not dataset.classes or not loss:
        return False
    return loss.labels == "one-hot" or (loss.labels == "values" and (_width(document, output) or 1) > 1)


def _width(document: Document, node_id: str) -> int | None:
    """How many numbers a node gives for a sample, as far as its own or an earlier layer's parameters tell."""
    seen: set[str] = set()
    while node_id not in seen:
        seen.add(node_id)
        node = document.model.node(node_id)
        params = document.model.node(node.shares).params if node.shares else node.params
        for name in ("units", "filters"):
            if isinstance(params.get(name), int):
                return params[name]
        edges = document.model.inputs_of(node_id)
        if not edges:
            return None
        node_id = edges[0].source
    return None
