"""The figures of the canvas: edits lost, shapes back, frames while moving, the bundle, famous networks, wrong graphs.

usage: uv run python tests/bench/bench_canvas.py [PART]...
Parts: edits, views, shapes, frames, bundle, templates, wrong; all of them where none is named (about four minutes).
Starts a server with a home of its own and drives headless Chromium; prints a table. "shapes" are medians over edits on
a warm page; frames are counted by the page itself, beside those of a page on which nothing but the mouse moves.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "catalog"))

from app_server import Server, stop
from bench_pages import canvas_latency, first_page, form_latency, moving, open_chain, summary, template_to_canvas
from wrong_documents import WRONG

from builder import jobs
from builder.catalog.registry import templates
from builder.catalog.rules import problems
from builder.document import from_value
from builder.settings import Settings
from builder.store import Projects, connect

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "canvas"
EDITS = 1_000
RERUNS = 40
FAMOUS = {
    "lenet5": 61_706,
    "alexnet": 61_100_840,
    "vgg16": 138_357_544,
    "mobilenet_v2": 3_538_984,
    "resnet50": 25_636_712,
}


@dataclass(frozen=True)
class Bench:
    """A page on a server of its own."""

    server: Server
    page: Page

    def open(self, kind: str) -> str:
        """A project made from a template, on the page; its id."""
        project = self.projects().create(from_value(templates[kind].document))
        self.page.goto(f"{self.server.url}/?project={project.id}")
        self.page.locator(".foot .shape").first.wait_for(timeout=30_000)
        self.page.wait_for_timeout(1500)
        return project.id

    def projects(self) -> Projects:
        return Projects(connect(self.server.home / "layerloom.db"))

    def settled(self) -> None:
        self.page.wait_for_function("window.__layerloom.pending === 0", timeout=180_000)


Row = tuple[str, str, str]

# Six layers are added and four of them taken back again and again, and every seventh time another tab of the panel is
# chosen, which runs the page's script.
SCRIPTED = """async ([edits]) => {
  const shadows = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? inside(e.shadowRoot) : []);
  const inside = (root) => [root, ...shadows(root)];
  const canvas = inside(document).find((root) => root.querySelector(".stage"));
  const item = canvas.querySelector('.palette .item[data-kind="Dropout"]');
  const undo = [...canvas.querySelectorAll("button")].find((b) => b.getAttribute("aria-label")?.startsWith("Undo"));
  for (let n = 0; n < edits; n += 1) {
    (n % 10 < 6 ? item : undo).click();
    if (n % 7 === 3) {
      const tabs = [...document.querySelectorAll(".st-key-panel [role=radio]")].slice(0, 2);
      tabs.find((tab) => tab.getAttribute("aria-checked") !== "true")?.click();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""


def edits(bench: Bench) -> Iterator[Row]:
    """Each edit is kept by the server or lost; layers and answers are counted."""
    project = bench.open("digits_cnn")
    before = len(bench.projects().get(project).document.model.nodes)
    bench.page.evaluate(SCRIPTED, [EDITS])
    bench.settled()
    answered = int(bench.page.evaluate("window.__layerloom.latency.length"))
    there = len(bench.projects().get(project).document.model.nodes) - before
    lost = max(EDITS - answered, abs(there - EDITS // 5))
    yield f"edits lost, of {EDITS:,} at 20 a second with reruns", str(lost), "0"


LOOK = """() => {
  const shadows = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? inside(e.shadowRoot) : []);
  const inside = (root) => [root, ...shadows(root)];
  const canvas = inside(document).find((root) => root.querySelector(".stage"));
  const selected = [...canvas.querySelectorAll(".react-flow__node.selected")].map((node) => node.dataset.id);
  return JSON.stringify([canvas.querySelector(".react-flow__viewport").style.transform, selected]);
}"""


def views(bench: Bench) -> Iterator[Row]:
    """The picture and the selection before and after runs of the script."""
    bench.open("digits_cnn")
    page = bench.page
    page.locator(".react-flow__node").nth(3).click()
    page.locator(".canvas").get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(1500)
    before, changed = page.evaluate(LOOK), 0
    for number in range(RERUNS):
        page.locator(".st-key-panel").get_by_role("radio").nth((number + 1) % 2).click()
        page.wait_for_timeout(150)
        changed += page.evaluate(LOOK) != before
    yield f"picture or selection changed by a rerun, of {RERUNS}", str(changed), "0"


def shapes(bench: Bench) -> Iterator[Row]:
    for count, bar in ((20, "100 ms"), (100, "150 ms"), (500, "400 ms")):
        open_chain(bench.page, bench.server, count)
        yield f"edit on the canvas to its shapes, {count} nodes", summary(canvas_latency(bench.page)), bar
        yield f"edit in the inspector to its shapes, {count} nodes", summary(form_latency(bench.page)), bar


def frames(bench: Bench) -> Iterator[Row]:
    open_chain(bench.page, bench.server, 200)
    for where in ("as opened", "all in view"):
        if where == "all in view":
            bench.page.locator(".canvas").get_by_role("button", name="Show everything").click()
            bench.page.wait_for_timeout(1000)
        still, panning, dragging = moving(bench.page)
        for what, rate in (("panning", panning), ("dragging", dragging)):
            yield f"frames a second, 200 nodes, {where}: {what}", f"{rate:.0f} (mouse alone {still:.0f})", "50"


def bundle(_: Bench) -> Iterator[Row]:
    size = sum(len(gzip.compress(file.read_bytes(), 9)) for file in (ASSETS / "canvas.js", ASSETS / "canvas.css"))
    yield "bundle, gzipped", f"{size / 1000:.0f} KB", "250 KB"


def famous(bench: Bench) -> Iterator[Row]:
    bench.open("iris_mlp")
    seconds = template_to_canvas(bench.page, "resnet50", f"{FAMOUS['resnet50']:,}")
    yield "ResNet50 from the gallery to the canvas", f"{seconds:.2f} s", "2 s"
    engine = jobs.connect(Settings(home=bench.server.home))
    for kind, count in FAMOUS.items():
        found = engine.analyse(from_value(templates[kind].document)).parameters
        yield f"parameters of {templates[kind].title}", f"{found:,}", f"{count:,}"


def wrong(bench: Bench) -> Iterator[Row]:
    """Every kind of wrong graph that the tests know, with Keras asked for each."""
    engine = jobs.connect(Settings(home=bench.server.home))
    cases = [case for case in WRONG if case.node or case.edge]
    told = 0
    for case in cases:
        found = problems(case.document, engine.analyse(case.document))
        places = {(problem.code, problem.node) for problem in found} | {(problem.code, None) for problem in found}
        told += (case.code, case.node) in places
    yield "kinds of wrong graphs told at their place, none crashes", f"{told} of {len(cases)}", "60"


PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "edits": edits,
    "views": views,
    "shapes": shapes,
    "frames": frames,
    "bundle": bundle,
    "templates": famous,
    "wrong": wrong,
}


def main(chosen: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server, _, page, playwright = first_page(Path(folder))
        try:
            page.wait_for_timeout(4000)
            page.evaluate("localStorage.setItem('layerloom.canvas.introduced', 'true')")
            for name in chosen:
                for what, seen, bar in PARTS[name](Bench(server, page)):
                    print(f"{what:58} {seen:38} bar {bar}", flush=True)
        finally:
            playwright.stop()
            stop(server)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PARTS))
