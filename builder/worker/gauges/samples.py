"""What the network says of a few validation samples, always the same ones, so that one sees it getting better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from builder.catalog.spec import Dataset
from builder.events import Event, Examples, Samples
from builder.worker.gauges.answers import Answer, answers
from builder.worker.gauges.gauge import Moment, Subject, predictor, spread, tensors
from builder.worker.gauges.plane import two_digits
from builder.worker.telemetry import number

SAMPLES = 16
SIDE = 32
"""Pixels along the longer side of a picture, at most."""
VALUES = 256
"""Numbers of a sample that is no picture, at most."""


class SampleGauge:
    interval = 0.5
    share = 0.001
    shows = "What the network says of samples"

    def __init__(self, subject: Subject, read: tuple[Answer, ...]):
        self._answers = read
        self._indices = spread(len(subject.validation), SAMPLES)
        self._inputs = tensors(subject.validation, self._indices)
        self._truths = subject.validation.labels[self._indices]
        self._said = subject.thrifty(predictor(subject.model))
        self._examples: Examples | None = examples(
            subject.validation.inputs[0][self._indices], self._indices, subject.dataset
        )

    def look(self, moment: Moment) -> Sequence[Event]:
        values = self._said(*self._inputs)
        told: list[Event] = [self._examples] if self._examples else []
        self._examples = None
        return told + [self._samples(answer, np.asarray(values[answer.position]), moment) for answer in self._answers]

    def _samples(self, answer: Answer, values: np.ndarray, moment: Moment) -> Samples:
        said, probabilities = answer.read(values)
        rows = [] if probabilities is None else probabilities.tolist()
        return Samples(
            epoch=moment.epoch,
            output=answer.output,
            indices=tuple(self._indices.tolist()),
            truths=_plain(self._truths, answer),
            predictions=_plain(said, answer),
            probabilities=tuple(tuple(map(two_digits, row)) for row in rows),
        )


def sample_gauge(subject: Subject) -> SampleGauge | None:
    """The gauge, where an output can be read."""
    read = answers(subject)
    return SampleGauge(subject, read) if read else None


def examples(x: np.ndarray, indices: np.ndarray, dataset: Dataset) -> Examples:
    """The samples as they can be shown."""
    image = dataset.is_image and x.ndim == 4
    if image:
        stride = -(-max(x.shape[1:3]) // SIDE)
        x = x[:, ::stride, ::stride].astype("float32")
        x = np.clip(np.rint((x - dataset.low) * (255 / (dataset.high - dataset.low))), 0, 255).astype("uint8")
        rows = [tuple(row) for row in x.reshape(len(x), -1).tolist()]
    elif x[0].size <= VALUES:
        rows = [tuple(map(number, row)) for row in x.reshape(len(x), -1).tolist()]
    else:
        rows = [()] * len(x)
    return Examples(indices=tuple(indices.tolist()), shape=x.shape[1:], image=image, inputs=tuple(rows))


def _plain(values: np.ndarray, answer: Answer) -> tuple[int | float | None, ...]:
    return tuple(map(int if answer.classes else number, values.tolist()))
