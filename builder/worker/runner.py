"""What takes the steps of a run in one way, whichever backend that belongs to."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from builder.events import Way


class Unfit(Exception):
    """Steps cannot be taken in this way, because of `__cause__`; none has been. `instead` is the way to turn to."""

    def __init__(self, instead: Way):
        self.instead = instead


class Runner(Protocol):
    """Takes steps in one way; `whole_only` where it has no use for the last batch of an epoch that is smaller."""

    whole_only: bool

    def begin(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        """The first `run`, which also traces and compiles; `Unfit` where that fails."""
        ...

    def run(self, batches: np.ndarray) -> tuple[np.ndarray, float]:
        """Take one step for each row of sample indices; the loss of each, and the last learning rate."""
        ...
