"""How far a run is above guessing: 0 at the best answer that ignores its input, 1 at no error at all."""

from __future__ import annotations

import math

import numpy as np

from builder.catalog.reading import loss_of, output_names
from builder.catalog.registry import losses
from builder.verdicts.history import History

LEARNED = 0.1
"""Skill from which a run counts as better than guessing: a tenth of the way to no error. Runs that learned nothing were
seen to come to 0.03 on data sets of 150 to 1,800 samples."""
LUCK = 2.5
"""Standard errors by which an accuracy must beat that of guessing: one case in 160 comes by chance."""
CROSS_ENTROPIES = frozenset({"SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy"})


def training_skill(history: History) -> np.ndarray | None:
    """Of every epoch, that of the output that has learned least, by its loss or its accuracy, whichever shows more.

    None where it is not known what guessing scores.
    """
    parts = [
        [found for found in (_loss(history, output, ""), _accuracy(history, output, "")) if found is not None]
        for output in _outputs(history)
    ]
    return _least([np.fmax.reduce(part) if part else None for part in parts])


def validation_skill(history: History) -> np.ndarray | None:
    """The same of validation. Accuracy decides where it is measured: a network that is sure of itself pays for few
    errors with a large loss."""
    parts = []
    for output in _outputs(history):
        accuracy = _accuracy(history, output, "val_")
        parts.append(accuracy if accuracy is not None else _loss(history, output, "val_"))
    return _least(parts)


def learned(history: History) -> bool | None:
    """Whether validation of the last epoch is better than guessing by more than luck; None where that is not known."""
    skill = last(validation_skill(history))
    return None if skill is None else skill >= max(LEARNED, luck(history))


def last(skill: np.ndarray | None) -> float | None:
    """That of the last epoch; minus infinity where its figures are not finite."""
    if skill is None or not len(skill):
        return None
    return -math.inf if np.isnan(skill[-1]) else float(skill[-1])


def guess(history: History, name: str) -> float | None:
    """What guessing scores in a metric. Runs that tell nothing of it: the cross-entropy, or the accuracy, of giving
    every class the same probability."""
    if name in history.guesses:
        return history.guesses[name]
    if history.guesses or history.classes < 2:
        return None
    if name.endswith("accuracy"):
        return 1 / history.classes
    names = output_names(history.document)
    entry = losses.get(loss_of(history.document, names[0]).kind) if len(names) == 1 else None
    return math.log(history.classes) if entry and entry.kind in CROSS_ENTROPIES and name.endswith("loss") else None


def _outputs(history: History) -> tuple[str, ...]:
    """What stands before the names of each output's metrics."""
    return tuple(f"{output}_" for output in history.outputs) if len(history.outputs) > 1 else ("",)


def _loss(history: History, output: str, part: str) -> np.ndarray | None:
    name = f"{part}{output}loss"
    base = guess(history, name)
    if base is None or name not in history.metrics:
        return None
    penalty = 0.0 if output else history.penalty
    return (base - (history.figure(name) - penalty)) / max(abs(base), 1e-12)


def _accuracy(history: History, output: str, part: str) -> np.ndarray | None:
    names = [
        name
        for name in history.metrics
        if name.startswith(f"{part}{output}")
        and name.endswith("accuracy")
        and (part or not name.startswith("val_"))
        and "top" not in name
    ]
    bases = [(name, base) for name in names if (base := guess(history, name)) is not None and base < 1]
    return np.min([(history.figure(name) - base) / (1 - base) for name, base in bases], axis=0) if bases else None


def luck(history: History) -> float:
    """The skill in validation accuracy that comes by chance; 0 where no accuracy is measured."""
    samples = history.validation_samples
    bases = [
        base
        for name in history.metrics
        if name.startswith("val_") and "accuracy" in name and (base := guess(history, name)) is not None
    ]
    if not bases or not samples:
        return 0.0
    return max((LUCK * math.sqrt(base / (1 - base) / samples) for base in bases if base < 1), default=0.0)


def _least(parts: list[np.ndarray | None]) -> np.ndarray | None:
    known = [part for part in parts if part is not None]
    return np.min(known, axis=0) if known else None
