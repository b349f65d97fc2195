"""What a person can tell a run: the verbs of `jobs.VERBS`, with their parameters as a JSON object."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder import jobs
from builder.errors import RunError
from builder.server.answers import BODY_LIMIT, Endpoint, demand_same_origin, open_run, read_json
from builder.settings import Settings


def control_route(settings: Settings, engine: jobs.Engine) -> Endpoint:
    """`POST /api/runs/{run}/{verb}`: 202 with the state as it was; the stream tells when it has changed."""

    async def control(request: Request) -> Response:
        demand_same_origin(request)
        verb = jobs.verb_of(request.path_params["verb"])
        values = verb.values(await _given(request))
        run = await asyncio.to_thread(open_run, settings, request)
        await asyncio.to_thread(getattr(engine, verb.name), run.id, *values)
        record = await asyncio.to_thread(run.record)
        return JSONResponse({"run": run.id, "state": record.state}, 202)

    return control


async def _given(request: Request) -> dict[str, Any]:
    """The parameters in the body; none where there is no body."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return {}
    given = await read_json(request, BODY_LIMIT)
    if not isinstance(given, dict):
        raise RunError("The body is no JSON object.", code="request", hint='For example: {"epochs": 10}.')
    return given
