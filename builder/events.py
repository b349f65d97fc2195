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

from builder.errors import Fix, Problem


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
    copies: dict[str, str] = Field(default_factory=dict)
    """Layers that a repeated block made, each with the node that was drawn: {"conv_2": "conv"}."""
    guesses: dict[str, float | None] = Field(default_factory=dict)
    """What the best answer that ignores its input scores, under the names of an epoch's metrics; penalties of weights
    are not in it. Empty where that cannot be told."""


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


class Layers(Event):
    """How the layers learn after a step; entry i of every tuple is of the layer `names[i]`, a node id.

    Layers without weights to train have null norms and updates, layers whose units cannot die have null `dead`.
    """

    type: Literal["layers"] = "layers"
    epoch: int
    step: int
    """Step over the whole run, counted from 1."""
    names: tuple[str, ...]
    weights: tuple[float | None, ...]
    """Euclidean norm of all trainable weights of the layer."""
    gradients: tuple[float | None, ...]
    """Euclidean norm of the gradient of the loss of one batch, before any clipping."""
    updates: tuple[float | None, ...]
    """How far a step moves the weights, as a share of their norm: the norm of the change over the last few steps, by
    their number and by the norm of the weights. Null where no step followed, and in very large networks."""
    dead: tuple[float | None, ...]
    """Share (0 to 1) of units that put out 0 for every sample of a batch."""
    alike: tuple[str, ...] = ()
    """Layers whose units all have the same weights, so that they can only learn the same. Told in planned looks."""
    penalty: float | None = None
    """What penalties of weights add to the loss. Told in planned looks."""
    planned: bool = False
    """Whether the run's own course chose this moment, not the clock: verdicts rest on these looks."""


class Histogram(BaseModel):
    """How values spread: `counts[i]` of them lie in bin i of equally wide ones from `low` to `high`.

    Values that are not finite are not counted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    """The layer, a node id."""
    what: Literal["weights", "activations"]
    low: float
    high: float
    counts: tuple[int, ...]


class Histograms(Event):
    """Weights of the layers, and what they put out for a batch of validation samples; large ones are sampled."""

    type: Literal["histograms"] = "histograms"
    epoch: int
    items: tuple[Histogram, ...]


class Points(Event):
    """Training samples of data with two input numbers, 500 at most; told once, before the first boundary.

    `labels` are class numbers, or values for a regression.
    """

    type: Literal["points"] = "points"
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    labels: tuple[float, ...]


class Boundary(Event):
    """What the network says all over a plane of two input numbers, on a grid of `size` by `size` cells.

    The corner cells' centres are `low` and `high`, both (x, y). Rows follow each other from the lowest y up, each from
    the lowest x on. `values` are class numbers and `probabilities` those of the named class (2 digits); for a
    regression `values` are what the network gives, `classes` is 0 and `probabilities` is empty.
    """

    type: Literal["boundary"] = "boundary"
    epoch: int
    output: str
    low: tuple[float, float]
    high: tuple[float, float]
    size: int
    classes: int
    values: tuple[int | float | None, ...]
    probabilities: tuple[float | None, ...] = ()


class Examples(Event):
    """The inputs of the validation samples that `Samples` follows; told once.

    `inputs[i]` holds the values of sample `indices[i]` in the order of `shape`: images as (height, width, channels)
    with values 0 to 255, larger ones made smaller; other samples as they are, or empty where they are too large.
    """

    type: Literal["examples"] = "examples"
    indices: tuple[int, ...]
    shape: tuple[int, ...]
    image: bool
    inputs: tuple[tuple[int | float, ...], ...]


class Samples(Event):
    """What an output says of a few validation samples, the same ones (16 at most) in every event.

    `indices` count the validation samples. `truths` and `predictions` are class numbers, or values for a regression;
    `probabilities` holds for each sample those of all classes (2 digits), and is empty for a regression.
    """

    type: Literal["samples"] = "samples"
    epoch: int
    output: str
    indices: tuple[int, ...]
    truths: tuple[int | float | None, ...]
    predictions: tuple[int | float | None, ...]
    probabilities: tuple[tuple[float | None, ...], ...] = ()


class SystemUse(Event):
    """What the worker takes of the machine."""

    type: Literal["system"] = "system"
    cpu: float | None = None
    """Percent of the cores that the run may use, over the time since the event before."""
    cores: int | None = None
    """Cores that the run may use now: all of them while it is alone."""
    memory: int | None = None
    """Bytes of memory of the worker (resident set)."""
    gpu: float | None = None
    """Percent of the time that the first GPU was busy; null where there is none."""
    gpu_memory: int | None = None
    """Bytes in use on the first GPU, by whatever process; null where there is none."""


class Order(BaseModel):
    """Something that the run itself can be told by one click: a verb of `jobs.verbs` with its values."""

    model_config = ConfigDict(frozen=True)

    label: str
    verb: str
    values: dict[str, Any] = Field(default_factory=dict)


class Verdict(Event):
    """How the run is going, in a sentence; told when it changes, so the last one holds.

    `since` is the epoch in which it began. `fix` edits the document of the next run; `order` is what this run can be
    told instead, where that serves as well.
    """

    type: Literal["verdict"] = "verdict"
    tone: Literal["good", "watch", "bad"]
    code: str
    message: str
    hint: str | None = None
    since: int
    fix: Fix | None = None
    order: Order | None = None


class Checkpointed(Event):
    """A checkpoint was written whole; `path` is relative to the run directory.

    `epoch` is the last whole one that it holds, `step` the last step, counted over the whole run.
    """

    type: Literal["checkpoint"] = "checkpoint"
    epoch: int
    path: str
    best: bool = False
    step: int | None = None


class SettingChanged(Event):
    """A person changed a setting while the run trained: from `step` on, counted over the whole run, it is `value`."""

    type: Literal["setting"] = "setting"
    setting: str
    value: float | int
    epoch: int
    step: int


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
    early: bool = False
    """Whether a callback ended training before the planned epochs."""
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
    | Layers
    | Histograms
    | Points
    | Boundary
    | Examples
    | Samples
    | SystemUse
    | Verdict
    | Checkpointed
    | SettingChanged
    | Noticed
    | Finished,
    Field(discriminator="type"),
]
_EVENT: TypeAdapter[Any] = TypeAdapter(AnyEvent)


def read(line: str | bytes) -> Event:
    """Read one event from its JSON line; `pydantic.ValidationError` where it is none."""
    return _EVENT.validate_json(line)
