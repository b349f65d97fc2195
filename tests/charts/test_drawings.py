"""Pictures of networks: every box once, inside its picture, in its family's hue; marks where something changed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from builder.catalog.registry import templates
from builder.catalog.spec import GROUPS, Template
from builder.charts.comparison import comparison, drawing
from builder.charts.families import HUES, hue
from builder.charts.plan import plan
from builder.charts.scene import scene
from builder.charts.thumbnail import thumbnail
from builder.document import Document, apply, from_value
from builder.document.diff import diff

CSS = Path(__file__).resolve().parents[2] / "builder/canvas/frontend/src/theme.css"
SVG = "{http://www.w3.org/2000/svg}"
ALL = [pytest.param(template, id=template.kind) for template in templates]


def boxes(svg: str) -> dict[str, str]:
    """Box -> mark of a drawing."""
    found = ET.fromstring(svg).iter(f"{SVG}g")
    return {group.attrib["data-box"]: group.attrib["data-mark"] for group in found if "data-box" in group.attrib}


def blocks_document(folded: list[str]) -> Document:
    nodes = [
        {"id": name, "kind": kind} for name, kind in zip("abcd", ["Input", "Conv2D", "ReLU", "Dense"], strict=True)
    ]
    edges = [{"source": one, "target": other} for one, other in ("ab", "bc", "cd")]
    blocks = [{"id": "body", "name": "Body <1>", "members": ["b", "c"], "repeat": 3}]
    model = {"nodes": nodes, "edges": edges, "blocks": blocks}
    return from_value({"format": 1, "name": "Blocks", "model": model, "folded": folded})


def test_the_hues_are_those_of_the_canvas() -> None:
    stated = dict(re.findall(r"--hue-(\w+): (light-dark\([^)]+\));", CSS.read_text()))
    assert stated == {family: hue(family) for family in HUES}


@pytest.mark.parametrize("template", ALL)
def test_every_template_has_a_picture_and_a_place_in_the_gallery(template: Template) -> None:
    document = from_value(template.document)
    root = ET.fromstring(thumbnail(document))
    shapes = [*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}circle")]
    assert len(shapes) >= len(scene(document).boxes)
    assert template.group in GROUPS
    assert len(thumbnail(document)) < 40_000


@pytest.mark.parametrize("layout", ["none", "tall", "wide", "some"])
def test_boxes_stay_inside_the_picture(layout: str) -> None:
    document = from_value(templates["digits_residual"].document)
    places = {
        "none": {},
        "tall": {node.id: {"x": 0, "y": 131.7 * index} for index, node in enumerate(document.model.nodes)},
        "wide": {node.id: {"x": 300 * index, "y": 5} for index, node in enumerate(document.model.nodes)},
        "some": {"conv1": {"x": -400, "y": 900}},
    }[layout]
    document = from_value({**document.to_dict(), "layout": places})
    root = ET.fromstring(thumbnail(document))
    outer = root.find(f"{SVG}g")
    assert outer is not None
    left, top, scale = map(float, re.findall(r"-?[\d.]+", outer.attrib["transform"]))
    rects = [
        [left + scale * float(r.attrib["x"]), top + scale * float(r.attrib["y"]), scale * float(r.attrib["width"])]
        for r in root.iter(f"{SVG}rect")
    ]
    assert all(x >= 0 and x + width <= 320 and 0 <= y <= 120 for x, y, width in rects)
    assert len({(round(x, 2), round(y, 2)) for x, y, _ in rects}) == len(rects)


def test_empty_and_circular_networks_are_drawn() -> None:
    assert thumbnail(Document(name='a "quoted" <name>')).startswith("<svg")
    ET.fromstring(thumbnail(Document(name='a "quoted" <name>')))
    circle: dict[str, Any] = {
        "nodes": [{"id": name, "kind": "NoSuchLayer"} for name in "abc"],
        "edges": [{"source": one, "target": other} for one, other in ("ab", "bc", "ca")],
    }
    document = from_value({"format": 1, "name": "Circle", "model": circle})
    ET.fromstring(thumbnail(document))
    assert set(boxes(drawing(document))) == {"a", "b", "c"}


def test_a_folded_block_is_one_stacked_box_and_an_open_one_a_frame() -> None:
    folded, opened = scene(blocks_document(["body"])), scene(blocks_document([]))
    assert [(box.id, box.stacked) for box in folded.boxes] == [("a", False), ("body", True), ("d", False)]
    assert folded.boxes[1].subtitle == "2 layers × 3"
    assert folded.boxes[1].family == "convolution"
    assert folded.lines == (("a", "body"), ("body", "d"))
    assert folded.frames == ()
    assert [(frame.title, frame.boxes) for frame in opened.frames] == [("Body <1> × 3", ("b", "c"))]
    assert "Body &lt;1&gt;" in drawing(blocks_document([]))


def test_what_changed_is_marked_where_it_stands() -> None:
    before = from_value(templates["digits_residual"].document)
    after = before
    for edit in (
        {"op": "set_param", "node": "stem", "name": "filters", "value": 16},
        {"op": "remove", "nodes": ["drop"]},
        {"op": "connect", "edge": {"source": "flat", "target": "digit"}},
        {"op": "add_node", "node": {"id": "late", "kind": "Dense"}},
    ):
        after = apply(after, edit)
    svg = comparison(before, after, diff(before, after), pointed="conv1")
    marks = {box: mark for box, mark in boxes(svg).items() if mark}
    assert marks == {"stem": "changed", "drop": "removed", "late": "added"}
    assert set(boxes(svg)) == {node.id for node in (*before.model.nodes, *after.model.nodes)}
    lines = [path.attrib["data-mark"] for path in ET.fromstring(svg).iter(f"{SVG}path") if "data-mark" in path.attrib]
    assert sorted(lines) == ["added", "removed", "removed"]
    for sign in ("+", "−", "~"):
        assert f">{sign}</text>" in svg
    assert svg.count('class="pointed"') == 1


def test_a_change_inside_a_folded_block_marks_the_block() -> None:
    before = blocks_document(["body"])
    after = apply(before, {"op": "set_param", "node": "b", "name": "filters", "value": 3})
    assert boxes(comparison(before, after, diff(before, after)))["body"] == "changed"


@pytest.mark.parametrize("template", ALL)
def test_the_plan_holds_every_layer_once_and_flows_forward(template: Template) -> None:
    document = from_value(template.document)
    found = plan(document)
    held = [node for box in found["boxes"] for node in box["nodes"]]
    assert sorted(held) == sorted(node.id for node in document.model.nodes)
    assert min(box["lane"] for box in found["boxes"]) == 0
    assert all(found["boxes"][a]["step"] < found["boxes"][b]["step"] for a, b in found["lines"])
