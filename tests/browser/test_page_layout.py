"""Where things stand on the Design page at the widths that people have: nothing covers anything, nothing is cut off."""

from __future__ import annotations

from itertools import combinations

import pytest
from app_server import Server
from playwright.sync_api import Locator, Page, expect

from builder.catalog.registry import templates
from builder.document import apply, from_value
from builder.store import Projects, connect

pytestmark = pytest.mark.browser

HEIGHTS = {820: 1180, 1280: 800, 1920: 1080}
LONG_NAME = "A network with a name that nobody would want to read aloud in front of the whole group"


def visit(page: Page, server: Server, width: int, name: str = "Digits CNN") -> None:
    """Open the digits network under a name, in a window of a width."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    document = from_value(templates["digits_cnn"].document)
    document = apply(document, {"op": "set", "path": "name", "value": name})
    project = Projects(connect(server.home / "layerloom.db")).create(document)
    page.goto(f"{server.url}/?project={project.id}")
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=20_000)
    expect(page.locator(".react-flow__node").first).to_be_visible(timeout=20_000)


def box(place: Locator) -> dict[str, float]:
    found = place.bounding_box()
    assert found, place
    return found


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


@pytest.mark.parametrize("name", ["Digits CNN", LONG_NAME], ids=["short", "long"])
@pytest.mark.parametrize("width", HEIGHTS)
def test_the_bar_holds_everything(page: Page, server: Server, width: int, name: str) -> None:
    visit(page, server, width, name)
    bar = page.locator(".st-key-bar")
    parts = [bar.get_by_role("button", name=label, exact=True) for label in ("New", "Versions", "Train")]
    parts += [bar.get_by_test_id("stPopoverButton"), bar.locator(".st-key-view"), bar.locator(".st-key-cost")]
    boxes = [box(part) for part in parts]
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
    train, project = box(parts[2]), box(parts[3])
    assert width - 40 < train["x"] + train["width"] <= width, "Train stands at the right edge"
    assert abs(train["y"] + train["height"] / 2 - project["y"] - project["height"] / 2) < 4, "in the first row"


@pytest.mark.parametrize("width", HEIGHTS)
def test_canvas_and_panel_share_the_width(page: Page, server: Server, width: int) -> None:
    visit(page, server, width)
    canvas, panel = box(page.locator(".canvas")), box(page.locator(".st-key-panel"))
    assert not overlap(canvas, panel)
    assert 240 <= panel["width"] <= 400
    assert panel["x"] + panel["width"] <= width
    assert canvas["y"] + canvas["height"] <= HEIGHTS[width]


def test_the_first_layer_stays_in_sight_where_the_canvas_becomes_narrow(page: Page, server: Server) -> None:
    visit(page, server, 1280)
    first, tools = page.locator('.react-flow__node[data-id="image"]'), page.locator(".canvas .bar").first
    assert not overlap(box(first), box(tools))
    before = box(page.locator(".canvas"))["width"]
    page.get_by_text("Code", exact=True).click()
    expect(page.get_by_role("button", name="Download .py")).to_be_visible()
    page.wait_for_function(
        "([canvas, before]) => canvas.clientWidth < before - 50",
        arg=[page.locator(".canvas").element_handle(), before],
    )
    page.wait_for_timeout(300)
    assert not overlap(box(first), box(tools))
