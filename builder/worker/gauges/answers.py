"""What an output says of a sample, in words of the data set: a class with its probability, or a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from builder.catalog.reading import loss_of
from builder.worker.gauges.gauge import Subject
from builder.worker.judge import confusions
from builder.worker.loop import Confusion


@dataclass(frozen=True)
class Answer:
    """An output that can be read: by its `choice` of a class, or as one value where that is None."""

    output: str
    position: int
    choice: Confusion | None
    logits: bool

    @property
    def classes(self) -> int:
        return self.choice.classes if self.choice else 0

    def read(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Predictions for rows of output values, and the probability of every class, rows like the samples."""
        if self.choice is None:
            return values[:, 0], None
        if self.choice.threshold is not None:
            one = self._probability(values.reshape(-1))
            return (values.reshape(-1) > self.choice.threshold).astype(int), np.stack([1 - one, one], axis=1)
        probabilities = values if _are_probabilities(values) and not self.logits else _softmax(values)
        return values.argmax(axis=1), probabilities

    def _probability(self, value: np.ndarray) -> np.ndarray:
        """Of class 1, from a logit, a value from -1 to 1, or one from 0 to 1."""
        if self.logits:
            return 1 / (1 + np.exp(-np.clip(value, -60, 60)))
        return np.clip((value + 1) / 2 if self.choice and self.choice.threshold == 0 else value, 0, 1)


def answers(subject: Subject) -> tuple[Answer, ...]:
    """The outputs that give a class or a single value for a sample."""
    shapes = subject.shapes
    chosen = {choice.output: choice for choice in confusions(subject.document, subject.dataset, shapes)}
    return tuple(
        Answer(name, position, chosen.get(name), bool(loss_of(subject.document, name).params.get("from_logits")))
        for position, (name, shape) in enumerate(shapes.items())
        if name in chosen or (not subject.dataset.classes and len(shape) == 2 and shape[-1] == 1)
    )


def _are_probabilities(values: np.ndarray) -> bool:
    return bool(np.all((values >= 0) & (values <= 1.001)))


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
