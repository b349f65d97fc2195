"""Metrics against outputs and data set."""

from __future__ import annotations

from wrong_documents.case import BCE, Case, digits, out, points, table

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
)
