"""Every page, opened as a session would: what it shows, and what its forms change in the kept project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from builder.catalog.registry import datasets, templates
from builder.document import Document, apply, from_value
from builder.errors import Problem, RunError
from builder.rundir import EventLog, RunDirectory, State
from builder.store import Projects
from builder.ui import session

Visit = Callable[..., AppTest]


def words(test: AppTest) -> str:
    shown = [*test.markdown, *test.caption, *test.error, *test.warning, *test.button]
    return "\n".join(str(getattr(element, "value", "")) + str(getattr(element, "label", "")) for element in shown)


def canvas_data(test: AppTest) -> Any:
    import json

    for element in test.main:
        proto = getattr(element, "proto", None)
        if proto is not None and getattr(proto, "component_name", "").endswith("layerloom_canvas"):
            return json.loads(proto.json)
    raise AssertionError("there is no canvas on the page")


def test_design_opens_on_a_network_that_can_be_trained(visit: Visit, mine: Projects) -> None:
    test = visit()
    assert "Ready to train" in words(test)
    assert not test.button(key="train").disabled
    assert test.query_params["project"] in ([mine.recent()[0].id], mine.recent()[0].id)


def test_a_form_changes_the_kept_document(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["digits_cnn"].document))
    test = visit(project=project.id)
    test.segmented_control(key="tab").set_value("Training").run()
    test.number_input(key=f"training.epochs.{project.id}").set_value(3).run()
    test.selectbox(key=f"training.optimizer.{project.id}").set_value("SGD").run()
    test.number_input(key=f"training.optimizer.{project.id}.SGD.momentum").set_value(0.9).run()
    training = mine.get(project.id).document.training
    assert training.epochs == 3
    assert (training.optimizer.kind, training.optimizer.params["momentum"]) == ("SGD", 0.9)


def test_a_callback_that_is_told_not_to_go_back_is_told_so_in_the_document(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["digits_cnn"].document))
    test = visit(project=project.id)
    test.segmented_control(key="tab").set_value("Training").run()
    chosen = test.multiselect(key=f"training.callbacks.{project.id}")
    assert "- CSVLogger: It writes a file elsewhere" in chosen.help
    chosen.set_value(["EarlyStopping"]).run()
    assert mine.get(project.id).document.training.callbacks[0].params["restore_best_weights"] is True
    place = f"training.callbacks.0.{project.id}.EarlyStopping"
    test.session_state[f"training.callbacks.0.{project.id}.EarlyStopping.left"] = True  # The fold, opened.
    test.run()
    test.toggle(key=f"{place}.restore_best_weights").set_value(False).run()
    assert mine.get(project.id).document.training.callbacks[0].params["restore_best_weights"] is False


@pytest.mark.parametrize("kind", [dataset.kind for dataset in datasets])
def test_every_data_set_can_be_chosen(visit: Visit, mine: Projects, kind: str) -> None:
    project = mine.create(from_value(templates["digits_cnn"].document))
    test = visit(project=project.id)
    test.segmented_control(key="tab").set_value("Training").run()
    test.selectbox(key=f"data.{project.id}").set_value(kind).run()
    assert not test.exception
    data = mine.get(project.id).document.data
    assert data
    assert data.dataset == kind


def test_a_wrong_document_refuses_training_with_the_reason_and_a_fix(visit: Visit, mine: Projects) -> None:
    document = from_value(templates["digits_cnn"].document)
    last = document.model.outputs()[0].id
    wrong = apply(document, {"op": "set_param", "node": last, "name": "units", "value": 7})
    project = mine.create(wrong)
    test = visit(project=project.id)
    assert test.button(key="train").disabled
    assert "Ready to train" not in words(test)
    test.button(key="fix.0").click().run()
    assert not test.button(key="train").disabled
    assert mine.get(project.id).document.model.node(last).params["units"] == 10


@pytest.mark.parametrize(
    ("template", "edits", "says"),
    [
        ("vgg16", (), "No data set is chosen: there is nothing to train on. Choose a data set."),
        (
            "iris_mlp",
            ({"op": "switch", "nodes": ["hidden1", "hidden2", "species"], "name": "frozen", "value": True},),
            "All layers with weights are frozen: nothing is left to train.",
        ),
    ],
)
def test_whatever_keeps_from_training_is_told_by_the_head_and_the_button(
    visit: Visit, mine: Projects, template: str, edits: tuple[dict[str, Any], ...], says: str
) -> None:
    document = from_value(templates[template].document)
    for edit in edits:
        document = apply(document, edit)
    test = visit(project=mine.create(document).id)
    assert test.button(key="train").disabled
    assert test.button(key="train").help.startswith(says)
    heads = [expander.label for expander in test.expander]
    assert any("Cannot train yet" in head and "hint" not in head for head in heads), heads
    assert says.split(":")[0] in words(test)
    assert "Ready to train" not in words(test)


def test_where_nobody_can_tell_nothing_is_ready(visit: Visit, mine: Projects, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(document: Any) -> Any:
        raise RunError("The analysis did not answer.", code="analysis", hint="It has been started again.")

    project = mine.create(from_value(templates["digits_cnn"].document))
    monkeypatch.setattr(session.engine(), "analyse", silent)
    test = visit(project=project.id)
    assert test.button(key="train").disabled
    assert test.button(key="train").help == "The analysis did not answer. It has been started again."
    assert "Ready to train" not in words(test)
    assert "not analysed" in words(test)


@pytest.mark.parametrize(
    "edits",
    [
        [{"op": "add_node", "node": {"id": "odd", "kind": "NoSuchLayer"}}],
        [{"op": "set_param", "node": "{last}", "name": "units", "value": -5}],
        [{"op": "set_param", "node": "{last}", "name": "colour", "value": "red"}],
        [{"op": "set", "path": "data.dataset", "value": "nowhere"}],
        [{"op": "set", "path": "training.loss", "value": "no_loss"}],
        [{"op": "set", "path": "training.optimizer", "value": "NoOptimizer"}],
        [{"op": "set", "path": "training.metrics", "value": ["no_metric"]}],
        [{"op": "set", "path": "training.callbacks", "value": ["NoCallback"]}],
    ],
    ids=lambda edits: str(edits[0].get("path") or edits[0].get("node") or edits[0]["op"])[:40],
)
def test_whatever_a_document_holds_the_page_stands(visit: Visit, mine: Projects, edits: list[dict[str, Any]]) -> None:
    document = from_value(templates["digits_cnn"].document)
    last = document.model.outputs()[0].id
    for edit in edits:
        document = apply(document, {key: last if value == "{last}" else value for key, value in edit.items()})
    test = visit(project=mine.create(document).id)
    assert test.button(key="train").disabled
    for tab in ("Training", "Layer"):
        test.segmented_control(key="tab").set_value(tab).run()
        assert not test.exception


def test_an_empty_document_says_how_to_start(visit: Visit, mine: Projects) -> None:
    test = visit(project=mine.create(Document(name="empty")).id)
    assert "Start with an input" in words(test)
    assert test.button(key="train").disabled


def test_a_project_is_duplicated_deleted_and_brought_back(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value({**templates["iris_mlp"].document, "name": "Flowers"}))
    test = visit(project=project.id)
    test.session_state["project"] = True
    test.run()
    test.button(key="duplicate").click().run()
    copy = mine.recent(1)[0]
    assert copy.name == "Flowers (copy)"
    test.session_state["project"] = True
    test.run()
    test.button(key="delete").click().run()
    assert copy.id not in [info.id for info in mine.recent()]
    test.session_state["project"] = True
    test.run()
    test.button(key=f"restore.{copy.id}").click().run()
    assert mine.get(copy.id).document == mine.get(project.id).document.model_copy(update={"name": copy.name})


def test_an_unknown_project_is_told_and_another_is_opened(visit: Visit) -> None:
    test = visit(project="nosuchproject")
    assert any("no project" in toast.value for toast in test.toast)
    assert not test.exception


def test_train_and_runs_say_what_to_do_when_there_is_nothing(
    visit: Visit, runs: Callable[[], list[RunDirectory]]
) -> None:
    if runs():
        pytest.skip("another test of this module has made runs")
    assert "Nothing has been trained yet" in words(visit("pages/train.py"))
    assert "No runs yet" in words(visit("pages/runs.py"))


def ended(home: Path, name: str, state: State, **fields: Any) -> RunDirectory:
    """A run as a worker leaves it."""
    from builder.events import EpochEnded, StateChanged

    document = from_value({**templates["digits_cnn"].document, "name": name})
    (home / "runs").mkdir(parents=True, exist_ok=True)
    run = RunDirectory.create(home / "runs", document)
    log = EventLog(run.events_path)
    for epoch in (1, 2):
        metrics = {"loss": 1 / epoch, "accuracy": 0.5, "val_loss": 1 / epoch, "val_accuracy": 0.4 * epoch}
        log.append(EpochEnded(epoch=epoch, step=epoch * 45, metrics=metrics, seconds=0.5))
    log.append(StateChanged(state=state))
    log.close()
    run.update(state=state, epoch=2, monitor="val_accuracy", metrics={"val_accuracy": 0.8}, best_epoch=2, **fields)
    return run


def test_runs_lists_and_compares(visit: Visit, engine_home: Path) -> None:
    ended(engine_home, "First", State.FINISHED, parameters=10)
    ended(engine_home, "Second", State.FAILED)
    test = visit("pages/runs.py")
    table = test.dataframe[0].value
    assert {"First", "Second"} <= set(table["Name"])
    assert set(table["Validation accuracy"]) == {80.0}
    assert set(table["Backend"]) == {"TensorFlow"}
    assert not test.exception


def test_pages_name_the_backend_of_a_run(visit: Visit, engine_home: Path) -> None:
    run = ended(engine_home, "Elsewhere", State.FINISHED, backend="torch")
    assert "PyTorch" in words(visit("pages/train.py", run=run.id))
    runs = visit("pages/runs.py")
    runs.text_input(key="runs-find").set_value("pytorch").run()
    assert list(runs.dataframe[0].value["Name"]) == ["Elsewhere"]
    assert "PyTorch" in words(runs)


def test_metrics_are_offered_in_the_order_of_the_run(visit: Visit, engine_home: Path) -> None:
    from builder.events import EpochEnded

    run = ended(engine_home, "Ordered", State.FINISHED)
    run.events_path.write_text("")
    log = EventLog(run.events_path)
    figures = {"loss": 1.0, "recall": 0.5, "accuracy": 0.4, "val_loss": 1.0, "val_recall": 0.5, "val_accuracy": 0.4}
    log.append(EpochEnded(epoch=1, step=1, metrics=figures, seconds=0.5))
    log.close()
    test = visit("pages/runs.py")
    test.text_input(key="runs-find").set_value("ordered").run()
    offered = next(group for group in test.get("button_group") if group.proto.id.endswith("runs-metric"))
    assert [option.content for option in offered.proto.options] == ["Loss", "Recall", "Accuracy"]


def test_runs_are_found_deleted_and_brought_back(visit: Visit, engine_home: Path) -> None:
    needle = ended(engine_home, "Needle", State.FINISHED)
    ended(engine_home, "Hay", State.STOPPED)
    test = visit("pages/runs.py")
    test.text_input(key="runs-find").set_value("needle").run()
    assert list(test.dataframe[0].value["Name"]) == ["Needle"]
    test.button(key="delete-run").click().run()
    assert "No run fits. Change what you look for." in words(test)
    test.text_input(key="runs-find").set_value("").run()
    assert "Needle" not in set(test.dataframe[0].value["Name"])
    test.button(key="undo-delete").click().run()
    assert "Needle" in set(test.dataframe[0].value["Name"])
    test.get("button_group")[0].set_value(["Stopped"]).run()
    assert "Hay" in set(test.dataframe[0].value["Name"])
    assert "Needle" not in set(test.dataframe[0].value["Name"])
    assert needle.record().name == "Needle"
    assert not test.exception


def test_a_run_that_stands_still_says_why(visit: Visit, engine_home: Path) -> None:
    run = ended(engine_home, "Stuck", State.RUNNING)
    still = Problem(code="standstill", severity="warning", message="The training process gives no sign of life.")
    run.standstill_path.write_text(still.model_dump_json())
    test = visit("pages/runs.py")
    assert [warning.value for warning in test.warning if "sign of life" in warning.value] == [still.sentence()]
    run.update(state=State.STOPPED)
    assert "sign of life" not in words(test.run())


def test_a_damaged_run_does_not_hide_the_others(visit: Visit, engine_home: Path) -> None:
    run = ended(engine_home, "Broken", State.FINISHED)
    (run.path / "run.json").write_text("{")
    ended(engine_home, "Whole", State.FINISHED)
    test = visit("pages/runs.py")
    assert len([warning for warning in test.warning if "damaged" in warning.value]) == 1
    assert "Whole" in set(test.dataframe[0].value["Name"])
    train = visit("pages/train.py", run=run.id)
    assert any("damaged" in warning.value for warning in train.warning)


def test_an_unknown_run_is_told(visit: Visit) -> None:
    test = visit("pages/train.py", run="../../etc")
    assert any("no run" in warning.value for warning in test.warning)


def test_a_link_to_a_version_shows_it_beside_the_draft(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["iris_mlp"].document))
    version = mine.versions.save(project.id, "Before", project.document, "the first one")
    later = apply(project.document, {"op": "set", "path": "training.epochs", "value": 3})
    mine.save(project.id, 1, later, {})
    test = visit(project=project.id, version=version.id)
    assert "Version **Before**" in words(test)
    assert "→ 3" in words(test)
    test.button(key="version.restore").click().run()
    assert mine.get(project.id).document == project.document
    assert mine.get(project.id).steps.at == 2
    assert "version" not in test.query_params
    assert canvas_data(test)["can_undo"]


def test_a_version_opens_as_a_copy_or_is_left(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["iris_mlp"].document))
    version = mine.versions.save(project.id, "Before", project.document)
    test = visit(project=project.id, version=version.id)
    assert "They are the same" in words(test)
    test.selectbox(key="version.with").set_value("nothing").run()
    assert test.query_params["with"] in ("nothing", ["nothing"])
    test.button(key="version.back").click().run()
    assert canvas_data(test)["draft"] == project.id
    test = visit(project=project.id, version=version.id)
    test.button(key="version.copy").click().run()
    copy = mine.recent(1)[0]
    assert copy.id != project.id
    assert copy.name == "Iris MLP (Before)"


def test_an_unknown_version_or_layer_is_told_and_the_draft_opens(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["iris_mlp"].document))
    other = mine.create(Document(name="other"))
    foreign = mine.versions.save(other.id, "Foreign", other.document)
    for named in ("nosuchversion", foreign.id):
        test = visit(project=project.id, version=named)
        assert any("version" in toast.value for toast in test.toast)
        assert canvas_data(test)["draft"] == project.id
    test = visit(project=project.id, node="nosuchlayer")
    assert any("nosuchlayer" in toast.value for toast in test.toast)


def test_a_link_to_a_layer_selects_it(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["iris_mlp"].document))
    node = project.document.model.nodes[1].id
    test = visit(project=project.id, node=node)
    assert canvas_data(test)["select"]["nodes"] == [node]


def test_the_address_survives_the_menu(visit: Visit, mine: Projects) -> None:
    project = mine.create(from_value(templates["iris_mlp"].document))
    version = mine.versions.save(project.id, "Before", project.document)
    test = visit(project=project.id, version=version.id)
    test.query_params.clear()
    test.switch_page("pages/runs.py").run()
    test.query_params.clear()
    test.switch_page("pages/design.py").run()
    assert test.query_params["project"] in (project.id, [project.id])
    assert test.query_params["version"] in (version.id, [version.id])
    assert "Version **Before**" in words(test)
