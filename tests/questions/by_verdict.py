"""Questions that only a run can answer: the document is in order, and what happens is told by the verdict."""

from __future__ import annotations

from typing import Any

from questions.question import BCE, Net, Question, dense, digits, points, slope


def _deep(activation: str) -> Net:
    return digits(*(dense(16, activation) for _ in range(10)), dense(10, "softmax"), training={"epochs": 12})


def _rate(kind: str, value: float) -> dict[str, Any]:
    return {"kind": kind, "params": {"learning_rate": value}}


VERDICTS = (
    Question(
        "I added ten sigmoid layers and the loss stands still.",
        _deep("sigmoid"),
        _deep("relu"),
        verdict=frozenset({"vanishing-gradients", "underfitting"}),
    ),
    Question(
        "The training loss is nearly 0 and the validation loss grows.",
        Net(
            (dense(64, "tanh"), dense(64, "tanh"), dense(2, "softmax")),
            data={"dataset": "spiral", "limit": 20},
            training={
                "epochs": 80,
                "batch_size": 8,
                "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.03}},
            },
        ),
        Net(
            (dense(64, "tanh"), dense(64, "tanh"), dense(2, "softmax")),
            data="spiral",
            training={"epochs": 80, "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.01}}},
        ),
        verdict=frozenset({"overfitting"}),
    ),
    Question(
        "A single layer cannot tell the ring from the disc.",
        points(dense(1, "sigmoid"), loss=BCE, training={"epochs": 25, "metrics": ["accuracy"]}),
        points(dense(16, "tanh"), dense(1, "sigmoid"), loss=BCE, training={"epochs": 25, "metrics": ["accuracy"]}),
        verdict=frozenset({"underfitting", "plateau"}),
    ),
    Question(
        "My run stopped while it still got better.",
        slope(dense(16, "relu"), dense(1), training={"epochs": 5, "optimizer": _rate("SGD", 0.002)}),
        slope(dense(1), training={"epochs": 60, "optimizer": _rate("Adam", 0.02)}),
        verdict=frozenset({"still-improving"}),
    ),
)
