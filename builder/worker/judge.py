"""How a run is judged: the figure by which one epoch is better than another, and the confusion matrices to count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from builder.catalog.reading import loss_of, output_names
from builder.catalog.registry import losses, metrics
from builder.catalog.spec import Dataset
from builder.document import Document
from builder.worker.loop import Confusion


@dataclass(frozen=True)
class Monitor:
    """The metric that says which epoch is best, and its sign: 1 where more is better, else -1."""

    name: str
    sign: int

    def rank(self, figures: Mapping[str, float]) -> tuple[float, float]:
        """Larger is better; of two epochs with the same figure the one with the lower validation loss is."""
        value = self.sign * figures.get(self.name, math.nan)
        loss = figures.get("val_loss", math.nan)
        return (-math.inf if math.isnan(value) else value, -math.inf if math.isnan(loss) else -loss)


def monitor(document: Document) -> Monitor:
    """The first metric of a network with one output, where more of it is better ("val_accuracy"); else "val_loss"."""
    chosen = document.training.metrics
    if chosen and len(output_names(document)) == 1:
        entry = metrics[chosen[0].kind]
        if entry.better == "max":
            return Monitor(f"val_{entry.name}", 1)
    return Monitor("val_loss", -1)


def confusions(
    document: Document, dataset: Dataset, shapes: Mapping[str, tuple[int | None, ...]]
) -> tuple[Confusion, ...]:
    """One for each output that gives a class to each sample; none for a regression.

    A single value is compared with 0.5, or with 0 where it is a logit or reaches from -1 to 1.
    """
    found = []
    for position, (name, shape) in enumerate(shapes.items()):
        width = shape[-1]
        if not dataset.classes or len(shape) != 2 or width is None or (width == 1 and len(dataset.classes) != 2):
            continue
        loss = loss_of(document, name)
        around_zero = loss.params.get("from_logits") or "tanh" in losses[loss.kind].activations
        threshold = (0.0 if around_zero else 0.5) if width == 1 else None
        found.append(Confusion(name, position, max(width, len(dataset.classes)), threshold))
    return tuple(found)
