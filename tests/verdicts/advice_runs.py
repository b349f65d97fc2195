"""Small runs with what a verdict must say of them: wrong ones in a known way, and sound ones that look like them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from builder.document import Document, from_value

Layer = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """`codes`: the verdicts that name what is wrong; none for a sound run. `words`: what the message must say besides.

    `core`: trained with every run of the tests; the others by `tests/bench/bench_advice.py`.
    """

    name: str
    document: Document
    codes: tuple[str, ...] = ()
    words: str = ""
    core: bool = False

    @property
    def sound(self) -> bool:
        return not self.codes


PREPARED: dict[str, tuple[Layer, ...]] = {
    "digits": (("Rescaling", {"scale": 0.0625}), ("Flatten", {})),
    "wine": (("BatchNormalization", {"momentum": 0.9}),),
    "breast_cancer": (("BatchNormalization", {"momentum": 0.9}),),
}
HEADS: dict[str, Layer] = {
    "digits": ("Dense", {"units": 10, "activation": "softmax"}),
    "iris": ("Dense", {"units": 3, "activation": "softmax"}),
    "wine": ("Dense", {"units": 3, "activation": "softmax"}),
    "breast_cancer": ("Dense", {"units": 2, "activation": "softmax"}),
    "plane": ("Dense", {"units": 1}),
    "diabetes": ("Dense", {"units": 1}),
}
BINARY: Layer = ("Dense", {"units": 2, "activation": "softmax"})
VALUES = ("plane", "diabetes")


def dense(units: int, activation: str = "relu", **params: Any) -> Layer:
    return ("Dense", {"units": units, "activation": activation, **params})


def net(
    data: str,
    *hidden: Layer,
    head: Layer | None = None,
    raw: bool = False,
    rate: float | None = None,
    optimizer: str = "Adam",
    split: float = 0.2,
    limit: int | None = None,
    outputs: int = 1,
    frozen: tuple[str, ...] = (),
    **training: Any,
) -> Document:
    """A stack on a data set with the head that it needs; `params` of the optimizer by `momentum=...` and the like."""
    known = ("momentum", "clipnorm", "global_clipnorm", "weight_decay", "beta_1")
    params = {name: training.pop(name) for name in known if name in training}
    if rate is not None:
        params["learning_rate"] = rate
    head = head or HEADS.get(data, BINARY)
    body = [("Input", {}), *(() if raw else PREPARED.get(data, ())), *hidden]
    nodes = [
        {"id": f"n{i}", "kind": kind, "params": p, **({"frozen": True} if f"n{i}" in frozen else {})}
        for i, (kind, p) in enumerate(body)
    ]
    heads = [{"id": f"out{i or ''}", "kind": head[0], "params": head[1]} for i in range(outputs)]
    edges = [{"source": a["id"], "target": b["id"]} for a, b in pairwise(nodes)]
    edges += [{"source": nodes[-1]["id"], "target": h["id"]} for h in heads]
    values = data in VALUES
    settings = {
        "loss": "mean_squared_error" if values else "sparse_categorical_crossentropy",
        "metrics": [] if values else ["accuracy"],
        "epochs": 10,
        **training,
        "optimizer": {"kind": optimizer, "params": params},
    }
    return from_value(
        {
            "format": 1,
            "name": "Test",
            "model": {"nodes": [*nodes, *heads], "edges": edges},
            "data": {"dataset": data, "validation_split": split, "limit": limit},
            "training": settings,
        }
    )


def zeros(units: int, activation: str = "relu", how: str = "zeros") -> Layer:
    return dense(units, activation, kernel_initializer=how)


def softmax(units: int, **params: Any) -> Layer:
    return dense(units, "softmax", **params)


BN: Layer = ("BatchNormalization", {})
STOP = {"kind": "EarlyStopping", "params": {"monitor": "val_accuracy", "min_delta": 0.9, "patience": 1}}
WAIT = {"kind": "EarlyStopping", "params": {"monitor": "val_loss", "patience": 5, "restore_best_weights": True}}
SIGMOIDS = tuple(dense(16, "sigmoid") for _ in range(10))
LOST = ("underfitting",)

WRONG = (
    Case(
        "rate of 100 by SGD",
        net("iris", dense(16), rate=100.0, optimizer="SGD", epochs=6),
        ("diverging", "diverged"),
    ),
    Case("rate of 30 for values", net("plane", dense(8), rate=30.0, optimizer="SGD"), ("diverging", "diverged")),
    Case("rate of 1 by Adam", net("digits", dense(32), rate=1.0), ("underfitting", "dead-units")),
    Case(
        "rate of 3 by RMSprop, tanh",
        net("iris", dense(16, "tanh"), rate=3.0, optimizer="RMSprop"),
        (*LOST, "plateau", "diverging", "slow"),
    ),
    Case("rate of 1e-12", net("digits", dense(32), rate=1e-12), LOST, "learning rate", core=True),
    Case("rate of 1e-7 by SGD", net("iris", dense(16), rate=1e-7, optimizer="SGD", epochs=6), LOST, "learning rate"),
    Case("rate of 1e-9, values", net("plane", dense(16), rate=1e-9), LOST, "learning rate"),
    Case("rate of 1e-9, two outputs", net("digits", dense(16), rate=1e-9, outputs=2, epochs=3), LOST, "learning rate"),
    Case(
        "Adadelta as Keras has it",
        net("digits", dense(32), optimizer="Adadelta", epochs=3),
        LOST,
        "Adadelta",
    ),
    Case(
        "Adagrad as Keras has it", net("digits", dense(32), optimizer="Adagrad", epochs=4), (*LOST, "slow"), "Adagrad"
    ),
    Case("Ftrl as Keras has it", net("digits", dense(32), optimizer="Ftrl", epochs=3), LOST, "Ftrl"),
    Case(
        "ten sigmoids, one epoch",
        net("digits", *SIGMOIDS, optimizer="SGD", epochs=1),
        ("vanishing-gradients",),
        core=True,
    ),
    Case("ten sigmoids, ten epochs", net("digits", *SIGMOIDS, optimizer="SGD", epochs=10), ("vanishing-gradients",)),
    Case(
        "nine sigmoids on points",
        net("circle", *SIGMOIDS[1:], optimizer="SGD", batch_size=64, epochs=3),
        ("vanishing-gradients",),
    ),
    Case("ten sigmoids on a table", net("wine", *SIGMOIDS, optimizer="SGD", epochs=4), ("vanishing-gradients",)),
    Case(
        "softmax inside, again and again",
        net("digits", *(softmax(16) for _ in range(4)), epochs=5),
        (*LOST, "vanishing-gradients"),
    ),
    Case(
        "zeros everywhere",
        net("digits", zeros(16), head=softmax(10, kernel_initializer="zeros"), epochs=2),
        ("units-alike",),
        "initializer",
        core=True,
    ),
    Case(
        "zeros inside, tanh",
        net("iris", zeros(16, "tanh"), zeros(16, "tanh"), epochs=5),
        ("units-alike",),
        "initializer",
    ),
    Case(
        "ones everywhere",
        net("wine", zeros(16, "relu", "ones"), head=softmax(3, kernel_initializer="ones"), rate=0.01, epochs=8),
        ("units-alike",),
        "initializer",
    ),
    Case("zeros for values", net("plane", zeros(8), zeros(8), epochs=4), ("units-alike",), "initializer"),
    Case(
        "relu to the end, values below 0",
        net("plane", dense(4), dense(2), head=dense(1, "relu"), epochs=30),
        ("dead-units", "out-of-reach"),
        core=True,
    ),
    Case(
        "sigmoid for values of hundreds",
        net("diabetes", dense(16), head=dense(1, "sigmoid"), epochs=10),
        ("out-of-reach",),
        "sigmoid",
    ),
    Case(
        "tanh for values beyond 1",
        net("diabetes", dense(16), head=dense(1, "tanh"), epochs=15),
        ("out-of-reach",),
        "tanh",
    ),
    Case(
        "sigmoid for values below 0",
        net("plane", dense(8), head=dense(1, "sigmoid"), epochs=10),
        ("out-of-reach",),
        "sigmoid",
    ),
    Case(
        "normalized batches of 1",
        net("digits", dense(16), BN, batch_size=1, limit=200, epochs=4),
        LOST,
        "batch of 1",
    ),
    Case("normalized batches of 1, table", net("iris", dense(16), BN, batch_size=1, epochs=4), LOST, "batch of 1"),
    Case(
        "Dropout of 0.97",
        net("digits", dense(32), ("Dropout", {"rate": 0.97}), epochs=6),
        (*LOST, "slow"),
        "switches off",
    ),
    Case(
        "penalties that win",
        net("digits", dense(64, kernel_regularizer="l1"), dense(64, kernel_regularizer="l1"), rate=0.01, epochs=8),
        LOST,
        "Penalties",
    ),
    Case(
        "weights that decay",
        net("digits", dense(32), optimizer="SGD", weight_decay=1.0, rate=1.0, epochs=4),
        ("underfitting", "dead-units", "diverging", "diverged"),
    ),
    Case(
        "lines around a cross",
        net("xor", dense(16, "linear"), epochs=20),
        (*LOST, "plateau", "slow"),
        "bends",
        core=True,
    ),
    Case("one line around a ring", net("circle", epochs=20), (*LOST, "plateau", "slow"), "bends"),
    Case(
        "one line along a spiral",
        net("spiral", dense(16, "linear"), dense(16, "linear"), rate=0.01, epochs=30),
        (*LOST, "plateau", "slow"),
        "bends",
    ),
    Case(
        "large values as they are",
        net("wine", dense(16), raw=True, optimizer="SGD", epochs=8),
        ("diverging", "diverged", "underfitting", "dead-units"),
        core=True,
    ),
    Case(
        "pixels as they are",
        net("digits", ("Flatten", {}), dense(32), dense(32), raw=True, optimizer="SGD", rate=0.3, epochs=4),
        ("diverging", "diverged", "underfitting", "dead-units"),
    ),
    Case("three steps in all", net("digits", dense(32), batch_size=512, epochs=1), ("too-short",), core=True),
    Case("two epochs of four steps", net("iris", dense(8), epochs=2), ("too-short", "slow")),
    Case(
        "stopped by EarlyStopping", net("digits", dense(32), callbacks=[STOP], epochs=30), ("stopped-early",), core=True
    ),
    Case(
        "validated by 3 samples",
        net("iris", dense(16), split=0.02, rate=0.01, epochs=15),
        ("small-validation",),
        core=True,
    ),
    Case(
        "trained on 2 samples",
        net("digits", dense(32), split=0.999, epochs=10),
        ("overfitting",),
        "guessing",
        core=True,
    ),
    Case(
        "trained on 10 of 178",
        net("wine", dense(16), raw=True, split=0.95, epochs=60),
        ("overfitting", "underfitting", "diverging", "plateau", "slow", "dead-units"),
    ),
    Case(
        "learned by heart",
        net("spiral", dense(64, "tanh"), dense(64, "tanh"), limit=20, rate=0.03, epochs=80),
        ("overfitting",),
    ),
    Case(
        "momentum of 0.999",
        net("digits", dense(32), optimizer="SGD", momentum=0.999, rate=1.0, epochs=4),
        (*LOST, "diverging", "diverged", "dead-units"),
    ),
    Case(
        "clipped to nothing",
        net("digits", dense(32), optimizer="SGD", clipnorm=1e-6, epochs=5),
        LOST,
        "clipnorm",
        core=True,
    ),
    Case(
        "two units for a spiral",
        net("spiral", dense(2), epochs=40, rate=0.01),
        ("plateau", "slow", "underfitting"),
        "few units",
    ),
    Case(
        "averages that lag",
        net("digits", dense(32), ("BatchNormalization", {"momentum": 0.999}), epochs=3),
        ("averages-lag",),
        "averages",
    ),
    Case(
        "a frozen random layer",
        net("spiral", dense(3), dense(3), frozen=("n1", "n2"), epochs=30, rate=0.01),
        (*LOST, "plateau", "slow", "dead-units"),
        "",
    ),
)

SOUND = (
    Case("digits, dense", net("digits", dense(32), epochs=10)),
    Case("digits, one epoch", net("digits", dense(64), rate=0.01, epochs=1)),
    Case("digits, two epochs", net("digits", dense(64), rate=0.01, epochs=2), core=True),
    Case("digits, no hidden layer", net("digits", rate=0.01, epochs=10)),
    Case("digits by SGD", net("digits", dense(32), optimizer="SGD", rate=0.1, epochs=10)),
    Case("digits by Adadelta at 1", net("digits", dense(32), optimizer="Adadelta", rate=1.0, epochs=6)),
    Case("digits by Adagrad at 0.1", net("digits", dense(32), optimizer="Adagrad", rate=0.1, epochs=6)),
    Case("digits, two outputs", net("digits", dense(32), outputs=2, epochs=8)),
    Case("digits, ten relus", net("digits", *(dense(32) for _ in range(10)), epochs=8)),
    Case("digits, three sigmoids", net("digits", *SIGMOIDS[:3], rate=0.01, epochs=10), core=True),
    Case(
        "digits, zeros at the end only",
        net("digits", dense(32), head=softmax(10, kernel_initializer="zeros"), epochs=8),
        core=True,
    ),
    Case(
        "digits, normalized batches of 16",
        net("digits", dense(32), ("BatchNormalization", {"momentum": 0.9}), batch_size=16, epochs=5),
    ),
    Case("digits, Dropout of 0.5", net("digits", dense(64), ("Dropout", {"rate": 0.5}), epochs=10)),
    Case("digits, light penalty", net("digits", dense(32, kernel_regularizer="l2"), epochs=10)),
    Case("digits, clipped to 1", net("digits", dense(32), optimizer="SGD", rate=0.1, clipnorm=1.0, epochs=8)),
    Case("digits, momentum of 0.9", net("digits", dense(32), optimizer="SGD", momentum=0.9, epochs=8)),
    Case(
        "digits, convolution",
        net(
            "digits",
            ("Rescaling", {"scale": 0.0625}),
            ("Conv2D", {"filters": 8, "kernel_size": 3, "activation": "relu"}),
            ("Flatten", {}),
            raw=True,
            rate=0.01,
            epochs=6,
        ),
    ),
    Case("digits, batch of 1", net("digits", dense(16), batch_size=1, limit=300, epochs=4)),
    Case("digits, EarlyStopping", net("digits", dense(32), callbacks=[WAIT], rate=0.01, epochs=40)),
    Case("iris", net("iris", dense(16), rate=0.01, epochs=40), core=True),
    Case("iris, tanh", net("iris", dense(16, "tanh"), rate=0.01, epochs=30)),
    Case("wine", net("wine", dense(16), rate=0.01, epochs=20), core=True),
    Case("wine, whole numbers as they are, normalized", net("wine", BN, dense(16), raw=True, rate=0.01, epochs=80)),
    Case("breast cancer", net("breast_cancer", dense(16), epochs=15)),
    Case("xor", net("xor", dense(16), rate=0.01, epochs=25), core=True),
    Case("circle", net("circle", dense(8, "tanh"), rate=0.03, epochs=20)),
    Case("gaussians, one line", net("gaussians", rate=0.03, epochs=15)),
    Case("spiral", net("spiral", dense(32, "tanh"), dense(32, "tanh"), rate=0.01, epochs=50)),
    Case("plane, one line", net("plane", rate=0.03, epochs=20), core=True),
    Case("plane, relu inside", net("plane", dense(16), rate=0.01, epochs=15)),
    Case(
        "plane, tanh inside, absolute error",
        net("plane", dense(16, "tanh"), loss="mean_absolute_error", rate=0.01, epochs=15),
    ),
    Case("diabetes", net("diabetes", BN, dense(32), rate=0.03, epochs=60)),
    Case(
        "diabetes, relu at the end",
        net("diabetes", BN, dense(32), head=dense(1, "relu", bias_initializer="ones"), rate=0.03, epochs=60),
    ),
    Case("plane, Huber", net("plane", dense(16), loss="huber", rate=0.01, epochs=12)),
)

CASES = (*WRONG, *SOUND)
