"""Where a run broke: the layer that was the first to give, or to learn, something that is not a finite number.

The run is taken back to its last checkpoint, or to its beginning, and repeated up to the step before the one whose loss
was not finite; from there on the network is looked at layer by layer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.document import Document
from builder.document.expand import expand, expanded
from builder.errors import RunError
from builder.verdicts.fixes import calm
from builder.worker.backends import backend
from builder.worker.build import build, compile_model
from builder.worker.checkpoints import State
from builder.worker.framework import keras
from builder.worker.gauges.gauge import one_or_all
from builder.worker.gauges.outputs import Walk
from builder.worker.keeper import Keeper, Position
from builder.worker.lookups import check_batch
from builder.worker.loop import Trainer, chunks

LONGEST = 30.0
"""Seconds that repeating the steps may take; where it would take longer, only the weights are looked at."""

WORDS = {
    "weights": "its weights are {value}",
    "output": "what it gives is {value}",
    "loss": "what it gives is finite, but the loss of that is {value}",
    "gradient": "its gradient was {value} one step before",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Broken:
    """A layer, and what of it was not finite: one of WORDS; `value` says whether it was infinite or not a number."""

    layer: str
    what: str
    value: str

    def words(self) -> str:
        return WORDS[self.what].format(value=self.value)


class Search:
    """Looks for the layer that broke. It leaves the model in the state in which it looked."""

    def __init__(
        self, model: Any, drawn: Document, trainer: Trainer, keeper: Keeper, samples: int, steps_an_epoch: int
    ):
        self._model = model
        self._drawn = drawn
        self._document = document = expanded(drawn)
        self._trainer = trainer
        self._keeper = keeper
        self._samples = samples
        self._steps = steps_an_epoch
        self._walk = Walk(model, document)

    def first(self, step: int) -> Broken | None:
        """The layer that made the loss of this step, counted from 1 over the whole run, not finite."""
        at = self._rewind()
        pace = self._trainer.pace.step_seconds or 0.0
        if (step - at.step) * pace > LONGEST or at.step >= step:
            return self.weights()
        self._repeat(at.step, step - 2)
        state = State(self._model)
        before = state.take()
        self._repeat(max(at.step, step - 2), step - 1)
        if not (spoiled := self.weights()):
            return self.forwards(*self._batch(step))
        state.put(before)
        return self.weights() or self.backwards(*self._batch(step - 1)) or spoiled

    def weights(self) -> Broken | None:
        """The first layer that holds a weight which is not finite."""
        for layer in self._model.layers:
            for weight in layer.weights:
                if value := _fault(weight.value):
                    return Broken(layer.name, "weights", value)
        return None

    def forwards(self, inputs: Sequence[Any], targets: Any) -> Broken | None:
        """The first layer whose output for a batch is not finite, or the output whose loss is not.

        Raises `RunError` where a layer was to look up a number that it does not know, which JAX makes NaN of.
        """
        last = ""
        with backend.looking(self._model):
            for name, output in self._walk(inputs, training=True):
                last = name
                if value := next(filter(None, map(_fault, keras.tree.flatten(output))), None):
                    check_batch(self._model, self._document, self._drawn, inputs)
                    return Broken(name, "output", value)
        value = _fault(self._loss(inputs, targets))
        return Broken(last, "loss", value) if value else None

    def backwards(self, inputs: Sequence[Any], targets: Any) -> Broken | None:
        """The layer nearest to the loss whose gradient is not finite."""
        variables = self._model.trainable_variables
        gradients = backend.gradients(self._model, one_or_all(list(inputs)), targets)
        faults = {id(variable): _fault(g) for variable, g in zip(variables, gradients, strict=True)}
        for layer in reversed(self._model.layers):
            if value := next(filter(None, (faults.get(id(weight)) for weight in layer.trainable_variables)), None):
                return Broken(layer.name, "gradient", value)
        return None

    def _loss(self, inputs: Sequence[Any], targets: Any) -> Any:
        x = one_or_all(list(inputs))
        same = [(weight, weight) for weight in self._model.trainable_variables]
        with keras.StatelessScope(same, collect_losses=True, initialize_variables=False):
            predictions = self._model(x, training=True)
            return self._model.compute_loss(x=x, y=targets, y_pred=predictions, training=True)

    def _rewind(self) -> Position:
        """Take the model back to its newest checkpoint, or to how it was built."""
        if found := self._keeper.rewind():
            return found
        fresh = build(self._document)
        compile_model(fresh, self._document)
        for ours, new in zip(_variables(self._model), _variables(fresh), strict=True):
            ours.assign(new.value)
        return Position()

    def _repeat(self, done: int, until: int) -> None:
        """Take the steps after `done` up to and with `until` again."""
        while done < until:
            epoch, first = divmod(done, self._steps)
            last = min(self._steps, first + until - done)
            for batches in self._batches(epoch + 1, first, last):
                self._trainer.train(batches)
            done += last - first

    def _batches(self, epoch: int, first: int, last: int) -> Iterator[np.ndarray]:
        training = self._document.training
        order = np.random.default_rng([training.seed, epoch]).permutation(self._samples)
        size = training.batch_size
        return chunks(order[first * size : last * size], size, self._trainer.pace)

    def _batch(self, step: int) -> tuple[list[Any], Any]:
        """Inputs and targets of a step."""
        epoch, index = divmod(step - 1, self._steps)
        x, y = self._trainer.batch(next(self._batches(epoch + 1, index, index + 1))[0])
        return keras.tree.flatten(x), y


def _variables(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


def _fault(value: Any) -> str | None:
    """Whether a tensor holds what is "not a number" or "infinite"; None where all of it is finite."""
    values = keras.ops.convert_to_numpy(value)
    if not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all():
        return None
    return "not a number" if np.isnan(values).any() else "infinite"


def broken(step: int, epoch: int, steps: int, loss: float, search: Search, drawn: Document) -> RunError:
    """What is said of a run that broke in a step, counted over the whole run; epochs have so many `steps`."""
    what = "infinite" if np.isinf(loss) else "not a number (NaN)"
    try:
        found = search.first(step)
    except RunError as error:
        return error
    except Exception:
        log.warning("The layer that broke could not be found.", exc_info=True)
        found = None
    where, node = "", None
    if found:
        node = expand(drawn.model).origin[found.layer]
        where = f' It began in "{node}" ({drawn.model.node(node).kind}): {found.words()}.'
    return RunError(
        f"The loss became {what} in epoch {epoch}, step {step} (batch {(step - 1) % steps + 1} of {steps}).{where}",
        code="nan-loss",
        node=node,
        where="training.optimizer.params.learning_rate",
        hint="Lower the learning rate, scale the inputs (Rescaling or BatchNormalization after the Input), or clip the "
        "gradients (the optimizer's clipnorm).",
        fix=calm(drawn),
    )
