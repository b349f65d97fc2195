"""What a person can tell a run: stop, pause, resume."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder.catalog.analysis import Analysis
from builder.document import Document
from builder.errors import LoomError
from builder.server.answers import Endpoint, demand_same_origin, open_run
from builder.settings import Settings

VERBS = ("stop", "pause", "resume")


class Engine(Protocol):
    """The part of the jobs engine that the routes use; each call leaves a request and returns."""

    def stop(self, run_id: str, /) -> Any: ...

    def pause(self, run_id: str, /) -> Any: ...

    def resume(self, run_id: str, /) -> Any: ...

    def analyse(self, document: Document, /) -> Analysis: ...


def control_route(settings: Settings, engine: Engine) -> Endpoint:
    """`POST /api/runs/{run}/{verb}`: 202 with the state as it was; the stream tells when it has changed."""

    async def control(request: Request) -> Response:
        demand_same_origin(request)
        verb = request.path_params["verb"]
        if verb not in VERBS:
            raise LoomError(
                f'A run cannot be told to "{verb[:40]}".',
                code="missing",
                hint=f"It understands {', '.join(VERBS)}.",
            )
        run = await asyncio.to_thread(open_run, settings, request)
        await asyncio.to_thread(getattr(engine, verb), run.id)
        record = await asyncio.to_thread(run.record)
        return JSONResponse({"run": run.id, "state": record.state}, 202)

    return control
