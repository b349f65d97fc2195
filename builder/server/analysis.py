"""What Keras says of a document, over HTTP: what `layerloom check` prints, for the canvas and for programs."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from builder.document import from_value
from builder.errors import LoomError
from builder.server.answers import Endpoint, demand_same_origin, read_json
from builder.server.connections import LARGEST, Analyses


def analysis_route(engine: Analyses) -> Endpoint:
    """`POST /api/analyse` {"document"}: the analysis (`builder.catalog.analysis`); nothing is stored.

    The canvas asks right after an edit, so that its shapes need not wait for the page's run.
    """

    async def analysis(request: Request) -> Response:
        demand_same_origin(request, LARGEST)
        question = await read_json(request, LARGEST)
        return Response(await asyncio.to_thread(_answer, engine, question), media_type="application/json")

    return analysis


def _answer(engine: Analyses, question: Any) -> str:
    if not isinstance(question, dict) or "document" not in question:
        raise LoomError('The question is {"document": {...}}.', code="request")
    return engine.analyse(from_value(question["document"], origin="The document")).model_dump_json()
