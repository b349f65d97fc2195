"""The Design page without a mouse: everything is reached by Tab from the top of the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import Server
from design_page import FOCUSED, DesignPage
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def design(page: Page, server: Server) -> DesignPage:
    return DesignPage(page, server)


def test_every_stop_of_the_tab_key_is_named_and_seen(design: DesignPage) -> None:
    stops = []
    for _ in range(120):
        design.press("Tab")
        focused = design.page.evaluate(FOCUSED)
        if focused is not None:
            stops.append(focused)
        elif len(stops) > 40:
            break
    names = [stop["name"] for stop in stops]
    assert all(name.strip() for name in names)
    assert all(stop["seen"] for stop in stops)
    for name in ("Find a layer", "Dense digit, output 10, 2,570 parameters", "Add a layer", "Paste", "Show everything"):
        assert name in names
    assert any(name.startswith("From pool1 to conv2, batch × height 4") for name in names)


def test_layers_are_found_added_and_put_into_an_edge(design: DesignPage) -> None:
    page = design.page
    design.reach("Find a layer")
    page.keyboard.type("gaussian noise")
    design.press("Enter")
    expect(design.node("gaussian_noise")).to_be_visible()
    design.press("Control+a", "Delete")
    design.reach("^Network")
    design.reach("Find a layer", key="Shift+Tab")
    design.press("ArrowDown", "ArrowUp")
    expect(page.get_by_label("Find a layer")).to_be_focused()
    design.press("ArrowDown", "Enter")
    expect(page.get_by_label("Recently used").locator(".item").first).to_be_focused()
    expect(page.locator(".layer-card")).to_be_visible()
    expect(design.node("gaussian_noise_2")).to_be_visible()
    design.reach("Blocks")
    design.press("Enter", "ArrowDown")
    expect(page.locator(".layer-card")).to_contain_text("It is made of Conv2D, BatchNormalization")
    design.press("Control+z", "Control+z")
    expect(design.nodes()).to_have_count(9)
    design.reach("^From conv1 to pool1")
    expect(page.locator(".tensor-card")).to_contain_text("channels")
    design.press("Enter", "/")
    page.keyboard.type("spatial dropout 2d")
    design.press("Enter")
    expect(design.node("spatial_dropout2d")).to_be_visible()
    assert {"conv1>spatial_dropout2d", "spatial_dropout2d>pool1"} <= set(design.arrows())


def test_layers_are_selected_grouped_repeated_and_aligned(design: DesignPage) -> None:
    page = design.page
    design.reach("^Dropout drop")
    design.press("Enter")
    design.reach("^Dense digit")
    design.press("Shift+Enter")
    expect(page.get_by_role("toolbar", name="Selection: 2 layers")).to_be_visible()
    design.press("Control+g")
    expect(page.get_by_label("Name of the block")).to_be_focused()
    page.keyboard.type("Head")
    design.press("Enter", "+", "Enter")
    design.until(lambda: [(b.name, b.repeat) for b in design.kept().model.blocks] == [("Head", 2)])
    design.press("Control+z", "Control+z", "Control+z", "Control+z")
    design.until(lambda: design.kept().model.blocks == ())
    design.press("Control+a")
    design.reach("^Arrange")
    design.press("Enter")
    expect(page.get_by_role("menuitem", name="Align left edges")).to_be_focused()
    design.press("ArrowRight", "Enter", "Escape")
    expect(design.tool("Arrange")).to_be_focused()


def test_what_lies_outside_comes_into_view(design: DesignPage) -> None:
    page = design.page
    design.reach("^Network")
    before = page.locator(".react-flow__viewport").get_attribute("style")
    design.press("ArrowDown")
    expect(page.locator(".react-flow__viewport")).not_to_have_attribute("style", before or "")
    design.press("ArrowUp", "+", "+", "+", "+")
    design.reach("^Dense digit")
    expect(design.node("digit")).to_be_in_viewport(ratio=0.99)
    design.press("m")
    expect(page.locator(".react-flow__minimap")).to_be_visible()


def test_layers_go_to_another_project_by_the_clipboard(design: DesignPage) -> None:
    page = design.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    design.reach("^Conv2D conv2")
    design.press("Enter", "Control+x")
    expect(design.node("conv2")).to_have_count(0)
    design.press("Control+z", "Control+c")
    expect(design.node("conv2")).to_have_count(1)
    other = DesignPage(page, design.server, "iris_mlp")
    other.reach("^Paste")
    other.press("Enter")
    expect(other.node("conv2")).to_be_visible()


def test_the_project_menu_leads_in_and_out(design: DesignPage) -> None:
    page = design.page
    menu = page.get_by_test_id("stPopoverBody")
    design.reach("Digits CNN")
    design.press("Enter")
    expect(menu).to_be_focused()
    expect(menu.get_by_role("textbox", name="Project")).to_be_visible()  # Fields come a moment after buttons.
    design.reach("^Project$")
    expect(menu.get_by_role("textbox", name="Project")).to_be_focused()
    design.press("Escape")
    expect(menu).to_have_count(0)
    expect(page.get_by_test_id("stPopoverButton").first).to_be_focused()


def test_a_project_is_deleted_and_brought_back(design: DesignPage) -> None:
    page = design.page
    first = design.id
    design.projects.create(design.kept())  # it is shown next; of the same name, so that the menu stays open
    design.reach("Digits CNN")
    design.press("Enter")
    expect(page.get_by_test_id("stPopoverBody")).to_be_focused()
    design.reach("Delete$")
    design.press("Enter")
    design.until(lambda: first in [info.id for info in design.projects.deleted(3)])
    expect(page).not_to_have_url(f"{design.server.url}/?project={first}")
    design.reach("Bring back")
    design.press("Enter")
    design.until(lambda: first not in [info.id for info in design.projects.deleted(3)])


def test_a_version_is_renamed_inside_its_dialog(design: DesignPage) -> None:
    page = design.page
    design.projects.versions.save(design.id, "Baseline", design.kept())
    design.reach("Versions")
    design.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Baseline", exact=True).first).to_be_visible()
    design.reach("^Rename")
    design.press("Enter")
    expect(dialog.get_by_role("button", name="Keep")).to_be_visible()
    design.reach("^Copy link")
    design.reach("^Name")
    design.press("Control+a")
    page.keyboard.type("Trunk")
    design.press("Enter")
    expect(dialog.get_by_text("Trunk", exact=True).first).to_be_visible()
    assert [info.name for info in design.projects.versions.all(design.id)] == ["Trunk"]


def test_the_table_is_sorted_and_a_row_selects_its_layer(design: DesignPage) -> None:
    page = design.page
    design.reach("Canvas")
    design.press("ArrowRight", "Space")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    design.reach("^Sort")
    page.keyboard.type("By Parameters")
    design.press("Enter")
    cell = page.get_by_test_id("glide-cell-2-0")
    expect(cell).to_have_text("conv2")
    design.reach("^Fullscreen")
    design.press("Tab", "ArrowDown", "Shift+Space")
    expect(page.locator(".react-flow__node.selected")).to_have_attribute("data-id", "digit")


def test_code_and_json_are_read_and_changed(design: DesignPage, tmp_path: Path) -> None:
    page = design.page
    design.reach("^Layer$")
    design.press("ArrowRight", "ArrowRight", "Space")
    expect(page.locator(".line").first).to_be_visible()
    design.reach("^Keras script. Arrow keys")
    design.press("ArrowDown", "ArrowDown")
    expect(page.get_by_text("scale: Enter selects it")).to_be_visible()
    design.press("Enter")
    expect(page.locator(".react-flow__node.selected")).to_have_attribute("data-id", "scale")
    design.reach("^Download .py", key="Shift+Tab")
    with page.expect_download() as download:
        design.press("Enter")
    assert download.value.suggested_filename == "digits_cnn.py"
    design.reach("^Keras script$", key="Shift+Tab")
    design.press("ArrowRight", "Space")
    area = page.get_by_role("textbox", name="Document as JSON")
    expect(area).to_be_visible()
    design.reach("^Document as JSON")
    design.press("Control+a")
    page.keyboard.insert_text(json.dumps(design.kept().to_dict() | {"name": "Typed"}))
    design.press("Control+Enter")
    expect(page.get_by_text("Sound: 9 layers", exact=False)).to_be_visible()
    design.reach("Apply", key="Shift+Tab")
    design.press("Enter")
    design.until(lambda: design.kept().name == "Typed")


def test_a_layer_is_tried_without(design: DesignPage) -> None:
    page = design.page
    design.reach("^Conv2D conv1")
    design.press("Enter", "f")
    design.until(lambda: design.kept().model.node("conv1").frozen)
    expect(page.get_by_role("switch", name="Freeze")).to_be_checked()
    design.reach("^Bypass$")
    design.press("Space")
    design.until(lambda: design.kept().model.node("conv1").bypassed)
    design.reach("Train with and without")
    design.press("Enter")
    page.wait_for_url("**/runs?compare=**")
    expect(page.get_by_text("2 runs side by side")).to_be_visible()
