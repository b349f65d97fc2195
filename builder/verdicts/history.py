"""What a run has told so far, as the rules read it."""

from __future__ import annotations

from collections import deque
from functools import cached_property, singledispatchmethod

import numpy as np

from builder.document import Document
from builder.document.expand import expand
from builder.events import DataProgress, EpochEnded, Event, Finished, Layers, ModelBuilt, Steps

LOOKS = 200
"""Looks at the layers that are remembered."""


def trailing(flags: np.ndarray) -> int:
    """How many at the end are true."""
    return len(flags) if flags.all() else int(np.argmin(flags[::-1]))


class History:
    """Events of a run in the order in which they were told; those of an attempt that goes on replace what it repeats.

    Arrays have one item an epoch; a figure that was not finite, or not told, is NaN.
    """

    def __init__(self, document: Document):
        self.document = document
        self.classes = 0
        self.validation_samples = 0
        self.layers: deque[Layers] = deque(maxlen=LOOKS)
        self.broken_in: int | None = None
        """The epoch in which the loss of a step was not finite."""
        self.start: float | None = None
        """The loss of the first step, before anything was learned."""
        self.over = False
        """Whether training has ended in its own time."""
        self._epochs: list[EpochEnded] = []

    @singledispatchmethod
    def add(self, event: Event) -> None:
        """Take an event in; those that no rule reads are passed over."""

    @add.register
    def _(self, event: EpochEnded) -> None:
        while self._epochs and self._epochs[-1].epoch >= event.epoch:
            self._epochs.pop()
        self._epochs.append(event)
        self.__dict__.pop("training", None)
        self.__dict__.pop("validation", None)

    @add.register
    def _(self, event: Layers) -> None:
        while self.layers and self.layers[-1].step >= event.step:
            self.layers.pop()
        self.layers.append(event)

    @add.register
    def _(self, event: Steps) -> None:
        self.broken_in = event.epoch if None in event.losses else None
        if event.steps[:1] == (1,):
            self.start = event.losses[0]

    @add.register
    def _(self, event: DataProgress) -> None:
        self.validation_samples = event.validation_samples or self.validation_samples

    @add.register
    def _(self, event: ModelBuilt) -> None:
        self.classes = len(event.classes)

    @add.register
    def _(self, event: Finished) -> None:
        self.over = event.epochs >= self.document.training.epochs

    @property
    def epochs(self) -> int:
        """Epochs that have ended and are known of."""
        return len(self._epochs)

    def number(self, index: int) -> int:
        """The number of an epoch, counted from 1 over the whole run, by its place here."""
        return self._epochs[index].epoch

    @property
    def learning_rate(self) -> float | None:
        """That of the last epoch."""
        return self._epochs[-1].learning_rate if self._epochs else None

    @cached_property
    def training(self) -> np.ndarray:
        """The training loss of every epoch."""
        return self.figure("loss")

    @cached_property
    def validation(self) -> np.ndarray:
        """The validation loss of every epoch."""
        return self.figure("val_loss")

    def figure(self, name: str) -> np.ndarray:
        """A metric of every epoch."""
        return np.array([epoch.metrics.get(name) for epoch in self._epochs], dtype=float)

    @property
    def accuracy(self) -> np.ndarray | None:
        """The validation accuracy of every epoch, of the worst output; None where no accuracy is measured."""
        last = self._epochs[-1].metrics if self._epochs else {}
        names = [name for name in last if name.startswith("val_") and name.endswith("accuracy")]
        return np.min([self.figure(name) for name in names], axis=0) if names else None

    @cached_property
    def origin(self) -> dict[str, str]:
        """The drawn node of each layer."""
        return dict(expand(self.document.model).origin)
