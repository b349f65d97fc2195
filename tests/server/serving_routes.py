"""The routes as a server on a real socket, with an engine that notes what it was told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.document import Document
from builder.errors import RunError
from builder.jobs import EngineStatus
from builder.rundir import RunDirectory
from builder.server import routes
from builder.server.tail import Tails
from builder.settings import Settings

DOCUMENT = """{
  "format": 1, "name": "Digits CNN",
  "model": {"nodes": [{"id": "image", "kind": "Input"},
                      {"id": "out", "kind": "Dense", "params": {"units": 10}}],
            "edges": [{"source": "image", "target": "out", "port": 0}]},
  "data": {"dataset": "digits"}, "training": {"epochs": 3}}"""


@dataclass
class NotingEngine:
    """Keeps the calls; refuses to resume what is not paused, as an engine does."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    queued: tuple[str, ...] = ()

    def stop(self, run_id: str) -> None:
        self.calls.append(("stop", run_id))

    def pause(self, run_id: str) -> None:
        self.calls.append(("pause", run_id))

    def resume(self, run_id: str) -> None:
        raise RunError(f"The run {run_id} is not paused.", code="state")

    def step(self, run_id: str, stride: str) -> None:
        self.calls.append(("step", run_id, stride))

    def finish(self, run_id: str) -> None:
        self.calls.append(("finish", run_id))

    def extend(self, run_id: str, epochs: int) -> None:
        self.calls.append(("extend", run_id, epochs))

    def change(self, run_id: str, setting: str, value: float) -> None:
        self.calls.append(("change", run_id, setting, value))

    def submit(self, run: RunDirectory) -> None:
        self.calls.append(("submit", run.id))

    def status(self) -> EngineStatus:
        return EngineStatus(supervisor=1, warm=True, running=(), queued=self.queued, slots=1)

    def close(self, *, shutdown: bool = False) -> None:
        self.calls.append(("close", ""))

    def analyse(self, document: Document) -> Analysis:
        """As if every node gave a row of 8 numbers, and no layer called Conv2D could take one."""
        row = Tensor(shape=(None, 8), dtype="float32")
        fed = {edge.target for edge in document.model.edges}
        refused = NodeReport(
            error='Input 0 of layer "x" is incompatible with the layer: expected ndim=4, found ndim=2.'
        )
        return Analysis(
            nodes={
                node.id: refused if node.kind == "Conv2D" and node.id in fed else NodeReport(output=row)
                for node in document.model.nodes
            }
        )


@dataclass
class Served:
    """A running server: its address, its home and its engine."""

    url: str
    settings: Settings
    engine: NotingEngine
    server: uvicorn.Server
    thread: threading.Thread
    loop: asyncio.AbstractEventLoop | None = None

    def events(self, run: RunDirectory) -> str:
        return f"{self.url}/api/runs/{run.id}/events"

    def tails(self) -> Tails:
        """The open tails, by the routes' own account."""
        route = next(r for r in self.server.config.app.routes if r.path.endswith("/events"))
        return route.endpoint.__wrapped__.__self__.tails

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the server's event loop."""
        assert self.loop
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)


def start(settings: Settings, engine: NotingEngine, prefix: str = "") -> Served:
    app = Starlette(routes=routes(settings, engine, prefix))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    started = threading.Event()
    served = Served("", settings, engine, server, threading.Thread())

    async def serve() -> None:
        served.loop = asyncio.get_running_loop()
        task = asyncio.create_task(server.serve())
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        started.set()
        await task

    served.thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    served.thread.start()
    assert started.wait(30), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    served.url = f"http://127.0.0.1:{port}{prefix}"
    return served
