"""Callbacks against what is logged, and against the optimizer."""

from __future__ import annotations

from wrong_documents.case import BCE, Case, adam, digits, out, points, stopping

CALLBACKS = (
    Case(
        "an unknown figure",
        **digits(out(), training={"metrics": ["accuracy"], **stopping(monitor="val_acc")}, shapes={"out": (10,)}),
        code="monitor",
        fix="Watch val_accuracy",
        says="training will have loss, accuracy, val_loss and val_accuracy",
    ),
    Case(
        "a figure without its metric",
        **digits(out(), training=stopping(monitor="f1"), shapes={"out": (10,)}),
        code="monitor",
        fix="Watch val_loss",
    ),
    Case(
        "a figure of unknown direction",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": ["FalsePositives"], **stopping(monitor="val_false_positives")},
            shapes={"out": (1,)},
        ),
        code="monitor-mode",
        fix="Set mode to min",
    ),
    Case(
        "the wrong direction",
        **digits(
            out(),
            training={"metrics": ["accuracy"], **stopping(monitor="val_accuracy", mode="min")},
            shapes={"out": (10,)},
        ),
        code="monitor-direction",
        severity="warning",
        fix="Set mode to max",
    ),
    Case(
        "two rulers of the learning rate",
        **digits(
            out(),
            training={
                **adam(
                    learning_rate={
                        "kind": "CosineDecay",
                        "params": {"initial_learning_rate": 0.01, "decay_steps": 10},
                    }
                ),
                "callbacks": ["ReduceLROnPlateau"],
            },
            shapes={"out": (10,)},
        ),
        code="schedule-callback",
        fix="Remove ReduceLROnPlateau",
    ),
    Case(
        "a callback that is not offered",
        **digits(
            out(),
            training={"callbacks": [{"kind": "CSVLogger", "params": {"filename": "log.csv"}}]},
            shapes={"out": (10,)},
        ),
        code="absent-callback",
        fix="Remove CSVLogger",
        says="CSVLogger is not offered. It writes a file elsewhere",
    ),
    Case(
        "nothing to swap",
        **digits(out(), training={"callbacks": ["SwapEMAWeights"]}, shapes={"out": (10,)}),
        code="averaging",
        fix="Turn use_ema on",
    ),
    Case(
        "the average is measured and the weights are gone back to",
        **digits(
            out(),
            training={
                **adam(use_ema=True),
                "callbacks": ["SwapEMAWeights", *stopping(restore_best_weights=True)["callbacks"]],
            },
            shapes={"out": (10,)},
        ),
        code="averages-lost",
        severity="warning",
        fix="Go back to the average",
        says="Adam keeps and the figures are measured with.",
    ),
    Case(
        "the average is lost",
        **digits(
            out(),
            training={**adam(use_ema=True), **stopping(restore_best_weights=True)},
            shapes={"out": (10,)},
        ),
        code="averages-lost",
        severity="warning",
        fix="Go back to the average",
    ),
)
