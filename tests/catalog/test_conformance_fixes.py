"""Fixes over many documents, made at random of what people put together: each applies, mends and breaks nothing."""

from __future__ import annotations

import json
import random
import re
from itertools import pairwise
from typing import Any

import pytest

from builder.catalog.registry import datasets, layers, losses, metrics, optimizers
from builder.catalog.rules import problems
from builder.document import Document, apply, from_value
from builder.errors import Fix, Problem

pytestmark = pytest.mark.keras

DOCUMENTS = 250
SETS = ("set_param", "reset_param")
HIDDEN = {"missing-param": {"metric-classes"}}
"""What can only be said once something else is right."""


@pytest.fixture(scope="module")
def analyse() -> Any:
    from builder.worker.analyse import analyse

    return analyse


def document(seed: int) -> Document:
    """A network that somebody may have drawn: mostly right in its form, with whatever settings."""
    rng = random.Random(seed)
    dataset = rng.choice(["digits", "digits", "spiral", "plane", "diabetes", "iris", "breast_cancer", "mnist"])
    data = datasets[dataset]
    nodes: list[dict[str, Any]] = []

    def add(kind: str, **params: Any) -> None:
        nodes.append({"id": f"{kind.lower()}_{len(nodes)}", "kind": kind, "params": params})

    def activation() -> dict[str, Any]:
        name = rng.choice([None, None, "relu", "softmax", "tanh", "sigmoid", "linear", "softplus", "elu"])
        return {"activation": name} if name else {}

    def weights() -> dict[str, Any]:
        return {"kernel_initializer": rng.choice(["zeros", "ones"])} if rng.random() < 0.15 else {}

    def extra() -> None:
        if rng.random() < 0.4:
            kind, params = rng.choice(
                [
                    ("Dropout", {"rate": 0.3}),
                    ("BatchNormalization", {}),
                    ("LayerNormalization", {}),
                    ("Softmax", {}),
                    ("ReLU", {}),
                    ("GaussianNoise", {"stddev": 0.2}),
                    ("Activation", {"activation": "tanh"}),
                    ("BatchNormalization", {"gamma_initializer": "zeros"}),
                ]
            )
            add(kind, **params)

    add("Input")
    if rng.random() < 0.6:
        add("Rescaling", scale=1 / max(abs(data.low), abs(data.high)))
    if data.is_image:
        form = rng.choice(["rows", "convolution", "memory", "words"])
        if form == "convolution":
            for _ in range(rng.randint(1, 2)):
                add("Conv2D", filters=rng.choice([4, 10]), kernel_size=3, **activation(), **weights())
                extra()
            add(rng.choice(["Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"]))
        elif form == "memory":
            add("Reshape", target_shape=[data.shape[0], data.shape[1] * data.shape[2]])
            inner = {"units": rng.choice([8, 10]), **activation(), **weights()}
            if rng.random() < 0.4:
                add("Bidirectional", layer={"kind": rng.choice(["LSTM", "GRU"]), "params": inner})
            elif rng.random() < 0.4:
                add("TimeDistributed", layer={"kind": "Dense", "params": inner})
                add("Flatten")
            else:
                add(rng.choice(["LSTM", "GRU"]), **inner)
        elif form == "words":
            add("Reshape", target_shape=[-1])
            add("Embedding", input_dim=rng.choice([8, 17, 256]), output_dim=4, mask_zero=rng.random() < 0.5)
            add(rng.choice(["Flatten", "GlobalAveragePooling1D"]))
        else:
            add("Flatten")
    for _ in range(rng.randint(0, 2)):
        add("Dense", units=rng.choice([1, 8, 32]), **activation(), **weights())
        extra()
    if rng.random() < 0.8:
        right = len(data.classes) or 1
        add("Dense", units=rng.choice([right, right, 1, 3]), **activation(), **weights())
        extra()
    loss: Any = rng.choice([entry.kind for entry in losses])
    if losses[loss].param("from_logits") and rng.random() < 0.3:
        loss = {"kind": loss, "params": {"from_logits": True}}
    if rng.random() < 0.4:
        loss = "mse" if data.labels else "sparse_categorical_crossentropy"
    optimizer = rng.choice([entry.kind for entry in optimizers])
    rate: Any = rng.choice([1e-12, 1e-3, 0.1, 100.0])
    if rng.random() < 0.3:
        rate = {
            "kind": "CosineDecay",
            "params": {"initial_learning_rate": 0.01, "decay_steps": rng.choice([5, 400, 10**6])},
        }
    chosen = []
    for kind in rng.sample([entry.kind for entry in metrics], rng.randint(0, 2)):
        chosen.append({"kind": kind, "params": metrics[kind].start_params if rng.random() < 0.5 else {}})
    ids = [node["id"] for node in nodes]
    named = {ids[-1]: {"weight": 2.0}} if rng.random() < 0.2 else {}
    return from_value(
        {
            "format": 1,
            "name": "Any",
            "model": {
                "nodes": nodes,
                "edges": [{"source": a, "target": b} for a, b in pairwise(ids)],
            },
            "data": {"dataset": dataset, "validation_split": rng.choice([0.2, 0.2, 0.999])},
            "training": {
                "loss": loss,
                "optimizer": {"kind": optimizer, "params": {"learning_rate": rate}},
                "metrics": json.loads(json.dumps(chosen)),
                "batch_size": rng.choice([1, 32, 128]),
                "outputs": named,
                "callbacks": ["EarlyStopping"] if rng.random() < 0.5 else [],
            },
        }
    )


def edits(fix: Fix) -> list[dict[str, Any]]:
    return [edit for item in fix.edits for edit in (item["edits"] if item["op"] == "batch" else [item])]


def place(problem: Problem) -> tuple[Any, ...]:
    return problem.code, problem.node, problem.where


@pytest.mark.parametrize("seed", range(DOCUMENTS))
def test_fixes_mend_and_break_nothing(analyse: Any, seed: int) -> None:
    drawn = document(seed)
    found = problems(drawn, analyse(drawn))
    before = {problem.code for problem in found if problem.severity == "error"}
    unknown = {name for name, report in analyse(drawn).nodes.items() if report.output is None}
    for problem in found:
        if problem.fix is None:
            continue
        kinds = {node.id: node.kind for node in drawn.model.nodes}
        for edit in edits(problem.fix):
            if edit["op"] in SETS:
                assert layers[kinds[edit["node"]]].param(edit["name"]), problem.fix.label
        names_what_is_there(drawn, problem)
        mended = apply(drawn, json.loads(json.dumps({"op": "batch", "edits": edits(problem.fix)})))
        left = problems(mended, analyse(mended))
        assert place(problem) not in {place(other) for other in left if other.message == problem.message}, problem
        new = {other.code for other in left if other.severity == "error" and other.node not in unknown} - before
        assert not new - HIDDEN.get(problem.code, set()), (problem, new)


def names_what_is_there(drawn: Document, problem: Problem) -> None:
    """A label that says "Set NAME to" is about a parameter of the problem's own place, or says of which node."""
    assert problem.fix
    label = re.match(r"Set ([a-z0-9_]+)( of .*)? to ", problem.fix.label)
    if label is None:
        return
    name, of = label[1], label[2]
    if of and of.startswith(" of its "):
        assert layers[of.removeprefix(" of its ")].param(name), problem.fix.label
        return
    owners = re.findall(r'"([^"]+)"', of) if of else [problem.node] if problem.node else []
    if problem.where and problem.where.startswith("training."):
        return
    for owner in owners:
        assert layers[drawn.model.node(owner).kind].param(name), (problem.fix.label, owner)
