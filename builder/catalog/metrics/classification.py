"""Metrics for classes."""

from __future__ import annotations

from typing import Literal

from builder.catalog.spec import REQUIRED, Metric, Param, Task
from builder.catalog.types import LARGEST, Bool, Float, Floats, Int, OneOf

SITE = "https://keras.io/api/metrics/"
ACCURACY = SITE + "accuracy_metrics/"
CONFUSION = SITE + "classification_metrics/"
SHARE = Float(low=0, high=1, step=0.05)
YES_OR_NO: tuple[Task, ...] = ("binary", "multilabel")
CLASSES: tuple[Task, ...] = ("classification", "binary")

TOP_K = Param("k", Int(low=1, high=LARGEST), 5, "How many of the largest outputs count as a hit.", start=3)
THRESHOLD = Param("threshold", Float(step=0.05), 0.5, "Output from which the answer is yes.")
THRESHOLDS = Param(
    "thresholds",
    Floats(none=True, low=0, high=1, listed=True),
    None,
    "Output from which the answer is yes; empty means 0.5.",
)
TOP_OF_SEVERAL = (
    Param(
        "top_k",
        Int(none=True, low=1, high=LARGEST),
        None,
        "Counts only the largest outputs as yes.",
        advanced=True,
    ),
    Param("class_id", Int(none=True, high=LARGEST), None, "Looks at this one output only.", advanced=True),
)
NUM_THRESHOLDS = Param(
    "num_thresholds",
    Int(low=2, high=100_000),
    200,
    "How finely the curve is drawn.",
    advanced=True,
)
FROM_LOGITS = Param("from_logits", Bool(), False, "On where the last layer gives raw scores (no softmax or sigmoid).")


def _yes_or_no(
    kind: str,
    name: str,
    summary: str,
    *params: Param,
    better: Literal["max", "min"] = "max",
    directed: bool = True,
) -> Metric:
    return Metric(
        kind=kind,
        aliases=(name,),
        name=name,
        summary=summary,
        doc=f"{CONFUSION}#{kind.lower()}-class",
        tasks=YES_OR_NO,
        labels=("values",),
        reads="shares",
        told_by=THRESHOLDS.name if THRESHOLDS in params else None,
        better=better,
        directed=directed,
        params=params,
    )


def _count(kind: str, name: str, summary: str, better: Literal["max", "min"]) -> Metric:
    return _yes_or_no(kind, name, summary, THRESHOLDS, better=better, directed=False)


def _trade(kind: str, name: str, summary: str, given: str) -> Metric:
    return _yes_or_no(
        kind,
        name,
        summary,
        Param(given, SHARE, REQUIRED, f"The {given} that is asked for.", start=0.9),
        NUM_THRESHOLDS,
        TOP_OF_SEVERAL[1],
    )


METRICS = (
    Metric(
        kind="accuracy",
        aliases=("acc",),
        name="accuracy",
        summary="Share of the samples that are put into the right class.",
        doc=ACCURACY,
        tasks=("classification", "binary", "multilabel"),
        labels=("integer", "one-hot", "values"),
        reads="shares",
        only_for=("values",),
        tellable="BinaryAccuracy",
    ),
    Metric(
        kind="SparseCategoricalAccuracy",
        aliases=("sparse_categorical_accuracy",),
        name="sparse_categorical_accuracy",
        summary="Share of right classes, with class numbers as labels.",
        doc=ACCURACY + "#sparsecategoricalaccuracy-class",
        tasks=CLASSES,
        labels=("integer",),
    ),
    Metric(
        kind="CategoricalAccuracy",
        aliases=("categorical_accuracy",),
        name="categorical_accuracy",
        summary="Share of right classes, with one-hot rows as labels.",
        doc=ACCURACY + "#categoricalaccuracy-class",
        tasks=CLASSES,
        labels=("one-hot",),
    ),
    Metric(
        kind="BinaryAccuracy",
        aliases=("binary_accuracy",),
        name="binary_accuracy",
        summary="Share of right answers to yes or no.",
        doc=ACCURACY + "#binaryaccuracy-class",
        tasks=YES_OR_NO,
        labels=("values",),
        reads="shares",
        told_by="threshold",
        params=(THRESHOLD,),
    ),
    Metric(
        kind="SparseTopKCategoricalAccuracy",
        aliases=("sparse_top_k_categorical_accuracy",),
        name="sparse_top_k_categorical_accuracy",
        summary="How often the right class is among the k likeliest, with class numbers as labels.",
        doc=ACCURACY + "#sparsetopkcategoricalaccuracy-class",
        tasks=CLASSES,
        labels=("integer",),
        params=(TOP_K,),
    ),
    Metric(
        kind="TopKCategoricalAccuracy",
        aliases=("top_k_categorical_accuracy",),
        name="top_k_categorical_accuracy",
        summary="How often the right class is among the k likeliest, with one-hot rows as labels.",
        doc=ACCURACY + "#topkcategoricalaccuracy-class",
        tasks=CLASSES,
        labels=("one-hot",),
        params=(TOP_K,),
    ),
    Metric(
        kind="AUC",
        aliases=("auc",),
        name="auc",
        summary="How well the scores separate yes from no, whatever the threshold: 0.5 is guessing, 1 is perfect.",
        doc=CONFUSION + "#auc-class",
        tasks=YES_OR_NO,
        labels=("values",),
        reads="shares",
        told_by="from_logits",
        params=(
            Param(
                "curve",
                OneOf(options=("ROC", "PR")),
                "ROC",
                "ROC: hits against false alarms; PR: precision against recall.",
            ),
            FROM_LOGITS,
            NUM_THRESHOLDS,
            Param(
                "summation_method",
                OneOf(options=("interpolation", "minoring", "majoring")),
                "interpolation",
                "How the area between the points is added up.",
                advanced=True,
            ),
            Param(
                "thresholds",
                Floats(none=True, low=0, high=1, single=False),
                None,
                "The thresholds themselves, instead of their number.",
                advanced=True,
            ),
            Param("multi_label", Bool(), False, "Takes the mean over the outputs.", advanced=True),
            Param(
                "num_labels",
                Int(none=True, low=1, high=100_000),
                None,
                "Number of outputs that the mean is taken over; empty counts them.",
                advanced=True,
            ),
            Param(
                "label_weights",
                Floats(none=True, low=0, single=False),
                None,
                "Weight of each output in that mean.",
                advanced=True,
            ),
        ),
    ),
    _yes_or_no("Precision", "precision", "How many of the samples called yes are yes.", THRESHOLDS, *TOP_OF_SEVERAL),
    _yes_or_no(
        "Recall",
        "recall",
        "How many of the samples that are yes were called yes.",
        THRESHOLDS,
        *TOP_OF_SEVERAL,
    ),
    _count("TruePositives", "true_positives", "Number of samples rightly called yes.", "max"),
    _count("TrueNegatives", "true_negatives", "Number of samples rightly called no.", "max"),
    _count("FalsePositives", "false_positives", "Number of samples wrongly called yes.", "min"),
    _count("FalseNegatives", "false_negatives", "Number of samples wrongly called no.", "min"),
    _trade("PrecisionAtRecall", "precision_at_recall", "Best precision at a given recall.", "recall"),
    _trade("RecallAtPrecision", "recall_at_precision", "Best recall at a given precision.", "precision"),
    _trade(
        "SensitivityAtSpecificity",
        "sensitivity_at_specificity",
        "Best share of yes found at a given share of no found.",
        "specificity",
    ),
    _trade(
        "SpecificityAtSensitivity",
        "specificity_at_sensitivity",
        "Best share of no found at a given share of yes found.",
        "sensitivity",
    ),
)
