"""Where samples wait for training, and how a batch of them reaches compiled code."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from builder.worker.backends import backend
from builder.worker.feed import Feed
from builder.worker.framework import keras

RESIDENT_BYTES = 512 * 2**20
"""Data sets up to this size become tensors; of larger ones there would be two copies for a while."""
CHUNK_BYTES = 64 * 2**20
"""Most data handed over in one call."""


class Placement(Protocol):
    """Samples that compiled code takes batches of. Rows are tensors whose first two axes are (steps, batch)."""

    size: int
    most: int
    """Steps of this batch size that one call should take at most."""
    held: tuple[Any, ...]
    """The tensors that batches are gathered from; empty where rows are the samples themselves."""

    def form(self, steps: int | None, batch: int | None) -> tuple[tuple[tuple[int | None, ...], Any], ...]:
        """Shape and type of each of `rows`."""
        ...

    def rows(self, batches: np.ndarray) -> tuple[Any, ...]:
        """What compiled code is given for these sample indices (steps, batch)."""
        ...

    def batch(self, row: tuple[Any, ...], held: tuple[Any, ...] | None = None) -> tuple[Any, Any, Any]:
        """In compiled code: inputs and targets of one step as the model takes them, and the plain labels.

        `held` are those tensors as an argument, for code that must not hold on to them.
        """
        ...


def place(feed: Feed, batch_size: int) -> Placement:
    """The data set as tensors where it is small enough, else streamed."""
    arrays = _Arrays(feed)
    return Resident(arrays) if arrays.bytes <= RESIDENT_BYTES else Streamed(arrays, batch_size)


class _Arrays:
    """The arrays of a feed, each kept once, and which of them every input and target is."""

    def __init__(self, feed: Feed):
        every = (*feed.inputs, *feed.targets, feed.labels)
        self.all = list({id(array): array for array in every}.values())
        places = {id(array): index for index, array in enumerate(self.all)}
        self.inputs = [(places[id(array)], dtype) for array, dtype in zip(feed.inputs, feed.dtypes, strict=True)]
        self.targets = [places[id(array)] for array in feed.targets]
        self.labels = places[id(feed.labels)]
        self.size = len(feed)
        self.bytes = sum(array.nbytes for array in self.all)

    def arranged(self, tensors: list[Any]) -> tuple[Any, Any, Any]:
        x = [keras.ops.cast(tensors[place], dtype) for place, dtype in self.inputs]
        return one_or_all(x), one_or_all([tensors[place] for place in self.targets]), tensors[self.labels]


class Resident:
    """Samples as tensors; a row is sample indices, gathered in compiled code."""

    most = 4096

    def __init__(self, arrays: _Arrays):
        self.size = arrays.size
        self.held = tuple(backend.tensor(array) for array in arrays.all)
        arrays.all.clear()  # Nothing may hold the arrays while the run trains.
        self._arrays = arrays

    def form(self, steps: int | None, batch: int | None) -> tuple[tuple[tuple[int | None, ...], Any], ...]:
        return (((steps, batch), "int32"),)

    def rows(self, batches: np.ndarray) -> tuple[Any, ...]:
        return (backend.handed(batches, "int32"),)

    def batch(self, row: tuple[Any, ...], held: tuple[Any, ...] | None = None) -> tuple[Any, Any, Any]:
        tensors = self.held if held is None else held
        return self._arrays.arranged([backend.gather(tensor, row[0]) for tensor in tensors])


class Streamed:
    """Samples as they were read; a row is the samples themselves, copied together for each call."""

    held = ()

    def __init__(self, arrays: _Arrays, batch_size: int):
        self.size = arrays.size
        self.most = max(1, CHUNK_BYTES * arrays.size // (arrays.bytes * batch_size))
        self._arrays = arrays

    def form(self, steps: int | None, batch: int | None) -> tuple[tuple[tuple[int | None, ...], Any], ...]:
        return tuple(((steps, batch, *array.shape[1:]), array.dtype) for array in self._arrays.all)

    def rows(self, batches: np.ndarray) -> tuple[Any, ...]:
        return tuple(backend.handed(array[batches]) for array in self._arrays.all)

    def batch(self, row: tuple[Any, ...], held: tuple[Any, ...] | None = None) -> tuple[Any, Any, Any]:
        return self._arrays.arranged(list(row))


def one_or_all(items: list[Any]) -> Any:
    """Keras' form: what there is one of stands alone."""
    return items[0] if len(items) == 1 else items
