"""What a catalogue entry declares. One declaration serves palette, form, validation, help, code export and tests.

Names, defaults and meanings are Keras' own; the conformance tests hold every entry against the installed Keras.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from builder.catalog.pictures.marks import Picture
from builder.catalog.reach import Reach
from builder.catalog.types import Type
from builder.catalog.work import Work, nothing

Task = Literal["classification", "binary", "multilabel", "regression", "segmentation", "sequence", "similarity", "any"]


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
    plain number of it may be changed while a run trains. `not_on` and `own_on` are values that a backend cannot
    compute, and those that it computes in a way of its own, by the backend's name.
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
    not_on: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    own_on: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def title(self) -> str:
        """The field's label: Keras' name as words ("kernel_size" -> "Kernel size")."""
        return self.label or self.name.replace("_", " ").capitalize()

    def value(self, params: Mapping[str, Any]) -> Any:
        """The value in force: the given one, else the default, else the start value of a required parameter."""
        return params.get(self.name, self.start if self.required else self.default)


@dataclass(frozen=True)
class Entry:
    """The part that all entries share: Keras' name for it (`kind`), one plain sentence, and its page at keras.io."""

    kind: str
    summary: str
    params: tuple[Param, ...] = ()
    doc: str | None = None
    aliases: tuple[str, ...] = ()
    """Other names that Keras accepts, such as "sparse_categorical_crossentropy"."""

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)

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
    stops_gradients: bool = False
    """Whether nothing before it learns by what it gives, as it takes whole numbers or counts."""
    overwrites_on: tuple[str, ...] = ()
    """The backends on which training overwrites the tensor that comes in."""
    counts_to: str | None = None
    """The parameter with how many whole numbers, from 0 on, it can look up."""


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


@dataclass(frozen=True)
class Optimizer(Entry):
    """An optimizer with its own parameters, and what it remembers of every weight.

    `slots` is the numbers that it always keeps for one trainable weight; each parameter in `more_slots` adds another
    when it is on. Every optimizer keeps a weight's average and the sum of its gradients where these are asked for.
    """

    slots: int = 0
    more_slots: tuple[str, ...] = ()

    def numbers(self, params: Mapping[str, Any]) -> int:
        """Numbers that are kept for one trainable weight."""
        switches = (*self.more_slots, "use_ema", "gradient_accumulation_steps")
        return self.slots + sum(bool(param.value(params)) for name in switches if (param := self.param(name)))


@dataclass(frozen=True)
class Metric(Entry):
    """A metric: the tasks and labels it fits, whether more is better, and the name it is logged under.

    `name` is Keras' own; a metric is made with it, or Keras counts on through a process ("auc_1"). `directed` is off
    where Keras does not know by itself whether more is better, so that a callback cannot watch it in mode "auto".
    """

    name: str = ""
    directed: bool = True
    tasks: tuple[Task, ...] = ("any",)
    labels: tuple[str, ...] = ("integer", "one-hot", "values")
    better: Literal["max", "min"] = "max"


@dataclass(frozen=True)
class Callback(Entry):
    """Something that watches training and acts; `monitors` where its `monitor` parameter names a logged figure."""

    @property
    def monitors(self) -> bool:
        return self.param("monitor") is not None


@dataclass(frozen=True)
class Schedule(Entry):
    """A learning-rate schedule: a function of the training step."""


@dataclass(frozen=True)
class SklearnSource:
    """A data set inside scikit-learn: the loader's name in `sklearn.datasets`, and its arguments."""

    loader: str
    options: Mapping[str, Any] = field(default_factory=dict)


def keras_home() -> Path:
    """Where Keras keeps what it downloads: KERAS_HOME, or ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()


@dataclass(frozen=True)
class KerasSource:
    """A data set of `keras.datasets`, downloaded once into KERAS_HOME."""

    module: str
    file: str
    """The file or folder under KERAS_HOME/datasets whose presence means "downloaded"."""
    megabytes: float
    label_column: bool = False
    """Whether the labels come as a column, of shape (samples, 1)."""

    @property
    def path(self) -> Path:
        """Where Keras keeps it: below KERAS_HOME, or ~/.keras."""
        return keras_home() / "datasets" / self.file


@dataclass(frozen=True)
class GeneratedSource:
    """Made by a function of (samples, random generator) -> (x, y), numpy only.

    Its text, and that of what it uses in its module, goes into exported scripts: lines of at most 88 characters.
    """

    make: Callable[..., Any]
    samples: int = 1000


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
    labels: tuple[float, float] | None = None
    """Range of the labels, for a regression."""
    samples: int = 0
    test: int = 0
    icon: str = "dataset"
    licence: str = ""

    @property
    def title(self) -> str:
        return self.name or self.kind

    @property
    def to_download(self) -> float:
        """Megabytes that must be downloaded before it can be used; 0 when it is here."""
        return 0 if not isinstance(self.source, KerasSource) or self.source.path.exists() else self.source.megabytes

    @property
    def is_image(self) -> bool:
        return len(self.shape) == 3

    @property
    def wants_scaling(self) -> bool:
        """Whether the values are so large that networks train badly on them as they are."""
        return max(abs(self.low), abs(self.high)) > 10


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
