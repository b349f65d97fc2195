"""Renaming a layer in the browser: a name that is taken is a sentence, and the selection stays where it was."""

from __future__ import annotations

import pytest
from app_server import Server
from design_page import DesignPage
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_name_that_is_taken_never_selects_the_other_layer(page: Page, server: Server) -> None:
    design = DesignPage(page, server)
    design.node("conv2").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("conv2")
    for taken in ("conv1", "image"):
        name.fill(taken)
        name.press("Enter")
        expect(page.get_by_text(f'"conv2" cannot be called "{taken}"')).to_be_visible()
        expect(name).to_have_value(taken)
        assert design.selected() == ["conv2"]
    name.fill("1st layer")
    name.press("Enter")
    expect(page.get_by_text("starts with a letter", exact=False)).to_be_visible()
    expect(name).to_have_value("1st layer")
    assert design.selected() == ["conv2"]
    assert "conv2" in {node.id for node in design.kept().model.nodes}
    name.fill("second")
    name.press("Enter")
    expect(design.node("second")).to_be_visible()
    expect(page.get_by_text("starts with a letter", exact=False)).to_have_count(0)
    design.until(lambda: design.selected() == ["second"])
    expect(page.get_by_role("textbox", name="Name")).to_have_value("second")
    assert "second" in {node.id for node in design.kept().model.nodes}
