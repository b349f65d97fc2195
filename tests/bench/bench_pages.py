"""How long a person waits: first page, an edit's shapes, a large template, Train to the curve; frames while moving.

usage: uv run python tests/bench/bench_pages.py
Starts a server with a home of its own and drives headless Chromium; prints a table of medians.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app_server import Server, free_port, start, stop
from browsers import launch

from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.store import Projects, connect

EDITS = 30


def chain(count: int) -> Document:
    """A network of `count` nodes that is right whatever the filters of its layers are."""
    nodes: list[dict[str, Any]] = [{"id": "image", "kind": "Input"}]
    for number in range(count - 3):
        params = {"filters": 8, "kernel_size": 3, "padding": "same", "activation": "relu"}
        nodes.append({"id": f"conv{number}", "kind": "Conv2D", "params": params})
    nodes.append({"id": "flatten", "kind": "Flatten"})
    nodes.append({"id": "digit", "kind": "Dense", "params": {"units": 10, "activation": "softmax"}})
    edges = [{"source": a["id"], "target": b["id"]} for a, b in itertools.pairwise(nodes)]
    return from_value(
        {
            "format": 1,
            "name": f"Chain of {count}",
            "model": {"nodes": nodes, "edges": edges},
            "data": {"dataset": "digits"},
        }
    )


def first_page(folder: Path) -> tuple[Server, float, Page, Any]:
    """Seconds from the start of `app.py` to a network on the page that can be trained."""
    playwright = sync_playwright().start()
    browser = launch(playwright)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script("localStorage.setItem('layerloom.canvas.introduced', 'true')")
    began = time.perf_counter()
    server = start(folder / "home", free_port(), folder / "log.txt")
    page.goto(server.url)
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=30_000)
    return server, time.perf_counter() - began, page, playwright


def open_chain(page: Page, server: Server, count: int) -> None:
    project = Projects(connect(server.home / "layerloom.db")).create(chain(count))
    page.goto(f"{server.url}/?project={project.id}")
    expect(page.locator(".react-flow__node").nth(4)).to_be_visible(timeout=20_000)
    page.wait_for_timeout(2000)


def canvas_latency(page: Page) -> list[float]:
    """Milliseconds from an edit on the canvas (a layer copied, and that undone) to its shapes on the canvas."""
    for _ in range(EDITS // 2):
        page.locator(".react-flow__node").nth(1).click()
        page.wait_for_timeout(300)
        for key in ("Control+d", "Control+z"):
            page.keyboard.press(key)
            page.wait_for_timeout(500)
    return list(page.evaluate("window.__layerloom.latency"))


CHANGED = """([before]) => new Promise((done) => {
    const began = performance.now();
    const inside = (e) => e.shadowRoot ? [e.shadowRoot, ...roots(e.shadowRoot)] : [];
    const roots = (root) => [...root.querySelectorAll("*")].flatMap(inside);
    const place = roots(document).find((root) => root.querySelector(".react-flow__node"));
    const look = () => {
        const text = place.querySelectorAll(".react-flow__node")[2].textContent;
        if (text !== before) done(performance.now() - began); else requestAnimationFrame(look);
    };
    look();
})"""


def form_latency(page: Page) -> list[float]:
    """Milliseconds from a number entered in the inspector to the new parameter count on the canvas."""
    third = page.locator(".react-flow__node").nth(2)
    third.click()
    spent = []
    for number in range(EDITS // 2):
        filters = page.get_by_role("spinbutton", name="Filters")
        before = third.text_content()
        filters.fill(str(9 + number))
        waiting = page.evaluate_handle(f"(arguments) => ({{ promise: ({CHANGED})(arguments) }})", [before])
        filters.press("Enter")
        spent.append(float(waiting.evaluate("(held) => held.promise")))
        page.wait_for_timeout(400)
    return spent


FRAMES = """(milliseconds) => new Promise((done) => {
    const began = performance.now();
    let count = 0;
    const next = () => {
        count += 1;
        const spent = performance.now() - began;
        if (spent < milliseconds) requestAnimationFrame(next); else done(1000 * count / spent);
    };
    requestAnimationFrame(next);
})"""


def frames(page: Page, start: tuple[float, float]) -> float:
    """Frames a second while the mouse, pressed at `start`, moves to and fro."""
    page.mouse.move(*start)
    page.mouse.down()
    counting = page.evaluate_handle(f"(time) => ({{ promise: ({FRAMES})(time) }})", 3000)
    began = time.perf_counter()
    for step in itertools.count():
        page.mouse.move(start[0] + 60 * ((step // 20) % 2 or -1) * (step % 20) / 20, start[1] + step % 40)
        if time.perf_counter() - began > 3:
            break
    rate = float(counting.evaluate("(held) => held.promise"))
    page.mouse.up()
    return rate


def moving(page: Page) -> tuple[float, float, float]:
    """Frames a second: nothing but a mouse over a page, panning, dragging a layer."""
    box = page.locator(".react-flow__pane").bounding_box()
    layer = page.locator(".react-flow__node").nth(2).bounding_box()
    assert box
    assert layer
    empty = (box["x"] + 100, box["y"] + box["height"] / 2)
    still = frames(page, (900, 40))
    return still, frames(page, empty), frames(page, (layer["x"] + 40, layer["y"] + 12))


def template_to_canvas(page: Page, kind: str, parameters: str) -> float:
    """Seconds from the click in the gallery to the network with its parameters."""
    page.get_by_role("button", name="New", exact=True).click()
    button = page.locator(f".st-key-template-{kind} button")
    button.scroll_into_view_if_needed(timeout=10_000)
    page.wait_for_timeout(1500)
    began = time.perf_counter()
    button.click()
    page.get_by_text(parameters).first.wait_for(timeout=20_000)
    page.locator(".react-flow__node").nth(4).wait_for()
    return time.perf_counter() - began


def train_to_curve(page: Page, server: Server) -> float:
    """Seconds from the click on Train to the first point of the curve on the screen."""
    project = Projects(connect(server.home / "layerloom.db")).create(from_value(templates["digits_cnn"].document))
    page.goto(f"{server.url}/?project={project.id}")
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(1500)
    began = time.perf_counter()
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("training, step").first.wait_for(timeout=30_000)
    seconds = time.perf_counter() - began
    page.get_by_text("Finished").first.wait_for(timeout=60_000)
    return seconds


def summary(spent: list[float]) -> str:
    return f"{statistics.median(spent):.0f} ms (slowest {max(spent):.0f}, {len(spent)} edits)"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server, first, page, playwright = first_page(folder)
        try:
            rows = [("first page usable after start", f"{first:.2f} s", "4 s")]
            page.wait_for_timeout(6000)
            page.evaluate("localStorage.setItem('layerloom.canvas.introduced', 'true')")
            for count, bar in ((20, "100 ms"), (100, "150 ms"), (500, "400 ms")):
                open_chain(page, server, count)
                rows.append((f"edit on the canvas to shapes, {count} nodes", summary(canvas_latency(page)), bar))
                rows.append((f"edit in the inspector to shapes, {count} nodes", summary(form_latency(page)), bar))
            open_chain(page, server, 200)
            still, panning, dragging = moving(page)
            rows.append(("frames a second, 200 nodes: panning", f"{panning:.0f} (mouse alone {still:.0f})", "50"))
            rows.append(("frames a second, 200 nodes: dragging", f"{dragging:.0f} (mouse alone {still:.0f})", "50"))
            opened = template_to_canvas(page, "resnet50", "25,636,712")
            rows.append(("ResNet50 from the gallery to the canvas", f"{opened:.2f} s", "2 s"))
            starts = [train_to_curve(page, server) for _ in range(3)]
            rows.append(("Train to first point of the curve", f"{statistics.median(starts):.2f} s", "2 s"))
        finally:
            playwright.stop()
            stop(server)
    for what, seen, bar in rows:
        print(f"{what:46} {seen:45} bar {bar}")


if __name__ == "__main__":
    main()
