"""The Design page for whoever walks it: projects to open, what stands on it, and what the server has kept."""

from __future__ import annotations

import re
from collections.abc import Callable

from app_server import Server
from playwright.sync_api import Locator, Page, expect

from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.store import Projects, connect

FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body || element.tagName === "MAIN") return null;
  const { width, height } = element.getBoundingClientRect();
  const { outlineStyle, boxShadow } = getComputedStyle(element);
  return {
    name: element.getAttribute("aria-label") || element.innerText || element.title || "",
    seen: width > 0 && height > 0,
    ringed: outlineStyle !== "none" || boxShadow !== "none",
  };
}"""


class DesignPage:
    """A project on the Design page."""

    def __init__(self, page: Page, server: Server, template: str = "digits_cnn"):
        self.page = page
        self.server = server
        self.projects = Projects(connect(server.home / "layerloom.db"))
        self.id = self.projects.create(from_value(templates[template].document)).id
        self.open(self.id)

    def open(self, project: str) -> None:
        self.id = project
        self.page.goto(f"{self.server.url}/?project={project}")
        self.page.locator(".flow:not(.arriving)").wait_for()
        expect(self.page.locator(".foot .shape").first).to_be_visible()

    def node(self, node_id: str) -> Locator:
        return self.page.locator(f'.react-flow__node[data-id="{node_id}"]')

    def edge(self, source: str, target: str) -> Locator:
        return self.page.locator(f'.react-flow__edge[data-id="{source}>{target}:0"]')

    def nodes(self) -> Locator:
        return self.page.locator(".react-flow__node")

    def tool(self, name: str) -> Locator:
        """A button of the canvas."""
        return self.page.locator(".canvas").get_by_role("button", name=re.compile(f"^{name}"))

    def selected(self) -> list[str]:
        return self.page.locator(".react-flow__node.selected").evaluate_all("all => all.map(one => one.dataset.id)")

    def kept(self) -> Document:
        """The project as the server has kept it, once it has every edit."""
        self.page.wait_for_function("window.__layerloom.pending === 0")
        return self.projects.get(self.id).document

    def arrows(self) -> list[str]:
        return [f"{edge.source}>{edge.target}" for edge in self.kept().model.edges]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, name: str, *, key: str = "Tab", most: int = 90) -> None:
        """Press Tab until something with this name (a pattern) has the focus; what has it must be seen."""
        passed = []
        for _ in range(most):
            self.page.keyboard.press(key)
            focused = self.page.evaluate(FOCUSED)
            if focused and re.search(name, focused["name"].replace("\n", " ")):
                assert focused["seen"], focused
                return
            passed.append(focused and focused["name"][:40])
        raise AssertionError(f"{name!r} is not reached by {key}: {passed}")

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that the server keeps."""
        for _ in range(200):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("it did not come about")
