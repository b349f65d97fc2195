"""For data of two numbers a sample: the training points, and what the network says all over the plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from builder.events import Boundary, Event, Points
from builder.worker.feed import feed
from builder.worker.gauges.answers import Answer, answers
from builder.worker.gauges.gauge import Moment, Subject, predictor, spread, tensors
from builder.worker.sources import Arrays
from builder.worker.telemetry import number

SIZE = 40
"""Cells of the grid along each side."""
POINTS = 500
MARGIN = 0.1
"""Share of the points' extent that the grid reaches beyond them on each side."""


class PlaneGauge:
    interval = 0.25
    share = 0.009
    shows = "The decision boundary"

    def __init__(self, subject: Subject, points: np.ndarray, labels: np.ndarray):
        self._answers = answers(subject)
        low, high = points.min(axis=0), points.max(axis=0)
        reach = MARGIN * np.maximum(high - low, 1e-6)
        self._low, self._high = (low - reach).tolist(), (high + reach).tolist()
        xs, ys = (np.linspace(a, b, SIZE, dtype="float32") for a, b in zip(self._low, self._high, strict=True))
        grid = np.stack([np.tile(xs, SIZE), np.repeat(ys, SIZE)], axis=1)
        widths = {name: shape[-1] for name, shape in subject.shapes.items()}
        nothing = np.zeros(len(grid), "int32" if subject.dataset.classes else "float32")
        samples = feed(Arrays(grid, nothing), subject.document, subject.dataset, widths)
        self._grid = tensors(samples, np.arange(len(grid)))
        self._said = subject.thrifty(predictor(subject.model))
        self._points: Points | None = Points(
            xs=_short(points[:, 0]), ys=_short(points[:, 1]), labels=tuple(map(number, labels.tolist()))
        )

    def look(self, moment: Moment) -> Sequence[Event]:
        values = self._said(*self._grid)
        told: list[Event] = [self._points] if self._points else []
        self._points = None
        return told + [self._boundary(answer, np.asarray(values[answer.position]), moment) for answer in self._answers]

    def _boundary(self, answer: Answer, values: np.ndarray, moment: Moment) -> Boundary:
        said, probabilities = answer.read(values)
        certain: tuple[float | None, ...] = ()
        if probabilities is not None:
            certain = tuple(map(two_digits, probabilities[np.arange(len(said)), said].tolist()))
        return Boundary(
            epoch=moment.epoch,
            output=answer.output,
            low=tuple(map(_four, self._low)),
            high=tuple(map(_four, self._high)),
            size=SIZE,
            classes=answer.classes,
            values=tuple(said.tolist()) if answer.classes else _short(said),
            probabilities=certain,
        )


def plane_gauge(subject: Subject) -> PlaneGauge | None:
    """The gauge, where the data set's samples are two numbers and an output can be read."""
    if subject.dataset.shape != (2,) or not answers(subject):
        return None
    samples = spread(len(subject.training), POINTS)
    points = _columns(subject, samples)
    return None if points is None else PlaneGauge(subject, points, subject.training.labels[samples])


def two_digits(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None


def _columns(subject: Subject, samples: np.ndarray) -> np.ndarray | None:
    """The samples as they are in the data set; None where no Input takes both numbers."""
    whole = [x for x in subject.training.inputs if x.shape[1:] == (2,)]
    return whole[0][samples].astype("float32") if whole else None


def _short(values: np.ndarray) -> tuple[float | None, ...]:
    return tuple(_four(value) for value in values.tolist())


def _four(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None
