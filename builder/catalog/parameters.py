"""Parameters that many layers share, declared once: activations, initial values, penalties and limits of weights."""

from __future__ import annotations

from dataclasses import replace

from builder.catalog.registry import constraints, entry_of, initializers, regularizers
from builder.catalog.spec import REQUIRED, Param
from builder.catalog.types import LARGEST, Bool, Float, Floats, Int, Ints, OneOf

ACTIVATIONS = (
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "linear",
    "gelu",
    "silu",
    "elu",
    "selu",
    "leaky_relu",
    "relu6",
    "mish",
    "celu",
    "softplus",
    "softsign",
    "exponential",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "tanh_shrink",
    "log_sigmoid",
    "log_softmax",
    "sparsemax",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
)
"""Keras' activations by name; the tests list those that are left out, with the reason."""

ALIASES = (("swish", "silu"), ("hard_swish", "hard_silu"))
"""Other names that Keras takes for an activation, each with the usual one."""

ACTIVATION = OneOf(options=ACTIVATIONS, aliases=ALIASES)
INITIALIZER = entry_of(initializers, bare=True)
REGULARIZER = entry_of(regularizers, bare=True, none=True)
CONSTRAINT = entry_of(constraints, bare=True, none=True)

SEED = Param(
    "seed",
    Int(none=True, low=0, high=LARGEST),
    None,
    "Fixes this layer's random numbers; empty follows the training seed.",
    advanced=True,
)

DATA_FORMAT = Param(
    "data_format",
    OneOf(none=True, options=("channels_last", "channels_first")),
    None,
    "Which axis of a sample holds the channels; empty means the last, as all data sets here have them.",
    advanced=True,
)

USE_BIAS = Param("use_bias", Bool(), True, "Adds a learned number to every output.", advanced=True)

DROPOUT = Param("dropout", Float(low=0, high=1, step=0.05), 0.0, "Share of the inputs that is dropped while training.")


def activation(default: str | None = None, *, start: str | None = None, name: str = "activation") -> Param:
    """The function applied to a layer's outputs."""
    what = "gates" if name == "recurrent_activation" else "outputs"
    return Param(
        name,
        replace(ACTIVATION, none=True),
        default,
        f"Function applied to the {what}; empty leaves them as they are (linear).",
        start=start,
        advanced=name != "activation",
    )


def initializer(weights: str, default: str) -> Param:
    """Where the training of these weights starts from."""
    return Param(
        f"{weights}_initializer",
        INITIALIZER,
        default,
        f"How the {_words(weights)} is filled before training.",
        advanced=True,
        group="Initial values",
    )


def regularizer(weights: str) -> Param:
    """A penalty, added to the loss, that keeps these weights (or outputs) small."""
    what = "outputs" if weights == "activity" else _words(weights)
    return Param(
        f"{weights}_regularizer",
        REGULARIZER,
        None,
        f"Penalty of strength 0.01 that keeps the {what} small: l1 the absolute values, l2 the squares.",
        advanced=True,
        group="Penalties",
    )


def constraint(weights: str) -> Param:
    """A limit that these weights are brought back into after every step."""
    return Param(
        f"{weights}_constraint",
        CONSTRAINT,
        None,
        f"Limit that the {_words(weights)} is brought back into after every step.",
        advanced=True,
        group="Limits",
    )


def weights(*, activity: bool = True, **initializers: str) -> tuple[Param, ...]:
    """Initializer, penalty and limit of each kind of weights, given with Keras' default initializer."""
    return (
        *(initializer(name, default) for name, default in initializers.items()),
        *(regularizer(name) for name in initializers),
        *((regularizer("activity"),) if activity else ()),
        *(constraint(name) for name in initializers),
    )


def units(help: str, *, start: int, name: str = "units") -> Param:
    """A number of outputs that Keras has no default for."""
    return Param(name, Int(low=1, high=LARGEST), REQUIRED, help, start=start)


def axis(help: str, *, default: int | tuple[int, ...] = -1, several: bool = False) -> Param:
    """An axis of the whole tensor: 0 is the batch, -1 the last."""
    kind = Ints(low=-8, high=8) if several else Int(low=-8, high=8)
    return Param("axis", kind, default, help, advanced=True)


def value_range(default: tuple[int, int] = (0, 255)) -> Param:
    """The range of an image's values, which Keras clips its augmentations to."""
    return Param("value_range", Floats(size=2, single=False), default, "Lowest and highest value that the images hold.")


EPSILON = Param(
    "epsilon",
    Float(above=0),
    0.001,
    "Small number that keeps a division from blowing up.",
    advanced=True,
)


def _words(weights: str) -> str:
    return {
        "kernel": "kernel (the weights)",
        "recurrent": "recurrent kernel",
        "beta": "offset beta",
        "gamma": "scale gamma",
        "alpha": "slope alpha",
    }.get(weights, weights.replace("_", " "))
