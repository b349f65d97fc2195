"""A wire that is let go of where nothing is: the layers that fit there are offered first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from app_server import Server
from design_page import DesignPage
from playwright.sync_api import Locator, Page, expect

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


def pull(design: DesignPage, handle: Locator, across: float, down: float) -> None:
    """Pull a wire into empty space, so far from its handle."""
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = design.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + across, y + down, steps=8)
    mouse.up()


def test_what_fits_behind_a_layer_comes_first_and_the_rest_says_why_not(design: DesignPage) -> None:
    options = design.page.get_by_role("option")
    pull(design, design.node("flat").locator(".source"), 170, -200)
    expect(design.page.get_by_label("Add a layer after flat")).to_be_focused()
    design.page.keyboard.type("conv2")
    misfit = design.page.locator('.quick-add [data-kind="Conv2D"]')
    expect(misfit).to_have_class(re.compile("misfit"))
    expect(misfit).to_contain_text("needs at least 4 axes, gets 2.")
    design.page.get_by_label("Add a layer after flat").fill("re")
    expect(design.page.locator(".quick-add .unfit")).to_have_text("Does not fit behind flat")
    classes = options.evaluate_all("all => all.map(one => one.classList.contains('misfit'))")
    assert classes == sorted(classes)
    assert not classes[0]
    design.press("Enter")
    design.until(lambda: any(arrow.startswith("flat>re") for arrow in design.arrows()))


def test_the_search_by_keyboard_knows_what_is_selected(design: DesignPage) -> None:
    design.node("pool1").focus()
    design.press("Enter", "/")
    design.page.keyboard.type("conv")
    design.page.get_by_label("Add a layer").first.wait_for()
    expect(design.page.locator('.quick-add [data-kind="Conv1D"]')).to_have_class(re.compile("misfit"))
    design.page.keyboard.type("2")
    expect(design.page.get_by_role("option").first).to_have_attribute("data-kind", "Conv2D")
    design.press("Enter")
    design.until(lambda: "pool1>conv2d" in design.arrows())


def test_a_wire_pulled_out_of_an_input_gets_a_layer_before_it(design: DesignPage) -> None:
    pull(design, design.node("drop").locator(".target"), 170, -200)
    expect(design.page.get_by_label("Add a layer before drop")).to_be_focused()
    design.page.keyboard.type("input")
    design.press("Enter")
    design.until(lambda: "input>drop" in design.arrows())
    assert "flat>drop" not in design.arrows()
    design.press("Control+z")
    design.until(lambda: "flat>drop" in design.arrows())


def test_a_pointer_that_rests_chooses_nothing(design: DesignPage) -> None:
    design.node("flat").click()
    box = design.page.locator(".flow").bounding_box()
    assert box
    design.page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 120)
    design.press("/")
    design.page.keyboard.type("dropout")
    expect(design.page.get_by_role("option", selected=True)).to_have_attribute("data-kind", "Dropout")
    design.press("Enter")
    design.until(lambda: "flat>dropout" in design.arrows())
