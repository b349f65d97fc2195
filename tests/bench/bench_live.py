"""The live view under load: opening a long run, from an event written to its drawing, and many viewers of one run.

Run it with `uv run python tests/bench/bench_live.py`; it needs Chromium, uses a home of its own, and takes a minute or
two. The server is the live view's own page (`tests/live/harness`).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "live"))

from conftest import FLAGS
from watched_run import DOCUMENT, Harness, Writer

from builder.document import parse
from builder.events import Steps
from builder.rundir import RunDirectory, State

CHROMIUM = "/usr/bin/chromium"
EPOCH = 1000
"""Steps an epoch of the long run."""

DRAWN = """() => {
  const root = [...document.querySelectorAll("*")].map(e => e.shadowRoot).find(r => r?.querySelector(".run"));
  const value = root.querySelector(".chart .steps .value");
  window.drawn = [];
  new MutationObserver(() => window.drawn.push([value.textContent, Date.now() / 1000]))
    .observe(value, { childList: true, characterData: true, subtree: true });
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


def opening(browser: Browser, harness: Harness, run: RunDirectory) -> tuple[float, float]:
    """Seconds from the address to the drawn curves with the run's last epoch, and the slowest of 120 frames in ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{harness.url}/?run={run.id}", wait_until="commit")
    page.locator(".run .transport .when", has_text=re.compile(f"^epoch {run.record().epochs:,}$")).wait_for(
        timeout=120_000
    )
    page.locator(".chart canvas").first.wait_for()
    seconds = time.perf_counter() - began
    page.get_by_role("button", name="Play the run again").first.click()
    slowest = max(page.evaluate(FRAMES))
    context.close()
    return seconds, slowest


def delays(page: Page, harness: Harness, runs: Path, events: int) -> list[float]:
    """Milliseconds from writing each of 20 events a second to the frame that shows it."""
    writer = Writer(RunDirectory.create(runs, parse(DOCUMENT)))
    writer.begin()
    page.goto(f"{harness.url}/?run={writer.run.id}")
    page.locator(".badge").wait_for()
    writer.tell(Steps(epoch=1, steps=(1,), losses=(1.0,)))
    page.locator(".chart canvas").first.wait_for()
    page.evaluate(DRAWN)
    written: dict[str, float] = {}
    for number in range(events):
        loss = 2 + number / 1000
        written[f"{loss:.3f}"] = time.time()
        writer.tell(Steps(epoch=1, steps=(number + 2,), losses=(loss,)))
        page.wait_for_timeout(50)
    page.wait_for_timeout(1000)
    drawn = page.evaluate("() => window.drawn")
    writer.log.close()
    shown = sorted((float(text), at) for text, at in drawn if text in written)
    # Several events come in one frame: each was drawn with the first frame that shows it or a later one.
    return [
        (next(at for value, at in shown if value >= float(text)) - began) * 1000
        for text, began in written.items()
        if any(value >= float(text) for value, _ in shown)
    ]


def viewers_cpu(harness: Harness, runs: Path, viewers: int, seconds: float) -> tuple[float, int]:
    """The share of one core that the server takes for so many viewers of a run with 20 events a second; bytes sent."""
    writer = Writer(RunDirectory.create(runs, parse(DOCUMENT)))
    writer.begin()
    selector = selectors.DefaultSelector()
    for _ in range(viewers):
        viewer = socket.create_connection(("127.0.0.1", harness.port))
        request = f"GET /api/runs/{writer.run.id}/events HTTP/1.1\r\nHost: 127.0.0.1:{harness.port}\r\n"
        viewer.sendall(f"{request}Accept: text/event-stream\r\n\r\n".encode())
        selector.register(viewer, selectors.EVENT_READ)
    received, over = 0, threading.Event()

    def read() -> None:
        nonlocal received
        while not over.is_set():
            for key, _ in selector.select(0.1):
                received += len(key.fileobj.recv(65536))  # type: ignore[union-attr]

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(1)
    before, began = cpu_seconds(harness), time.perf_counter()
    for number in range(int(seconds * 20)):
        writer.tell(Steps(epoch=1, steps=(number + 1,), losses=(1.0,)))
        time.sleep(0.05)
    share = (cpu_seconds(harness) - before) / (time.perf_counter() - began)
    over.set()
    reader.join()
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    writer.log.close()
    return share, received


def cpu_seconds(harness: Harness) -> float:
    assert harness.process
    fields = Path(f"/proc/{harness.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        home = Path(folder) / "home"
        runs = home / "runs"
        runs.mkdir(parents=True)
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        harness = Harness(home, port, Path(folder) / "log.txt")
        harness.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                made = {
                    "1,000 steps, 100 to an event": long_run(runs, 1000, 100),
                    "1,000,000 steps, 100 to an event": long_run(runs, 1_000_000, 100),
                    "1,000,000 steps, one to an event": long_run(runs, 1_000_000, 1),
                }
                opened: dict[str, list[tuple[float, float]]] = {name: [] for name in made}
                opening(browser, harness, made["1,000 steps, 100 to an event"])  # the server reads its bundle
                for _ in range(arguments.times):
                    for name, run in made.items():
                        opened[name].append(opening(browser, harness, run))
                for name, found in opened.items():
                    print(
                        f"{name} ({made[name].events_path.stat().st_size / 1e6:6.2f} MB): opens in "
                        f"{statistics.median(seconds for seconds, _ in found):.2f} s, slowest frame of a replay "
                        f"{statistics.median(slowest for _, slowest in found):.0f} ms"
                    )
                page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
                late = sorted(delays(page, harness, runs, 200))
                print(
                    f"event written to drawn, 20 a second: median {statistics.median(late):.0f} ms, "
                    f"p95 {late[int(len(late) * 0.95)]:.0f} ms of {len(late)}"
                )
                page.close()
            for viewers in (1, 50):
                share, received = viewers_cpu(harness, runs, viewers, 10)
                print(
                    f"{viewers:>3} viewers of one run: {share:.1%} of one core, {received / 10 / 1000:.0f} kB/s in all"
                )
        finally:
            harness.stop()


if __name__ == "__main__":
    main()
