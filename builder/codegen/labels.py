"""Labels as each output's loss wants them, as Python; read from the document alone."""

from __future__ import annotations

from builder.catalog.reading import dataset_of, loss_of, outputs_of
from builder.catalog.registry import layers, losses
from builder.document import Document
from builder.document.expand import expanded


def output_keys(document: Document) -> tuple[str, ...] | None:
    """The names by which Keras tells several outputs apart: their layers'; None where two outputs share one layer."""
    names = tuple(node.shares or node.id for node in outputs_of(expanded(document).model))
    return names if len(set(names)) == len(names) else None


ROWS = "rows"
"""The function of a script that brings labels into the form of an output whose width only the model knows."""


def labels(document: Document, output: str, name: str, given: str | None = None) -> str | None:
    """The labels called `name` for an output: rows with a single 1, a column, or as they are.

    `given` is the built model's output. Where that must be asked and is not given, as before the network is built, the
    answer is None.
    """
    dataset = dataset_of(document)
    loss = losses.get(loss_of(document, output).kind)
    classes = len(dataset.classes) if dataset else 0
    if loss and classes and loss.labels == "values":
        width = _width(document, output)
        if width is None:
            return f"{ROWS}({name}, {given})" if given else None
        return row(name, classes) if width > 1 else column(name)
    if loss and classes and loss.labels == "one-hot":
        return row(name, classes)
    return column(name) if loss and loss.labels == "values" else name


def row(name: str, classes: int) -> str:
    return f"keras.utils.to_categorical({name}, {classes})"


def column(name: str) -> str:
    return f"{name}.reshape(-1, 1)"


def _width(document: Document, node_id: str) -> int | None:
    """How many numbers a node gives for a sample, as far as its own or an earlier layer's parameters tell."""
    seen: set[str] = set()
    while node_id not in seen:
        seen.add(node_id)
        node = document.model.node(node_id)
        owner = document.model.node(node.shares) if node.shares else node
        entry = layers.get(owner.kind)
        edges = document.model.inputs_of(node_id)
        if entry and entry.width:
            width = owner.params.get(entry.width)
            return width if isinstance(width, int) else None
        if entry is None or "width" not in entry.keeps or len(edges) != 1:
            return None
        node_id = edges[0].source
    return None
