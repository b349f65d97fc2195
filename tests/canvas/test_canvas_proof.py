"""What one sees and feels while drawing: nothing covered, shapes on wires, connections judged before the drop."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from canvas_page import CanvasPage, chain
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.browser
Open = Callable[..., CanvasPage]

COVERED = """flow => {
  const rect = element => element.getBoundingClientRect();
  const over = [...flow.querySelectorAll(".bar, .react-flow__minimap")].map(rect).filter(({ width }) => width);
  return [...flow.querySelectorAll(".react-flow__node")].map(node => [node.dataset.id, rect(node)])
    .filter(([, a]) => over.some(b => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom))
    .map(([id]) => id);
}"""
BRIDGE = {"label": "Insert Flatten", "layers": [["Flatten", {}]]}
REFUSED = {"fits": False, "reason": "Conv2D output (batch, 4, 4, 1) into Dense: no.", "bridge": BRIDGE, "fixes": []}
FITS = {"fits": True, "reason": None, "bridge": None, "fixes": []}
UNITS = {"label": "Set units to 10", "edits": [{"op": "set_param", "node": "dense", "name": "units", "value": 10}]}
LEADS = {"fits": True, "reason": "dense gives 4 numbers.", "bridge": None, "fixes": [UNITS]}


def judged(canvas: CanvasPage, unfit: str, leads: str = "") -> list[dict[str, Any]]:
    """Answer questions about connections: nothing fits into `unfit`, and what fits into `leads` asks for more units.

    Returns what was asked.
    """
    asked: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        question = json.loads(route.request.post_data or "")
        asked.append(question)
        fitting = {leads: LEADS} if question["closely"] else {}
        known = {**fitting, unfit: REFUSED}
        route.fulfill(json={"verdicts": [known.get(link["target"], FITS) for link in question["links"]]})

    canvas.page.route("**/api/analyse/connections", answer)
    return asked


def apart(*nodes: tuple[str, str]) -> dict[str, Any]:
    """A document of nodes without edges, in a row."""
    document = chain(*nodes)
    document["model"]["edges"] = []
    document["layout"] = {node: {"x": 300 * index, "y": 160 * index} for index, node in enumerate(document["layout"])}
    return document


@pytest.mark.parametrize("width", [820, 1280, 1920])
@pytest.mark.parametrize("count", [1, 6, 30])
def test_no_button_covers_a_layer(open_canvas: Open, width: int, count: int) -> None:
    document = chain(*(f"layer{index}" for index in range(count - 1)))
    canvas = open_canvas(document, viewport={"width": width, "height": 900})
    assert canvas.page.locator(".flow").evaluate(COVERED) == []
    canvas.tool("Show everything").click()
    canvas.viewport()
    assert canvas.page.locator(".flow").evaluate(COVERED) == []


def test_every_wire_has_its_shape_and_tells_all_on_a_closer_look(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one", "two"))
    wire = canvas.edge("one", "two")
    expect(wire.locator(".shape-label")).to_have_text("26×?×8")
    card = canvas.page.locator(".tensor-card")
    expect(card).to_have_count(0)
    wire.locator(".shape-label text").hover()
    expect(card).to_contain_text("batch×height26×width?×channels8")
    expect(card).to_contain_text("float32")
    canvas.page.mouse.move(5, 5)
    expect(card).to_have_count(0)
    canvas.page.keyboard.press("Tab")
    wire.focus()
    expect(card).to_be_visible()
    expect(wire).to_have_attribute("aria-label", "From one to two, batch × height 26 × width ? × channels 8, float32")


def test_every_layer_shows_its_share_of_the_parameters(open_canvas: Open) -> None:
    document = chain("small", "large")
    document["model"]["nodes"][1]["params"] = {"units": 10}
    document["model"]["nodes"][2]["params"] = {"units": 30}
    canvas = open_canvas(document)
    expect(canvas.node("small").locator(".percent")).to_have_text("25 %")
    expect(canvas.node("large").locator(".percent")).to_have_text("75 %")
    widths = [canvas.node(node).locator(".share").evaluate("line => line.offsetWidth") for node in ("small", "large")]
    assert 2.7 < widths[1] / widths[0] < 3.3
    expect(canvas.node("image").locator(".share")).to_have_count(0)


def test_a_target_that_does_not_fit_says_so_before_the_drop(open_canvas: Open) -> None:
    canvas = open_canvas(apart(("dense", "Dense"), ("conv", "Conv2D"), ("other", "Input")))
    asked = judged(canvas, "dense")
    mouse = canvas.page.mouse
    mouse.move(*canvas.middle(canvas.node("image").locator(".source")))
    mouse.down()
    mouse.move(*canvas.middle(canvas.node("conv")), steps=4)
    expect(canvas.node("dense")).to_have_class(re.compile("unfit"))
    expect(canvas.node("conv")).to_have_class(re.compile("fits"))
    expect(canvas.node("other")).to_have_class(re.compile("closed"))
    bubble = canvas.page.locator(".link-bubble")
    expect(bubble).to_have_count(0)
    mouse.move(*canvas.middle(canvas.node("other")), steps=4)
    expect(bubble).to_contain_text("Input takes no input.")
    mouse.move(*canvas.middle(canvas.node("dense")), steps=4)
    expect(bubble).to_contain_text(REFUSED["reason"])
    expect(bubble).to_contain_text("Insert Flatten?")
    mouse.up()
    expect(bubble).to_have_count(0)
    expect(canvas.page.locator(".unfit, .fits, .closed")).to_have_count(0)
    assert canvas.arrows() == []
    canvas.page.get_by_role("button", name="Insert Flatten").click()
    assert canvas.arrows() == ["image>flatten", "flatten>dense"]
    assert {link["target"] for link in asked[0]["links"]} == {"dense", "conv"}
    canvas.press("Control+z")
    assert canvas.arrows() == []


def test_a_drop_that_does_not_fit_can_be_kept_or_taken_back(open_canvas: Open) -> None:
    canvas = open_canvas(apart(("dense", "Dense")))
    judged(canvas, "dense")

    def drop() -> None:
        mouse = canvas.page.mouse
        mouse.move(*canvas.middle(canvas.node("image").locator(".source")))
        mouse.down()
        mouse.move(*canvas.middle(canvas.node("dense").locator(".target")), steps=4)
        expect(canvas.node("dense")).to_have_class(re.compile("unfit"))
        mouse.up()

    choice = canvas.page.get_by_role("dialog", name="image does not fit into dense")
    drop()
    choice.get_by_role("button", name="Cancel").click()
    expect(choice).to_have_count(0)
    assert canvas.arrows() == []
    drop()
    choice.get_by_role("button", name="Connect anyway").click()
    assert canvas.arrows() == ["image>dense"]


def test_connecting_by_keyboard_says_what_does_not_fit(open_canvas: Open) -> None:
    canvas = open_canvas(apart(("dense", "Dense")))
    judged(canvas, "dense")
    canvas.node("image").focus()
    canvas.press("Enter", "c")
    expect(canvas.page.locator(".toasts")).to_contain_text(
        f"Connect image to dense? It does not fit: {REFUSED['reason']}"
    )
    canvas.press("Enter")
    choice = canvas.page.get_by_role("dialog", name="image does not fit into dense")
    expect(choice.get_by_role("button", name="Insert Flatten")).to_be_focused()
    canvas.press("ArrowDown", "ArrowDown", "ArrowDown", "Escape")
    expect(choice).to_have_count(0)
    expect(canvas.page.locator(".react-flow")).to_be_focused()
    canvas.press("c")
    expect(canvas.page.locator(".toasts")).to_contain_text("It does not fit")
    canvas.press("Enter", "Enter")
    assert canvas.arrows() == ["image>flatten", "flatten>dense"]


def test_what_a_fitting_connection_leads_to_is_offered_before_the_drop(open_canvas: Open) -> None:
    canvas = open_canvas(apart(("dense", "Dense"), ("conv", "Conv2D")))
    asked = judged(canvas, "", leads="dense")
    mouse = canvas.page.mouse
    mouse.move(*canvas.middle(canvas.node("image").locator(".source")))
    mouse.down()
    mouse.move(*canvas.middle(canvas.node("dense")), steps=4)
    expect(canvas.page.locator(".link-bubble")).to_contain_text("dense gives 4 numbers.Set units to 10?")
    expect(canvas.node("dense")).to_have_class(re.compile("leads"))
    mouse.up()
    choice = canvas.page.get_by_role("dialog", name="Connecting image to dense")
    assert canvas.arrows() == []
    choice.get_by_role("button", name="Set units to 10").click()
    assert canvas.arrows() == ["image>dense"]
    assert canvas.document()["model"]["nodes"][1]["params"] == {"units": 10}
    assert asked[-1]["document"]["training"]["epochs"] == 10
    canvas.press("Control+z")
    assert canvas.arrows() == []
    canvas.node("image").focus()
    canvas.press("Enter", "c")
    expect(canvas.page.locator(".toasts")).to_contain_text("Connect image to dense? Then: dense gives 4 numbers.")
    canvas.press("Enter", "ArrowDown", "Enter")
    assert canvas.arrows() == ["image>dense"]
    assert canvas.document()["model"]["nodes"][1]["params"] == {}


def test_two_selected_layers_are_judged_before_the_key_connects_them(open_canvas: Open) -> None:
    canvas = open_canvas(apart(("dense", "Dense"), ("conv", "Conv2D")))
    asked = judged(canvas, "dense")
    canvas.node("image").focus()
    canvas.press("Enter")
    canvas.node("conv").focus()
    canvas.press("Shift+Enter", "c")
    expect(canvas.edge("image", "conv")).to_have_count(1)
    canvas.node("image").focus()
    canvas.press("Enter")
    canvas.node("dense").focus()
    canvas.press("Shift+Enter", "c")
    choice = canvas.page.get_by_role("dialog", name="image does not fit into dense")
    expect(choice).to_contain_text(REFUSED["reason"])
    expect(choice.get_by_role("button", name="Insert Flatten")).to_be_focused()
    assert canvas.arrows() == ["image>conv"]
    canvas.press("Enter")
    assert canvas.arrows() == ["image>conv", "image>flatten", "flatten>dense"]
    assert [[link["target"] for link in question["links"]] for question in asked] == [["conv"], ["dense"]]


def test_layers_are_aligned_and_spread(open_canvas: Open) -> None:
    document = chain("one", "two")
    document["layout"] = {"image": {"x": 0, "y": 0}, "one": {"x": 40, "y": 100}, "two": {"x": 100, "y": 400}}
    canvas = open_canvas(document)
    canvas.page.locator(".react-flow").focus()
    canvas.press("Alt+a")
    expect(canvas.page.locator(".toast")).to_contain_text("Select two layers or more first.")
    canvas.press("Control+a", "Alt+a")
    layout = canvas.document()["layout"]
    assert [layout[node]["x"] for node in ("image", "one", "two")] == [0, 0, 0]
    canvas.tool("Arrange").click()
    menu = canvas.page.get_by_role("menu", name="Arrange")
    menu.get_by_role("menuitem", name="Same gaps from top to bottom").click()
    layout = canvas.document()["layout"]
    assert 190 < layout["one"]["y"] < 215
    canvas.press("Escape")
    expect(menu).to_have_count(0)
    canvas.press("Control+z", "Control+z")
    assert canvas.document()["layout"] == document["layout"]


def test_the_grid_can_be_left(open_canvas: Open) -> None:
    canvas = open_canvas(chain("one"))
    canvas.tool("Arrange").click()
    canvas.page.get_by_role("menuitemcheckbox", name="Snap to grid").click()
    canvas.press("Escape")
    x, y = canvas.middle(canvas.node("one"))
    canvas.drag(canvas.node("one").locator(".kind"), (x + 33, y + 27), steps=20)
    at = canvas.document()["layout"]["one"]
    assert at["x"] % 10 or at["y"] % 10
    canvas.page.reload()
    canvas.tool("Arrange").click()
    expect(canvas.page.get_by_role("menuitemcheckbox", name="Snap to grid")).to_have_attribute("aria-checked", "false")


def test_a_network_flows_to_the_right(open_canvas: Open) -> None:
    document = chain("one", "two", ("add", "Add"))
    document["model"]["edges"].append({"source": "image", "target": "add", "port": 1})
    canvas = open_canvas(document)
    canvas.page.locator(".react-flow").focus()
    canvas.press("Shift+D")
    layout = canvas.document()["layout"]
    places = [layout[node]["x"] for node in ("image", "one", "two", "add")]
    assert places == sorted(places)
    assert places[1] - places[0] > 280
    canvas.viewport()
    source, target = canvas.node("one").locator(".source"), canvas.node("two").locator(".target")
    box = canvas.node("one").bounding_box()
    assert box
    assert abs(canvas.middle(source)[0] - box["x"] - box["width"]) < 8
    assert abs(canvas.middle(source)[1] - canvas.middle(target)[1]) < 40
    skip = canvas.edge("image", "add", 1).locator(".react-flow__edge-path")
    through = skip.evaluate(
        """path => {
          const root = path.closest(".flow");
          const matrix = path.getScreenCTM();
          const points = [...Array(60)].map((_, i) => path.getPointAtLength(path.getTotalLength() * (i + 2) / 64))
            .map(point => point.matrixTransform(matrix));
          return ["one", "two"].filter(id => {
            const box = root.querySelector(`.react-flow__node[data-id="${id}"]`).getBoundingClientRect();
            return points.some(({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom);
          });
        }"""
    )
    assert through == []
    canvas.item("Dropout").click()
    layout = canvas.document()["layout"]
    assert layout["dropout"]["x"] > layout["add"]["x"] + 236
    canvas.page.locator(".react-flow").focus()
    canvas.press("Shift+D")
    layout = canvas.document()["layout"]
    assert layout["two"]["y"] > layout["one"]["y"] + 60


def test_a_layer_of_the_palette_says_what_it_does(open_canvas: Open) -> None:
    canvas = open_canvas(chain())
    card = canvas.page.locator(".layer-card")
    canvas.item("Dense").hover()
    expect(card).to_contain_text("Every output is a weighted sum of all inputs")
    expect(card.locator("math")).to_be_visible()
    expect(card.get_by_role("link")).to_have_attribute("href", re.compile("^https://keras.io/"))
    canvas.page.mouse.move(900, 500)
    expect(card).to_have_count(0)
    canvas.page.get_by_label("Find a layer").click()
    canvas.press("ArrowDown", "ArrowDown")
    expect(card).to_be_visible()
    canvas.press("ArrowRight")
    expect(card.get_by_role("link")).to_be_focused()
    canvas.press("ArrowLeft", "Escape")
    expect(card).to_have_count(0)
    assert canvas.ids() == ["image"]


def test_the_first_steps_are_shown_once_and_again_on_request(open_canvas: Open) -> None:
    canvas = open_canvas(chain(), newcomer=True)
    steps = canvas.page.get_by_label("First steps")
    expect(steps).to_contain_text("Stack layers")
    canvas.item("Dense").click()
    expect(steps).to_contain_text("Watch the shapes")
    steps.get_by_role("button", name="Next").click()
    expect(steps).to_contain_text("Press Train")
    canvas.press("Escape")
    expect(steps).to_have_count(0)
    canvas.page.reload()
    canvas.node("dense").wait_for()
    expect(steps).to_have_count(0)
    canvas.page.locator(".react-flow").focus()
    canvas.press("?")
    canvas.page.get_by_role("button", name="Show the first steps").click()
    expect(steps).to_be_visible()
    steps.get_by_role("button", name="Skip").click()
    expect(steps).to_have_count(0)
