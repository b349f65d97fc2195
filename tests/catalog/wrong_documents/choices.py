"""Losses, optimizers, metrics and callbacks by themselves."""

from __future__ import annotations

from wrong_documents.case import BCE, Case, adam, digits, out, points

CHOICES = (
    Case(
        "a backend that is not there",
        **digits(out(), training={"backend": "jax"}, shapes={"out": (10,)}),
        code="backend",
        severity="training",
        fix="Train on TensorFlow",
        says="JAX, which this is to train on, is not installed",
    ),
    Case(
        "a misspelt loss",
        **digits(out(), loss="sparse_categorial_crossentropy", shapes={"out": (10,)}),
        code="unknown-loss",
        fix="Use SparseCategoricalCrossentropy",
    ),
    Case("a strange loss", **digits(out(), loss="grief!", shapes={"out": (10,)}), code="unknown-loss", says="grief!"),
    Case(
        "a misspelt optimizer",
        **digits(out(), training={"optimizer": "Adamm"}, shapes={"out": (10,)}),
        code="unknown-optimizer",
        fix="Use Adam",
    ),
    Case(
        "the wrong accuracy",
        **digits(out(), training={"metrics": ["Accuracy"]}, shapes={"out": (10,)}),
        code="unknown-metric",
        fix="Use accuracy",
        says='no metric "Accuracy"',
    ),
    Case(
        "a misspelt callback",
        **digits(
            out(), training={"callbacks": [{"kind": "EarlyStoping", "params": {"patience": 4}}]}, shapes={"out": (10,)}
        ),
        code="unknown-callback",
        fix="Use EarlyStopping",
    ),
    Case(
        "a misspelt schedule",
        **digits(out(), training=adam(learning_rate={"kind": "CosinDecay", "params": {}}), shapes={"out": (10,)}),
        code="param",
        fix="Use CosineDecay",
    ),
    Case(
        "a learning rate of nothing",
        **digits(out(), training=adam(learning_rate=0), shapes={"out": (10,)}),
        code="param",
        fix="Set learning_rate to 0.001",
        says="Adam: learning_rate must be a number",
    ),
    Case(
        "a parameter of another optimizer",
        **digits(out(), training=adam(momentum=0.9), shapes={"out": (10,)}),
        code="unknown-param",
        fix="Remove momentum",
        says='Adam has no parameter "momentum"',
    ),
    Case(
        "a schedule without its steps",
        **digits(
            out(),
            training=adam(learning_rate={"kind": "CosineDecay", "params": {"initial_learning_rate": 0.1}}),
            shapes={"out": (10,)},
        ),
        code="missing-param",
        fix="Set decay_steps to 1000",
        says="learning_rate CosineDecay needs a value for decay_steps",
    ),
    Case(
        "a metric's parameter out of bounds",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": ["accuracy", {"kind": "AUC", "params": {"curve": "XY"}}]},
            shapes={"out": (1,)},
        ),
        code="param",
        fix="Set curve to ROC",
    ),
    Case(
        "two ways of clipping",
        **digits(out(), training=adam(clipnorm=1.0, clipvalue=0.5), shapes={"out": (10,)}),
        code="clipping",
        fix="Keep only clipnorm",
    ),
    Case(
        "a schedule with too few values",
        **digits(
            out(),
            training=adam(
                learning_rate={"kind": "PiecewiseConstantDecay", "params": {"boundaries": [10, 20], "values": [0.1]}}
            ),
            shapes={"out": (10,)},
        ),
        code="schedule",
        says="one value more than boundaries",
    ),
)
