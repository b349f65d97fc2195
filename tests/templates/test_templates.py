from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from builder.catalog.registry import layers, templates
from builder.catalog.rules import problems
from builder.catalog.spec import Template
from builder.catalog.templates.drawing import BORDER
from builder.document import Document, from_value
from builder.document.expand import expanded
from builder.rundir import RunDirectory, RunRecord, State

ALL = [pytest.param(template, id=template.kind) for template in templates]
PROMISED = {"digits_cnn", "mnist_cnn", "iris_mlp", "spiral_mlp", "digits_residual", "diabetes_regression"}


DESIGNS = {"alexnet", "vgg16", "resnet50", "mobilenet_v2"}
"""Famous networks without data, whose size is published."""


def document(kind: str, **changes: dict[str, Any]) -> Document:
    """A template's document with some of its settings changed, by section."""
    value = templates[kind].document
    return from_value({**value, **{section: {**value[section], **new} for section, new in changes.items()}})


def train(found: Document, home: Path, **environment: str) -> RunRecord:
    """Train in a process of its own, as every run is."""
    run = RunDirectory.create(home / "runs", found)
    subprocess.run(
        [sys.executable, "-m", "builder.worker.main", str(run.path)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=300,
    )
    record = run.record()
    assert record.state is State.FINISHED, record.problem
    assert run.model_path.is_file()
    return record


def test_the_templates_that_a_new_user_is_promised_are_there() -> None:
    assert {template.kind for template in templates} >= PROMISED
    assert min(templates, key=lambda template: template.order).kind == "digits_cnn"
    assert len({template.order for template in templates}) == len(templates)


@pytest.mark.parametrize("template", ALL)
def test_a_template_says_what_it_teaches_and_what_to_expect(template: Template) -> None:
    found = from_value(template.document)
    assert found.name == template.name
    assert template.summary.endswith(".")
    assert template.expected
    assert (template.seconds > 0) == (found.data is not None)


def test_famous_networks_are_designs_in_folded_blocks() -> None:
    assert {template.kind for template in templates if template.document["data"] is None} == DESIGNS
    for kind in DESIGNS - {"alexnet"}:
        found = from_value(templates[kind].document)
        inside = found.model.parents()
        drawn = [item.id for item in (*found.model.nodes, *found.model.blocks) if item.id not in inside]
        assert len(drawn) <= 13, "a canvas to be read at a glance"
        assert set(found.folded) == {block.id for block in found.model.blocks}


@pytest.mark.parametrize("kind", sorted(DESIGNS))
def test_everything_has_a_place_and_no_two_share_one(kind: str) -> None:
    found = from_value(templates[kind].document)
    boxes = (*found.model.nodes, *found.model.blocks)
    assert set(found.layout) == {item.id for item in boxes}
    parents = found.model.parents()
    groups: dict[str | None, list[tuple[float, float]]] = {}
    for item in boxes:
        place = found.layout[item.id]
        groups.setdefault(parents.get(item.id), []).append((place.x, place.y))
    for name, places in groups.items():
        for index, one in enumerate(places):
            assert all(abs(one[0] - x) >= 250 or abs(one[1] - y) >= 100 for x, y in places[index + 1 :])
        if name:
            corner = found.layout[name]
            assert (min(x for x, _ in places) - corner.x, min(y for _, y in places) - corner.y) == BORDER


@pytest.mark.keras
@pytest.mark.parametrize(
    ("kind", "name"), [("resnet50", "ResNet50"), ("mobilenet_v2", "MobileNetV2"), ("vgg16", "VGG16")]
)
def test_a_famous_network_is_that_of_keras_layer_by_layer(kind: str, name: str) -> None:
    from builder.worker.build import build
    from builder.worker.framework import keras

    made = build(from_value(templates[kind].document))
    theirs = getattr(keras.applications, name)(weights=None)
    assert Counter(type(layer).__name__ for layer in made.layers) == Counter(
        type(layer).__name__ for layer in theirs.layers
    )
    assert made.count_params() == theirs.count_params()
    assert made.output_shape == theirs.output_shape
    for one, other in zip(along(made), along(theirs), strict=True):
        assert (one.name, uncounted(one)) == (one.name, uncounted(other)), other.name
        assert one.output.shape == other.output.shape


def along(model: Any) -> list[Any]:
    """The layers in the order in which data reaches them, by the longest way, those of one distance by their size."""
    distance: dict[str, int] = {}
    for layer in model.layers:
        sources = [tensor._keras_history.operation.name for tensor in layer._inbound_nodes[0].input_tensors]
        distance[layer.name] = 1 + max((distance[source] for source in sources), default=0)
    return sorted(model.layers, key=lambda layer: (distance[layer.name], str(uncounted(layer))))


def uncounted(layer: Any) -> dict[str, Any]:
    """What a layer is and has, without its name."""
    config = {key: value for key, value in layer.get_config().items() if key not in ("name", "axis")}
    return {"kind": type(layer).__name__, "parameters": layer.count_params(), **config}


@pytest.mark.keras
@pytest.mark.parametrize(("kind", "layers"), [("resnet50", 177), ("mobilenet_v2", 156), ("vgg16", 23)])
def test_repeated_blocks_are_counted_in_full(kind: str, layers: int) -> None:
    assert len(expanded(from_value(templates[kind].document)).model.nodes) == layers
    drawn = from_value(templates[kind].document).model
    assert len(drawn.nodes) <= layers


@pytest.mark.parametrize("template", ALL)
def test_a_template_writes_down_no_default(template: Template) -> None:
    for node in from_value(template.document).model.nodes:
        defaults = {param.name: param.default for param in layers[node.kind].params}
        assert not [name for name, value in node.params.items() if defaults[name] == value]


@pytest.mark.keras
@pytest.mark.parametrize("template", ALL)
def test_a_template_has_no_problem(template: Template) -> None:
    from builder.worker.analyse import analyse

    found = from_value(template.document)
    analysis = analyse(found)
    assert not [report.error for report in analysis.nodes.values() if report.error]
    assert [problem.code for problem in problems(found, analysis)] == ([] if found.data else ["no-data"])
    if template.kind in DESIGNS:
        assert f"{analysis.parameters:,} parameters" in template.expected


@pytest.mark.keras
def test_the_mnist_template_is_keras_own_example() -> None:
    """keras.io, "Simple MNIST convnet": 34,826 parameters."""
    from builder.worker.analyse import analyse

    assert analyse(document("mnist_cnn")).parameters == 34_826


@pytest.mark.keras
def test_lenet_has_its_published_size() -> None:
    """LeCun et al. 1998, with every filter of the second convolution on all maps: 61,706 parameters."""
    from builder.worker.analyse import analyse

    assert analyse(document("lenet5")).parameters == 61_706


@pytest.mark.keras
def test_the_digits_template_learns(home: Path) -> None:
    record = train(document("digits_cnn", training={"epochs": 8}), home)
    assert record.monitor == "val_accuracy"
    assert (record.metrics["val_accuracy"] or 0) >= 0.95


@pytest.mark.keras
@pytest.mark.parametrize(("kind", "epochs"), [("mnist_cnn", 2), ("lenet5", 4)])
def test_the_mnist_templates_learn_real_digits(
    home: Path, mnist_cache: Path, tmp_path: Path, kind: str, epochs: int
) -> None:
    (tmp_path / "datasets").mkdir()
    shutil.copy(mnist_cache / "datasets" / "mnist.npz", tmp_path / "datasets")
    found = document(kind, data={"limit": 4000}, training={"epochs": epochs})
    record = train(found, home, KERAS_HOME=str(tmp_path))
    assert (record.metrics["val_accuracy"] or 0) >= 0.9
    assert (record.test_metrics["accuracy"] or 0) >= 0.9
