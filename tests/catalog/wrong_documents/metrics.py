"""Metrics against outputs and data set."""

from __future__ import annotations

from wrong_documents.case import BCE, Case, digits, out, points, table

LOGITS = {"kind": BCE, "params": {"from_logits": True}}

METRICS = (
    Case(
        "accuracy of a regression",
        **table(out(1, None), training={"metrics": ["accuracy"]}, shapes={"out": (1,)}),
        code="metric-task",
        fix="Use MeanAbsoluteError",
        says="Diabetes is a regression",
    ),
    Case(
        "accuracy of a regression, beside the usual",
        **table(out(1, None), training={"metrics": ["mae", "accuracy"]}, shapes={"out": (1,)}),
        code="metric-task",
        fix="Remove accuracy",
    ),
    Case(
        "precision of ten classes",
        **digits(out(), training={"metrics": ["Precision"]}, shapes={"out": (10,)}),
        code="metric-task",
        fix="Use accuracy",
    ),
    Case(
        "precision of two outputs",
        **points(out(2), training={"metrics": ["accuracy", "Precision"]}, shapes={"out": (2,)}),
        code="metric-labels",
        fix="Remove Precision",
        says="class numbers as labels",
    ),
    Case(
        "one-hot accuracy",
        **digits(out(), training={"metrics": ["CategoricalAccuracy"]}, shapes={"out": (10,)}),
        code="metric-labels",
        fix="Use accuracy",
    ),
    Case(
        "accuracy twice",
        **digits(out(), training={"metrics": ["accuracy", "acc"]}, shapes={"out": (10,)}),
        code="metric-twice",
        fix="Remove the second",
    ),
    Case(
        "two of ten classes",
        **digits(
            out(),
            training={"metrics": [{"kind": "MeanIoU", "params": {"num_classes": 2, "sparse_y_pred": False}}]},
            shapes={"out": (10,)},
        ),
        code="metric-classes",
        fix="Set num_classes to 10",
    ),
    Case(
        "accuracy of raw scores",
        **points(
            out(1, None),
            loss={"kind": BCE, "params": {"from_logits": True}},
            training={"metrics": ["accuracy"]},
            shapes={"out": (1,)},
        ),
        code="metric-logits",
        severity="warning",
        fix="Use sigmoid in the network",
    ),
    Case(
        "area of raw scores",
        **points(out(1, None), loss=LOGITS, training={"metrics": ["AUC"]}, shapes={"out": (1,)}),
        code="metric-logits",
        severity="warning",
        fix="Set from_logits to true",
    ),
    Case(
        "a threshold for shares on raw scores",
        **points(out(1, None), loss=LOGITS, training={"metrics": ["BinaryAccuracy"]}, shapes={"out": (1,)}),
        code="metric-logits",
        severity="warning",
        fix="Set threshold to 0",
    ),
    Case(
        "a threshold for raw scores on shares",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": [{"kind": "BinaryAccuracy", "params": {"threshold": 0.0}}]},
            shapes={"out": (1,)},
        ),
        code="metric-logits",
        severity="warning",
        fix="Set threshold to 0.5",
        says="takes raw scores around 0",
    ),
    Case(
        "shares taken for raw scores",
        **digits(
            out(),
            training={"metrics": [{"kind": "SparseCategoricalCrossentropy", "params": {"from_logits": True}}]},
            shapes={"out": (10,)},
        ),
        code="metric-logits",
        severity="warning",
        fix="Set from_logits to false",
    ),
    Case(
        "accuracy of a hinge",
        **points(
            out(1, "tanh"),
            loss="hinge",
            training={
                "metrics": ["accuracy"],
                "callbacks": [{"kind": "EarlyStopping", "params": {"monitor": "val_accuracy", "mode": "max"}}],
            },
            shapes={"out": (1,)},
        ),
        code="metric-logits",
        severity="warning",
        fix="Use BinaryAccuracy",
        says="as Hinge wants them",
    ),
    Case(
        "the five likeliest of three",
        (("input", "Input"), out(3)),
        "metric-k",
        fix="Set k to 1",
        severity="warning",
        data="iris",
        training={"metrics": ["SparseTopKCategoricalAccuracy"]},
        shapes={"out": (3,)},
    ),
    Case(
        "the largest of one",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": [{"kind": "Precision", "params": {"top_k": 1}}]},
            shapes={"out": (1,)},
        ),
        code="metric-k",
        severity="warning",
        fix="Remove top_k",
        says="every answer is yes",
    ),
    Case(
        "an output that is not there",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={"metrics": [{"kind": "Recall", "params": {"class_id": 1}}]},
            shapes={"out": (1,)},
        ),
        code="metric-class",
        fix="Remove class_id",
    ),
    Case(
        "a balance without a threshold",
        **points(out(1, "sigmoid"), loss=BCE, training={"metrics": ["F1Score"]}, shapes={"out": (1,)}),
        code="metric-threshold",
        severity="warning",
        fix="Set threshold to 0.5",
    ),
    Case(
        "shares taken for class numbers",
        **digits(
            out(), training={"metrics": [{"kind": "MeanIoU", "params": {"num_classes": 10}}]}, shapes={"out": (10,)}
        ),
        code="metric-sparse",
        fix="Turn sparse_y_pred off",
    ),
)

SOUND_METRICS = (
    Case(
        "metrics that are told of raw scores",
        **points(
            out(1, None),
            loss=LOGITS,
            training={
                "metrics": [
                    {"kind": "AUC", "params": {"from_logits": True}},
                    {"kind": "BinaryAccuracy", "params": {"threshold": 0.0}},
                    {"kind": "Precision", "params": {"thresholds": 0.0}},
                    {"kind": "BinaryCrossentropy", "params": {"from_logits": True}},
                ]
            },
            shapes={"out": (1,)},
        ),
    ),
    Case(
        "accuracy of raw scores of classes",
        **digits(
            out(activation=None),
            loss={"kind": "SparseCategoricalCrossentropy", "params": {"from_logits": True}},
            training={"metrics": ["accuracy", {"kind": "SparseTopKCategoricalAccuracy", "params": {"k": 3}}]},
            shapes={"out": (10,)},
        ),
    ),
    Case(
        "a hinge and its metrics",
        **points(
            out(1, "tanh"),
            loss="hinge",
            training={"metrics": ["Hinge", {"kind": "BinaryAccuracy", "params": {"threshold": 0.0}}]},
            shapes={"out": (1,)},
        ),
    ),
    Case(
        "thresholds of one's own",
        **points(
            out(1, "sigmoid"),
            loss=BCE,
            training={
                "metrics": [
                    {"kind": "Recall", "params": {"thresholds": [0.3], "class_id": 0}},
                    {"kind": "F1Score", "params": {"threshold": 0.5}},
                ]
            },
            shapes={"out": (1,)},
        ),
    ),
)
