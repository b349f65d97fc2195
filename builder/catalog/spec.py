"""What a catalogue entry declares. One declaration serves palette, form, validation, help, code export and tests.

Names, defaults and meanings are Keras' own; the conformance tests hold every entry against the installed Keras.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from builder.catalog.comparing import Comparing
from builder.catalog.intervals import ANY, Effect, Interval
from builder.catalog.pictures.marks import Picture
from builder.catalog.reach import Reach
from builder.catalog.types import Type
from builder.catalog.work import Work, nothing
from builder.document import thaw

Task = Literal["classification", "binary", "multilabel", "regression", "segmentation", "sequence", "similarity", "any"]


CHANNELS_FIRST = "channels_first"
"""Value of Keras' parameter `data_format`."""


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()
"""The default of a parameter that Keras has no default for."""


@dataclass(frozen=True)
class Param:
    """A parameter: Keras' name, its type, Keras' default (or REQUIRED) and one sentence of help.

    `start` is what a newly placed layer gets where that is more useful than the default; `advanced` puts the field
    behind "More"; `group` is its heading there. `goes` says what Keras is given it by: the constructor, each call of
    the layer, or nothing, as with Layerloom's own parameters. `live`: a
    plain number of it may be changed while a run trains.
    """

    name: str
    type: Type
    default: Any
    help: str
    start: Any = None
    advanced: bool = False
    group: str | None = None
    label: str | None = None
    goes: Literal["constructor", "call", "nowhere"] = "constructor"
    live: bool = False

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def title(self) -> str:
        """The field's label: Keras' name as words ("kernel_size" -> "Kernel size")."""
        return self.label or self.name.replace("_", " ").capitalize()

    def value(self, params: Mapping[str, Any]) -> Any:
        """The value in force, by its usual name: the given one, else the default, else a required one's start value."""
        return self.type.usual(params.get(self.name, self.start if self.required else self.default))

    def is_default(self, value: Any) -> bool:
        """Whether a value is Keras' default, by whatever name; JSON has no tuples, and True is not 1."""
        if self.required:
            return False
        value, default = thaw(self.type.usual(value)), thaw(self.type.usual(self.default))
        return value == default and isinstance(value, bool) == isinstance(default, bool)


@dataclass(frozen=True)
class Entry:
    """The part that all entries share: Keras' name for it (`kind`), one plain sentence, and its page at keras.io."""

    kind: str
    summary: str
    params: tuple[Param, ...] = ()
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    """Other names that Keras accepts, such as "sparse_categorical_crossentropy"."""
    by_name: bool = True
    """Whether Keras makes it of its name alone where it is the value of a parameter; of some only the class will do."""

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)

    def in_force(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """All parameters with the values that hold; None where one of them does not fit its type."""
        found = {param.name: param.value(params) for param in self.params}
        return None if any(param.type.check(found[param.name]) for param in self.params) else found

    @property
    def start_params(self) -> dict[str, Any]:
        """The parameters that a newly placed entry writes down."""
        return {param.name: param.start for param in self.params if param.start is not None}

    @property
    def title(self) -> str:
        return self.kind


Family = Literal[
    "input",
    "core",
    "convolution",
    "pooling",
    "recurrent",
    "attention",
    "normalization",
    "merging",
    "preprocessing",
]


@dataclass(frozen=True)
class Ports:
    """How many tensors a layer takes and how Keras wants them: one, a list, or named arguments in order."""

    names: tuple[str, ...] = ("input",)
    least: int = 1
    most: int | None = 1
    call: Literal["one", "list", "arguments"] = "one"


ONE = Ports()
SOURCE = Ports(names=(), least=0, most=0)
MANY = Ports(names=(), least=2, most=None, call="list")


@dataclass(frozen=True)
class Domain:
    """The labels and outputs that a loss can take, and what becomes of others: each the end of a sentence.

    `zero` is off where it divides by the label. `width` is the least numbers of a sample that it can compare.
    """

    labels: Interval = ANY
    outputs: Interval = ANY
    other_labels: str = ""
    other_outputs: str = ""
    zero: bool = True
    width: int = 1


@dataclass(frozen=True)
class Layer(Entry):
    """A layer: its family (hue, palette group), a Material Symbol, its ports, what it computes, words to find it by."""

    help: str = ""
    """The sentence that follows the summary: when one uses it, for somebody who never wrote Keras."""
    picture: Picture | None = None
    """A small drawing of what it does."""
    family: Family = "core"
    icon: str = "layers"
    ports: Ports = ONE
    formula: str | None = None
    """What it computes, in KaTeX."""
    keywords: tuple[str, ...] = ()
    example: tuple[int, ...] = (8,)
    """Shape of one sample that the layer takes as it is first placed, on each of its ports."""
    keeps: tuple[Literal["values", "width"], ...] = ()
    """What comes out as it went in when training is over: each single number, the length of the last axis."""
    width: str | None = None
    """The parameter that sets the length of the last axis."""
    activation: str | None = None
    """The activation that the layer is; one that is a parameter has the name "activation"."""
    scales: bool = False
    """Whether numbers of any size come out in a range that trains well."""
    interval: Effect | None = None
    """The range of what it gives, in the words of `catalog.intervals`; None where that is not known."""
    sums: Literal["all", "each"] | None = None
    """Whether it gives learned weighted sums, linear but for its activation: of all channels, or of each by itself."""
    disturbs: str | None = None
    """The parameter with the strength of its noise, for a layer that acts at random while training."""
    counts_to: str | None = None
    """The parameter with how many whole numbers, from 0 on, it can look up."""
    compares: Comparing | None = None
    """Numbers that each mean is over, for a layer that brings numbers to mean 0 (`catalog.comparing`)."""
    freezable: bool = True
    """Whether Keras takes `trainable` when the layer is made; some that learn nothing do not."""
    work: Work | None = None
    """The arithmetic that it does for one sample; None where that is not known."""
    keeps_inside: Work = nothing
    """Numbers that training keeps of one sample until the way back, besides the output."""
    reach: Reach | None = None
    """What each output sees of the places before it; None where it may see everything."""
    axes: tuple[str, ...] | None = None
    """Names of the axes of what it gives, where they are not those that came in; () where its parameters decide."""
    asked_for: Callable[[Mapping[str, Any]], str | None] = lambda params: None
    """The argument by which a call also gives something else behind what is meant, as a pair, where these parameters
    are computed in that way alone."""
    overwrites_on: tuple[str, ...] = ()
    """The backends on which training overwrites the tensor that comes in."""

    def channels_first(self, params: Mapping[str, Any]) -> bool:
        """Whether the first axis of a sample, and not the last, holds the channels for it."""
        param = self.param("data_format")
        return param is not None and param.value(params) == CHANNELS_FIRST

    def keeping(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """What it `keeps` with these parameters: with channels first the last axis is one of places."""
        return tuple(kept for kept in self.keeps if kept != "width" or not self.channels_first(params))


@dataclass(frozen=True)
class Loss(Entry):
    """A loss: the task it serves, how it wants the labels and how many numbers an output has for each sample.

    `labels`: "integer" class numbers, "one-hot" rows, or plain "values". `activations` are the last layer's fitting
    ones when `from_logits` is off (or absent).
    """

    tasks: tuple[Task, ...] = ("any",)
    labels: Literal["integer", "one-hot", "values"] = "values"
    activations: tuple[str, ...] = ()
    formula: str | None = None
    domain: Domain = Domain()
    scores: bool = False
    """Whether it wants raw scores around 0, with or without from_logits."""


@dataclass(frozen=True)
class Optimizer(Entry):
    """An optimizer with its own parameters, and what it remembers of every weight.

    `slots` is the numbers that it always keeps for one trainable weight; each parameter in `more_slots` adds another
    when it is on. Every optimizer keeps a weight's average and the sum of its gradients where these are asked for.
    """

    rates: tuple[float, float] = (1e-7, 1.0)
    """The learning rates between which it can learn: below, weights stay where they are; above, they grow endlessly."""
    slots: int = 0
    more_slots: tuple[str, ...] = ()
    trains_at: float | None = None
    """A learning rate that networks train well at, where Keras' default is far below it. Measured on digits, a dense
    network, 5 epochs: Adadelta 11 % right at 0.001, 93 % at 1 (Keras' own notes name 1 for it); Adagrad 13 % and 96 %
    at 0.1; Ftrl 10 % and 93 % at 0.1. The others reach 53 to 93 % at their defaults, SGD 38 %."""

    @property
    def usual_rate(self) -> float | None:
        """The learning rate to begin with; None where it takes none."""
        rate = self.param("learning_rate")
        return self.trains_at or (rate.default if rate else None)

    def numbers(self, params: Mapping[str, Any]) -> int:
        """Numbers that are kept for one trainable weight."""
        switches = (*self.more_slots, "use_ema", "gradient_accumulation_steps")
        return self.slots + sum(bool(param.value(params)) for name in switches if (param := self.param(name)))


@dataclass(frozen=True)
class Metric(Entry):
    """A metric: the tasks and labels it fits, whether more is better, and the name it is logged under.

    `name` is Keras' own; a metric is made with it, or Keras counts on through a process ("auc_1"). `directed` is off
    where Keras does not know by itself whether more is better, so that a callback cannot watch it in mode "auto".
    `joins` is the parameter that says how the figures of several classes become one; None leaves them as they are.
    """

    name: str = ""
    directed: bool = True
    tasks: tuple[Task, ...] = ("any",)
    labels: tuple[str, ...] = ("integer", "one-hot", "values")
    better: Literal["max", "min"] = "max"
    joins: str | None = None
    reads: Literal["shares", "scores", "anything"] = "anything"
    """Whether answers of yes or no, or shares of classes, come as shares from 0 to 1 or as scores around 0."""
    told_by: str | None = None
    """The parameter that says otherwise: from_logits, or a threshold, which is 0 for scores."""
    only_for: tuple[str, ...] = ("integer", "one-hot", "values")
    """Labels with which `reads` counts; with others it only asks which output is largest."""
    tellable: str | None = None
    """A metric that says the same and has such a parameter, where it has none itself."""

    def takes_scores(self, params: Mapping[str, Any], labels: str) -> bool | None:
        """Whether it is told to expect raw scores; None where it takes both, or its parameter does not fit."""
        param = self.param(self.told_by) if self.told_by else None
        if self.reads == "anything" or labels not in self.only_for:
            return None
        if param is None:
            return self.reads == "scores"
        value = param.value(params)
        if param.type.check(value):
            return None
        if isinstance(value, bool):
            return value
        given = value if isinstance(value, list | tuple) else (value,)
        return all(item is not None and item <= 0 for item in given)

    def one_figure(self, params: Mapping[str, Any]) -> bool:
        """Whether it gives a single figure, by which Keras can tell a better epoch from a worse one."""
        param = self.param(self.joins) if self.joins else None
        return param is None or param.value(params) is not None


@dataclass(frozen=True)
class Callback(Entry):
    """Something that watches training and acts; `monitors` where its `monitor` parameter names a logged figure.

    `keeps` is the parameter that says whether training ends on the weights of the callback's best epoch or of the last.
    """

    keeps: str | None = None

    @property
    def monitors(self) -> bool:
        return self.param("monitor") is not None


@dataclass(frozen=True)
class Schedule(Entry):
    """A learning-rate schedule: a function of the training step.

    `rate` is that function of the parameters in force and the step; `length` the parameter with the steps that it
    takes to do once what it does, `warmup` the one with the steps of a rise before that.
    """

    rate: Callable[[Mapping[str, Any], int], float] = lambda params, step: params["initial_learning_rate"]
    length: str = "decay_steps"
    warmup: str | None = None


@dataclass(frozen=True)
class Initializer(Entry):
    """Where the training of a weight starts from."""


@dataclass(frozen=True)
class Regularizer(Entry):
    """A penalty on weights or outputs, which is added to the loss."""


@dataclass(frozen=True)
class Constraint(Entry):
    """A limit that a weight is brought back into after every step."""


@dataclass(frozen=True)
class SklearnSource:
    """A data set inside scikit-learn: the loader's name in `sklearn.datasets`, and its arguments."""

    loader: str
    options: Mapping[str, Any] = field(default_factory=dict)


def keras_home() -> Path:
    """Where Keras keeps what it downloads: KERAS_HOME, or ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()


def keras_datasets() -> Path:
    """The part of it that data sets are in."""
    return keras_home() / "datasets"


@dataclass(frozen=True)
class KerasSource:
    """A data set of `keras.datasets`, downloaded once into KERAS_HOME.

    What is there is read without Keras, whose `load_data` deletes a file that it does not know and unpacks archives
    anew each time. `read` does that, with numpy and Python's own modules only: from the folder KERAS_HOME/datasets to
    ((x, y), (x_test, y_test)). Its text goes into exported scripts: lines of at most 88 characters.
    """

    module: str
    files: tuple[tuple[str, ...], ...]
    """Files under KERAS_HOME/datasets; it is on this computer where all of one row are."""
    megabytes: float
    read: Callable[[Path], Any]
    label_column: bool = False
    """Whether Keras gives the labels as a column, of shape (samples, 1)."""

    @property
    def path(self) -> Path:
        """Where Keras keeps it: a file or a folder below KERAS_HOME, or ~/.keras."""
        return keras_datasets() / Path(self.files[0][0]).parts[0]

    @property
    def here(self) -> bool:
        """Whether it is on this computer."""
        return any(all((keras_datasets() / file).is_file() for file in row) for row in self.files)


@dataclass(frozen=True)
class GeneratedSource:
    """Made by a function of (samples, random generator) -> (x, y), numpy only.

    Its text, and that of what it uses in its module, goes into exported scripts: lines of at most 88 characters.
    """

    make: Callable[..., Any]
    samples: int = 1000


LARGE = 10
"""Networks train badly on numbers that are larger than this."""


@dataclass(frozen=True)
class Dataset(Entry):
    """A data set as published: values are not scaled, so that a trained model takes raw input anywhere.

    `shape` is one sample's; `classes` names the classes in order (empty for a regression); `test` is the number of
    samples that training never sees (0: a share is held back from `samples` by the worker).
    """

    name: str = ""
    source: SklearnSource | KerasSource | GeneratedSource | None = None
    task: Task = "classification"
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    """Names of the columns, for tables."""
    low: float = 0.0
    high: float = 1.0
    """Range of the values, which says whether they want scaling."""
    whole: bool = False
    """Whether all values are whole numbers."""
    labels: tuple[float, float] | None = None
    """Range of the labels, for a regression."""
    samples: int = 0
    test: int = 0
    easy: bool = False
    """Whether small networks solve it within an epoch or two, so that perfect figures are no sign of anything."""
    icon: str = "dataset"
    licence: str = ""

    @property
    def title(self) -> str:
        return self.name or self.kind

    @property
    def to_download(self) -> float:
        """Megabytes that must be downloaded before it can be used; 0 when it is here."""
        return 0 if not isinstance(self.source, KerasSource) or self.source.here else self.source.megabytes

    @property
    def is_image(self) -> bool:
        return len(self.shape) == 3

    @property
    def wants_scaling(self) -> bool:
        """Whether the values are so large that networks train badly on them as they are."""
        return max(abs(self.low), abs(self.high)) > LARGE


GROUPS = ("Start here", "Images", "Sequences", "Tables", "Famous networks")
"""The headings of the gallery, in order."""


@dataclass(frozen=True)
class Entrance:
    """A tensor that a ready block takes: its name, the ports inside that it goes to, and a fitting sample's shape."""

    name: str
    ports: tuple[tuple[str, int], ...]
    example: tuple[int, ...]


@dataclass(frozen=True)
class ReadyBlock(Entry):
    """A well-known part of networks, to be put behind fitting layers; `doc` is where it was published.

    `part` holds nodes, edges, blocks, layout and folded, as a document does, without any edge from outside: those are
    drawn into the ports that `inputs` name. `outputs` are the nodes that give something, the main one first, and the
    shapes that they give for the examples.
    """

    name: str = ""
    part: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[Entrance, ...] = ()
    outputs: tuple[tuple[str, tuple[int, ...]], ...] = ()
    family: Family = "convolution"
    icon: str = "dashboard"
    keywords: tuple[str, ...] = ()
    repeats: bool = False
    """Whether it may stand several times in a row: what it gives is what it takes, or near enough."""
    order: int = 100

    @property
    def title(self) -> str:
        return self.name or self.kind


@dataclass(frozen=True)
class Template(Entry):
    """A document that trains well out of the box, with the result and the time to expect on two cores.

    A famous network that is shown as a design has no data and takes no time; `expected` is then its size.
    `group` is its heading in the gallery, one of GROUPS.
    """

    name: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    expected: str = ""
    """The result, as words: "97 % validation accuracy"."""
    seconds: float = 0
    order: int = 100
    group: str = "Famous networks"

    @property
    def title(self) -> str:
        return self.name or self.kind
