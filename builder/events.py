"""What a worker tells: a numbered stream of small JSON objects, the only thing that flows back up.

Every event has `seq` (1, 2, 3, ... within its run), `time` (Unix seconds) and `type`. Times are seconds, rates are
samples a second. Readers skip types that they do not know.

A run that was killed goes on from its last checkpoint: what it tells of the steps and epochs after that, it tells again
(a "state" event with the next `attempt` comes first), and the later figures count.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from builder.errors import Problem


class Event(BaseModel):
    """The part that all events share; `seq` and `time` are given by the log that appends the event."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")

    seq: int = 0
    time: float = 0.0


class StateChanged(Event):
    """The run entered a state (`rundir.State`)."""

    type: Literal["state"] = "state"
    state: str
    attempt: int = 1
    message: str | None = None


class DataProgress(Event):
    """The data set is being fetched or read; `done` and `total` are bytes while downloading."""

    type: Literal["data"] = "data"
    phase: Literal["downloading", "loading", "ready"]
    message: str
    done: int | None = None
    total: int | None = None
    training_samples: int | None = None
    validation_samples: int | None = None


class ModelBuilt(Event):
    """The Keras model stands; training begins with the next event."""

    type: Literal["model"] = "model"
    parameters: int
    trainable: int
    outputs: tuple[str, ...]
    classes: tuple[str, ...] = ()
    """Class names in order, where the task is a classification."""


class Way(StrEnum):
    """How training steps are computed; the results differ by rounding alone."""

    CHUNK = "chunk"
    """Many steps to a call of plain TensorFlow."""
    XLA_STEP = "xla-step"
    """Many steps to a call, each compiled by XLA."""
    XLA_LOOP = "xla-loop"
    """Many steps to a call, the whole call compiled by XLA."""
    SINGLE = "single"
    """One step to a call, as Keras' `fit` does."""


class Execution(BaseModel):
    """From the step after `step` (counted over the whole run) on, steps are computed this way, and why."""

    model_config = ConfigDict(frozen=True)

    step: int
    way: Way
    reason: str


class ExecutionChosen(Event):
    """It was decided how the next steps are computed, or found out how that does."""

    type: Literal["execution"] = "execution"
    execution: Execution


class Steps(Event):
    """Loss of training steps, several to an event: `steps[i]` (counted from 1 over the whole run) had `losses[i]`.

    A run with more than a thousand steps a second tells every second, third, ... of them. `epoch` is that of the last.
    """

    type: Literal["steps"] = "steps"
    epoch: int
    steps: tuple[int, ...]
    losses: tuple[float | None, ...]


class Progress(Event):
    """How far the run is; sent a few times a second."""

    type: Literal["progress"] = "progress"
    epoch: int
    epochs: int
    step: int
    steps: int
    """Step within the epoch, and steps an epoch."""
    samples_per_second: float | None = None
    eta: float | None = None
    """Seconds to the planned end of the run."""


class EpochEnded(Event):
    """Metrics of an epoch under Keras' names ("loss", "val_accuracy"); null where the value is not finite."""

    type: Literal["epoch"] = "epoch"
    epoch: int
    step: int
    metrics: dict[str, float | None]
    seconds: float
    learning_rate: float | None = None
    best: bool = False
    """Best epoch so far by the monitored metric."""


class ConfusionMatrix(Event):
    """Counts of the validation samples after an epoch: row = true class, column = predicted class.

    Where epochs are shorter than a tenth of a second some are left out, but never the last.
    """

    type: Literal["confusion"] = "confusion"
    epoch: int
    output: str
    matrix: tuple[tuple[int, ...], ...]


class Checkpointed(Event):
    """A checkpoint was written whole; `path` is relative to the run directory."""

    type: Literal["checkpoint"] = "checkpoint"
    epoch: int
    path: str
    best: bool = False


class Noticed(Event):
    """Something a person should know: a NaN loss, a checkpoint that could not be written, a slow download."""

    type: Literal["problem"] = "problem"
    problem: Problem


class Finished(Event):
    """Training is over; metrics are those of the best epoch, which the saved model holds."""

    type: Literal["finished"] = "finished"
    epochs: int
    seconds: float
    best_epoch: int | None
    monitor: str | None
    metrics: dict[str, float | None]
    test_metrics: dict[str, float | None] = Field(default_factory=dict)
    """Metrics on the test set, where the data set has one that training never saw."""


AnyEvent = Annotated[
    StateChanged
    | DataProgress
    | ModelBuilt
    | ExecutionChosen
    | Steps
    | Progress
    | EpochEnded
    | ConfusionMatrix
    | Checkpointed
    | Noticed
    | Finished,
    Field(discriminator="type"),
]
_EVENT: TypeAdapter[Any] = TypeAdapter(AnyEvent)


def read(line: str | bytes) -> Event:
    """Read one event from its JSON line; `pydantic.ValidationError` where it is none."""
    return _EVENT.validate_json(line)
