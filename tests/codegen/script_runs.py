"""Exported scripts run in this process, as they are or with samples in the order in which a run takes them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from builder.codegen import script
from builder.document import Document


def run_up_to_training(document: Document) -> dict[str, Any]:
    """The script's names after everything but the training was run."""
    text, *training = re.split(r"\n(?:# )?history = ", script(document), maxsplit=1)
    assert training, text
    return run_text(text)


def run_text(text: str) -> dict[str, Any]:
    """The script's names after all of it was run."""
    found: dict[str, Any] = {"__name__": "script"}
    with patch.dict(os.environ):  # A script names its backend there.
        exec(compile(text.replace("model.summary()\n", ""), "script.py", "exec"), found)
    return found


@contextmanager
def as_a_run(seed: int) -> Iterator[None]:
    """Have Keras' `fit` take the samples in a run's order, and compute as runs do.

    What else may differ is then rounding alone: XLA, which Keras chooses by itself, draws other random numbers.
    """
    from builder.worker.framework import keras

    fit = keras.Model.fit

    class Batches(keras.utils.PyDataset):
        def __init__(self, x: Any, y: Any, size: int):
            super().__init__()
            self.arrays, self.size = (x, y), size
            self.order = np.arange(len(keras.tree.flatten(x)[0]))

        def __len__(self) -> int:
            return -(-len(self.order) // self.size)

        def __getitem__(self, index: int) -> Any:
            part = self.order[index * self.size : (index + 1) * self.size]
            return keras.tree.map_structure(lambda array: np.asarray(array)[part], self.arrays)

    def ordered(model: Any, x: Any, y: Any, *, batch_size: int, callbacks: Any = (), **others: Any) -> Any:
        batches = Batches(x, y, batch_size)

        def shuffle(epoch: int, logs: Any) -> None:
            batches.order = np.random.default_rng([seed, epoch + 1]).permutation(len(batches.order))

        callbacks = [keras.callbacks.LambdaCallback(on_epoch_begin=shuffle), *callbacks]
        others |= {"validation_batch_size": batch_size, "shuffle": False, "callbacks": callbacks}
        return fit(model, batches, **others)

    def chosen(model: Any) -> bool:
        return keras.config.backend() == "jax"

    with ExitStack() as replaced:
        replaced.enter_context(patch.object(keras.Model, "fit", ordered))
        replaced.enter_context(patch.object(keras.Model, "_resolve_auto_jit_compile", chosen))
        if keras.config.backend() == "torch":
            replaced.enter_context(_loading_draws_nothing())
        yield


def _loading_draws_nothing() -> Any:
    """PyTorch's loader draws a seed at every start, from the numbers that Dropout draws from."""
    import torch

    start = torch.utils.data.DataLoader.__iter__

    def begin(loader: Any) -> Any:
        state = torch.get_rng_state()
        started = start(loader)
        torch.set_rng_state(state)
        return started

    return patch.object(torch.utils.data.DataLoader, "__iter__", begin)


@dataclass(frozen=True)
class Outcome:
    """What a script came to: its names, the figures of its model, and the epochs, from 1, that have these figures."""

    names: dict[str, Any]
    figures: dict[str, float]
    epochs: tuple[int, ...]


def outcome(text: str) -> Outcome:
    """Run a script to its end, in the present folder; figures are the first that it prints, those in validation."""
    from builder.worker.framework import keras

    evaluate, found = keras.Model.evaluate, []

    def measured(model: Any, *arguments: Any, **others: Any) -> Any:
        figures = evaluate(model, *arguments, **others)
        if "_use_cached_eval_dataset" not in others:  # Else `fit` itself has asked.
            found.append(figures)
        return figures

    with patch.object(keras.Model, "evaluate", measured):
        names = run_text(text)
    history = names["history"]
    figures = {f"val_{name}": float(np.mean(value)) for name, value in found[0].items()}
    logs = {name: [np.mean(value) for value in history.history[name]] for name in figures if name in history.history}
    epochs = [
        epoch + 1
        for epoch in range(len(history.epoch))
        if all(np.isclose(logs[name][epoch], figures[name], rtol=1e-4, atol=1e-6) for name in logs)
    ]
    return Outcome(names, figures, tuple(epochs))
