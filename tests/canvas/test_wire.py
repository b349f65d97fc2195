"""Messages between Python and the canvas, without a browser."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from builder.canvas.component import BUNDLE, canvas
from builder.canvas.wire import CanvasData, Report, Sent, payload
from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.rules import problems
from builder.document import Document, from_value
from builder.errors import Problem

DOCUMENT = from_value(
    {
        "format": 1,
        "name": "Small",
        "model": {
            "nodes": [
                {"id": "image", "kind": "Input", "params": {"shape": [28, 28, 1]}},
                {"id": "conv", "kind": "Conv2D", "params": {"filters": 8, "kernel_size": [3, 3]}, "frozen": True},
            ],
            "edges": [{"source": "image", "target": "conv"}],
            "blocks": [{"id": "stem", "name": "Stem", "members": ["conv"], "repeat": 2}],
        },
        "layout": {"conv": {"x": 1.5, "y": 120}},
        "folded": ["stem"],
    }
)


def draft(document: Document = DOCUMENT, **more: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "id": "d1",
        "opening": "o1",
        "revision": 7,
        "document": document,
        "acked": {"tab.1": 12},
        "refused": ({"n": 12, "message": "No."},),
        "select": {"token": 3, "nodes": ["conv"]},
        "shelf": (SimpleNamespace(id="s1", title="Stem", part={"nodes": []}, owner="me"),),
        "history": SimpleNamespace(past=(document,), future=()),
    }
    return SimpleNamespace(**values | more)


def checked() -> SimpleNamespace:
    first, last = (Tensor(shape=(None, size, size, 8), dtype="float32") for size in (26, 24))
    report = NodeReport(output=first, finals=(last,), parameters=80, trainable=80, copies=2)
    problem = Problem(code="keras", message="Wrong.", node="conv", edge=("image", "conv", 0))
    analysis = Analysis(nodes={"conv": report, "image": NodeReport(error="No shape.", blocked=True)})
    return SimpleNamespace(analysis=analysis, problems=(problem,))


def sent(*numbers: int, client: str = "tab.1") -> Sent:
    edits = [{"n": n, "edit": {"op": "undo"}} for n in numbers]
    read = Sent.read({"client": client, "draft": "d1", "edits": edits, "selected": ["conv"]})
    assert read
    return read


def test_payload_is_json_with_all_that_the_canvas_shows() -> None:
    value = json.loads(json.dumps(payload(draft(), checked()).model_dump(mode="json"), allow_nan=False))
    assert value == {
        "draft": "d1",
        "opening": "o1",
        "revision": 7,
        "acked": {"tab.1": 12},
        "refused": [{"n": 12, "message": "No."}],
        "nodes": [
            {"id": "image", "kind": "Input", "params": {"shape": [28, 28, 1]}},
            {"id": "conv", "kind": "Conv2D", "params": {"filters": 8, "kernel_size": [3, 3]}, "frozen": True},
        ],
        "edges": [{"source": "image", "target": "conv", "port": 0}],
        "blocks": [{"id": "stem", "name": "Stem", "members": ["conv"], "repeat": 2}],
        "folded": ["stem"],
        "layout": {"conv": {"x": 1.5, "y": 120.0}},
        "reports": {
            "conv": {
                "shape": [None, 26, 26, 8],
                "dtype": "float32",
                "parameters": 80,
                "trainable": 80,
                "error": None,
                "blocked": False,
                "copies": 2,
                "finals": [[None, 24, 24, 8]],
                "shared": False,
                "axes": ["height", "width", "channels"],
            },
            "image": {
                "shape": None,
                "dtype": None,
                "parameters": 0,
                "trainable": 0,
                "error": "No shape.",
                "blocked": True,
                "copies": 1,
                "finals": [],
                "shared": False,
                "axes": [],
            },
        },
        "problems": [
            {
                "code": "keras",
                "message": "Wrong.",
                "severity": "error",
                "node": "conv",
                "edge": ["image", "conv", 0],
                "where": None,
                "hint": None,
                "fix": None,
            }
        ],
        "shelf": [{"id": "s1", "title": "Stem", "part": {"nodes": []}}],
        "data": None,
        "training": DOCUMENT.to_dict()["training"],
        "can_undo": True,
        "can_redo": False,
        "select": {"token": 3, "nodes": ["conv"]},
        "height": "stretch",
    }


def test_payload_of_an_untouched_draft() -> None:
    history = SimpleNamespace(past=(), future=(DOCUMENT,))
    fresh = draft(acked={}, refused=(), select=None, history=history)
    data = payload(fresh, SimpleNamespace(analysis=Analysis(), problems=()), height=500)
    assert (data.can_undo, data.can_redo, data.select, data.height) == (False, True, None, 500)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "text",
        7,
        {"client": "", "draft": "d1"},
        {"client": "tab", "edits": []},
        {"client": "tab", "draft": "d1", "edits": [{"n": 0, "edit": {}}]},
        {"client": "tab", "draft": "d1", "edits": [{"n": 1, "edit": "undo"}]},
        {"client": "tab", "draft": "d1", "edits": "many"},
        {"client": "tab", "draft": "d1", "selected": [1]},
        {"client": "t" * 65, "draft": "d1"},
    ],
)
def test_what_cannot_be_read_is_nothing(value: Any) -> None:
    assert Sent.read(value) is None


def test_sent_is_read() -> None:
    value = {"client": "tab", "draft": "d1", "edits": [{"n": 3, "edit": {"op": "redo"}}], "later": True}
    read = Sent.read(value)
    assert read is not None
    assert (read.client, read.draft, read.selected) == ("tab", "d1", ())
    assert [(item.n, item.edit) for item in read.edits] == [(3, {"op": "redo"})]


def test_only_edits_that_were_not_done_are_fresh() -> None:
    assert [item.n for item in sent(11, 12, 13, 14).fresh({"tab.1": 12, "other": 99})] == [13, 14]
    assert sent(11, 12).fresh({"tab.1": 12}) == ()
    assert sent().fresh({"tab.1": 12}) == ()


def test_a_server_from_an_older_state_waits_for_the_edits_that_it_misses() -> None:
    assert sent(15, 16).fresh({"tab.1": 12}) == ()
    assert [item.n for item in sent(13, 14, 15, 16).fresh({"tab.1": 12})] == [13, 14, 15, 16]


def test_an_unknown_client_may_start_with_any_number() -> None:
    assert [item.n for item in sent(40, 41, client="new").fresh({"tab.1": 12})] == [40, 41]


def test_the_stub_names_the_bundle_by_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.canvas import component

    mounted: dict[str, Any] = {}

    def mount(**options: Any) -> dict[str, Any]:
        mounted.update(options)
        return {"sent": {"client": "tab"}}

    monkeypatch.setattr(component, "_canvas", mount)
    data: CanvasData = payload(draft(), checked())
    assert canvas(data, key="canvas") == {"client": "tab"}
    assert mounted["key"] == "canvas"
    assert mounted["data"] == data.model_dump(mode="json")
    assert callable(mounted["on_sent_change"])
    assert len(component._STUB) < 1_000
    assert f"?v={component._version()}" in component._STUB
    assert (BUNDLE / "canvas.js").is_file()


def test_what_keras_says_of_a_node_is_in_the_nodes_problem_word_for_word() -> None:
    """So that the canvas, which leaves out what a problem says already, says it once."""
    said = (
        "Input 0 with name 'None' of layer 'conv' is incompatible with the layer: expected min_ndim=4, found ndim=2. "
        "Full shape received: (None, 4). And a sentence more that says how a shape is meant to look here. " * 3
    )
    row = Tensor(shape=(None, 4), dtype="float32")
    document = Document(
        model={
            "nodes": [
                {"id": "table", "kind": "Input", "params": {"shape": [4]}},
                {"id": "conv", "kind": "Conv2D", "params": {"filters": 4, "kernel_size": 3}},
            ],
            "edges": [{"source": "table", "target": "conv"}],
        }
    )
    analysis = Analysis(nodes={"table": NodeReport(output=row), "conv": NodeReport(error=said)})
    (problem,) = [each for each in problems(document, analysis) if each.code == "keras"]
    shown = Report.of(analysis.nodes["conv"]).error
    assert shown in problem.message
    assert "'None'" not in shown
