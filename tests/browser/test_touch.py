"""The Design page on a tablet: fingers only, on a screen 820 pixels wide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from app_server import Server
from design_page import DesignPage
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

Point = tuple[float, float]


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


class Tablet(DesignPage):
    """The page under a finger."""

    def __init__(self, page: Page, server: Server):
        self.fingers = page.context.new_cdp_session(page)
        super().__init__(page, server)

    def tap(self, place: Locator) -> None:
        place.scroll_into_view_if_needed()
        self.page.touchscreen.tap(*self.middle(place))

    def middle(self, place: Locator) -> Point:
        box = place.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, start: Point, *ways: Point, before_the_end: Callable[[], Any] = lambda: None) -> None:
        """Drag a finger from point to point, and do something before it is lifted."""
        self._touch("touchStart", start)
        for one, other in pairwise((start, *ways)):
            for step in range(1, 7):
                x, y = (a + (b - a) * step / 6 for a, b in zip(one, other, strict=True))
                self._touch("touchMove", (x, y))
                self.page.evaluate("() => new Promise(requestAnimationFrame)")
        before_the_end()
        self._touch("touchEnd")

    def _touch(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


@pytest.fixture
def tablet(chromium: Browser, server: Server) -> Iterator[Tablet]:
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, has_touch=True, is_mobile=True)
    context.add_init_script("localStorage.setItem('layerloom.canvas.introduced', 'true')")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Tablet(page, server)
    context.close()
    assert errors == []


def test_several_are_selected_by_taps_and_by_a_box(tablet: Tablet) -> None:
    tablet.tap(tablet.tool("Select several"))
    tablet.tap(tablet.node("conv1"))
    tablet.tap(tablet.node("pool1"))
    expect(tablet.page.get_by_role("toolbar", name="Selection: 2 layers")).to_be_visible()
    tablet.tap(tablet.node("conv1"))
    expect(tablet.page.get_by_role("toolbar", name="Selection: 1 layer")).to_be_visible()
    x, y = tablet.middle(tablet.node("conv2"))
    _, end = tablet.middle(tablet.node("flat"))
    tablet.drag((x - 130, y - 10), (x, end))
    expect(tablet.page.get_by_role("toolbar", name="Selection: 3 layers")).to_be_visible()
    tablet.tap(tablet.tool("Group in a block"))
    expect(tablet.page.get_by_label("Name of the block")).to_be_visible()
    assert set(tablet.kept().model.blocks[0].members) == {"conv2", "pool2", "flat"}


def test_a_finger_moves_the_picture_and_a_layer(tablet: Tablet) -> None:
    view = tablet.page.locator(".react-flow__viewport")
    before = view.get_attribute("style") or ""
    x, y = tablet.middle(tablet.node("conv1"))
    tablet.drag((x - 150, y), (x - 130, y + 40))
    expect(view).not_to_have_attribute("style", before)
    x, y = tablet.middle(tablet.node("conv1"))
    tablet.drag((x - 40, y), (x + 60, y))
    tablet.until(lambda: tablet.kept().layout["conv1"].x > 60)
    tablet.tap(tablet.tool("Undo"))
    tablet.until(lambda: "conv1" not in tablet.kept().layout or tablet.kept().layout["conv1"].x < 60)


def test_wires_are_drawn_with_a_finger(tablet: Tablet) -> None:
    x, y = tablet.middle(tablet.node("digit").locator(".source"))
    tablet.drag((x, y), (x + 130, y - 160))
    search = tablet.page.get_by_role("dialog", name="Add a layer")
    expect(search.get_by_role("combobox")).to_be_focused()
    search.get_by_role("combobox").fill("dropout")
    tablet.tap(search.get_by_role("option").first)
    expect(tablet.node("dropout")).to_be_visible()
    assert "digit>dropout" in tablet.arrows()
    tablet.tap(tablet.tool("Undo"))
    expect(tablet.node("dropout")).to_have_count(0)
    refused = tablet.page.locator(".link-bubble", has_text="takes no input")
    tablet.drag(
        tablet.middle(tablet.node("conv1").locator(".source")),
        tablet.middle(tablet.node("image")),
        before_the_end=lambda: expect(refused).to_be_visible(),
    )
    leads = tablet.page.locator(".link-bubble.leads", has_text="Add GlobalAveragePooling2D?")
    tablet.drag(
        tablet.middle(tablet.node("pool1").locator(".source")),
        tablet.middle(tablet.node("flat").locator(".target")),
        before_the_end=lambda: expect(leads).to_be_visible(),
    )
    tablet.tap(tablet.page.get_by_role("dialog").get_by_role("button", name="Only connect"))
    tablet.until(lambda: "pool1>flat" in tablet.arrows())


def test_the_search_is_scrolled_before_one_picks(tablet: Tablet) -> None:
    tablet.tap(tablet.tool("Add a layer"))
    search = tablet.page.get_by_role("dialog", name="Add a layer")
    items = search.locator(".items")
    x, y = tablet.middle(items)
    tablet.drag((x, y), (x, y - 120))
    tablet.page.wait_for_function("items => items.scrollTop > 60", arg=items.element_handle())
    expect(search).to_be_visible()
    expect(tablet.nodes()).to_have_count(9)
    tablet.tap(search.locator('.item[data-kind="conv_bn_relu"]'))
    expect(search).to_have_count(0)
    tablet.until(lambda: len(tablet.kept().model.nodes) == 12)


def test_a_tapped_wire_tells_all_and_takes_a_layer(tablet: Tablet) -> None:
    tablet.tap(tablet.edge("scale", "conv1").locator(".shape-label"))
    expect(tablet.page.locator(".tensor-card")).to_contain_text("channels")
    tablet.tap(tablet.tool("Show the layers"))
    tablet.tap(tablet.page.locator('.palette .item[data-kind="Dropout"]').last)
    tablet.until(lambda: {"scale>dropout", "dropout>conv1"} <= set(tablet.arrows()))


def test_layers_and_blocks_explain_themselves_and_are_dragged(tablet: Tablet) -> None:
    card = tablet.page.locator(".layer-card")
    tablet.tap(tablet.tool("Show the layers"))
    tablet.tap(tablet.tool("About Dense"))
    expect(card).to_contain_text("weighted sum")
    tablet.tap(tablet.page.locator(".palette h3").get_by_role("button", name="Blocks"))
    tablet.tap(tablet.tool("About Residual block"))
    expect(card).to_contain_text("It is made of Conv2D")
    expect(card.get_by_role("link")).to_have_attribute("href", re.compile("^https://"))
    tablet.tap(tablet.tool("About Residual block"))
    expect(card).to_have_count(0)
    x, y = tablet.middle(tablet.page.locator('.palette .item[data-kind="conv_bn_relu"]'))
    label = tablet.edge("pool1", "conv2").locator(".shape-label")
    tablet.drag((x, y), (x + 160, y), tablet.middle(label))  # up and down scrolls the list
    tablet.until(lambda: len(tablet.kept().model.blocks) == 1)
    assert "pool1>conv2" not in tablet.arrows()


def test_layers_are_copied_into_another_project(tablet: Tablet) -> None:
    tablet.tap(tablet.node("conv2"))
    tablet.tap(tablet.tool("Cut"))
    expect(tablet.node("conv2")).to_have_count(0)
    tablet.tap(tablet.tool("Undo"))
    tablet.tap(tablet.node("pool2"))
    tablet.tap(tablet.tool("Copy"))
    tablet.open(tablet.projects.create(tablet.kept()).id)
    tablet.tap(tablet.tool("Paste"))
    expect(tablet.node("pool2_2")).to_be_visible()


def test_the_map_is_shown_when_asked_for(tablet: Tablet) -> None:
    small = tablet.page.locator(".react-flow__minimap")
    expect(small).to_have_count(0)
    tablet.tap(tablet.tool("Map"))
    expect(small).to_be_visible()


def test_menus_tables_and_versions(tablet: Tablet) -> None:
    page = tablet.page
    tablet.tap(page.get_by_test_id("stPopoverButton").first)
    menu = page.get_by_test_id("stPopoverBody")
    expect(menu.get_by_role("button", name="Duplicate")).to_be_visible()
    tablet.tap(page.get_by_test_id("stPopoverButton").first)
    tablet.tap(page.get_by_role("button", name="Versions"))
    dialog = page.get_by_role("dialog")
    tablet.tap(dialog.get_by_role("button", name="Save version"))
    expect(dialog.get_by_text("The draft is the same")).to_be_visible()
    tablet.tap(dialog.get_by_role("button", name="Rename"))
    expect(dialog.get_by_role("button", name="Keep")).to_be_visible()
    tablet.tap(dialog.get_by_role("button", name="Close"))
    tablet.tap(page.get_by_role("radio", name="Analyze"))
    grid = page.get_by_test_id("data-grid-canvas").first
    box = grid.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 16, box["y"] + 3 * 31 + 16)
    expect(page.locator(".react-flow__node.selected")).to_have_attribute("data-id", "conv1")
