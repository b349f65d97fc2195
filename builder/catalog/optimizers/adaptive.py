"""Optimizers that give every weight a step size of its own."""

from __future__ import annotations

from builder.catalog.optimizers.parameters import SHARE, epsilon, learning_rate, moments, shared
from builder.catalog.spec import Optimizer, Param
from builder.catalog.types import Bool, Float, Int

SITE = "https://keras.io/api/optimizers/"

AMSGRAD = Param("amsgrad", Bool(), False, "Never lets a weight's step size grow again.", advanced=True)
ACCUMULATOR = Param(
    "initial_accumulator_value",
    Float(low=0),
    0.1,
    "Where the sum of squared gradients starts; larger makes the first steps smaller.",
    advanced=True,
)


def _strength(name: str, help: str) -> Param:
    return Param(name, Float(low=0, step=0.001), 0.0, help, advanced=True, group="Penalties")


OPTIMIZERS = (
    Optimizer(
        kind="Adam",
        rates=(1e-7, 0.5),
        slots=2,
        more_slots=("amsgrad",),
        aliases=("adam",),
        summary="Adapts the step of every weight to its recent gradients; a good first choice.",
        doc=SITE + "adam/",
        params=(learning_rate(), *moments(), epsilon(), AMSGRAD, *shared()),
    ),
    Optimizer(
        kind="AdamW",
        rates=(1e-7, 0.5),
        slots=2,
        more_slots=("amsgrad",),
        aliases=("adamw",),
        summary="Adam with weight decay; the usual choice for transformers.",
        doc=SITE + "adamw/",
        params=(learning_rate(), *moments(), epsilon(), AMSGRAD, *shared(0.004)),
    ),
    Optimizer(
        kind="Nadam",
        rates=(1e-7, 0.5),
        slots=2,
        aliases=("nadam",),
        summary="Adam that looks ahead along its momentum.",
        doc=SITE + "nadam/",
        params=(learning_rate(), *moments(), epsilon(), *shared()),
    ),
    Optimizer(
        kind="Adamax",
        rates=(1e-7, 0.9),
        slots=2,
        aliases=("adamax",),
        summary="Adam that scales by the largest recent gradient; steadier for sparse ones.",
        doc=SITE + "adamax/",
        params=(learning_rate(), *moments(), epsilon(), *shared()),
    ),
    Optimizer(
        kind="ScheduleFreeAdamW",
        slots=2,
        aliases=("schedulefreeadamw",),
        summary="AdamW that averages its way, so that no learning-rate schedule is needed.",
        doc=SITE,
        params=(
            learning_rate(0.0025),
            *moments(),
            Param(
                "warmup_steps",
                Int(low=0, high=10_000_000),
                0,
                "Steps over which the learning rate rises from 0.",
            ),
            epsilon(1e-8),
            *shared(),
        ),
    ),
    Optimizer(
        kind="Lamb",
        rates=(1e-7, 0.5),
        slots=2,
        summary="Adam with steps in proportion to each layer's weights; for very large batches.",
        doc=SITE + "lamb/",
        params=(learning_rate(), *moments(), epsilon(), *shared()),
    ),
    Optimizer(
        kind="RMSprop",
        rates=(1e-7, 0.5),
        slots=1,
        more_slots=("momentum", "centered"),
        aliases=("rmsprop",),
        summary="Divides the gradient by its recent size; long liked for recurrent networks.",
        doc=SITE + "rmsprop/",
        params=(
            learning_rate(),
            Param("rho", SHARE, 0.9, "How much of the earlier squared gradients each step keeps."),
            Param(
                "momentum",
                Float(low=0, high=1, step=0.05),
                0.0,
                "How much of the last step is added to the next.",
            ),
            Param("centered", Bool(), False, "Divides by the gradient's spread around its mean.", advanced=True),
            epsilon(),
            *shared(),
        ),
    ),
    Optimizer(
        kind="Adagrad",
        rates=(1e-5, 0.9),
        slots=1,
        trains_at=0.1,
        aliases=("adagrad",),
        summary="Gives weights that rarely change larger steps; steps only ever shrink.",
        doc=SITE + "adagrad/",
        params=(learning_rate(), ACCUMULATOR, epsilon(), *shared()),
    ),
    Optimizer(
        kind="Adadelta",
        rates=(0.02, 1000),
        slots=2,
        trains_at=1.0,
        aliases=("adadelta",),
        summary="Adagrad with a memory that fades, so that steps do not shrink for ever.",
        doc=SITE + "adadelta/",
        params=(
            learning_rate(),
            Param("rho", SHARE, 0.95, "How much of the earlier squared gradients each step keeps."),
            epsilon(),
            *shared(),
        ),
    ),
    Optimizer(
        kind="Adafactor",
        slots=1,
        aliases=("adafactor",),
        summary="Like Adam with far less memory: keeps rows and columns of its averages rather than matrices.",
        doc=SITE + "adafactor/",
        params=(
            learning_rate(),
            Param("relative_step", Bool(), True, "Lets the learning rate fall with the number of steps."),
            Param(
                "beta_2_decay",
                Float(high=0),
                -0.8,
                "How fast the memory grows longer.",
                advanced=True,
            ),
            epsilon(1e-30, "epsilon_1"),
            epsilon(1e-3, "epsilon_2"),
            Param("clip_threshold", Float(above=0), 1.0, "Largest relative step.", advanced=True),
            *shared(),
        ),
    ),
    Optimizer(
        kind="Ftrl",
        rates=(0.02, 0.9),
        slots=2,
        trains_at=0.1,
        aliases=("ftrl",),
        summary="Follow the regularized leader: for wide linear models with many inputs that are mostly zero.",
        doc=SITE + "ftrl/",
        params=(
            learning_rate(),
            Param(
                "learning_rate_power",
                Float(high=0),
                -0.5,
                "How the steps shrink; 0 keeps them.",
                advanced=True,
            ),
            ACCUMULATOR,
            _strength("l1_regularization_strength", "Strength of the penalty on absolute weights."),
            _strength("l2_regularization_strength", "Strength of the penalty on squared weights."),
            _strength("l2_shrinkage_regularization_strength", "Strength of the shrinking of active weights."),
            Param("beta", Float(low=0), 0.0, "Beta of the published method.", advanced=True),
            *shared(),
        ),
    ),
)
