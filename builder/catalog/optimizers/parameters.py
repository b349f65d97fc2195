"""Parameters that optimizers share."""

from __future__ import annotations

from builder.catalog.registry import entry_of, schedules
from builder.catalog.spec import Param
from builder.catalog.types import Bool, Float, Int

SHARE = Float(low=0, below=1, step=0.01)


def learning_rate(default: float = 0.001) -> Param:
    return Param(
        "learning_rate",
        entry_of(schedules, plain=Float(above=0)),
        default,
        "Size of the steps: too large and the loss jumps, too small and it creeps. A schedule changes it on the way.",
        live=True,
    )


def epsilon(default: float = 1e-7, name: str = "epsilon") -> Param:
    return Param(
        name,
        Float(above=0),
        default,
        "Small number that keeps a division from blowing up.",
        advanced=True,
    )


def weight_decay(default: float | None = None, name: str = "weight_decay") -> Param:
    return Param(
        name,
        Float(none=True, low=0, step=0.001),
        default,
        "Share by which all weights shrink at every step, times the learning rate; keeps them small.",
    )


def shared(decay: float | None = None) -> tuple[Param, ...]:
    """What every optimizer takes: decay, clipping and averaging."""
    return (
        weight_decay(decay),
        Param(
            "clipnorm",
            Float(none=True, above=0),
            None,
            "Longest gradient of one weight matrix; longer ones are shortened.",
            advanced=True,
            group="Clipping",
        ),
        Param(
            "clipvalue",
            Float(none=True, above=0),
            None,
            "Largest number in a gradient; larger ones are cut.",
            advanced=True,
            group="Clipping",
        ),
        Param(
            "global_clipnorm",
            Float(none=True, above=0),
            None,
            "Longest gradient of all weights together; longer ones are shortened.",
            advanced=True,
            group="Clipping",
        ),
        Param(
            "use_ema",
            Bool(),
            False,
            "Keeps a running average of the weights.",
            advanced=True,
            group="Averaging",
            label="Average the weights",
        ),
        Param(
            "ema_momentum",
            Float(low=0, high=1, step=0.01),
            0.99,
            "How slowly the average follows the weights.",
            advanced=True,
            group="Averaging",
            label="Momentum of the average",
        ),
        Param(
            "ema_overwrite_frequency",
            Int(none=True, low=1, high=1_000_000),
            None,
            "After this many steps the weights are replaced by their average; empty does it at the end.",
            advanced=True,
            group="Averaging",
            label="Steps between replacements",
        ),
        Param(
            "loss_scale_factor",
            Float(none=True, above=0),
            None,
            "Factor for the loss while gradients are computed in half precision.",
            advanced=True,
            group="Steps",
        ),
        Param(
            "gradient_accumulation_steps",
            Int(none=True, low=2, high=1_000_000),
            None,
            "Averages the gradients of this many batches before each step; acts like a larger batch.",
            advanced=True,
            group="Steps",
        ),
    )


def moments(beta_2: float = 0.999) -> tuple[Param, Param]:
    """The two running averages of Adam and its kin."""
    return (
        Param("beta_1", SHARE, 0.9, "How much of the earlier gradients each step keeps.", advanced=True),
        Param("beta_2", SHARE, beta_2, "How much of the earlier squared gradients each step keeps.", advanced=True),
    )
