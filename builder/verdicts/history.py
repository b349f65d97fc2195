"""What a run has told so far, as the rules read it."""

from __future__ import annotations

from collections import deque
from functools import cached_property, singledispatchmethod

import numpy as np

from builder.document import Document
from builder.document.expand import expand
from builder.errors import Problem
from builder.events import DataProgress, EpochEnded, Event, Finished, Layers, ModelBuilt, SettingChanged, Steps
from builder.verdicts.warnings import warnings

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
        self.outputs: tuple[str, ...] = ()
        self.guesses: dict[str, float | None] = {}
        """What an answer that ignores its input scores, under the names of the metrics."""
        self.training_samples = 0
        self.validation_samples = 0
        self.broken_in: int | None = None
        """The epoch in which the loss of a step was not finite."""
        self.start: float | None = None
        """The loss of the first step, before anything was learned."""
        self.planned = document.training.epochs
        """Epochs that the run is to train, with those that were added on the way."""
        self.over = False
        """Whether all planned epochs were trained."""
        self.early = False
        """Whether a callback ended training before."""
        self._looks: deque[Layers] = deque(maxlen=LOOKS)
        self._epochs: list[EpochEnded] = []

    @singledispatchmethod
    def add(self, event: Event) -> None:
        """Take an event in; those that no rule reads are passed over."""

    @add.register
    def _(self, event: EpochEnded) -> None:
        while self._epochs and self._epochs[-1].epoch >= event.epoch:
            self._epochs.pop()
        self._epochs.append(event)
        self.over = self.early = False
        for name in ("training", "validation"):
            self.__dict__.pop(name, None)

    @add.register
    def _(self, event: Layers) -> None:
        while self._looks and self._looks[-1].step >= event.step:
            self._looks.pop()
        self._looks.append(event)

    @add.register
    def _(self, event: Steps) -> None:
        self.broken_in = event.epoch if None in event.losses else None
        if event.steps[:1] == (1,):
            self.start = event.losses[0]

    @add.register
    def _(self, event: DataProgress) -> None:
        self.training_samples = event.training_samples or self.training_samples
        self.validation_samples = event.validation_samples or self.validation_samples

    @add.register
    def _(self, event: ModelBuilt) -> None:
        self.classes = len(event.classes)
        self.outputs = event.outputs
        self.guesses = dict(event.guesses)

    @add.register
    def _(self, event: SettingChanged) -> None:
        if event.setting == "epochs":
            self.planned = int(event.value)

    @add.register
    def _(self, event: Finished) -> None:
        self.early = event.early and event.epochs < self.planned
        self.over = event.epochs >= self.planned

    @property
    def layers(self) -> tuple[Layers, ...]:
        """Looks at the layers: those that the run's own course chose, which are the same on every machine; of a run
        that made none of these, all."""
        planned = tuple(look for look in self._looks if look.planned)
        return planned or tuple(self._looks)

    @property
    def ended(self) -> bool:
        """Whether training has ended by itself: after all its epochs, or by a callback."""
        return self.over or self.early

    @property
    def epochs(self) -> int:
        """Epochs that have ended and are known of."""
        return len(self._epochs)

    @property
    def steps(self) -> int:
        """Training steps by the end of the last epoch."""
        return self._epochs[-1].step if self._epochs else 0

    def number(self, index: int) -> int:
        """The number of an epoch, counted from 1 over the whole run, by its place here."""
        return self._epochs[index].epoch

    @property
    def learning_rate(self) -> float | None:
        """That of the last epoch."""
        return self._epochs[-1].learning_rate if self._epochs else None

    @property
    def learning_rates(self) -> tuple[float, ...]:
        """Those of all epochs that told one."""
        return tuple(epoch.learning_rate for epoch in self._epochs if epoch.learning_rate is not None)

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
    def metrics(self) -> tuple[str, ...]:
        """The names of what is measured."""
        return tuple(self._epochs[-1].metrics) if self._epochs else ()

    @property
    def accuracy(self) -> np.ndarray | None:
        """The validation accuracy of every epoch, of the worst output; None where no accuracy is measured."""
        names = [name for name in self.metrics if name.startswith("val_") and name.endswith("accuracy")]
        return np.min([self.figure(name) for name in names], axis=0) if names else None

    @property
    def penalty(self) -> float:
        """What penalties of weights added to the loss when that was looked at last."""
        return next((look.penalty for look in reversed(self._looks) if look.penalty is not None), 0.0)

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What the catalogue's rules warned of before training, and know a way out of."""
        return warnings(self.document)

    def warning(self, code: str | None = None) -> Problem | None:
        """The first of these, or the first of this code."""
        return next((problem for problem in self.warnings if code in (None, problem.code)), None)

    @cached_property
    def origin(self) -> dict[str, str]:
        """The drawn node of each layer."""
        return dict(expand(self.document.model).origin)
