"""What every route shares: problems as JSON, no traceback for anyone, and writes from our own pages only."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from builder.document.damaged import loads
from builder.document.model import MAX_DEPTH, deeper
from builder.errors import DocumentError, LoomError, Problem
from builder.rundir import RunDirectory
from builder.settings import Settings

Endpoint = Callable[[Request], Awaitable[Response]]

_LOG = logging.getLogger(__name__)
_STATUS = {
    **dict.fromkeys(("unknown-run", "missing"), 404),
    **dict.fromkeys(("request", "not-json"), 400),
    **dict.fromkeys(("errors", "foreign", "format", "invalid", "too-deep"), 422),
    "foreign-origin": 403,
    "too-large": 413,
}
BODY_LIMIT = 4096
DEEPEST = MAX_DEPTH + 10
"""Levels of lists and objects in a body: those of a document, and what is around it in a question."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def refusal(problem: Problem, status: int) -> JSONResponse:
    """A problem as the body `{"problem": {...}}`."""
    return JSONResponse({"problem": problem.model_dump(mode="json")}, status, headers=_HEADERS)


def guarded(endpoint: Endpoint) -> Endpoint:
    """Answer errors as problems (unexpected ones are logged, and say so) and set the security headers."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except LoomError as error:
            return refusal(error.problem, _STATUS.get(error.problem.code, 409))
        except ClientDisconnect:
            return Response(status_code=400)  # Who asked is gone in the middle of the question: nobody hears this.
        except Exception:
            _LOG.exception("%s %s failed", request.method, request.url.path)
            problem = Problem(
                code="internal",
                message="The server could not answer this request.",
                hint="Try again; the log of the server says what went wrong.",
            )
            return refusal(problem, 500)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


def open_run(settings: Settings, request: Request) -> RunDirectory:
    """The run named in the path of the request; `RunError` (answered as 404) where there is none."""
    return RunDirectory.open(settings.runs, request.path_params["run"])


def demand_same_origin(request: Request, limit: int = BODY_LIMIT) -> None:
    """Refuse a write that a page of another site makes in the person's name.

    Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`. A program that sends
    neither is no browser: it has nobody's session to misuse and is let through. Bodies are not read, and those
    that say to be larger than `limit` bytes refused.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not same:
        raise LoomError(
            f"The request came from another site ({origin or 'unnamed'}) and was refused.",
            code="foreign-origin",
            hint="Use the pages of this server.",
        )
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > limit:
        raise _too_large(limit)


async def read_json(request: Request, limit: int) -> Any:
    """The body as JSON; `LoomError` where it is none, or larger than `limit` bytes, whatever its headers say."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise _too_large(limit)
    try:
        value = loads(bytes(body), "The body of the request")
    except DocumentError as error:
        raise LoomError(error.problem.message, code="request", hint="Send JSON.") from error
    if deeper(value, DEEPEST):
        raise LoomError(f"The body of the request is nested more than {DEEPEST} levels deep.", code="request")
    return value


def _too_large(limit: int) -> LoomError:
    return LoomError(
        f"The body of the request is larger than {limit} bytes.",
        code="too-large",
        hint="Send less.",
    )


async def unknown(request: Request) -> Response:
    """The answer for addresses below /api that do not exist."""
    raise LoomError(f"There is no {request.method} {request.url.path}.", code="missing")
