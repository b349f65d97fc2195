"""From arrays to what the model is fed: one tensor for each input, labels in each loss's own form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.catalog.reading import input_spec, inputs_of, loss_of, output_names
from builder.catalog.registry import losses
from builder.catalog.spec import Dataset
from builder.document import Document
from builder.document.expand import expanded
from builder.errors import DataError
from builder.worker.sources import Arrays


@dataclass(frozen=True)
class Feed:
    """Samples for a model: `inputs` and `targets` in the model's order, `dtypes` of the inputs, and the class numbers.

    Inputs keep the dtype they are stored in and are cast batch by batch, so that images cost one byte a pixel.
    """

    inputs: tuple[np.ndarray, ...]
    targets: tuple[np.ndarray, ...]
    dtypes: tuple[str, ...]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def feed(arrays: Arrays, document: Document, dataset: Dataset, widths: dict[str, int | None]) -> Feed:
    """Prepare samples; `widths` is the number of values that each output gives for a sample."""
    specs = [input_spec(node, dataset) for node in inputs_of(expanded(document).model)]
    inputs = []
    for spec in specs:
        x = arrays.x if spec.columns is None else np.ascontiguousarray(arrays.x[:, list(spec.columns)])
        if not _fits(x.shape[1:], spec.shape):
            raise DataError(
                f'"{spec.id}" takes samples of shape {_shape(spec.shape)}, and {dataset.title} has '
                f"{_shape(x.shape[1:])}.",
                code="input-shape",
                node=spec.id,
                hint="Empty its shape, which takes the data set's, and reshape by a layer.",
            )
        inputs.append(x)
    targets = tuple(_target(arrays.y, document, dataset, name, widths[name]) for name in output_names(document))
    return Feed(tuple(inputs), targets, tuple(spec.dtype for spec in specs), arrays.y)


def _target(y: np.ndarray, document: Document, dataset: Dataset, output: str, width: int | None) -> np.ndarray:
    """Labels as the output's loss wants them: class numbers, rows with a single 1, or a column of values.

    A column, because Keras' metrics that compare values (F1Score, R2Score) take nothing else.
    """
    loss = losses[loss_of(document, output).kind]
    form = loss.labels
    if form == "integer" and width and width < len(dataset.classes):
        raise DataError(
            f'"{output}" gives {width} numbers for a sample, one for each class, and {dataset.title} has label values '
            f"from 0 to {len(dataset.classes) - 1}.",
            code="units",
            node=output,
            hint=f"Give the last layer {len(dataset.classes)} units.",
        )
    if dataset.classes and (form == "one-hot" or (form == "values" and width and width > 1)):
        return np.eye(len(dataset.classes), dtype="float32")[y]
    return y if form == "integer" else y.astype("float32").reshape(-1, 1)


def _fits(actual: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(actual) == len(wanted) and all(b is None or a == b for a, b in zip(actual, wanted, strict=True))


def _shape(shape: tuple[Any, ...]) -> str:
    return "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
