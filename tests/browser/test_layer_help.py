"""What a layer does, read beside its parameters."""

from __future__ import annotations

import pytest
from app_server import Server
from playwright.sync_api import Page, expect

from builder.catalog.registry import layers, templates
from builder.document import from_value
from builder.store import Projects, connect

pytestmark = pytest.mark.browser


def test_an_opened_explanation_stays_open_for_the_next_layer(page: Page, server: Server) -> None:
    project = Projects(connect(server.home / "layerloom.db")).create(from_value(templates["digits_cnn"].document))
    page.goto(f"{server.url}/?project={project.id}")
    page.locator('.react-flow__node[data-id="drop"]').click()
    picture = page.locator(".layer-picture svg")
    expect(picture).to_have_count(1)
    expect(page.get_by_text(layers["Dropout"].help)).to_have_count(0)
    page.locator("summary", has_text="What it does").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(layers["Dropout"].help)).to_be_visible()
    page.locator(".react-flow__pane").click(position={"x": 150, "y": 300})
    expect(picture).to_have_count(0)
    page.locator('.react-flow__node[data-id="flat"]').click()
    expect(page.get_by_text(layers["Flatten"].help)).to_be_visible()
    expect(page.get_by_role("link", name="Keras' page")).to_have_attribute("href", layers["Flatten"].doc)


def test_a_picture_follows_the_theme(page: Page, server: Server) -> None:
    inks = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(server.url)
        page.locator(".react-flow__node").first.click()
        square = page.locator(".layer-picture path[stroke='var(--hue,currentColor)']").first
        expect(square).to_have_count(1)
        inks.add(square.evaluate("element => getComputedStyle(element).stroke"))
    assert len(inks) == 2
