"""The rules without Keras: each wrong document has its problem, each fix removes it, and no document breaks a rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wrong_documents import RIGHT, WRONG, Case
from wrong_documents.backends import BACKENDS, SOUND

from builder.catalog import registry
from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.backends import Backend
from builder.catalog.rules import RULES, problems, words
from builder.catalog.rules.reports import first_sentences
from builder.catalog.rules.view import View
from builder.document import Document, apply, from_value
from builder.errors import Problem


@pytest.fixture(autouse=True)
def only_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has: the documents are judged where only TensorFlow is installed."""
    monkeypatch.setattr(Backend, "installed", property(lambda backend: backend.warm))


def of(case: Case, found: tuple[Problem, ...]) -> list[Problem]:
    """The problems that the case is about."""
    return [problem for problem in found if (problem.code, problem.node) == (case.code, case.node)] or [
        problem for problem in found if problem.code == case.code and case.node is None
    ]


def by_name(cases: tuple[Case, ...]) -> list[Any]:
    return [pytest.param(case, id=case.name.replace(" ", "-")) for case in cases]


@pytest.mark.parametrize("case", by_name(RIGHT))
def test_right_documents_have_no_problems(case: Case) -> None:
    assert problems(case.document, case.analysis()) == ()


@pytest.mark.parametrize("case", by_name(WRONG))
def test_wrong_documents_have_their_problem(case: Case) -> None:
    found = of(case, problems(case.document, case.analysis()))
    assert len(found) == 1, found
    problem = found[0]
    assert problem.severity == case.severity
    assert case.says in problem.message
    assert (problem.fix.label if problem.fix else None) == case.fix
    if case.edge:
        assert problem.edge == case.edge


@pytest.mark.parametrize("case", by_name(tuple(case for case in WRONG if case.fix)))
def test_the_fix_removes_the_problem(case: Case) -> None:
    document = case.document
    problem = of(case, problems(document, case.analysis()))[0]
    for edit in problem.fix.edits:
        document = apply(document, json.loads(json.dumps(edit)))
    left = problems(document, case.analysis(**case.after))
    assert of(case, left) == []
    before = {(other.code, other.node) for other in problems(case.document, case.analysis())}
    new = {other.code for other in left if other.severity == "error" and (other.code, other.node) not in before}
    assert new == set(case.uncovers)


def test_what_is_wrong_on_one_backend_is_right_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backend, "installed", property(lambda backend: True))
    assert [problem.code for problem in problems(SOUND.document, SOUND.analysis())] == []
    for case in BACKENDS:
        for other in ("tensorflow", "jax"):
            document = apply(case.document, {"op": "set", "path": "training.backend", "value": other})
            assert of(case, problems(document, case.analysis())) == []


def test_every_rule_has_a_wrong_document() -> None:
    codes = {problem.code for case in WRONG for problem in problems(case.document, case.analysis())}
    assert codes == {case.code for case in WRONG}
    for rule in RULES:
        spoken = (problem for case in WRONG for problem in rule(View(case.document, case.analysis())))
        assert next(spoken, None), f"no wrong document makes {rule.name} speak"


def test_many_kinds_of_wrong_graphs_are_told_at_their_place() -> None:
    """Each of these is another mistake, told at the layer or the connection that it is about."""
    assert len({case.name for case in WRONG}) == len(WRONG)
    placed = [case for case in WRONG if case.node or case.edge]
    assert len(placed) >= 120
    structural = [case for case in placed if case.code not in TRAINING]
    assert len(structural) >= 60


TRAINING = {"loss-task", "labels", "units", "logits", "activation", "reach", "softmax-of-one", "scaling"}
"""Problems of what the network is trained on, rather than of the network."""


@pytest.mark.parametrize("report", [NodeReport(), NodeReport(blocked=True), NodeReport(error="It broke.")])
def test_a_layer_without_a_shape_is_never_sound(report: NodeReport) -> None:
    case = next(case for case in RIGHT if case.name == "digits")
    known = case.analysis()
    found = problems(case.document, known.model_copy(update={"nodes": {**known.nodes, "input": report}}))
    assert [(problem.code, problem.node, problem.severity) for problem in found] == [
        ("unknown-shape", "input", "error")
    ]


def test_a_reason_that_is_known_is_told_once() -> None:
    document = apply(RIGHT[0].document, {"op": "set_param", "node": "out", "name": "units", "value": 0})
    blocked = {node.id: NodeReport(blocked=True) for node in document.model.nodes}
    assert "unknown-shape" not in {problem.code for problem in problems(document, Analysis(nodes=blocked))}


def test_errors_come_first() -> None:
    case = next(case for case in WRONG if case.name == "raw pixels")
    document = apply(case.document, {"op": "set", "path": "training.loss", "value": "nothing"})
    found = problems(document, case.analysis())
    assert [problem.severity for problem in found] == sorted(problem.severity for problem in found)
    assert {problem.severity for problem in found} == {"error", "warning"}


def test_a_new_node_makes_room_on_the_canvas() -> None:
    case = next(case for case in WRONG if case.name == "raw pixels")
    (problem,) = problems(case.document, case.analysis())
    after = apply(case.document, dict(problem.fix.edits[0]))
    assert {name: (place.x, place.y) for name, place in after.layout.items()} == {
        "input": (0, 0),
        "rescaling": (0, 100),
        "flat": (0, 200),
        "out": (0, 300),
    }


def test_a_new_node_gets_a_name_of_its_own() -> None:
    case = Case("", (("input", "Input"), ("flat", "Flatten"), ("rescaling", "Dense", {"units": 10})))
    (scaling,) = (problem for problem in problems(case.document, case.analysis()) if problem.code == "scaling")
    assert "rescaling_2" in {node.id for node in apply(case.document, dict(scaling.fix.edits[0])).model.nodes}


def test_keras_messages_are_cut_at_a_sentence() -> None:
    long = "A `Concatenate` layer requires inputs with matching shapes. " + "Received: " + "(1, 2), " * 100
    assert first_sentences(long) == "A `Concatenate` layer requires inputs with matching shapes."
    assert first_sentences("Short. And sweet.") == "Short. And sweet."
    assert len(first_sentences("x" * 1000)) <= 300


def test_what_comes_in_is_said_beside_keras_message() -> None:
    case = next(case for case in WRONG if case.name == "a picture layer on a table")
    problem = of(case, problems(case.document, case.analysis()))[0]
    assert problem.hint == ("Conv2D takes images (height × width × channels); what comes in has the shape 4.")


# Any document at all: values from the catalogue and beside it, edges everywhere.

KINDS = [layer.kind for layer in registry.layers] + ["Densee", "Nothing"]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 300),
    st.floats(-2, 2, allow_nan=False),
    st.sampled_from(["relu", "softmax", "same", "l2", "val_loss", ""]),
    st.lists(st.integers(-1, 9), max_size=4),
    st.fixed_dictionaries({"kind": st.sampled_from(["LSTM", "CosineDecay", "?"])}),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["GRU", "Dense"]), "params": st.dictionaries(st.just("units"), st.integers(-1, 9))}
    ),
)


@st.composite
def params(draw: st.DrawFn, entry: Any) -> dict[str, Any]:
    names = [param.name for param in entry.params] if entry else []
    start = json.loads(json.dumps(entry.start_params)) if entry and draw(st.booleans()) else {}
    return {**start, **draw(st.dictionaries(st.sampled_from([*names, "unit", "axis"]), VALUES, max_size=3))}


@st.composite
def choices(draw: st.DrawFn, known: Any) -> Any:
    kind = draw(st.sampled_from([*(entry.kind for entry in known), "strange"]))
    return {"kind": kind, "params": draw(params(known.get(kind)))}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    count = draw(st.integers(0, 6))
    ids = [f"n{index}" for index in range(count)]
    kinds = [draw(st.sampled_from(["Input", "Dense", *KINDS])) for _ in ids]
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.integers(0, 3)) if ids else st.nothing()
    edges = draw(st.lists(ends, max_size=8, unique=True)) if ids else []
    owners = {name: draw(st.sampled_from([None, None, *ids])) for name in ids}
    owners = {name: owner for name, owner in owners.items() if owner and owner != name}
    switches = {
        name: {
            "frozen": draw(st.booleans()),
            "bypassed": draw(st.booleans()),
            **({"shares": owners[name]} if name in owners and owners[name] not in owners else {}),
        }
        for name in ids
    }
    blocks = []
    if ids:
        inner = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
        blocks.append({"id": "inner", "name": "Inner", "members": inner, "repeat": draw(st.integers(1, 3))})
        rest = [name for name in ids if name not in inner][:1]
        blocks.append(
            {"id": "outer", "name": "Outer", "members": ["inner", *rest], "repeat": draw(st.integers(1, 999))}
        )
    return from_value(
        {
            "format": 1,
            "name": "Any",
            "model": {
                "nodes": [
                    {"id": name, "kind": kind, "params": draw(params(registry.layers.get(kind))), **switches[name]}
                    for name, kind in zip(ids, kinds, strict=True)
                ],
                "edges": [{"source": a, "target": b, "port": port} for a, b, port in edges],
                "blocks": draw(st.sampled_from([[], blocks[:1], blocks])),
            },
            "data": draw(
                st.none()
                | st.fixed_dictionaries(
                    {"dataset": st.sampled_from([*(entry.kind for entry in registry.datasets), "none such"])},
                    optional={"limit": st.integers(10, 99_999)},
                )
            ),
            "training": {
                "loss": draw(choices(registry.losses)),
                "optimizer": draw(choices(registry.optimizers)),
                "metrics": draw(st.lists(choices(registry.metrics), max_size=3)),
                "callbacks": draw(st.lists(choices(registry.callbacks), max_size=2)),
                "outputs": draw(
                    st.dictionaries(
                        st.sampled_from([*ids, "other"]),
                        st.fixed_dictionaries({"loss": choices(registry.losses)}),
                        max_size=2,
                    )
                ),
                "batch_size": draw(st.integers(1, 9999)),
            },
            "layout": {name: {"x": 0, "y": 0} for name in ids[::2]},
        }
    )


@st.composite
def analyses(draw: st.DrawFn, document: Document) -> Analysis:
    shapes = st.lists(st.none() | st.integers(1, 12), max_size=4)
    reports = st.one_of(
        st.just(NodeReport(blocked=True)),
        st.just(NodeReport(error="Something. Is wrong.")),
        shapes.map(lambda shape: NodeReport(output=Tensor(shape=(None, *shape), dtype="float32"))),
    )
    return Analysis(nodes={node.id: draw(reports) for node in document.model.nodes})


@settings(max_examples=100)
@given(st.data())
def test_no_document_breaks_a_rule_and_every_fix_applies(data: st.DataObject) -> None:
    document = data.draw(documents())
    found = problems(document, data.draw(analyses(document)))
    ids = {node.id for node in document.model.nodes}
    for problem in found:
        assert problem.node is None or problem.node in ids
        assert problem.message[-1] in ".?!"
        assert len(problem.message) < 900
        for edit in problem.fix.edits if problem.fix else ():
            assert apply(document, json.loads(json.dumps(edit))).to_json() != document.to_json()


def test_long_lists_are_cut_in_sentences() -> None:
    assert words.listing("abc", most=3) == "a, b and c"
    assert words.listing("abcde", most=3) == "a, b and 3 more"
