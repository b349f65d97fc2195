"""Schedules: the learning rate as a function of the training step."""

from __future__ import annotations

from builder.catalog.schedules import rates
from builder.catalog.spec import REQUIRED, Param, Schedule
from builder.catalog.types import Bool, Float, Floats, Int, Ints

SITE = "https://keras.io/api/optimizers/learning_rate_schedules/"

RATE = Float(low=0)
INITIAL = Param("initial_learning_rate", RATE, REQUIRED, "Learning rate at the start.", start=0.001)
STAIRCASE = Param("staircase", Bool(), False, "Falls in steps rather than smoothly.")


def _decay_steps(help: str, name: str = "decay_steps") -> Param:
    return Param(name, Int(low=1, high=1_000_000_000), REQUIRED, help, start=1000)


def _alpha() -> Param:
    return Param("alpha", Float(low=0, step=0.01), 0.0, "Lowest learning rate, as a share of the first.")


SCHEDULES = (
    Schedule(
        kind="CosineDecay",
        rate=rates.cosine,
        warmup="warmup_steps",
        summary="Falls along half a cosine wave, after a warm-up if wanted.",
        doc=SITE + "cosine_decay/",
        params=(
            INITIAL,
            _decay_steps("Training steps (batches) until the lowest rate is reached."),
            _alpha(),
            Param(
                "warmup_target",
                Float(none=True, low=0),
                None,
                "Learning rate that a warm-up rises to first; empty has no warm-up.",
            ),
            Param("warmup_steps", Int(low=0, high=1_000_000_000), 0, "Training steps of the warm-up."),
        ),
    ),
    Schedule(
        kind="CosineDecayRestarts",
        rate=rates.restarts,
        length="first_decay_steps",
        summary="Falls along half a cosine wave, then jumps up and falls again, each time longer.",
        doc=SITE + "cosine_decay_restarts/",
        params=(
            INITIAL,
            _decay_steps("Training steps (batches) of the first fall.", "first_decay_steps"),
            Param("t_mul", Float(low=1), 2.0, "Each fall is this many times longer than the last."),
            Param(
                "m_mul",
                Float(low=0),
                1.0,
                "Each restart begins at this share of the last beginning.",
            ),
            _alpha(),
        ),
    ),
    Schedule(
        kind="ExponentialDecay",
        rate=rates.exponential,
        summary="Shrinks by the same share again and again.",
        doc=SITE + "exponential_decay/",
        params=(
            INITIAL,
            _decay_steps("Training steps (batches) over which it shrinks by that share once."),
            Param("decay_rate", Float(low=0), REQUIRED, "Share that is left each time.", start=0.9),
            STAIRCASE,
        ),
    ),
    Schedule(
        kind="InverseTimeDecay",
        rate=rates.inverse_time,
        summary="Shrinks like 1 divided by time: fast at first, then slower and slower.",
        doc=SITE + "inverse_time_decay/",
        params=(
            INITIAL,
            _decay_steps("Training steps (batches) that count as one unit of time."),
            Param("decay_rate", Float(low=0), REQUIRED, "How strongly it shrinks.", start=0.5),
            STAIRCASE,
        ),
    ),
    Schedule(
        kind="PolynomialDecay",
        rate=rates.polynomial,
        summary="Falls along a straight line or a curve to an end value.",
        doc=SITE + "polynomial_decay/",
        params=(
            INITIAL,
            _decay_steps("Training steps (batches) until the end value is reached."),
            Param("end_learning_rate", RATE, 0.0001, "Learning rate at the end."),
            Param("power", Float(low=0), 1.0, "Shape of the curve: 1 is a straight line."),
            Param("cycle", Bool(), False, "Starts again from above when the end is reached.", advanced=True),
        ),
    ),
    Schedule(
        kind="PiecewiseConstantDecay",
        rate=rates.piecewise,
        length="boundaries",
        summary="Keeps each of several learning rates up to a step, then takes the next.",
        doc=SITE + "piecewise_constant_decay/",
        params=(
            Param(
                "boundaries",
                Ints(low=1, high=1_000_000_000, single=False),
                REQUIRED,
                "Training steps (batches) after which the next value holds, in rising order.",
                start=(1000, 2000),
            ),
            Param(
                "values",
                Floats(low=0, single=False),
                REQUIRED,
                "The learning rates: one more than there are boundaries.",
                start=(0.001, 0.0005, 0.0001),
            ),
        ),
    ),
)
