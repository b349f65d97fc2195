"""Whether connections will fit, and what fits behind a layer, asked while one draws."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder.catalog.analysis import Analysis
from builder.document import Document, Edge, from_value
from builder.errors import LoomError
from builder.mistakes import mistakes
from builder.server.answers import Endpoint, demand_same_origin, read_json

LARGEST = 4 * 2**20
"""Bytes of a question: far more than the largest network that can be drawn."""
MOST = 2_000
"""Links in one question."""
_LINKS: TypeAdapter[tuple[Edge, ...]] = TypeAdapter(tuple[Edge, ...])


class Analyses(Protocol):
    """The part of the jobs engine that this route uses."""

    def analyse(self, document: Document, /) -> Analysis: ...


def connections_route(engine: Analyses) -> Endpoint:
    """`POST /api/analyse/connections` {"document", "links", "closely"}: a verdict on each link, in their order.

    `closely` is for a single link: what it leads to, where it fits, is told too. Nothing is stored: the answer follows
    from what is sent.
    """

    async def connections(request: Request) -> Response:
        demand_same_origin(request, LARGEST)
        question = await read_json(request, LARGEST)
        return JSONResponse({"verdicts": await asyncio.to_thread(_answer, engine, question)})

    return connections


def continuations_route(engine: Analyses) -> Endpoint:
    """`POST /api/analyse/continuations` {"document", "source"}: why a layer or ready block does not fit behind
    `source`, by kind; what is not in the answer fits, as far as is known.
    """

    async def continuations(request: Request) -> Response:
        demand_same_origin(request, LARGEST)
        question = await read_json(request, LARGEST)
        return JSONResponse({"misfits": await asyncio.to_thread(_misfits, engine, question)})

    return continuations


def _misfits(engine: Analyses, question: Any) -> dict[str, str]:
    from builder.catalog.continuations import misfits  # scans the catalogue: not while the server starts

    if not isinstance(question, dict) or "document" not in question or not isinstance(question.get("source"), str):
        raise LoomError('The question is {"document": {...}, "source": "..."}.', code="request")
    return misfits(from_value(question["document"], origin="The document"), question["source"], engine.analyse)


def _answer(engine: Analyses, question: Any) -> list[dict[str, Any]]:
    from builder.catalog.connections import judge  # scans the catalogue: not while the server starts

    if not isinstance(question, dict) or "document" not in question:
        raise LoomError('The question is {"document": {...}, "links": [...]}.', code="request")
    document = from_value(question["document"], origin="The document")
    try:
        links = _LINKS.validate_python(question.get("links", ()))
    except ValidationError as error:
        wrong = next(mistakes(error))
        raise LoomError(
            f"The links have a mistake at {wrong.where or 'links'}: {wrong.message}.",
            code="request",
            hint=wrong.hint or 'A link is {"source": "...", "target": "...", "port": 0}.',
        ) from error
    if len(links) > MOST:
        raise LoomError(f"{len(links)} links are more than the {MOST} of one question.", code="request")
    closely = question.get("closely") is True
    if closely and len(links) > 1:
        raise LoomError(f"{len(links)} links cannot be looked at closely; ask for one.", code="request")
    verdicts = judge(document, links, engine.analyse, closely=closely)
    return [verdict.model_dump(mode="json") for verdict in verdicts]
