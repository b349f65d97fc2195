"""Tasks: what a data set asks of a network, and the choices that serve it when nothing speaks for another."""

from __future__ import annotations

from dataclasses import dataclass

from builder.catalog.spec import Dataset, Loss, Task


@dataclass(frozen=True)
class Serving:
    """A task in words, and the loss and the metric to start with; `single` is the loss for a single output number."""

    words: str
    loss: str
    metric: str
    single: str


CLASSIFICATION = Serving(
    "a classification", "SparseCategoricalCrossentropy", "accuracy", single="SparseCategoricalCrossentropy"
)
SERVING: dict[Task, Serving] = {
    "classification": CLASSIFICATION,
    "binary": Serving("a yes-or-no question", CLASSIFICATION.loss, CLASSIFICATION.metric, single="BinaryCrossentropy"),
    "multilabel": Serving("a choice of several labels", "BinaryCrossentropy", "accuracy", single="BinaryCrossentropy"),
    "regression": Serving("a regression", "MeanSquaredError", "MeanAbsoluteError", single="MeanSquaredError"),
    "segmentation": Serving("a segmentation", "Dice", "BinaryIoU", single="Dice"),
    "sequence": Serving("a transcription of sequences", "CTC", "accuracy", single="CTC"),
    "similarity": Serving("a search for similarity", "Circle", "accuracy", single="Circle"),
}


def loss_for(dataset: Dataset, width: int | None) -> str:
    """The loss to start with on this data set, for a network that gives `width` numbers a sample."""
    serving = SERVING[dataset.task]
    return serving.single if width == 1 else serving.loss


def width_for(dataset: Dataset, loss: Loss) -> int | None:
    """How many numbers a sample the loss wants on this data set; None where it takes any."""
    if loss.labels in ("integer", "one-hot"):
        return len(dataset.classes) or None
    return 1 if dataset.task in ("binary", "regression") else None
