"""The Analyze view and the cost in the bar, as a session sees them."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.registry import templates
from builder.document import apply, from_value
from builder.jobs.probe import Probes
from builder.store import Projects
from builder.ui import analyze, session, views
from builder.ui.draft import Checked

Visit = Callable[..., AppTest]
QUICK = """print('{"step": 0.5, "validation_step": 0.25, "compile": 1.0, "memory": 1}')"""


def shown(test: AppTest) -> str:
    return "\n".join(element.value for element in [*test.markdown, *test.caption])


def test_every_layer_is_a_row_with_its_cost(visit: Visit, mine: Projects) -> None:
    document = from_value(templates["digits_cnn"].document)
    test = visit(project=mine.create(document).id)
    test.segmented_control(key="view").set_value("Analyze").run()
    assert not test.exception
    table = test.dataframe[0].value
    assert list(table["Layer"]) == [node.id for node in document.model.nodes]
    assert table["Share"].sum() == pytest.approx(1)
    first = table[table["Kind"] == "Conv2D"].iloc[0]
    assert (first["Parameters"], first["Sees"].strip(), first["Learns"]) == (320, "3 × 3", "all")
    assert first["FLOPs"] == 2 * 9 * 32 * 64 + 2 * 32 * 64
    assert "kFLOPs" in shown(test)


def test_the_canvas_stays_on_the_page_unseen(visit: Visit, mine: Projects) -> None:
    test = visit(project=mine.create(from_value(templates["digits_cnn"].document)).id)

    def canvases() -> int:
        protos = [getattr(element, "proto", None) for element in test.main]
        return sum(getattr(proto, "component_name", "").endswith("layerloom_canvas") for proto in protos)

    for view in views.VIEWS.values():
        test.segmented_control(key="view").set_value(view.name).run()
        assert not test.exception
        assert canvases() == 1


def test_a_wrong_layer_has_its_message_and_no_figures(visit: Visit, mine: Projects) -> None:
    document = from_value(templates["digits_cnn"].document)
    wrong = apply(document, {"op": "set_param", "node": "conv1", "name": "kernel_size", "value": 99})
    wrong = apply(wrong, {"op": "set_param", "node": "conv1", "name": "padding", "value": "valid"})
    test = visit(project=mine.create(wrong).id)
    test.segmented_control(key="view").set_value("Analyze").run()
    row = test.dataframe[0].value.set_index("Layer").loc["conv1"]
    assert row["Note"]
    assert pd.isna(row["FLOPs"])
    assert "parameters not known yet" in shown(test)


def test_what_does_not_fit_is_refused_with_a_smaller_batch(
    visit: Visit, mine: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = from_value(templates["digits_cnn"].document)
    large = apply(document, {"op": "set", "path": "training.batch_size", "value": 60_000})
    project = mine.create(large)
    monkeypatch.setattr(session, "largest_run", lambda: 800_000_000)
    test = visit(project=project.id)
    assert test.button(key="train").disabled
    assert "a run may use 800 MB here" in shown(test)
    test.button(key="fix.0").click().run()
    assert not test.button(key="train").disabled
    assert mine.get(project.id).document.training.batch_size < 60_000


def test_an_epoch_is_measured_when_asked_and_nothing_is_invented_before(
    visit: Visit, mine: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes = Probes(session.settings(), command=(sys.executable, "-c", QUICK))
    monkeypatch.setattr(session, "probes", lambda: probes)
    document = from_value(templates["digits_cnn"].document)
    test = visit(project=mine.create(document).id)
    assert "an epoch" not in shown(test)
    test.button(key="measure").click().run()
    deadline = time.monotonic() + 60
    while probes.running(document) and time.monotonic() < deadline:
        time.sleep(0.05)
    test.run()
    test.run()
    steps, validation = -(-1438 // document.training.batch_size), -(-359 // document.training.batch_size)
    assert probes.found(document).epoch(steps, validation) == pytest.approx(steps * 0.5 + validation * 0.25)
    assert "an epoch" in shown(test)


class Shown:
    """The part of a draft that the table reads."""

    selected: tuple[str, ...] = ()

    def __init__(self, document: Any):
        self.document = document


def test_copies_are_told_and_count_in_all_columns() -> None:
    document = from_value(templates["xor_mlp"].document)
    names = [node.id for node in document.model.nodes]
    output = Tensor(shape=(None, 4), dtype="float32")
    reports = {name: NodeReport(output=output, flops=8) for name in names}
    reports[names[1]] = NodeReport(output=output, parameters=10, trainable=0, flops=8, copies=3)
    table = analyze.rows(Shown(document), Checked(Analysis(nodes=reports, parameters=30)))
    row = table.iloc[1]
    assert (row["Layer"], row["Share"], row["Learns"]) == (f"{names[1]}  × 3", 1, "frozen")
    assert (row["Parameters"], row["FLOPs"]) == (30, 24)
    file = pd.read_csv(io.BytesIO(analyze.csv(table)), encoding="utf-8-sig")
    assert list(file["Layer"]) == names
    assert list(file["Copies"]) == [1, 3, 1]
    assert list(file["Activations (bytes)"]) == [16, 48, 16]
    assert set(file["Output"].astype(str)) == {"4"}


@pytest.mark.keras
@pytest.mark.parametrize("kind", [template.kind for template in templates])
def test_the_columns_add_up_to_the_totals(kind: str) -> None:
    from builder.worker.analyse import analyse

    document = from_value(templates[kind].document)
    analysis = analyse(document)
    table = analyze.rows(Shown(document), Checked(analysis))
    assert table["Parameters"].sum() == analysis.parameters
    assert table["Share"].sum() == pytest.approx(1)
    for column, total in (("FLOPs", analysis.flops), ("Activations", analysis.activation_bytes)):
        assert table[column].isna().any() if total is None else table[column].sum() == total


def test_the_row_of_a_repeated_layer_is_about_its_last_copy(visit: Visit, mine: Projects) -> None:
    document = from_value(templates["digits_cnn"].document)
    first = next(node.id for node in document.model.nodes if node.kind == "Conv2D")
    for name, value in (("kernel_size", 3), ("padding", "valid")):
        document = apply(document, {"op": "set_param", "node": first, "name": name, "value": value})
    block = {"id": "row", "name": "Row", "members": [first], "repeat": 2}
    document = apply(document, {"op": "group", "block": block})
    test = visit(project=mine.create(document).id)
    test.segmented_control(key="view").set_value("Analyze").run()
    row = test.dataframe[0].value.set_index("Layer").loc[f"{first}  × 2"]
    assert row["Sees"].strip() == "5 × 5"
    assert row["Output"].strip() == "4 × 4 × 32"
    assert row["Parameters"] == (9 + 1) * 32 + (9 * 32 + 1) * 32
