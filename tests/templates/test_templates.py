from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builder.catalog.registry import layers, templates
from builder.catalog.rules import problems
from builder.catalog.spec import Template
from builder.document import Document, from_value
from builder.rundir import RunDirectory, RunRecord, State

ALL = [pytest.param(template, id=template.kind) for template in templates]
PROMISED = {"digits_cnn", "mnist_cnn", "iris_mlp", "spiral_mlp", "digits_residual", "diabetes_regression"}


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
    assert template.seconds > 0


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
    assert problems(found, analysis) == ()


@pytest.mark.keras
def test_the_mnist_template_is_keras_own_example() -> None:
    """keras.io, "Simple MNIST convnet": 34,826 parameters."""
    from builder.worker.analyse import analyse

    assert analyse(document("mnist_cnn")).parameters == 34_826


@pytest.mark.keras
def test_the_digits_template_learns(home: Path) -> None:
    record = train(document("digits_cnn", training={"epochs": 8}), home)
    assert record.monitor == "val_accuracy"
    assert (record.metrics["val_accuracy"] or 0) >= 0.95


@pytest.mark.keras
def test_the_mnist_template_learns_real_digits(home: Path, mnist_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    shutil.copy(mnist_cache / "datasets" / "mnist.npz", tmp_path / "datasets")
    found = document("mnist_cnn", data={"limit": 4000}, training={"epochs": 2})
    record = train(found, home, KERAS_HOME=str(tmp_path))
    assert (record.metrics["val_accuracy"] or 0) >= 0.9
    assert (record.test_metrics["accuracy"] or 0) >= 0.9
