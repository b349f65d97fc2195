"""How a run is judged: which epoch is the one to keep, and the confusion matrices to count."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from builder.catalog.keeping import Keeping
from builder.catalog.reading import loss_of
from builder.catalog.registry import losses
from builder.catalog.spec import Dataset
from builder.document import Document
from builder.worker.framework import keras
from builder.worker.loop import Confusion


class Keep(keras.callbacks.Callback):
    """Has each epoch kept that is the best so far by a callback which stands before it; without one, every epoch.

    `rank`: an epoch that is kept by a higher rank is not replaced by one of a lower. `averages`: of an optimizer that
    averages the weights, the averages are what is kept.
    """

    def __init__(self, rank: int, by: Any = None, *, averages: bool):
        super().__init__()
        self.rank = rank
        self.by = by
        self.averages = averages
        self.take: Callable[[int, int], None] = lambda epoch, rank: None
        """Called with the epoch, counted from 1, and the rank."""

    @property
    def monitor(self) -> str | None:
        return self.by.monitor if self.by else None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.by is None or (self.by.best is not None and self.by.best_epoch == epoch):
            self.take(epoch + 1, self.rank)


def own(keeping: Keeping) -> Any:
    """Keras' own judgement of the best epoch, for the run's choice of a figure; it never stops the run.

    Python compares the figures: an operation of the backend takes longer than some epochs.
    """
    if keeping.monitor is None:
        return None
    made = keras.callbacks.EarlyStopping(keeping.monitor, mode=keeping.better, patience=sys.maxsize)
    made.monitor_op = {"min": operator.lt, "max": operator.gt}[keeping.better]
    return made


def callbacks(keeping: Keeping, own: Any, watchers: Sequence[Any]) -> tuple[list[Any], list[Keep]]:
    """All callbacks of a run in their order, and those among them that keep epochs, by rank.

    The run's own choice comes first, so that it sees the weights before others change them at the epoch's end. A
    callback that puts weights back is followed at once, for what it keeps is the weights of that moment. The last
    epoch is kept behind all of them, as `fit` ends on it.
    """
    last = Keep(0, averages=True)
    keeps = [last]
    found = []
    if own:
        keeps.append(Keep(1, own, averages=True))
        found += [own, keeps[-1]]
    for index, watcher in enumerate(watchers):
        found.append(watcher)
        if index in keeping.callbacks:
            keeps.append(Keep(len(keeps), watcher, averages=False))
            found.append(keeps[-1])
    return [*found, last], keeps


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
