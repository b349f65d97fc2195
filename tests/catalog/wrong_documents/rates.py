"""Learning rates out of all reason, and schedules that do not fit the run."""

from __future__ import annotations

from typing import Any

from wrong_documents.case import Case, adam, digits, out

ONE: dict[str, Any] = {"shapes": {"flat": (64,), "out": (10,)}}
"""Digits take 45 steps an epoch, so 450 in ten."""


def steered(kind: str, optimizer: str = "Adam", epochs: int = 10, **params: Any) -> dict[str, Any]:
    schedule = {"kind": kind, "params": params}
    return {"epochs": epochs, "optimizer": {"kind": optimizer, "params": {"learning_rate": schedule}}}


def optimizer(kind: str, **params: Any) -> dict[str, Any]:
    return {"optimizer": {"kind": kind, "params": params} if params else kind}


RATES = (
    Case(
        "a learning rate next to nothing",
        **digits(out(), training=adam(learning_rate=1e-12), **ONE),
        code="learning-rate",
        severity="warning",
        fix="Set the learning rate to 0.001",
        says="so small that the weights stay where they are",
    ),
    Case(
        "a learning rate too small for the run",
        **digits(out(), training=adam(learning_rate=1e-6), **ONE),
        code="learning-rate",
        severity="warning",
        fix="Set the learning rate to 0.001",
    ),
    Case(
        "a huge learning rate",
        **digits(out(), training=optimizer("SGD", learning_rate=50.0), **ONE),
        code="learning-rate",
        severity="warning",
        fix="Set the learning rate to 0.01",
        says="so large that the weights grow without bound",
    ),
    Case(
        "Adadelta as it comes",
        **digits(out(), training=optimizer("Adadelta"), **ONE),
        code="learning-rate",
        severity="warning",
        fix="Set the learning rate to 1",
    ),
    Case(
        "a schedule from next to nothing",
        **digits(
            out(),
            training=steered("ExponentialDecay", initial_learning_rate=1e-11, decay_steps=100, decay_rate=0.9),
            **ONE,
        ),
        code="learning-rate",
        severity="warning",
        fix="Set the learning rate to 0.001",
    ),
    Case(
        "no learning rate at all",
        **digits(out(), training=steered("PiecewiseConstantDecay", boundaries=[100], values=[0.0, 0.0]), **ONE),
        code="rate-zero",
        severity="training",
        fix="Set the learning rate to 0.001",
        says="a learning rate of 0 at every step",
    ),
    Case(
        "a fall that never comes",
        **digits(out(), training=steered("CosineDecay", initial_learning_rate=0.01, decay_steps=100_000), **ONE),
        code="schedule-long",
        severity="warning",
        fix="Set decay_steps to 450",
        says="made for 100,000 steps, and the run has 450 steps",
    ),
    Case(
        "boundaries that are never passed",
        **digits(
            out(),
            training=steered("PiecewiseConstantDecay", boundaries=[1000, 2000], values=[0.01, 0.001, 0.0001]),
            **ONE,
        ),
        code="schedule-long",
        severity="warning",
        fix="Set boundaries to [150, 300]",
    ),
    Case(
        "a warm-up that never ends",
        **digits(
            out(),
            training=steered(
                "CosineDecay", initial_learning_rate=0.0001, warmup_target=0.01, warmup_steps=5000, decay_steps=5000
            ),
            **ONE,
        ),
        code="schedule-long",
        severity="warning",
        fix="Set decay_steps to 405",
        says="The warm-up of CosineDecay takes 5,000 steps",
    ),
    Case(
        "a fall that is over at once",
        **digits(out(), training=steered("CosineDecay", initial_learning_rate=0.01, decay_steps=45), **ONE),
        code="schedule-short",
        severity="warning",
        fix="Set decay_steps to 450",
        says="down to nothing by step",
    ),
)

SOUND_RATES = (
    Case("a small learning rate", **digits(out(), training=adam(learning_rate=1e-5), **ONE)),
    Case("a large learning rate", **digits(out(), training=optimizer("SGD", learning_rate=1.0), **ONE)),
    Case("Adadelta as it was published", **digits(out(), training=optimizer("Adadelta", learning_rate=1.0), **ONE)),
    Case(
        "a fall as long as the run",
        **digits(out(), training=steered("CosineDecay", initial_learning_rate=0.01, decay_steps=450), **ONE),
    ),
    Case(
        "a fall twice as long as the run",
        **digits(out(), training=steered("PolynomialDecay", initial_learning_rate=0.01, decay_steps=900), **ONE),
    ),
    Case(
        "a fall that ends on a floor",
        **digits(out(), training=steered("CosineDecay", initial_learning_rate=0.01, decay_steps=45, alpha=0.1), **ONE),
    ),
    Case(
        "a warm-up of an epoch",
        **digits(
            out(),
            training=steered(
                "CosineDecay", initial_learning_rate=1e-9, warmup_target=0.01, warmup_steps=45, decay_steps=405
            ),
            **ONE,
        ),
    ),
    Case(
        "a slow fall again and again",
        **digits(
            out(),
            training=steered("ExponentialDecay", initial_learning_rate=0.01, decay_steps=450, decay_rate=0.96),
            **ONE,
        ),
    ),
    Case(
        "falls that begin anew",
        **digits(
            out(), training=steered("CosineDecayRestarts", initial_learning_rate=0.01, first_decay_steps=50), **ONE
        ),
    ),
)
