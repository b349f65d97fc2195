"""Any network with blocks: what has no errors is what Keras builds, and what Keras refuses to build has errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.catalog.rules import problems
from builder.codegen import script
from builder.document import Document, from_value
from builder.errors import DocumentError

pytestmark = pytest.mark.keras

KINDS: dict[str, dict[str, Any]] = {
    "Dense": {"units": 4},
    "BatchNormalization": {},
    "Add": {},
    "Concatenate": {},
    "Dropout": {"rate": 0.5},
}
MERGING = {"Add", "Concatenate"}
HARMLESS = {"repeat-input"}
"""Codes of errors in documents that Keras builds all the same: it is the data that such a network cannot be given."""


@st.composite
def networks(draw: st.DrawFn) -> Document:
    """Layers behind one or two inputs, wired forwards but for one edge at most, in blocks in blocks, in any order."""
    inputs = draw(st.integers(1, 2))
    nodes: list[dict[str, Any]] = [{"id": f"in{n}", "kind": "Input", "params": {"shape": [4]}} for n in range(inputs)]
    edges: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from((*KINDS, "Dense", "Dense", "Add")))
        node: dict[str, Any] = {"id": f"n{number}", "kind": kind, "params": dict(KINDS[kind])}
        if kind == "Dense" and draw(st.integers(0, 5)) == 0:
            node["params"]["units"] = 3
        ports = draw(st.integers(2, 3)) if kind in MERGING else 1
        before = [other["id"] for other in nodes]
        for port in range(ports):
            source = before[-1] if port == 0 and draw(st.booleans()) else draw(st.sampled_from(before))
            edges.append({"source": source, "target": node["id"], "port": port})
        alike = [other["id"] for other in nodes if other["kind"] == kind and "shares" not in other]
        if kind == "Dense" and alike and draw(st.integers(0, 4)) == 0:
            node |= {"shares": draw(st.sampled_from(alike)), "params": {}}
        node["bypassed"] = draw(st.integers(0, 9)) == 0
        node["frozen"] = "shares" not in node and draw(st.integers(0, 7)) == 0
        nodes.append(node)
    if draw(st.integers(0, 9)) == 0:
        source, target = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes[inputs:]))
        back = {"source": source["id"], "target": target["id"], "port": draw(st.integers(0, 3))}
        edges = edges if back in edges else [*edges, back]
    free = [node["id"] for node in nodes if node["kind"] != "Input" or draw(st.integers(0, 9)) == 0]
    blocks = []
    for number in range(draw(st.integers(1, 3))):
        members = draw(st.lists(st.sampled_from(free), min_size=1, unique=True)) if free else []
        if members:
            repeat = draw(st.integers(1, 3))
            blocks.append({"id": f"b{number}", "name": f"B{number}", "members": members, "repeat": repeat})
            free = [other for other in free if other not in members] + [f"b{number}"]
    value = {
        "format": 1,
        "model": {"nodes": draw(st.permutations(nodes)), "edges": draw(st.permutations(edges)), "blocks": blocks},
        "training": {"loss": "mean_squared_error"},
    }
    return from_value(value)


def layers(model: Any) -> list[str]:
    """The names of the layers; `Sequential` does not count its Input among them."""
    return sorted(layer.name for layer in model.layers if type(layer).__name__ != "InputLayer")


@settings(max_examples=60)
@given(document=networks())
def test_what_has_no_errors_is_what_keras_builds(document: Document) -> None:
    from builder.worker.analyse import analyse
    from builder.worker.build import build, compile_model

    analysis = analyse(document)
    wrong = [problem for problem in problems(document, analysis) if problem.severity == "error"]
    try:
        model = build(document)
    except DocumentError:
        assert wrong
        return
    assert {problem.code for problem in wrong} <= HARMLESS
    compile_model(model, document)
    rows = [report.in_all for report in analysis.nodes.values()]
    assert sum(row.parameters for row in rows) == analysis.parameters == model.count_params()
    assert sum(row.trainable for row in rows) == analysis.trainable
    assert analysis.trainable == sum(weight.shape.num_elements() for weight in model.trainable_weights)
    assert sum(row.activation_bytes for row in rows) == analysis.activation_bytes
    assert sum(row.flops for row in rows) == analysis.flops
    if not wrong:
        text, *_ = re.split(r"\n(?:# )?history = ", script(document), maxsplit=1)
        found: dict[str, Any] = {}
        exec(compile(text.replace("model.summary()\n", ""), "script.py", "exec"), found)
        assert layers(found["model"]) == layers(model)
        assert found["model"].count_params() == model.count_params()
        assert found["model"].output_shape == model.output_shape
