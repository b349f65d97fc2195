"""The code beside the canvas, and documents that come as text: what is shown and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from builder.catalog.registry import templates
from builder.catalog.rules import problems
from builder.codegen import script
from builder.document import Document, apply, from_value
from builder.document.pretty import pretty
from builder.jobs import connect
from builder.settings import Settings
from builder.store import Project, Projects

Visit = Callable[..., AppTest]


@pytest.fixture
def project(mine: Projects) -> Project:
    return mine.create(from_value(templates["digits_cnn"].document))


def shown(test: AppTest) -> Any:
    """What the component that shows the script was given."""
    for element in test.main:
        proto = getattr(element, "proto", None)
        if proto is not None and getattr(proto, "component_name", "").endswith("layerloom_code"):
            return json.loads(proto.json)
    raise AssertionError("there is no script on the page")


def code(visit: Visit, project: Project, form: str) -> AppTest:
    test = visit(project=project.id)
    test.segmented_control(key="tab").set_value("Code").run()
    test.segmented_control(key="code.form").set_value(form).run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*test.caption, *test.markdown, *test.error, *test.warning))


def change(test: AppTest, project: Project, **parts: Any) -> None:
    """Write another document into the text."""
    area = test.text_area[0]
    area.set_value(pretty({**json.loads(area.value), **parts})).run()


def press(test: AppTest, project: Project, name: str) -> None:
    test.button(key=f"json.{project.id}.{name}").click().run()
    assert not test.exception


def test_the_script_is_that_of_the_present_document(visit: Visit, mine: Projects, project: Project) -> None:
    data = shown(code(visit, project, "Keras script"))
    assert "".join(f"{line}\n" for _, line in data["lines"]) == script(project.document)
    assert data["file"] == "digits_cnn.py"
    assert data["selected"] == []


def test_unknown_layers_are_told_before_they_are_taken(visit: Visit, mine: Projects, project: Project) -> None:
    test = code(visit, project, "JSON")
    model = json.loads(test.text_area[0].value)["model"]
    model["nodes"] += [{"id": "x", "kind": "Conv9D", "params": {}}, {"id": "y", "kind": "Blah", "params": {}}]
    change(test, project, model=model)
    assert "Sound" not in said(test)
    assert "11 layers, 8 connections. Not applied yet." in said(test)
    assert "Blah and Conv9D are no layers that Layerloom knows: kept as written" in said(test)
    assert mine.get(project.id).document == project.document
    press(test, project, "apply")
    assert {"Blah", "Conv9D"} <= {node.kind for node in mine.get(project.id).document.model.nodes}


def test_text_is_applied_as_one_step(visit: Visit, mine: Projects, project: Project) -> None:
    test = code(visit, project, "JSON")
    assert test.button(key=f"json.{project.id}.apply").disabled
    change(test, project, name="By hand")
    assert "Sound: 9 layers, 8 connections. Not applied yet." in said(test)
    assert mine.get(project.id).document.name == "Digits CNN"
    press(test, project, "apply")
    assert mine.get(project.id).document.name == "By hand"
    assert test.button(key=f"json.{project.id}.apply").disabled
    draft = test.session_state["draft"]
    assert [step.document for step in draft.history.past] == [project.document]


def test_wrong_text_is_told_and_changes_nothing(visit: Visit, mine: Projects, project: Project) -> None:
    test = code(visit, project, "JSON")
    change(test, project, training={"epochs": "many"})
    assert "Line " in said(test)
    assert "training.epochs" in said(test).replace("\\", "")
    assert "This can be kept: 9 of 9 layers." in said(test)
    assert test.button(key=f"json.{project.id}.apply").disabled
    assert mine.get(project.id).document == project.document
    press(test, project, "accept")
    assert mine.get(project.id).document.training.epochs == 10
    assert not test.error


def parameters(node: str, **params: Any) -> Callable[[dict[str, Any]], None]:
    def write(value: dict[str, Any]) -> None:
        next(each for each in value["model"]["nodes"] if each["id"] == node)["params"] |= params

    return write


def optimizer(**params: Any) -> Callable[[dict[str, Any]], None]:
    return lambda value: value["training"].update(optimizer={"kind": "Adam", "params": params})


WRONG: list[Callable[[dict[str, Any]], None]] = [
    parameters("conv1", filtres=8),
    parameters("conv1", filters=-1),
    parameters("conv1", filters="many"),
    parameters("pool1", pool_size=99),
    parameters("conv1", activation="rellu"),
    parameters("digit", units=3),
    optimizer(learning_rte=0.1),
    optimizer(learning_rate=-1),
    lambda value: value["training"].update(loss="no_such_loss"),
    lambda value: value["training"].update(metrics=["no_such_metric"]),
    lambda value: value["training"].update(callbacks=["NoSuchCallback"]),
    lambda value: value["data"].update(dataset="no_such_data"),
    lambda value: value["model"]["edges"].pop(2),
    lambda value: value["model"]["nodes"][2].update(kind="Conv9D"),
]


@pytest.mark.parametrize("write", WRONG, ids=range(len(WRONG)))
def test_check_says_what_every_other_check_says(
    visit: Visit, project: Project, write: Callable[[dict[str, Any]], None], engine_home: Path
) -> None:
    value = project.document.to_dict()
    write(value)
    document = from_value(value)
    expected = problems(document, connect(Settings(home=engine_home), role="cli").analyse(document))
    assert any(problem.severity == "error" for problem in expected)
    test = code(visit, project, "JSON")
    test.text_area[0].set_value(json.dumps(value)).run()
    told = said(test).replace("\\", "")
    assert "Sound" not in told
    for problem in expected[:12]:
        assert problem.message in told
    press(test, project, "check")
    assert "Sound" not in said(test)
    press(test, project, "apply")
    assert test.session_state["draft"].document == document
    assert test.button(key="train").disabled
    for problem in expected[:12]:
        assert problem.message in said(test).replace("\\", "")


def test_a_design_without_data_is_sound_with_a_hint(visit: Visit, project: Project) -> None:
    value = {**project.document.to_dict(), "data": None}
    value["model"]["nodes"][0]["params"] = {"shape": [8, 8, 1]}
    test = code(visit, project, "JSON")
    test.text_area[0].set_value(json.dumps(value)).run()
    assert "Sound: 9 layers" in said(test)
    assert "data" in said(test)


def test_text_is_kept_while_one_is_elsewhere(visit: Visit, mine: Projects, project: Project) -> None:
    test = code(visit, project, "JSON")
    change(test, project, name="Unfinished")
    test.segmented_control(key="tab").set_value("Training").run()
    test.number_input(key=f"training.epochs.{project.id}").set_value(3).run()
    test.segmented_control(key="tab").set_value("Code").run()
    test.segmented_control(key="code.form").set_value("JSON").run()
    assert '"Unfinished"' in test.text_area[0].value
    assert "has changed since" in said(test)
    press(test, project, "reload")
    assert '"epochs": 3' in test.text_area[0].value
    assert '"Unfinished"' not in test.text_area[0].value


def test_text_that_nobody_changed_follows_the_document(visit: Visit, mine: Projects, project: Project) -> None:
    test = code(visit, project, "JSON")
    test.session_state["draft"].perform({"op": "set", "path": "name", "value": "Elsewhere"})
    test.run()
    assert '"Elsewhere"' in test.text_area[0].value


@pytest.mark.parametrize("form", ["Keras script", "JSON"])
def test_any_document_has_its_code(visit: Visit, mine: Projects, form: str) -> None:
    document = from_value(templates["digits_cnn"].document)
    odd = apply(document, {"op": "add_node", "node": {"id": "odd", "kind": "NoSuchLayer"}})
    for found in (odd, Document(name="empty")):
        code(visit, mine.create(found), form)


def opened(visit: Visit, project: Project, data: bytes) -> AppTest:
    test = visit(project=project.id)
    test.session_state["project"] = True
    test.run()
    test.file_uploader(key="upload").upload("mine.loom.json", data, "application/json").run()
    assert not test.exception
    return test


def test_a_file_with_a_mistake_is_opened_without_it(visit: Visit, mine: Projects, project: Project) -> None:
    value = {**project.document.to_dict(), "name": "From a file", "colour": "red"}
    test = opened(visit, project, json.dumps(value).encode())
    assert "This can be kept: 9 of 9 layers." in said(test)
    assert "a document has no such field" in said(test)
    assert mine.recent(1)[0].name != "From a file"
    test.button(key="upload.accept").click().run()
    assert not test.exception
    assert mine.recent(1)[0].name == "From a file"
    assert mine.get(mine.recent(1)[0].id).document.model == project.document.model


def test_a_file_that_is_not_wanted_changes_nothing(visit: Visit, mine: Projects, project: Project) -> None:
    before = [info.id for info in mine.recent()]
    test = opened(visit, project, project.document.to_json().encode()[:-40])
    assert "it ends too early" in said(test)
    test.button(key="upload.cancel").click().run()
    assert not test.error
    assert [info.id for info in mine.recent()] == before


def test_a_huge_file_is_refused_with_the_limit(visit: Visit, project: Project) -> None:
    nodes = [{"id": f"d{number}", "kind": "Dense"} for number in range(10_000)]
    test = opened(visit, project, json.dumps({"format": 1, "model": {"nodes": nodes}}).encode())
    assert "has 10,000 layers; a document holds at most 2,000." in said(test)
