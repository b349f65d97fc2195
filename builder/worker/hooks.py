"""Keras' callbacks, called where `fit` calls them and with the logs that it gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from builder.worker.framework import keras

STEP = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
TEST_BATCH = ("on_test_batch_begin", "on_test_batch_end")
TEST = ("on_test_begin", "on_test_end")


class Hooks:
    """The callbacks of a run. `each_step` and `each_test_batch`: one of them wants to be called around every batch.

    Only then are batches taken one by one and their logs read, which are means over the epoch so far as in `fit`.
    """

    def __init__(
        self,
        callbacks: Sequence[Any],
        model: Any,
        read: Callable[[], dict[str, float]],
        *,
        epochs: int,
        steps: int,
    ):
        """`read` gives the model's running metrics."""
        self._list = keras.callbacks.CallbackList(list(callbacks), model=model, verbose=0, epochs=epochs, steps=steps)
        self._model = model
        self._read = read
        self._logs: Mapping[str, float] | None = None
        self.each_step = _any_has(callbacks, STEP)
        self.each_test_batch = _any_has(callbacks, TEST_BATCH)
        self._act_on_tests = _any_has(callbacks, TEST)
        self.testing = False
        """Whether validation runs and callbacks may have put other weights in the model's place for it."""

    def train_begin(self) -> None:
        self._model.stop_training = False
        self._list.on_train_begin()

    def epoch_begin(self, epoch: int, epochs: int) -> None:
        """`epoch` counts from 1; `epochs` is the number that is planned by now."""
        self._list.params["epochs"] = epochs
        self._list.on_epoch_begin(epoch - 1)

    @contextmanager
    def step(self, index: int) -> Iterator[None]:
        """Around the steps from this one of the epoch on, counted from 0: a single one where `each_step`."""
        if not self.each_step:
            yield
            return
        self._list.on_train_batch_begin(index)
        yield
        self._list.on_train_batch_end(index, self._read())

    def test_begin(self) -> None:
        self.testing = self._act_on_tests
        self._list.on_test_begin()

    @contextmanager
    def test_batch(self, index: int) -> Iterator[None]:
        """As `step`, for the batches of validation."""
        if not self.each_test_batch:
            yield
            return
        self._list.on_test_batch_begin(index)
        yield
        self._list.on_test_batch_end(index, self._read())

    def test_end(self, figures: Mapping[str, float]) -> None:
        self._list.on_test_end(dict(figures))
        self.testing = False

    def epoch_end(self, epoch: int, epochs: int, figures: Mapping[str, float]) -> None:
        self._list.params["epochs"] = epochs
        self._logs = dict(figures)
        self._list.on_epoch_end(epoch - 1, dict(figures))

    def train_end(self) -> None:
        """Training has come to its own end; as in `fit`, averaged weights take the weights' place first."""
        self._model.optimizer.finalize_variable_values(self._model.trainable_weights)
        self._list.on_train_end(self._logs)


def _any_has(callbacks: Sequence[Any], names: Sequence[str]) -> bool:
    """Whether a callback has a method of its own under one of these names of Keras' base class."""
    base = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(base, name)
        for callback in callbacks
        for name in names
    )
