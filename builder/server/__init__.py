"""HTTP routes beside the pages: events as they happen, downloads, control, the catalogue, static files."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from builder import __version__
from builder.jobs import Engine
from builder.server.analysis import analysis_route
from builder.server.answers import guarded, unknown
from builder.server.artifacts import artifact_route
from builder.server.assets import Assets
from builder.server.catalogue import catalogue
from builder.server.connections import connections_route, continuations_route
from builder.server.control import control_route
from builder.server.log import log_route
from builder.server.runs import (
    clone_route,
    delete_route,
    list_route,
    place_route,
    restore_route,
    settings_route,
    start_route,
)
from builder.server.stream import EventRoute
from builder.server.tail import Tails
from builder.settings import Settings

__all__ = ["routes"]

_ANY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def routes(settings: Settings, engine: Engine, prefix: str = "") -> list[BaseRoute]:
    """Every route; `prefix` is the path under which the pages are served (`server.baseUrlPath`)."""
    base = f"/{prefix.strip('/')}".rstrip("/")
    run = f"{base}/api/runs/{{run}}"
    return [
        Route(f"{base}/healthz", guarded(health)),
        Route(f"{base}/api/catalog", guarded(catalogue)),
        Route(f"{base}/api/analyse", guarded(analysis_route(engine)), methods=["POST"]),
        Route(f"{base}/api/analyse/connections", guarded(connections_route(engine)), methods=["POST"]),
        Route(f"{base}/api/analyse/continuations", guarded(continuations_route(engine)), methods=["POST"]),
        Route(f"{run}/events", guarded(EventRoute(settings, Tails()).answer)),
        Route(f"{run}/artifacts/{{name}}", guarded(artifact_route(settings))),
        Route(f"{run}/log", guarded(log_route(settings))),
        Route(f"{run}/place", guarded(place_route(settings, engine))),
        Route(f"{run}/settings", guarded(settings_route(settings))),
        Route(f"{run}/clone", guarded(clone_route(settings)), methods=["POST"]),
        Route(f"{base}/api/runs", guarded(list_route(settings, engine))),
        Route(f"{base}/api/runs", guarded(start_route(settings, engine)), methods=["POST"]),
        Route(run, guarded(delete_route(settings)), methods=["DELETE"]),
        Route(f"{run}/restore", guarded(restore_route(settings)), methods=["POST"]),
        Route(f"{run}/{{verb}}", guarded(control_route(settings, engine)), methods=["POST"]),
        Mount(f"{base}/assets", Assets()),
        Route(f"{base}/api/{{path:path}}", guarded(unknown), methods=_ANY),
    ]


async def health(request: Request) -> Response:
    """`GET /healthz`: the server answers."""
    return JSONResponse({"status": "ok", "version": __version__})
