"""Blocks and the switches of layers in Chromium: grouped, folded, repeated, shared, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from canvas_page import CanvasPage, chain
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
Open = Callable[..., CanvasPage]


def members(canvas: CanvasPage) -> dict[str, list[str]]:
    return {block["id"]: block["members"] for block in canvas.document()["model"]["blocks"]}


def block(canvas: CanvasPage, block_id: str = "block") -> dict[str, Any]:
    return next(item for item in canvas.document()["model"]["blocks"] if item["id"] == block_id)


def node(canvas: CanvasPage, node_id: str) -> dict[str, Any]:
    return next(item for item in canvas.document()["model"]["nodes"] if item["id"] == node_id)


def with_block(*inside: str, folded: bool = False, repeat: int = 1) -> dict[str, Any]:
    document = chain("one", "two", "three")
    document["model"]["blocks"] = [{"id": "block", "name": "Stem", "members": list(inside), "repeat": repeat}]
    document["folded"] = ["block"] if folded else []
    for item in document["model"]["nodes"][1:]:
        item["params"] = {"units": 10}
    return document


def title(canvas: CanvasPage, block_id: str = "block") -> Any:
    return canvas.node(block_id).locator(".block-title")


def test_grouping_asks_for_a_name_and_frames_the_members(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two", "three"))
    canvas.select("one", "two")
    canvas.press("Control+g")
    field = canvas.page.get_by_label("Name of the block")
    expect(field).to_be_focused()
    expect(field).to_have_value("Block")
    canvas.page.keyboard.type("Stem")
    canvas.press("Enter")
    assert members(canvas) == {"block": ["one", "two"]}
    assert block(canvas)["name"] == "Stem"
    frame, one, three = (canvas.node(name).bounding_box() for name in ("block", "one", "three"))
    assert frame
    assert one
    assert three
    assert frame["x"] < one["x"]
    assert frame["y"] < one["y"]
    assert frame["y"] + frame["height"] < three["y"]
    expect(canvas.page.get_by_text("selected: block")).to_be_visible()
    canvas.press("Control+z", "Control+z")
    assert members(canvas) == {}


def test_escape_leaves_the_name_and_f2_asks_again(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two"))
    title(canvas).click(position={"x": 40, "y": 12})
    canvas.press("F2")
    canvas.page.keyboard.type("Other")
    canvas.press("Escape")
    assert block(canvas)["name"] == "Stem"
    canvas.tool("Rename").click()
    canvas.page.keyboard.type("Other")
    canvas.press("Enter")
    assert block(canvas)["name"] == "Other"


def test_a_folded_block_is_one_card_with_its_sum(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two", repeat=3))
    title(canvas).dblclick(position={"x": 40, "y": 12})
    card = canvas.node("block").locator(".block-card")
    expect(card).to_contain_text("Stem")
    expect(card.locator(".times")).to_have_text("× 3")
    expect(card.locator(".count")).to_have_text(re.compile(r"2 layers\s+· 19,260"))
    expect(card.locator(".shape")).to_have_text("26 × ? × 10")
    expect(card).to_have_class(re.compile("repeated"))
    expect(canvas.node("one")).to_have_count(0)
    assert canvas.document()["folded"] == ["block"]
    expect(canvas.edge("image", "one")).to_have_count(1)
    expect(canvas.edge("one", "two")).to_have_count(0)
    expect(canvas.edge("two", "three").locator("path").first).to_be_attached()
    card.get_by_role("button", name="Open the block").click()
    expect(canvas.node("one")).to_be_visible()
    assert canvas.document()["folded"] == []


def test_a_problem_inside_shows_on_the_folded_block(open_canvas: Open) -> None:
    document = chain("one", "broken_one")
    document["model"]["blocks"] = [{"id": "block", "name": "Stem", "members": ["one", "broken_one"]}]
    document["folded"] = ["block"]
    canvas = open_canvas(document)
    expect(canvas.node("block").locator(".layer")).to_have_class(re.compile("error"))
    expect(canvas.node("block").locator(".note .text")).to_contain_text("broken_one: Input 0 of layer")


def test_repeating_by_button_and_by_key(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two"))
    canvas.node("block").get_by_role("button", name="Repeat once more").click()
    assert block(canvas)["repeat"] == 2
    title(canvas).click(position={"x": 40, "y": 12})
    canvas.press("+", "+", "-")
    assert block(canvas)["repeat"] == 3
    canvas.press("-", "-", "-", "-")
    assert block(canvas)["repeat"] == 1


def test_writing_a_repetition_out(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two", repeat=2))
    title(canvas).click(position={"x": 40, "y": 12})
    canvas.tool("Write the repetition out").click()
    assert members(canvas) == {"block": ["one", "two"], "block_2": ["one_2", "two_2"]}
    assert set(canvas.arrows()) == {"image>one", "one>two", "two>one_2", "one_2>two_2", "two_2>three"}
    canvas.press("Control+z")
    assert block(canvas)["repeat"] == 2


def test_blocks_in_blocks_and_out_again(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", folded=True))
    canvas.node("block").locator(".foot").click()
    canvas.node("two").click(position={"x": 100, "y": 14}, modifiers=["Shift"])
    canvas.press("Control+g", "Enter")
    assert members(canvas) == {"block": ["one"], "block_2": ["block", "two"]}
    outer = canvas.node("block_2").bounding_box()
    inner = canvas.node("block").bounding_box()
    assert outer
    assert inner
    assert outer["x"] < inner["x"]
    assert outer["y"] < inner["y"]
    canvas.press("Control+Shift+g")
    assert members(canvas) == {"block": ["one"]}
    expect(canvas.page.get_by_text("selected: block, two")).to_be_visible()


def test_a_frame_moves_with_all_in_it(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two"))
    before = canvas.document()["layout"]
    place = title(canvas).bounding_box()
    assert place
    mouse = canvas.page.mouse
    mouse.move(place["x"] + 40, place["y"] + 12)
    mouse.down()
    mouse.move(place["x"] + 140, place["y"] + 12, steps=6)
    mouse.up()
    after = canvas.document()["layout"]
    moved = {name: after[name]["x"] - before[name]["x"] for name in before}
    assert moved["one"] == moved["two"] >= 80
    assert moved["image"] == moved["three"] == 0
    canvas.press("Control+z")
    assert canvas.document()["layout"] == before


def test_a_layer_is_dragged_into_a_block_and_out_again(open_canvas: Open) -> None:
    document = with_block("one", "two")
    document["layout"]["three"] = {"x": 500, "y": 130}
    canvas = open_canvas(document)
    before = canvas.document()
    frame, mouse = canvas.node("block"), canvas.page.mouse
    grip = canvas.middle(canvas.node("three").locator(".kind"))
    mouse.move(*grip)
    mouse.down()
    mouse.move(*canvas.middle(frame), steps=8)
    expect(frame).to_have_class(re.compile("accepting"))
    mouse.up()
    expect(canvas.page.locator(".accepting")).to_have_count(0)
    assert members(canvas) == {"block": ["one", "two", "three"]}
    canvas.press("Control+z")
    assert members(canvas) == {"block": ["one", "two"]}
    assert canvas.document()["layout"] == before["layout"]
    x, y = canvas.middle(canvas.node("two").locator(".kind"))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y + 30, steps=4)
    assert (frame.bounding_box() or {})["y"] + (frame.bounding_box() or {})["height"] > y + 30
    mouse.move(x + 450, y + 30, steps=8)
    edge, start = (frame.bounding_box() or {}), (canvas.node("two").bounding_box() or {})
    assert edge["x"] + edge["width"] < start["x"]
    mouse.up()
    assert members(canvas) == {"block": ["one"]}
    canvas.press("Control+z")
    assert members(canvas) == {"block": ["one", "two"]}


def test_the_only_layer_of_a_block_takes_the_block_along(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one"))
    x, y = canvas.middle(canvas.node("one").locator(".kind"))
    canvas.drag(canvas.node("one").locator(".kind"), (x + 420, y))
    assert members(canvas) == {"block": ["one"]}
    assert canvas.document()["layout"]["one"]["x"] > 300


def test_arrow_keys_move_a_layer_into_a_block(open_canvas: Open) -> None:
    document = with_block("one", "two")
    document["layout"]["three"] = {"x": 350, "y": 130}
    canvas = open_canvas(document)
    canvas.node("three").focus()
    canvas.press("Enter", *["Shift+ArrowLeft"] * 5)
    assert members(canvas) == {"block": ["one", "two", "three"]}


def test_a_folded_block_opens_where_it_was_moved_to(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two", folded=True))
    canvas.node("block").locator(".foot").click()
    canvas.press("Shift+ArrowRight", "Shift+ArrowRight")
    canvas.press("Enter")
    layout = canvas.document()["layout"]
    assert (layout["one"]["x"], layout["three"]["x"]) == (100, 0)


def test_edges_end_at_a_folded_block_and_connect_what_is_in_it(open_canvas: Open) -> None:
    document = with_block("one", "two", folded=True)
    document["model"]["edges"] = [{"source": "one", "target": "two"}]
    canvas = open_canvas(document)
    canvas.drag(canvas.node("image").locator(".source"), canvas.middle(canvas.node("block").locator(".target")))
    canvas.drag(canvas.node("block").locator(".source"), canvas.middle(canvas.node("three").locator(".target")))
    assert canvas.arrows() == ["one>two", "image>one", "two>three"]


def test_frozen_and_bypassed(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.select("one", "two")
    canvas.press("f")
    assert (node(canvas, "one")["frozen"], node(canvas, "two")["frozen"]) == (True, True)
    expect(canvas.node("one").locator(".badge.frozen")).to_be_visible()
    canvas.select("one")
    canvas.press("b")
    expect(canvas.node("one").locator(".layer")).to_have_class(re.compile("bypassed"))
    canvas.tool("Freeze: training leaves the weights as they are").click()
    assert node(canvas, "one") == {"id": "one", "kind": "Dense", "params": {}, "bypassed": True}
    expect(canvas.tool("Bypass: let the input through unchanged")).to_have_attribute("aria-pressed", "true")
    canvas.press("Control+z", "Control+z", "Control+z")
    assert all("frozen" not in item and "bypassed" not in item for item in canvas.document()["model"]["nodes"])


def test_a_copy_with_shared_weights(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.select("one")
    canvas.press("Control+Shift+d")
    assert node(canvas, "one_2") == {"id": "one_2", "kind": "Dense", "params": {}, "shares": "one"}
    expect(canvas.node("one_2").locator(".shared-with")).to_have_text(re.compile("shares one"))
    canvas.tool("Give it weights of its own").click()
    assert node(canvas, "one_2") == {"id": "one_2", "kind": "Dense", "params": {}}
    canvas.press("Control+z", "Control+z")
    assert canvas.ids() == ["image", "one", "two"]


@pytest.mark.parametrize("folded", [True, False])
def test_copy_paste_cut_and_duplicate_of_a_block(open_canvas: Open, folded: bool) -> None:
    canvas = open_canvas(with_block("one", "two", folded=folded, repeat=2))
    place = canvas.node("block").locator(".foot") if folded else title(canvas)
    place.click(position={"x": 40, "y": 10})
    canvas.press("Control+c", "Control+v")
    assert members(canvas) == {"block": ["one", "two"], "block_2": ["one_2", "two_2"]}
    assert block(canvas, "block_2")["repeat"] == 2
    assert canvas.document()["folded"] == (["block", "block_2"] if folded else [])
    canvas.press("Control+x")
    assert members(canvas) == {"block": ["one", "two"]}
    canvas.press("Control+v", "Control+d")
    assert list(members(canvas)) == ["block", "block_2", "block_3"]
    canvas.press("Delete")
    assert list(members(canvas)) == ["block", "block_2"]
    canvas.press("Control+z")
    assert list(members(canvas)) == ["block", "block_2", "block_3"]


def test_removing_a_block_joins_its_neighbours(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two", folded=True))
    canvas.node("block").locator(".foot").click()
    canvas.press("Delete")
    assert canvas.arrows() == ["image>three"]
    assert members(canvas) == {}


def test_everything_with_the_keyboard_alone(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.node("one").focus()
    canvas.press("Enter")
    canvas.node("two").focus()
    canvas.press("Shift+Enter", "Control+g")
    expect(canvas.page.get_by_label("Name of the block")).to_be_focused()
    canvas.page.keyboard.type("Pair")
    canvas.press("Enter", "+", "f", "Enter")
    document = canvas.document()
    assert document["folded"] == ["block"]
    assert block(canvas) == {"id": "block", "name": "Pair", "members": ["one", "two"], "repeat": 2}
    assert [item.get("frozen", False) for item in document["model"]["nodes"]] == [False, True, True]
    expect(canvas.node("block")).to_be_focused()
    canvas.press("Enter", "b", "Control+Shift+g")
    assert members(canvas) == {}
    assert node(canvas, "one")["bypassed"]


def test_tidy_up_keeps_strangers_out_of_frames(open_canvas: Open) -> None:
    document = with_block("one", "two")
    document["model"]["edges"].append({"source": "image", "target": "three", "port": 1})
    document["layout"] = {name: {"x": 0, "y": 0} for name in ("image", "one", "two", "three")}
    canvas = open_canvas(document)
    canvas.page.locator(".react-flow").focus()
    canvas.press("t")
    canvas.viewport()
    frame, image, three = (canvas.node(name).bounding_box() for name in ("block", "image", "three"))
    assert frame
    assert image
    assert three
    assert image["y"] + image["height"] <= frame["y"]
    assert frame["y"] + frame["height"] <= three["y"]


def test_a_ready_block_of_ones_own_is_kept_and_inserted(open_canvas: Open) -> None:
    canvas = open_canvas(with_block("one", "two"))
    title(canvas).click(position={"x": 40, "y": 12})
    canvas.tool("Save as my block").click()
    item = canvas.page.locator('.palette .item[data-kind^="mine."]')
    expect(item).to_have_text(re.compile("Stem"))
    canvas.select("three")
    item.click()
    assert members(canvas) == {"block": ["one", "two"], "block_2": ["one_2", "two_2"]}
    assert "three>one_2" in canvas.arrows()
    flow = canvas.page.locator(".flow").bounding_box()
    assert flow
    canvas.drag(item, (flow["x"] + 150, flow["y"] + 500))
    assert list(members(canvas)) == ["block", "block_2", "block_3"]
    item.hover()
    canvas.page.get_by_role("button", name='Remove "Stem" from your blocks').click()
    expect(item).to_have_count(0)


def test_shortcuts_are_in_the_list(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    canvas.page.locator(".react-flow").focus()
    canvas.press("?")
    for words in ("Group the selected layers in a block", "Duplicate with shared weights", "Freeze or thaw", "Bypass"):
        expect(canvas.page.get_by_role("dialog").get_by_text(words)).to_be_visible()
