"""What a gauge is, what it may look at, and when it looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from builder.catalog.reading import output_names
from builder.catalog.spec import Dataset
from builder.document import Document
from builder.events import Event
from builder.worker.backends import backend
from builder.worker.feed import Feed
from builder.worker.framework import keras
from builder.worker.gauges.effort import Effort, Thrifty


@dataclass(frozen=True)
class Moment:
    """Where the run stands: the epoch in progress, counted from 1, and the steps taken over the whole run.

    `last` where no step follows; `planned` where the run's own course says that it is looked at now, not the clock.
    """

    epoch: int
    step: int
    last: bool = False
    planned: bool = False

    @property
    def now(self) -> bool:
        """Whether a gauge is to tell what it can at once, as it is not asked again soon."""
        return self.last or self.planned


class Gauge(Protocol):
    """Looks at the run between two chunks of steps and says what it saw.

    It must leave the model, its random states and its running metrics as they are. One on which verdicts rest has
    `evidence = True`: it then also looks where the run's own course says so, whatever the clock says.
    """

    interval: float
    """Seconds between two looks, at least."""
    share: float
    """Share of the run's time that looking may take, at most."""
    shows: str
    """What people miss where it fails, as the beginning of a sentence."""

    def look(self, moment: Moment) -> Sequence[Event] | None:
        """What there is to tell; None to be asked again after the next chunk."""


@dataclass(frozen=True)
class Subject:
    """A run as gauges see it: the compiled model, the document that it was built from (expanded), and its samples.

    Gauges take the samples that they need when they are made, and keep no feed.
    """

    model: Any
    document: Document
    dataset: Dataset
    training: Feed
    validation: Feed
    effort: Effort = field(default_factory=Effort)

    def thrifty(self, function: Callable[..., Any]) -> Thrifty:
        """A function of tensors that looks at the model, called with no more effort than the run's length is worth."""
        return self.effort.thrifty(function, self.model)

    @property
    def shapes(self) -> dict[str, tuple[int | None, ...]]:
        """The shape of each output with the batch in front, by the output's name, in the model's order."""
        outputs = zip(output_names(self.document), self.model.outputs, strict=True)
        return {name: tensor.shape for name, tensor in outputs}


def spread(samples: int, most: int) -> np.ndarray:
    """Indices of at most so many samples, evenly spread: where samples lie in order of their class, all are there."""
    return np.arange(min(samples, most)) * samples // min(samples, most)


def tensors(feed: Feed, indices: np.ndarray) -> list[Any]:
    """The inputs of some samples, one tensor for each Input of the network."""
    return [
        keras.ops.cast(backend.tensor(x[indices]), dtype) for x, dtype in zip(feed.inputs, feed.dtypes, strict=True)
    ]


def predictor(model: Any) -> Callable[..., list[Any]]:
    """The function from inputs to what each output gives, as outside of training."""

    def predict(*inputs: Any) -> list[Any]:
        with backend.looking(model):
            return keras.tree.flatten(model(one_or_all(list(inputs)), training=False))

    return predict


def one_or_all(items: list[Any]) -> Any:
    """As Keras takes the inputs and targets of a model."""
    return items[0] if len(items) == 1 else items
