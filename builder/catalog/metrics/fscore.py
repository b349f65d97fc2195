"""F-scores and overlaps (IoU)."""

from __future__ import annotations

from builder.catalog.spec import REQUIRED, Metric, Param
from builder.catalog.types import Bool, Float, Int, Ints, OneOf

SITE = "https://keras.io/api/metrics/"

AVERAGE = Param(
    "average",
    OneOf(none=True, options=("micro", "macro", "weighted")),
    None,
    "How the classes become one number: all samples alike, all classes alike, or by their size.",
    start="macro",
)
THRESHOLD = Param(
    "threshold",
    Float(none=True, above=0, high=1, step=0.05),
    None,
    "Output from which the answer is yes; empty takes the largest output.",
    start=0.5,
)
IGNORED = Int(none=True)
NUM_CLASSES = Param("num_classes", Int(low=1, high=10_000), REQUIRED, "Number of classes.", start=2)

METRICS = (
    Metric(
        kind="F1Score",
        aliases=("f1_score",),
        name="f1_score",
        summary="Balance of precision and recall: high only when both are.",
        doc=SITE + "classification_metrics/#f1score-class",
        tasks=("classification", "binary", "multilabel"),
        labels=("one-hot", "values"),
        reads="shares",
        told_by="threshold",
        params=(AVERAGE, THRESHOLD),
        joins="average",
    ),
    Metric(
        kind="FBetaScore",
        aliases=("fbeta_score", "f_beta_score"),
        name="fbeta_score",
        summary="Balance of precision and recall with a weight for recall.",
        doc=SITE + "classification_metrics/#fbetascore-class",
        tasks=("classification", "binary", "multilabel"),
        labels=("one-hot", "values"),
        reads="shares",
        told_by="threshold",
        params=(
            AVERAGE,
            Param("beta", Float(above=0, step=0.5), 1.0, "How much more recall counts than precision."),
            THRESHOLD,
        ),
        joins="average",
    ),
    Metric(
        kind="BinaryIoU",
        aliases=("binary_io_u",),
        name="binary_io_u",
        summary="Overlap of what was called yes with what is yes, divided by both together.",
        doc=SITE + "segmentation_metrics/#binaryiou-class",
        tasks=("binary", "multilabel", "segmentation"),
        labels=("values",),
        reads="shares",
        told_by="threshold",
        params=(
            Param("threshold", Float(step=0.05), 0.5, "Output from which the answer is yes."),
            Param(
                "target_class_ids",
                Ints(low=0, high=1, single=False),
                (0, 1),
                "The classes that count: 0 is no, 1 is yes.",
                advanced=True,
            ),
        ),
    ),
    Metric(
        kind="MeanIoU",
        aliases=("mean_io_u",),
        name="mean_io_u",
        summary="Overlap of prediction and truth divided by both together, as a mean over the classes.",
        doc=SITE + "segmentation_metrics/#meaniou-class",
        tasks=("classification", "binary", "segmentation"),
        labels=("integer",),
        params=(
            NUM_CLASSES,
            Param(
                "sparse_y_pred",
                Bool(),
                True,
                "On where the output is a class number; off where it has a number for every class.",
                start=False,
                advanced=True,
            ),
            Param("ignore_class", IGNORED, None, "Class number that is left out.", advanced=True),
            Param("axis", Int(low=-8, high=8), -1, "Axis of the classes.", advanced=True),
        ),
    ),
)
