"""Code beside the canvas in a real browser: it follows edits, and a click in it selects a layer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app_server import Server
from playwright.sync_api import Locator, Page, expect

from builder.catalog.registry import templates
from builder.codegen import script
from builder.document import Document, from_value
from builder.store import Projects, connect

pytestmark = pytest.mark.browser


def open_code(page: Page, server: Server, template: str = "digits_cnn") -> str:
    """Open a new project with its code beside it, and return its id."""
    mine = Projects(connect(server.home / "layerloom.db"))
    project = mine.create(from_value(templates[template].document))
    page.goto(f"{server.url}/?project={project.id}")
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=20_000)
    page.get_by_text("Code", exact=True).click()
    expect(lines(page).first).to_be_visible()
    return project.id


def kept(server: Server, project_id: str) -> Document:
    return Projects(connect(server.home / "layerloom.db")).get(project_id).document


def lines(page: Page) -> Locator:
    return page.locator(".line")


def chosen(page: Page) -> Locator:
    return page.locator(".line.chosen")


def node(page: Page, node_id: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{node_id}"]')


def selected(page: Page) -> Locator:
    return page.locator(".react-flow__node.selected")


def code_text(page: Page) -> str:
    return "".join(line.replace("\u200b", "") + "\n" for line in lines(page).all_text_contents())


def test_the_script_follows_the_canvas(page: Page, server: Server) -> None:
    project = open_code(page, server)
    assert code_text(page) == script(kept(server, project))
    node(page, "conv2").click()
    expect(chosen(page).first).to_contain_text("layers.Conv2D(")
    expect(chosen(page)).to_have_count(3)
    expect(chosen(page).first).to_be_in_viewport()
    page.keyboard.press("Delete")
    expect(page.get_by_text('name="conv2"')).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_text('name="conv2"')).to_have_count(1)


def test_an_edit_of_a_parameter_changes_its_line_alone_and_keeps_the_place(page: Page, server: Server) -> None:
    open_code(page, server)
    page.get_by_text("Layer", exact=True).click()
    expect(lines(page)).to_have_count(0)
    node(page, "digit").click()
    units = page.get_by_role("spinbutton", name="Units")
    units.fill("12")
    units.press("Enter")
    expect(page.get_by_text("problem", exact=False).first).to_be_visible()
    page.get_by_text("Code", exact=True).click()
    expect(chosen(page)).to_have_count(1)
    expect(chosen(page)).to_contain_text('layers.Dense(12, activation="softmax", name="digit"),')
    expect(chosen(page)).to_be_in_viewport()
    place = page.locator(".lines").evaluate(
        "element => { for (const line of element.children) line.seen = 1; return element.scrollTop; }"
    )
    page.get_by_role("button", name="units to 10").first.click()
    expect(page.locator(".line", has_text="layers.Dense(10")).to_have_count(1)
    fresh = "element => [...element.children].filter((line) => !line.seen).map((line) => line.textContent.trim())"
    assert page.locator(".lines").evaluate(fresh) == ['layers.Dense(10, activation="softmax", name="digit"),']
    assert page.locator(".lines").evaluate("element => element.scrollTop") == place


def test_a_click_on_a_line_selects_its_layer(page: Page, server: Server) -> None:
    open_code(page, server)
    page.locator(".line", has_text='name="pool2"').click()
    expect(selected(page)).to_have_attribute("data-id", "pool2")
    expect(chosen(page)).to_have_count(1)
    page.get_by_text("Layer", exact=True).click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("pool2")


def test_the_keyboard_goes_from_layer_to_layer(page: Page, server: Server) -> None:
    open_code(page, server)
    page.locator(".lines").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(selected(page)).to_have_attribute("data-id", "scale")
    expect(chosen(page)).to_contain_text('name="scale"')


def test_the_script_is_copied_and_downloaded(page: Page, server: Server, tmp_path: Path) -> None:
    project = open_code(page, server)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == script(kept(server, project))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .py").click()
    assert download.value.suggested_filename == "digits_cnn.py"
    download.value.save_as(tmp_path / "script.py")
    assert (tmp_path / "script.py").read_text() == script(kept(server, project))


def test_json_is_applied_as_one_step_that_undo_takes_back(page: Page, server: Server) -> None:
    project = open_code(page, server)
    page.get_by_text("JSON", exact=True).click()
    area = page.get_by_role("textbox", name="Document as JSON")
    expect(area).to_be_visible()
    value = json.loads(area.input_value())
    value["model"]["nodes"] = value["model"]["nodes"][:3]
    value["model"]["edges"] = value["model"]["edges"][:2]
    area.fill(json.dumps(value))
    area.press("Control+Enter")
    expect(page.get_by_text("2 problems. 3 layers, 2 connections. Not applied yet.", exact=False)).to_be_visible()
    expect(page.locator(".react-flow__node")).to_have_count(9)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".react-flow__node")).to_have_count(3)
    node(page, "scale").click()
    page.keyboard.press("Control+z")
    expect(page.locator(".react-flow__node")).to_have_count(9)
    assert kept(server, project).model == from_value(templates["digits_cnn"].document).model


def test_damaged_json_is_told_with_its_line_and_what_can_be_kept(page: Page, server: Server) -> None:
    open_code(page, server)
    page.get_by_text("JSON", exact=True).click()
    area = page.get_by_role("textbox", name="Document as JSON")
    text = area.input_value()
    area.fill(text.replace('"epochs": ', '"epochs": x'))
    page.get_by_role("button", name="Check").click()
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "epochs" in line)
    expect(page.get_by_text(f"a value is missing at line {line}")).to_be_visible()
    expect(page.get_by_text("This can be kept: 9 of 9 layers.")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(area).to_have_value(text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_can_be_read_in_both_themes(page: Page, server: Server, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    open_code(page, server)
    dark = page.locator(".lines").evaluate(
        "element => getComputedStyle(element).backgroundColor.match(/\\d+/g).slice(0, 3).every((part) => part < 90)"
    )
    assert dark == (scheme == "dark")
    for kind in ("comment", "keyword", "text", "number", "call"):
        colour = page.locator(f".line .{kind}").first.evaluate("element => getComputedStyle(element).color")
        plain = page.locator(".lines").evaluate("element => getComputedStyle(element).color")
        assert colour != plain
