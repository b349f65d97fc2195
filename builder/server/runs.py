"""Runs as a list, the queue, the start of a run, and a copy of a run's document as a new project."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder import jobs, store
from builder.catalog.live import in_force
from builder.document import apply, from_value
from builder.errors import LoomError, RunError
from builder.rundir import RunDirectory
from builder.rundir.aside import bring_back, put_aside
from builder.server.answers import Endpoint, demand_same_origin, open_run, read_json
from builder.settings import Settings
from builder.store import Projects

DOCUMENT_LIMIT = 16 * 2**20
"""Bytes of a document that is sent to be trained."""
KEY = "idempotency-key"


def list_route(settings: Settings, engine: jobs.Engine) -> Endpoint:
    """`GET /api/runs`: the records, newest first; a waiting run with its place in the queue."""

    def found() -> list[dict[str, Any]]:
        waiting = jobs.places(settings, engine.status())
        values = []
        for run in RunDirectory.all(settings.runs):
            try:
                record = run.record()
            except RunError:
                continue
            values.append({**record.model_dump(mode="json"), "place": _place(waiting.get(run.id))})
        return values

    async def answer(request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(found))

    return answer


def place_route(settings: Settings, engine: jobs.Engine) -> Endpoint:
    """`GET /api/runs/{run}/place`: the run's place in the queue, null where it does not wait."""

    async def answer(request: Request) -> Response:
        run = await asyncio.to_thread(open_run, settings, request)
        waiting = await asyncio.to_thread(lambda: jobs.places(settings, engine.status()))
        return JSONResponse({"run": run.id, "place": _place(waiting.get(run.id))})

    return answer


def settings_route(settings: Settings) -> Endpoint:
    """`GET /api/runs/{run}/settings`: what can be changed while it trains, with the values in force."""

    async def answer(request: Request) -> Response:
        run = await asyncio.to_thread(open_run, settings, request)
        record = await asyncio.to_thread(run.record)
        changes = {change.setting: change.value for change in record.changes} | {"epochs": record.epochs}
        document = await asyncio.to_thread(run.document)
        return JSONResponse({"run": run.id, "settings": in_force(document, changes)})

    return answer


def start_route(settings: Settings, engine: jobs.Engine) -> Endpoint:
    """`POST /api/runs` with a document: 201 with the run. The header `Idempotency-Key` makes a repeated request one."""

    async def start(request: Request) -> Response:
        demand_same_origin(request, DOCUMENT_LIMIT)
        document = from_value(await read_json(request, DOCUMENT_LIMIT), origin="The request")
        key = request.headers.get(KEY)
        run = await asyncio.to_thread(lambda: jobs.train(engine, settings.runs, document, key=key))
        record = await asyncio.to_thread(run.record)
        return JSONResponse({"run": run.id, "state": record.state}, 201, headers={"Location": f"runs/{run.id}"})

    return start


def clone_route(settings: Settings) -> Endpoint:
    """`POST /api/runs/{run}/clone`: the run's document as a new project, after the `edits` of the body, if any."""

    async def clone(request: Request) -> Response:
        demand_same_origin(request, DOCUMENT_LIMIT)
        run = await asyncio.to_thread(open_run, settings, request)
        empty = request.headers.get("content-length", "0") == "0"
        given = {} if empty else await read_json(request, DOCUMENT_LIMIT)
        edits = given.get("edits", []) if isinstance(given, dict) else None
        if not isinstance(edits, list):
            raise LoomError("The body is no JSON object with a list of edits.", code="request")

        def make() -> str:
            document = run.document()
            for edit in edits:
                document = apply(document, edit)
            return Projects(store.connect(settings.database)).create(document).id

        project = await asyncio.to_thread(make)
        return JSONResponse({"run": run.id, "project": project, "page": f"?project={project}"}, 201)

    return clone


def delete_route(settings: Settings) -> Endpoint:
    """`DELETE /api/runs/{run}`: put an ended run aside."""

    async def delete(request: Request) -> Response:
        demand_same_origin(request)
        run = await asyncio.to_thread(open_run, settings, request)
        await asyncio.to_thread(put_aside, run)
        return JSONResponse({"run": run.id, "deleted": True})

    return delete


def restore_route(settings: Settings) -> Endpoint:
    """`POST /api/runs/{run}/restore`: bring back a run that was put aside."""

    async def restore(request: Request) -> Response:
        demand_same_origin(request)
        run = await asyncio.to_thread(bring_back, settings.runs, request.path_params["run"])
        return JSONResponse({"run": run.id, "deleted": False})

    return restore


def _place(place: jobs.Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "position": place.position,
        "waiting": place.waiting,
        "starts_in": place.starts_in,
        "why": place.why,
        "sentence": place.sentence(),
    }
