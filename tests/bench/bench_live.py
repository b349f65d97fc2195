"""The live view under load: opening a long run, from an event written to its drawing, and many viewers of one run.

Run it with `uv run python tests/bench/bench_live.py`; it needs Chromium, uses homes of its own, and takes two minutes.
Runs are opened on the Train page of the whole app. What follows events is measured on the live view's own page
(`tests/live/harness`), because the app would find that no worker writes the run, and end it.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "live"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app_server import Server, free_port, start, stop
from browsers import launch
from watched_run import DOCUMENT, Harness, Writer

from builder.document import parse
from builder.events import Steps
from builder.rundir import RunDirectory, State

OPENS = 1.5
"""Bar: seconds until a run of a million batch events is on the screen."""
FLUID = 100.0
"""Bar: milliseconds of the slowest frame while it is played again; a tenth of a second is still felt as at once."""
LATE = 250.0
"""Bar: milliseconds from an event written to its drawing, for 95 of 100, at 20 events a second."""
VIEWERS = 50
CORE = 1.0
"""Bar: cores that the server takes for so many viewers."""
EPOCH = 1000
"""Steps an epoch of the long run."""

DRAWN = """() => {
  const root = [...document.querySelectorAll("*")].map(e => e.shadowRoot).find(r => r?.querySelector(".run"));
  const value = root.querySelector(".chart .steps .value");
  window.drawn = [];
  new MutationObserver(() => window.drawn.push([value.textContent, Date.now() / 1000]))
    .observe(value, { childList: true, characterData: true, subtree: true });
}"""
SHOWN = """epoch => {
  const root = [...document.querySelectorAll("*")].map(e => e.shadowRoot).find(r => r?.querySelector(".run"));
  return root?.querySelector(".chart canvas") && root.querySelector(".transport .when").textContent === epoch;
}"""
FRAMES = """async () => {
  const times = [];
  await new Promise(done => {
    const frame = now => times.push(now) < 120 ? requestAnimationFrame(frame) : done();
    requestAnimationFrame(frame);
  });
  return times.slice(1).map((time, i) => time - times[i]);
}"""


def long_run(runs: Path, steps: int, per_event: int) -> RunDirectory:
    """A finished run of so many steps, told `per_event` at a time, with an epoch and progress now and then."""
    run = RunDirectory.create(runs, parse(DOCUMENT))
    seq = 0
    with open(run.events_path, "w") as log:

        def tell(event: dict[str, object]) -> None:
            nonlocal seq
            seq += 1
            log.write(json.dumps({"seq": seq, "time": 1e9 + seq / 10, **event}, separators=(",", ":")) + "\n")

        for first in range(1, steps + 1, per_event):
            told = range(first, first + per_event)
            losses = [round(1000 / (1000 + step), 6) + (step * 7919 % 100) / 1000 for step in told]
            tell({"type": "steps", "epoch": first // EPOCH + 1, "steps": list(told), "losses": losses})
            if told[-1] % EPOCH == 0:
                epoch = told[-1] // EPOCH
                metrics = {"loss": 1 / epoch, "val_loss": 1.5 / epoch, "accuracy": 1 - 1 / (epoch + 1)}
                tell({"type": "epoch", "epoch": epoch, "step": told[-1], "metrics": metrics, "seconds": 1.0})
        tell({"type": "state", "state": "finished"})
    run.update(state=State.FINISHED, epochs=steps // EPOCH, started=time.time() - 9, ended=time.time())
    return run


def opening(browser: Browser, app: Server, run: RunDirectory) -> tuple[float, float]:
    """Seconds from the address to the drawn curves with the run's last epoch, and the slowest of 120 frames in ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{app.url}/train?run={run.id}", wait_until="commit")
    page.wait_for_function(SHOWN, arg=f"epoch {run.record().epochs:,}", timeout=120_000)  # Looked for in every frame.
    seconds = time.perf_counter() - began
    page.get_by_role("button", name="Play the run again").first.click()
    slowest = max(page.evaluate(FRAMES))
    context.close()
    return seconds, slowest


def delays(page: Page, harness: Harness, runs: Path, events: int, others: int) -> tuple[list[float], float, int]:
    """Milliseconds from writing each of 20 events a second to the frame that shows it, while so many others follow too.

    With it the cores that the server took meanwhile, and the bytes that the others got.
    """
    writer = Writer(RunDirectory.create(runs, parse(DOCUMENT)))
    writer.begin()
    page.goto(f"{harness.url}/?run={writer.run.id}")
    page.locator(".badge").wait_for()
    writer.tell(Steps(epoch=1, steps=(1,), losses=(1.0,)))
    page.locator(".chart canvas").first.wait_for()
    page.evaluate(DRAWN)
    written: dict[str, float] = {}
    with watched(harness, writer.run, others) as received:
        page.wait_for_timeout(1000)
        before, began = cpu_seconds(harness), time.perf_counter()
        for number in range(events):
            loss = 2 + number / 1000
            written[f"{loss:.3f}"] = time.time()
            writer.tell(Steps(epoch=1, steps=(number + 2,), losses=(loss,)))
            page.wait_for_timeout(50)
        cores = (cpu_seconds(harness) - before) / (time.perf_counter() - began)
        page.wait_for_timeout(1000)
    drawn = page.evaluate("() => window.drawn")
    writer.log.close()
    shown = sorted((float(text), at) for text, at in drawn if text in written)
    # Several events come in one frame: each was drawn with the first frame that shows it or a later one.
    late = [
        (next(at for value, at in shown if value >= float(text)) - began) * 1000
        for text, began in written.items()
        if any(value >= float(text) for value, _ in shown)
    ]
    return sorted(late), cores, received[0]


@contextmanager
def watched(harness: Harness, run: RunDirectory, viewers: int) -> Iterator[list[int]]:
    """So many connections that follow a run and read what comes; the list holds the bytes that came, in all."""
    selector = selectors.DefaultSelector()
    for _ in range(viewers):
        viewer = socket.create_connection(("127.0.0.1", harness.port))
        request = f"GET /api/runs/{run.id}/events HTTP/1.1\r\nHost: 127.0.0.1:{harness.port}\r\n"
        viewer.sendall(f"{request}Accept: text/event-stream\r\n\r\n".encode())
        selector.register(viewer, selectors.EVENT_READ)
    received, over = [0], threading.Event()

    def read() -> None:
        while not over.is_set():
            for key, _ in selector.select(0.1):
                received[0] += len(key.fileobj.recv(65536))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield received
    finally:
        over.set()
        reader.join()
        for key in list(selector.get_map().values()):
            key.fileobj.close()


def cpu_seconds(harness: Harness) -> float:
    assert harness.process
    fields = Path(f"/proc/{harness.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    """A line of the table; without a `bar` it is there to compare."""

    figure: str
    value: float
    unit: str
    bar: float | None = None

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"< {self.bar:,.5g} {self.unit}"
        kept = "" if self.bar is None else ("kept" if self.value < self.bar else "MISSED")
        return f"{self.figure:<66} {self.value:>10,.2f} {self.unit:<6} {bar:<12} {kept}"


def opened(browser: Browser, home: Path, times: int) -> Iterator[Row]:
    """Runs of a thousand and of a million steps on the Train page, medians of interleaved visits."""
    runs = home / "runs"
    runs.mkdir(parents=True)
    made = {
        "1,000 steps, 100 to an event": long_run(runs, 1000, 100),
        "1,000,000 steps, 100 to an event": long_run(runs, 1_000_000, 100),
        "1,000,000 steps, one to an event": long_run(runs, 1_000_000, 1),
    }
    app = start(home, free_port(), home.parent / "app.txt")
    try:
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in made}
        opening(browser, app, made["1,000 steps, 100 to an event"])  # the server reads its bundle
        for _ in range(times):
            for name, run in made.items():
                found[name].append(opening(browser, app, run))
    finally:
        stop(app)
    for name, visits in found.items():
        long = "000,000" in name
        size = made[name].events_path.stat().st_size / 1e6
        yield Row(
            f"opens: {name} ({size:.1f} MB)", statistics.median(s for s, _ in visits), "s", OPENS if long else None
        )
        slowest = statistics.median(slowest for _, slowest in visits)
        yield Row("    slowest of 120 frames while it plays again", slowest, "ms", FLUID if long else None)


def followed(browser: Browser, home: Path) -> Iterator[Row]:
    """From event to drawing for one viewer and among many, with what they cost the server."""
    runs = home / "runs"
    runs.mkdir(parents=True)
    harness = Harness(home, free_port(), home.parent / "live.txt")
    harness.start()
    try:
        for others in (0, VIEWERS - 1):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            late, cores, received = delays(page, harness, runs, 200, others)
            page.close()
            name = f"{others + 1} viewer{'s' if others else ''}, 20 events/s"
            yield Row(f"event -> drawn: {name}, p95 of {len(late)}", late[int(len(late) * 0.95)], "ms", LATE)
            yield Row("    median", statistics.median(late), "ms")
            yield Row(f"    events of 200 that were drawn: {len(late)}; cores of the server", cores, "cores", CORE)
            if others:
                yield Row("    sent to all viewers", received / 10_000, "kB/s")
    finally:
        harness.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="visits of each run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright)
        print(f"{'figure':<66} {'measured':>10} {'':<6} {'bar':<12}")
        for row in opened(browser, Path(folder) / "app", arguments.times):
            print(row, flush=True)
        for row in followed(browser, Path(folder) / "live"):
            print(row, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
