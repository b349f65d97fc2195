"""The canvas in a browser, in the words of someone who uses it; and the documents that tests open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect


@dataclass
class Harness:
    """The running server and the folder of its drafts."""

    url: str
    home: Path

    def put(self, name: str, document: dict[str, Any]) -> None:
        (self.home / f"{name}.json").write_text(json.dumps({"document": document}))

    def saved(self, name: str = "first") -> dict[str, Any]:
        return json.loads((self.home / f"{name}.json").read_text())["document"]


class CanvasPage:
    """The canvas in a browser, in the words of someone who uses it."""

    def __init__(self, page: Page, harness: Harness):
        self.page = page
        self.harness = harness

    def node(self, node_id: str) -> Locator:
        return self.page.locator(f'.react-flow__node[data-id="{node_id}"]')

    def edge(self, source: str, target: str, port: int = 0) -> Locator:
        return self.page.locator(f'.react-flow__edge[data-id="{source}>{target}:{port}"]')

    def item(self, kind: str) -> Locator:
        return self.page.locator(f'.palette .item[data-kind="{kind}"]').last

    def tool(self, name: str) -> Locator:
        return self.page.locator(".canvas").get_by_role("button", name=name, exact=True)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def select(self, *nodes: str) -> None:
        for index, node in enumerate(nodes):
            self.node(node).click(position={"x": 100, "y": 14}, modifiers=["Shift"] if index else [])

    def settled(self) -> None:
        """Wait until the server has answered every edit."""
        self.page.wait_for_function("window.__layerloom.pending === 0")

    def document(self) -> dict[str, Any]:
        """What the server has saved, once it has answered."""
        self.settled()
        return self.harness.saved()

    def ids(self) -> list[str]:
        return [node["id"] for node in self.document()["model"]["nodes"]]

    def arrows(self) -> list[str]:
        """The edges as "source>target", with ":port" where it is not the first input."""
        found = []
        for edge in self.document()["model"]["edges"]:
            port = edge.get("port", 0)
            found.append(f"{edge['source']}>{edge['target']}" + (f":{port}" if port else ""))
        return found

    def button(self, name: str) -> None:
        """Press one of the harness' own buttons and wait for the whole page's run."""
        runs = self.page.get_by_text("runs: ")
        before = runs.inner_text()
        self.page.get_by_role("button", name=name, exact=True).click()
        expect(runs).not_to_have_text(before)

    def viewport(self) -> str:
        """Where one looks, once no animation moves it."""
        return self.page.locator(".react-flow__viewport").evaluate(
            """view => new Promise(resolve => {
              let last = "", same = 0;
              const look = () => {
                same = view.style.transform === last ? same + 1 : 0;
                last = view.style.transform;
                if (same > 20) resolve(last); else requestAnimationFrame(look);
              };
              look();
            })"""
        )

    def drag(self, start: Locator, to: tuple[float, float], steps: int = 8) -> None:
        """Drag from the middle of an element to a point of the page."""
        box = start.bounding_box()
        assert box
        mouse = self.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()
        mouse.move(*to, steps=steps)
        mouse.up()

    def middle(self, place: Locator) -> tuple[float, float]:
        box = place.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def chain(*nodes: str | tuple[str, str]) -> dict[str, Any]:
    """A document with a chain of Dense layers, or of (id, kind), behind an Input called "image"."""
    pairs = [("image", "Input"), *((node, "Dense") if isinstance(node, str) else node for node in nodes)]
    ids = [node_id for node_id, _ in pairs]
    return {
        "format": 1,
        "name": "Chain",
        "model": {
            "nodes": [{"id": node_id, "kind": kind} for node_id, kind in pairs],
            "edges": [{"source": one, "target": other} for one, other in pairwise(ids)],
        },
        "layout": {node_id: {"x": 0, "y": 130 * index} for index, node_id in enumerate(ids)},
    }
