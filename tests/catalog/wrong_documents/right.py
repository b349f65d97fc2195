"""Documents that nothing is wrong with: every rule must keep silent."""

from __future__ import annotations

from wrong_documents.case import (
    ATTENTION,
    BCE,
    CE,
    FLAT,
    INPUT,
    LAST,
    ROWS,
    SCALE,
    Case,
    digits,
    out,
    points,
    table,
)

PLAIN = (
    Case("digits", **digits(out(), shapes={"out": (10,)}, training={"metrics": ["accuracy"]})),
    Case(
        "logits",
        **digits(out(activation=None), shapes={"out": (10,)}, loss={"kind": CE, "params": {"from_logits": True}}),
    ),
    Case("softmax as a layer", **digits(out(activation=None), ("end", "Softmax"), shapes={"end": (10,)})),
    Case(
        "convolution to the end",
        (
            INPUT,
            SCALE,
            ("conv", "Conv2D", {"filters": 10, "kernel_size": 3}),
            ("mean", "GlobalAveragePooling2D"),
            ("end", "Activation", {"activation": "softmax"}),
        ),
        shapes={"end": (10,)},
    ),
    Case(
        "dropout before the end",
        **digits(
            ("a", "Dense", {"units": 32, "activation": "relu"}),
            ("drop", "Dropout", {"rate": 0.5}),
            out(),
            shapes={"flat": (64,), "a": (32,), "out": (10,)},
        ),
    ),
    Case("two classes, two outputs", **points(out(2), shapes={"out": (2,)}, training={"metrics": ["acc"]})),
    Case(
        "two classes, one output",
        **points(
            out(1, "sigmoid"), loss=BCE, shapes={"out": (1,)}, training={"metrics": ["accuracy", "AUC", "Precision"]}
        ),
    ),
    Case("hinge", **points(out(1, "tanh"), loss="hinge", shapes={"out": (1,)})),
    Case("regression", **table(out(1, None), shapes={"out": (1,)}, training={"metrics": ["mae", "R2Score"]})),
    Case("regression of positive values", **table(out(1, "softplus"), shapes={"out": (1,)})),
    Case(
        "columns",
        (
            ("left", "Input", {"columns": [0, 1]}),
            ("right", "Input", {"columns": [2, 3], "shape": [2]}),
            ("both", "Concatenate"),
            out(3),
        ),
        edges=(("left", "both", 0), ("right", "both", 1), ("both", "out")),
        data="iris",
        shapes={"out": (3,)},
    ),
    Case(
        "self-attention",
        (INPUT, SCALE, ROWS, ATTENTION, *LAST),
        edges=(
            ("input", "scale"),
            ("scale", "rows"),
            ("rows", "mix", 0),
            ("rows", "mix", 1),
            ("mix", "pool"),
            ("pool", "out"),
        ),
        shapes={"out": (10,)},
    ),
    Case(
        "a skip connection with gaps between its ports",
        (INPUT, SCALE, FLAT, ("a", "Dense", {"units": 64}), ("sum", "Add"), out()),
        edges=(
            ("input", "scale"),
            ("scale", "flat"),
            ("flat", "a"),
            ("flat", "sum", 0),
            ("a", "sum", 3),
            ("sum", "out"),
        ),
        shapes={"out": (10,)},
    ),
    Case(
        "two outputs with losses of their own",
        (INPUT, SCALE, FLAT, out(), ("raw", "Dense", {"units": 10})),
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out"), ("flat", "raw")),
        shapes={"out": (10,), "raw": (10,)},
        training={
            "metrics": ["accuracy"],
            "outputs": {"raw": {"loss": {"kind": CE, "params": {"from_logits": True}}, "weight": 0.5}},
            "callbacks": [{"kind": "EarlyStopping", "params": {"monitor": "val_raw_accuracy", "mode": "max"}}],
        },
    ),
    Case(
        "a schedule, stopping and averages",
        **digits(
            out(),
            shapes={"out": (10,)},
            training={
                "optimizer": {
                    "kind": "sgd",
                    "params": {
                        "use_ema": True,
                        "momentum": 0.9,
                        "learning_rate": {
                            "kind": "CosineDecay",
                            "params": {"initial_learning_rate": 0.1, "decay_steps": 450},
                        },
                    },
                },
                "metrics": ["SparseTopKCategoricalAccuracy"],
                "callbacks": [
                    "TerminateOnNaN",
                    "SwapEMAWeights",
                    {"kind": "EarlyStopping", "params": {"monitor": "val_sparse_top_k_categorical_accuracy"}},
                ],
            },
        ),
    ),
    Case(
        "averages that are gone back to",
        **digits(
            out(),
            shapes={"out": (10,)},
            training={
                "optimizer": {"kind": "Adam", "params": {"use_ema": True}},
                "callbacks": [
                    {"kind": "SwapEMAWeights", "params": {"swap_on_epoch": True}},
                    {"kind": "EarlyStopping", "params": {"restore_best_weights": True}},
                ],
            },
        ),
    ),
    Case(
        "a layer in a layer",
        (INPUT, SCALE, ROWS, ("both", "Bidirectional", {"layer": {"kind": "LSTM", "params": {"units": 8}}}), out()),
        shapes={"out": (10,)},
    ),
)
