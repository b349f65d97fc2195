"""The harness page as a process of its own on loopback, and a hand that writes a run's events."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from builder.events import ConfusionMatrix, EpochEnded, Event, ModelBuilt, Progress, StateChanged, Steps
from builder.rundir import RunDirectory, State

PROJECT = Path(__file__).resolve().parents[2]
HARNESS = Path(__file__).parent / "harness" / "app.py"
DOCUMENT = """{
  "format": 1, "name": "Digits CNN",
  "model": {"nodes": [{"id": "image", "kind": "Input"},
                      {"id": "out", "kind": "Dense", "params": {"units": 3}}],
            "edges": [{"source": "image", "target": "out", "port": 0}]},
  "data": {"dataset": "digits"}, "training": {"epochs": 5}}"""


@dataclass
class Harness:
    """The page's server; it can be stopped and started again at the same address."""

    home: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environ = os.environ | {"LAYERLOOM_HOME": str(self.home), "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-m", "streamlit", "run", str(HARNESS), "--server.port", str(self.port)]
        command += ["--server.address", "127.0.0.1"]
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the page did not answer: {self.log.read_text()}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise


class Writer:
    """A run whose events are written by hand: 10 steps an epoch, three classes."""

    def __init__(self, run: RunDirectory):
        self.run = run
        self.log = run.event_log()

    def tell(self, *events: Event) -> None:
        for event in events:
            self.log.append(event)

    def begin(self) -> None:
        self.run.update(state=State.RUNNING, started=time.time())
        self.tell(
            StateChanged(state="running"),
            ModelBuilt(parameters=330, trainable=330, outputs=("out",), classes=("ant", "bee", "cat")),
        )

    def steps(self, epoch: int, count: int = 10, loss: float = 1.0) -> None:
        first = (epoch - 1) * 10 + 1
        steps = tuple(range(first, first + count))
        self.tell(
            Steps(epoch=epoch, steps=steps, losses=tuple(loss / step for step in steps)),
            Progress(epoch=epoch, epochs=5, step=count, steps=10, samples_per_second=1234.0, eta=42.0),
        )

    def epoch(self, epoch: int, accuracy: float, best: bool = True) -> None:
        self.steps(epoch)
        metrics = {
            "loss": 1 / epoch,
            "accuracy": accuracy,
            "val_loss": 1.5 / epoch,
            "val_accuracy": accuracy - 0.01,
        }
        wrong = 10 - epoch
        self.tell(
            EpochEnded(epoch=epoch, step=epoch * 10, metrics=metrics, seconds=0.5, learning_rate=0.001, best=best),
            ConfusionMatrix(epoch=epoch, output="out", matrix=((30 - wrong, wrong, 0), (0, 30, 0), (0, 0, 30))),
        )

    def end(self, state: State, **changes: object) -> None:
        self.tell(StateChanged(state=state))
        self.run.update(state=state, ended=time.time(), **changes)
