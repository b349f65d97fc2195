"""The canvas in Chromium: every gesture by mouse and keyboard, and nothing lost whatever happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from canvas_page import CanvasPage, chain
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
Open = Callable[..., CanvasPage]


def test_nodes_show_shape_count_and_kerass_message(open_canvas: Open) -> None:
    canvas = open_canvas(chain("dense", "broken_one"))
    dense = canvas.node("dense")
    expect(dense.locator(".shape")).to_have_text("26 × ? × 8")
    expect(dense).to_have_attribute("aria-label", "Dense dense, output 26 × ? × 8, 0 parameters")
    # `plainHeight` in frontend/src/layout.ts reckons with this height.
    assert dense.locator(".layer").evaluate("layer => layer.offsetHeight") == 64
    broken = canvas.node("broken_one")
    expect(broken.locator(".layer")).to_have_class(re.compile("error"))
    expect(broken.locator(".note .text")).to_contain_text("expected min_ndim=4, found ndim=2")
    lines = broken.locator(".note .text").evaluate(
        "text => text.clientHeight / parseFloat(getComputedStyle(text).lineHeight)"
    )
    assert 3.5 < lines < 4.5
    expect(canvas.edge("dense", "broken_one").locator(".tensor")).to_have_class(re.compile("bad"))


def test_a_click_in_the_palette_adds_behind_the_selection(open_canvas: Open) -> None:
    canvas = open_canvas(chain("dense"))
    canvas.item("Dropout").click()
    assert canvas.arrows() == ["image>dense", "dense>dropout"]
    canvas.select("image")
    canvas.item("Flatten").click()
    assert set(canvas.arrows()) == {"image>flatten", "flatten>dense", "dense>dropout"}
    expect(canvas.node("flatten")).to_have_class(re.compile("selected"))
    expect(canvas.page.get_by_text("selected: flatten")).to_be_visible()


def test_a_layer_dragged_from_the_palette_lands_under_the_pointer(open_canvas: Open) -> None:
    canvas = open_canvas(chain("dense"))
    flow = canvas.page.locator(".flow").bounding_box()
    assert flow
    canvas.drag(canvas.item("ReLU"), (flow["x"] + 120, flow["y"] + 400))
    assert canvas.arrows() == ["image>dense"]
    box = canvas.node("re_lu").bounding_box()
    assert box
    assert box["x"] < flow["x"] + 120 < box["x"] + box["width"]
    assert abs(box["y"] - flow["y"] - 400) < 30


def test_a_layer_dropped_on_an_edge_is_put_into_it(open_canvas: Open) -> None:
    canvas = open_canvas(chain("dense", "last"))
    canvas.drag(canvas.item("ReLU"), canvas.middle(canvas.edge("dense", "last")))
    assert set(canvas.arrows()) == {"image>dense", "dense>re_lu", "re_lu>last"}


def test_search_in_the_palette(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    search = canvas.page.get_by_label("Find a layer")
    search.fill("mha")
    expect(canvas.page.locator(".palette .item")).to_have_text(re.compile("MultiHeadAttention"))
    search.fill("no such layer")
    expect(canvas.page.get_by_text("No layer fits “no such layer”.")).to_be_visible()
    search.fill("dense")
    search.press("Enter")
    assert canvas.arrows() == ["image>dense"]


def test_connecting_by_dragging_from_handle_to_handle(open_canvas: Open) -> None:
    document = chain("dense")
    document["model"]["edges"] = []
    canvas = open_canvas(document)
    canvas.drag(canvas.node("image").locator(".source"), canvas.middle(canvas.node("dense").locator(".target")))
    assert canvas.arrows() == ["image>dense"]


def test_a_drop_anywhere_on_a_layer_connects_it(open_canvas: Open) -> None:
    document = chain(("one", "Dense"), ("add", "Add"))
    document["layout"]["add"] = {"x": 300, "y": 400}
    canvas = open_canvas(document)
    box = canvas.node("add").bounding_box()
    assert box
    canvas.drag(canvas.node("image").locator(".source"), (box["x"] + box["width"] / 2, box["y"] + box["height"] - 4))
    assert canvas.arrows() == ["image>one", "one>add", "image>add:1"]


def test_named_inputs_have_a_handle_each(open_canvas: Open) -> None:
    document = chain(("attention", "MultiHeadAttention"))
    document["model"]["edges"] = []
    canvas = open_canvas(document)
    handles = canvas.node("attention").locator(".target")
    expect(handles.locator(".port")).to_have_text(["query", "value", "key"])
    for port in (2, 0):
        canvas.drag(canvas.node("image").locator(".source"), canvas.middle(handles.nth(port)))
    assert canvas.arrows() == ["image>attention:2", "image>attention"]


def test_an_input_that_takes_one_edge_gives_up_the_one_it_had(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.drag(canvas.node("image").locator(".source"), canvas.middle(canvas.node("two").locator(".target")))
    assert canvas.arrows() == ["image>one", "image>two"]
    canvas.press("Control+z")
    assert canvas.arrows() == ["image>one", "one>two"]


def test_a_circle_is_refused_with_the_reason(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.drag(canvas.node("two").locator(".source"), canvas.middle(canvas.node("one").locator(".target")))
    toast = canvas.page.locator(".toast")
    expect(toast).to_contain_text('"two" cannot feed "one": the network would run in a circle.')
    assert canvas.arrows() == ["image>one", "one>two"]


def test_an_edge_dropped_on_empty_space_offers_layers(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    flow = canvas.page.locator(".flow").bounding_box()
    assert flow
    canvas.drag(canvas.node("image").locator(".source"), (flow["x"] + 150, flow["y"] + 420))
    canvas.page.get_by_label("Add a layer after image").fill("flatten")
    canvas.press("Enter")
    assert canvas.arrows() == ["image>one", "image>flatten"]


def test_an_edge_is_hung_onto_another_layer(open_canvas: Open) -> None:
    document = chain("one", "two")
    document["layout"] = {"image": {"x": 0, "y": 0}, "one": {"x": 0, "y": 200}, "two": {"x": 300, "y": 200}}
    document["model"]["edges"] = [{"source": "image", "target": "one"}]
    canvas = open_canvas(document)
    x, y = canvas.middle(canvas.node("one").locator(".target"))
    mouse = canvas.page.mouse
    mouse.move(x, y - 15)
    mouse.down()
    mouse.move(*canvas.middle(canvas.node("two").locator(".target")), steps=8)
    mouse.up()
    assert canvas.arrows() == ["image>two"]
    canvas.press("Control+z")
    assert canvas.arrows() == ["image>one"]


def test_an_edge_is_selected_and_removed(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.page.mouse.click(*canvas.middle(canvas.edge("one", "two")))
    expect(canvas.edge("one", "two")).to_have_class(re.compile("selected"))
    canvas.press("Delete")
    assert canvas.arrows() == ["image>one"]


def test_removing_a_middle_layer_joins_its_neighbours(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two", "three"))
    canvas.select("one", "two")
    canvas.press("Delete")
    assert canvas.arrows() == ["image>three"]
    expect(canvas.node("one")).to_have_count(0)
    canvas.press("Control+z")
    assert set(canvas.arrows()) == {"image>one", "one>two", "two>three"}
    canvas.select("one")
    canvas.press("Shift+Delete")
    assert canvas.arrows() == ["two>three"]


def test_undo_and_redo_by_key_and_by_button(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    expect(canvas.tool("Undo")).to_be_disabled()
    canvas.item("Dense").click()
    canvas.item("Dropout").click()
    canvas.press("Control+z", "Control+z")
    assert canvas.ids() == ["image"]
    canvas.press("Control+Shift+z")
    assert canvas.ids() == ["image", "dense"]
    canvas.tool("Redo").click()
    assert canvas.ids() == ["image", "dense", "dropout"]
    canvas.tool("Undo").click()
    assert canvas.ids() == ["image", "dense"]


def test_a_drag_is_one_edit(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    x, y = canvas.middle(canvas.node("one"))
    canvas.select("one", "two")
    canvas.drag(canvas.node("one").locator(".kind"), (x + 150, y))
    layout = canvas.document()["layout"]
    assert layout["one"]["x"] == layout["two"]["x"] > 50
    assert layout["image"]["x"] == 0
    canvas.press("Control+z")
    layout = canvas.document()["layout"]
    assert [layout[node]["x"] for node in ("image", "one", "two")] == [0, 0, 0]


def test_arrow_keys_move_by_ten_pixels_in_one_edit(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    canvas.select("one")
    canvas.page.keyboard.down("ArrowRight")
    canvas.page.keyboard.down("ArrowRight")
    canvas.page.keyboard.down("ArrowRight")
    canvas.page.keyboard.up("ArrowRight")
    assert canvas.document()["layout"]["one"] == {"x": 30, "y": 130}
    canvas.press("Control+z")
    assert canvas.document()["layout"]["one"] == {"x": 0, "y": 130}


def test_copy_paste_cut_and_duplicate(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.select("one", "two")
    canvas.press("Control+c", "Control+v")
    assert canvas.ids() == ["image", "one", "two", "one_2", "two_2"]
    assert set(canvas.arrows()) == {"image>one", "one>two", "one_2>two_2"}
    canvas.press("Control+d")
    assert canvas.ids()[-2:] == ["one_3", "two_3"]
    canvas.press("Control+x")
    assert canvas.ids() == ["image", "one", "two", "one_2", "two_2"]
    canvas.press("Control+v")
    assert canvas.ids()[-2:] == ["one_3", "two_3"]


def test_pasting_something_else_says_so(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    canvas.page.locator(".react-flow").focus()
    canvas.page.locator(".stage").evaluate(
        """stage => {
          const data = new DataTransfer();
          data.setData("text/plain", "just words");
          const options = { clipboardData: data, bubbles: true, composed: true };
          stage.dispatchEvent(new ClipboardEvent("paste", options));
        }"""
    )
    expect(canvas.page.locator(".toast")).to_contain_text("The clipboard holds no layers.")
    assert canvas.ids() == ["image"]


def test_box_selection_and_select_all(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.page.locator(".react-flow").focus()
    canvas.press("Control+a")
    expect(canvas.page.locator(".react-flow__node.selected")).to_have_count(3)
    canvas.press("Escape")
    expect(canvas.page.locator(".react-flow__node.selected")).to_have_count(0)
    one, two = canvas.node("one").bounding_box(), canvas.node("two").bounding_box()
    assert one
    assert two
    mouse = canvas.page.mouse
    canvas.page.keyboard.down("Shift")
    mouse.move(one["x"] - 30, one["y"] - 5)
    mouse.down()
    mouse.move(two["x"] + two["width"] + 10, two["y"] + 20, steps=6)
    mouse.up()
    canvas.page.keyboard.up("Shift")
    expect(canvas.page.get_by_text("selected: one, two")).to_be_visible()


def test_several_are_selected_with_the_mouse_alone(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    several = canvas.tool("Select several: drag a box, or click one after the other")
    several.click()
    canvas.node("image").click(position={"x": 100, "y": 14})
    canvas.node("two").click(position={"x": 100, "y": 14})
    expect(canvas.page.get_by_text("selected: image, two")).to_be_visible()
    one, two = canvas.node("one").bounding_box(), canvas.node("two").bounding_box()
    assert one
    assert two
    mouse = canvas.page.mouse
    mouse.move(one["x"] - 30, one["y"] - 5)
    mouse.down()
    mouse.move(two["x"] + 40, two["y"] + 20, steps=6)
    mouse.up()
    expect(canvas.page.get_by_text("selected: one, two")).to_be_visible()
    canvas.node("one").click(position={"x": 100, "y": 14})
    expect(canvas.page.get_by_text("selected: two", exact=True)).to_be_visible()
    several.click()
    canvas.node("image").click(position={"x": 100, "y": 14})
    expect(canvas.page.get_by_text("selected: image", exact=True)).to_be_visible()


@pytest.mark.parametrize("clipboard", ["allowed", "forbidden"])
def test_buttons_copy_cut_and_paste(open_canvas: Open, clipboard: str) -> None:
    canvas = open_canvas(chain("one", "two"))
    if clipboard == "allowed":
        canvas.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:
        canvas.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    canvas.select("one")
    canvas.tool("Copy").click()
    canvas.tool("Paste").click()
    expect(canvas.node("one_2")).to_be_visible()
    canvas.tool("Cut").click()
    expect(canvas.node("one_2")).to_have_count(0)
    canvas.button("Other draft")
    canvas.tool("Paste").click()
    expect(canvas.node("one_2")).to_be_visible()


def test_what_is_added_goes_into_the_selected_edge(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.edge("image", "one").click()
    canvas.item("Dropout").click()
    assert set(canvas.arrows()) == {"image>dropout", "dropout>one", "one>two"}
    canvas.edge("one", "two").focus()
    canvas.press("Enter", "/")
    canvas.page.keyboard.type("relu")
    canvas.press("Enter")
    assert {"one>re_lu", "re_lu>two"} <= set(canvas.arrows())


def test_the_search_opens_at_the_pointer(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    flow = canvas.page.locator(".flow").bounding_box()
    assert flow
    x, y = flow["x"] + 160, flow["y"] + 420
    canvas.page.mouse.move(x, y)
    canvas.page.locator(".react-flow").focus()
    canvas.press("/")
    search = canvas.page.locator(".quick-add").bounding_box()
    assert search
    assert search["x"] <= x <= search["x"] + 40
    assert search["y"] <= y <= search["y"] + 40
    canvas.page.keyboard.type("flatten")
    canvas.press("Enter")
    assert canvas.arrows() == ["image>one", "one>flatten"]


def test_arrow_keys_move_the_picture_where_nothing_is_selected(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    before = canvas.node("one").bounding_box()
    canvas.page.locator(".react-flow").focus()
    canvas.press("ArrowDown", "Shift+ArrowRight")
    canvas.viewport()
    after = canvas.node("one").bounding_box()
    assert before
    assert after
    assert (round(before["x"] - after["x"]), round(before["y"] - after["y"])) == (200, 40)


def test_a_chain_is_built_with_the_keyboard_alone(open_canvas: Open) -> None:
    canvas = open_canvas({"format": 1, "name": "Empty", "model": {"nodes": [], "edges": []}})
    expect(canvas.page.get_by_text("Drag a layer here, or press / to search.")).to_be_visible()
    canvas.page.locator(".react-flow").focus()
    for words in ("input", "conv2d", "flat"):
        canvas.press("/")
        canvas.page.keyboard.type(words)
        canvas.press("Enter")
    assert canvas.arrows() == ["input>conv2d", "conv2d>flatten"]


def test_a_double_click_searches_at_the_pointer(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    flow = canvas.page.locator(".flow").bounding_box()
    assert flow
    x, y = flow["x"] + 160, flow["y"] + 420
    canvas.page.mouse.dblclick(x, y)
    search = canvas.page.get_by_label("Add a layer", exact=True).get_by_role("combobox")
    expect(search).to_be_focused()
    search.fill("relu")
    canvas.press("ArrowDown", "ArrowUp", "Enter")
    assert canvas.arrows() == ["image>one"]
    box = canvas.node("re_lu").bounding_box()
    assert box
    assert box["x"] < x < box["x"] + box["width"]
    expect(canvas.page.locator(".react-flow")).to_be_focused()


def test_the_palette_can_be_hidden_and_groups_folded(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    canvas.tool("Core").click()
    expect(canvas.item("Dense")).to_have_count(0)
    canvas.tool("Core").click()
    canvas.item("Dense").click()
    canvas.tool("Hide the layers").click()
    expect(canvas.page.locator(".palette .item")).to_have_count(0)
    canvas.page.reload()
    canvas.tool("Show the layers").click()
    expect(canvas.page.get_by_label("Recently used").locator(".item")).to_have_text(["grid_viewDense"])


def test_connecting_with_the_keyboard_alone(open_canvas: Open) -> None:
    document = chain("one", ("add", "Add"), "last")
    document["model"]["edges"] = []
    canvas = open_canvas(document)
    canvas.node("image").focus()
    canvas.press("Enter", "c")
    expect(canvas.page.locator(".toasts")).to_contain_text("Connect image to one?")
    canvas.press("ArrowDown")
    expect(canvas.page.locator(".toasts")).to_contain_text("Connect image to add?")
    canvas.press("Enter")
    canvas.node("one").focus()
    canvas.press("Enter")
    canvas.node("add").focus()
    canvas.press("Shift+Enter", "c")
    expect(canvas.edge("one", "add", 1)).to_have_count(1)  # It is asked first whether they fit.
    assert canvas.arrows() == ["image>add", "one>add:1"]
    canvas.node("add").focus()
    canvas.press("Enter", "c", "Escape")
    expect(canvas.page.locator(".aim")).to_have_count(0)
    assert len(canvas.arrows()) == 2


def test_typing_is_never_a_shortcut_and_streamlits_own_shortcuts_stay_away(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    canvas.select("one")
    expect(canvas.page.get_by_text("selected: one")).to_be_visible()
    canvas.press("r")
    canvas.press("c", "Escape")
    canvas.page.get_by_label("Find a layer").click()
    canvas.page.keyboard.type("cr/?")
    canvas.press("Delete", "Backspace", "Backspace", "Control+a", "Control+z")
    canvas.node("one").focus()
    assert canvas.ids() == ["image", "one"]
    expect(canvas.page.get_by_text("runs: 1", exact=True)).to_be_visible()
    expect(canvas.page.locator(".quick-add, .help, [role=dialog]")).to_have_count(0)


def test_focus_returns_to_the_canvas_after_a_removal(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.node("one").focus()
    canvas.press("Enter", "Delete")
    expect(canvas.page.locator(".react-flow")).to_be_focused()
    canvas.press("Control+z")
    assert canvas.ids() == ["image", "one", "two"]


def test_the_list_of_shortcuts(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    canvas.page.locator(".react-flow").focus()
    canvas.press("?")
    expect(canvas.page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    canvas.press("Escape")
    expect(canvas.page.get_by_role("dialog")).to_have_count(0)
    expect(canvas.page.locator(".react-flow")).to_be_focused()


def test_tidy_up_is_one_edit_and_leaves_nothing_overlapping(open_canvas: Open) -> None:
    document = chain("one", "two", "three")
    document["layout"] = {node: {"x": 0, "y": 0} for node in document["layout"]}
    canvas = open_canvas(document)
    canvas.tool("Tidy up").click()
    layout = canvas.document()["layout"]
    heights = [layout[node]["y"] for node in ("image", "one", "two", "three")]
    assert all(lower - upper >= 80 for upper, lower in pairwise(heights))
    canvas.press("Control+z")
    assert {position["y"] for position in canvas.document()["layout"].values()} == {0}


def test_a_document_without_layout_is_laid_out_and_stays_when_one_node_moves(open_canvas: Open) -> None:
    document = chain("one", "two")
    document["layout"] = {}
    canvas = open_canvas(document)
    before = canvas.node("two").bounding_box()
    canvas.select("one")
    canvas.press("ArrowRight")
    layout = canvas.document()["layout"]
    assert set(layout) == {"image", "one", "two"}
    assert canvas.node("two").bounding_box() == before


def test_a_fix_on_a_layer_is_one_click(open_canvas: Open) -> None:
    canvas = open_canvas(chain("odd"))
    canvas.node("odd").get_by_role("button", name="Set units to 10").click()
    assert canvas.document()["model"]["nodes"][1]["params"] == {"units": 10}
    expect(canvas.node("odd").locator(".count")).to_have_text("3,210")


def test_viewport_and_selection_survive_reruns(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.select("two")
    canvas.page.mouse.move(*canvas.middle(canvas.node("one")))
    canvas.page.mouse.wheel(0, -300)
    canvas.page.wait_for_function("() => window.__layerloom.revision > 0")
    mark = "node => { node.dataset.mark = 'same'; }"
    canvas.node("one").evaluate(mark)
    canvas.tool("Show everything").click()
    canvas.tool("Zoom in").click()
    before = canvas.viewport()
    canvas.button("Rerun")
    canvas.button("Rerun")
    assert canvas.viewport() == before
    expect(canvas.node("one")).to_have_attribute("data-mark", "same")
    expect(canvas.node("two")).to_have_class(re.compile("selected"))
    expect(canvas.page.get_by_text("selected: two")).to_be_visible()


def test_leaving_the_page_and_coming_back_changes_nothing(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    canvas.node("one").evaluate("node => { node.dataset.mark = 'same'; }")
    canvas.select("one")
    canvas.tool("Zoom in").click()
    before = canvas.viewport()
    canvas.node("two").focus()
    away = canvas.page.get_by_text("Away")
    away.click()
    expect(canvas.page.locator(".canvas")).to_have_count(0)
    away.click()
    expect(canvas.node("one")).to_have_attribute("data-mark", "same")
    expect(canvas.node("one")).to_have_class(re.compile("selected"))
    assert canvas.viewport() == before
    canvas.item("Dropout").click()
    assert set(canvas.arrows()) == {"image>one", "one>dropout", "dropout>two"}


def test_a_change_from_the_page_is_adopted(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    before = canvas.viewport()
    canvas.button("Add on the server")
    expect(canvas.page.locator(".react-flow__node")).to_have_count(3)
    assert canvas.viewport() == before


def test_python_can_point_at_a_node(open_canvas: Open) -> None:
    canvas = open_canvas(chain(*(f"layer{index}" for index in range(14))))
    expect(canvas.node("layer13")).not_to_be_in_viewport()
    canvas.button("Point at the last")
    expect(canvas.node("layer13")).to_be_in_viewport()
    expect(canvas.node("layer13")).to_have_class(re.compile("selected"))
    expect(canvas.page.get_by_text("selected: layer13")).to_be_visible()
    canvas.select("layer12")
    canvas.button("Rerun")
    expect(canvas.page.get_by_text("selected: layer12")).to_be_visible()


def test_another_draft_replaces_everything(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    canvas.item("Dense").click()
    canvas.settled()
    canvas.button("Other draft")
    expect(canvas.page.locator(".react-flow__node")).to_have_count(1)
    canvas.item("Flatten").click()
    canvas.settled()
    canvas.button("Other draft")
    expect(canvas.page.locator(".react-flow__node")).to_have_count(3)
    assert [node["id"] for node in canvas.harness.saved("second")["model"]["nodes"]] == ["image", "flatten"]
    canvas.item("Dropout").click()
    assert canvas.ids() == ["image", "one", "dense", "dropout"]


def test_a_forgotten_session_changes_nothing(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    canvas.item("Dense").click()
    canvas.settled()
    canvas.button("Forget")
    canvas.item("Dropout").click()
    assert canvas.ids() == ["image", "one", "dense", "dropout"]
    assert canvas.arrows() == ["image>one", "one>dense", "dense>dropout"]


def test_edits_at_twenty_a_second_with_reruns_lose_nothing(open_canvas: Open) -> None:
    """As many as fit into a quarter of a minute; `tests/bench/bench_canvas.py` makes a thousand."""
    canvas = open_canvas(chain())
    canvas.page.locator(".stage").evaluate(
        """async stage => {
          const item = stage.querySelector('.palette .item[data-kind="Dropout"]');
          const buttons = [...document.querySelectorAll("button"), ...stage.querySelectorAll("button")];
          const rerun = buttons.find(button => button.textContent.trim() === "Rerun");
          const undo = buttons.find(button => button.getAttribute("aria-label")?.startsWith("Undo"));
          for (let n = 0; n < 300; n += 1) {
            (n % 10 < 6 ? item : undo).click();
            if (n % 7 === 3) rerun.click();
            await new Promise(resolve => setTimeout(resolve, 50));
          }
        }"""
    )
    canvas.page.wait_for_function("window.__layerloom.latency.length === 300", timeout=120_000)
    ids = canvas.ids()
    assert len(ids) == 61
    assert len(set(ids)) == 61
    canvas.page.locator(".react-flow").focus()
    canvas.press("Home")
    expect(canvas.page.locator(".react-flow__node").first).to_be_visible()


def test_edits_during_a_dropped_connection_arrive_after_it(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    canvas.item("Dense").click()
    canvas.settled()
    canvas.page.context.set_offline(True)
    canvas.page.evaluate("window.__sockets.forEach(socket => socket.close())")
    canvas.item("Dropout").click()
    canvas.item("Flatten").click()
    expect(canvas.page.locator(".react-flow__node")).to_have_count(4)
    canvas.page.context.set_offline(False)
    assert canvas.ids() == ["image", "dense", "dropout", "flatten"]


def test_the_theme_changes_without_a_new_canvas(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"), color_scheme="light")
    colour = "node => getComputedStyle(node.querySelector('.layer')).backgroundColor"
    canvas.node("one").evaluate("node => { node.dataset.mark = 'same'; }")
    light = canvas.node("one").evaluate(colour)
    canvas.page.emulate_media(color_scheme="dark")
    expect(canvas.node("one").locator(".layer")).not_to_have_css("background-color", light)
    expect(canvas.node("one")).to_have_attribute("data-mark", "same")


def test_touch_taps_add_and_connect(open_canvas: Open) -> None:
    document = chain("one")
    document["model"]["edges"] = []
    canvas = open_canvas(document, has_touch=True, viewport={"width": 820, "height": 1100})
    canvas.node("image").locator(".source").tap()
    canvas.node("one").locator(".target").tap()
    assert canvas.arrows() == ["image>one"]
    canvas.page.get_by_role("button", name="Show the layers").tap()
    canvas.item("Dropout").tap()
    assert canvas.arrows() == ["image>one", "one>dropout"]
