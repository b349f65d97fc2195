"""Blocks, switches and shared layers, as Keras sees and builds them."""

from __future__ import annotations

from typing import Any

import pytest

from builder.document import Document, from_value

pytestmark = pytest.mark.keras


def document(*changes: dict[str, Any], blocks: tuple[dict[str, Any], ...] = ()) -> Document:
    """A chain of Dense layers of 4 units behind 4 features, with changes to single nodes."""
    dense = {"kind": "Dense", "params": {"units": 4}}
    nodes = {"x": {"id": "x", "kind": "Input", "params": {"shape": [4]}}}
    nodes |= {name: {"id": name, **dense} for name in "abc"}
    for change in changes:
        nodes[change["id"]] |= change
    edges = [{"source": one, "target": other} for one, other in ("xa", "ab", "bc")]
    return from_value({"format": 1, "model": {"nodes": list(nodes.values()), "edges": edges, "blocks": blocks}})


def both(found: Document) -> tuple[Any, Any]:
    from builder.worker.analyse import Analyst
    from builder.worker.build import build

    return Analyst().analyse(found), build(found)


def test_a_repeated_block_has_the_parameters_of_all_its_copies() -> None:
    found = document(blocks=({"id": "twice", "name": "Twice", "members": ["a", "b"], "repeat": 3},))
    analysis, model = both(found)
    assert analysis.parameters == model.count_params() == 7 * 20
    assert analysis.nodes["a"].copies == 3
    assert analysis.nodes["a"].parameters == 20
    assert [layer.name for layer in model.layers] == ["x", "a", "b", "a_2", "b_2", "a_3", "b_3", "c"]


def test_what_goes_wrong_in_a_later_copy_is_told_at_the_drawn_layer() -> None:
    from builder.worker.analyse import Analyst

    growing = {"id": "b", "kind": "Reshape", "params": {"target_shape": [2, 2]}}
    block = {"id": "twice", "name": "Twice", "members": ["a", "b"], "repeat": 2}
    report = Analyst().analyse(document(growing, blocks=(block,))).nodes["b"]
    assert report.error is not None
    assert report.error.startswith("In repetition 2: ")
    assert report.output is not None


def test_a_repeated_block_tells_the_output_of_its_last_copy() -> None:
    from builder.worker.analyse import Analyst

    block = {"id": "up", "name": "Up", "members": ["b"], "repeat": 3}
    wider = {"id": "b", "kind": "ZeroPadding1D", "params": {}}
    longer = {"id": "a", "kind": "RepeatVector", "params": {"n": 2}}
    report = Analyst().analyse(document(longer, wider, blocks=(block,))).nodes["b"]
    assert report.output is not None
    assert report.output.shape == (None, 4, 4)
    assert [output.shape for output in report.finals] == [(None, 8, 4)]


def test_a_layer_in_two_repetitions_tells_what_leaves_each_of_them() -> None:
    from builder.worker.analyse import Analyst

    inner = {"id": "inner", "name": "Inner", "members": ["b"], "repeat": 3}
    outer = {"id": "outer", "name": "Outer", "members": ["inner"], "repeat": 2}
    wider = {"id": "b", "kind": "ZeroPadding1D", "params": {}}
    longer = {"id": "a", "kind": "RepeatVector", "params": {"n": 2}}
    report = Analyst().analyse(document(longer, wider, blocks=(outer, inner))).nodes["b"]
    assert report.output is not None
    assert report.output.shape == (None, 4, 4)
    assert [output.shape for output in report.finals] == [(None, 8, 4), (None, 14, 4)]
    assert report.final == report.finals[-1]


def test_a_repetition_that_nothing_feeds_stands_once_in_another() -> None:
    from builder.worker.analyse import Analyst

    inner = {"id": "inner", "name": "Inner", "members": ["b"], "repeat": 3}
    outer = {"id": "outer", "name": "Outer", "members": ["x", "a", "inner"], "repeat": 2}
    wider = {"id": "b", "kind": "ZeroPadding1D", "params": {}}
    longer = {"id": "a", "kind": "RepeatVector", "params": {"n": 2}}
    report = Analyst().analyse(document(longer, wider, blocks=(outer, inner))).nodes["b"]
    assert [output.shape for output in report.finals] == [(None, 8, 4), (None, 8, 4)]


def test_copies_that_differ_are_added_up_and_the_last_one_says_what_it_sees() -> None:
    from builder.worker.analyse import Analyst
    from builder.worker.build import build

    image = {"id": "x", "kind": "Input", "params": {"shape": [12, 12, 1]}}
    conv = {"kind": "Conv2D", "params": {"filters": 4, "kernel_size": 3}}
    block = {"id": "twice", "name": "Twice", "members": ["a", "b"], "repeat": 2}
    found = document(
        image, {"id": "a", **conv}, {"id": "b", **conv}, {"id": "c", "kind": "Flatten", "params": {}}, blocks=(block,)
    )
    analysis = Analyst().analyse(found)
    report = analysis.nodes["a"]
    assert (report.copies, report.parameters, report.receptive) == (2, 40, (7, 7))
    assert report.in_all.parameters == 40 + 148
    assert report.in_all.activation_bytes == 4 * 4 * (10 * 10 + 6 * 6)
    rows = [row.in_all for row in analysis.nodes.values()]
    assert sum(row.parameters for row in rows) == analysis.parameters == build(found).count_params()
    assert sum(row.flops or 0 for row in rows) == analysis.flops
    assert sum(row.activation_bytes or 0 for row in rows) == analysis.activation_bytes


def test_what_waits_in_a_later_copy_is_not_known() -> None:
    from builder.worker.analyse import Analyst

    growing = {"id": "b", "kind": "Reshape", "params": {"target_shape": [2, 2]}}
    block = {"id": "twice", "name": "Twice", "members": ["a", "b"], "repeat": 3}
    report = Analyst().analyse(document(growing, blocks=(block,))).nodes["a"]
    assert report.output is not None
    assert report.blocked


def test_what_feeds_only_a_bypassed_layer_counts_nothing() -> None:
    from builder.worker.analyse import Analyst

    value = document().to_dict()
    value["model"]["nodes"].append({"id": "sum", "kind": "Add", "bypassed": True})
    value["model"]["edges"] = [
        {"source": one, "target": other, "port": port}
        for one, other, port in (("x", "a", 0), ("x", "b", 0), ("a", "sum", 0), ("b", "sum", 1), ("sum", "c", 0))
    ]
    analysis = Analyst().analyse(from_value(value))
    report = analysis.nodes["b"]
    assert (report.copies, report.blocked, report.in_all.parameters, report.in_all.flops) == (0, False, 0, 0)
    assert analysis.parameters == 40


def test_a_bypassed_layer_has_no_parameters() -> None:
    analysis, model = both(document({"id": "b", "bypassed": True}))
    assert analysis.parameters == model.count_params() == 40
    assert analysis.nodes["b"].output == analysis.nodes["a"].output


def test_a_frozen_layer_does_not_train() -> None:
    analysis, model = both(document({"id": "b", "frozen": True}))
    assert analysis.trainable == sum(weight.shape.num_elements() for weight in model.trainable_weights) == 40
    assert analysis.nodes["b"].trainable == 0
    assert not model.get_layer("b").trainable


def test_a_shared_layer_is_one_layer() -> None:
    analysis, model = both(document({"id": "c", "params": {}, "shares": "a"}))
    assert analysis.parameters == model.count_params() == 40
    assert analysis.nodes["c"].shared
    assert analysis.nodes["c"].parameters == 0
    assert len(model.get_layer("a")._inbound_nodes) == 2


def test_a_shared_layer_on_another_shape_is_keras_error_at_the_second_place() -> None:
    from builder.worker.analyse import Analyst

    found = document({"id": "b", "params": {"units": 5}}, {"id": "c", "params": {}, "shares": "a"})
    reports = Analyst().analyse(found).nodes
    assert reports["a"].error is None
    assert reports["c"].error is not None
    assert "4" in reports["c"].error


def test_memory_of_earlier_layers_does_not_mix_up_switches() -> None:
    from builder.worker.analyse import Analyst

    analyst = Analyst()
    assert analyst.analyse(document()).trainable == 60
    assert analyst.analyse(document({"id": "b", "frozen": True})).trainable == 40
    assert analyst.analyse(document()).trainable == 60
