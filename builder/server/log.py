"""What a run's worker has printed, for those who look at the run."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from builder.server.answers import Endpoint, open_run
from builder.settings import Settings

LONGEST = 64 * 1024
"""Bytes that are sent: the last ones."""


def log_route(settings: Settings) -> Endpoint:
    """`GET /api/runs/{run}/log`: the end of `log.txt`, and whether there is more before it; "" where there is none."""

    async def answer(request: Request) -> Response:
        run = await asyncio.to_thread(open_run, settings, request)
        text, cut = await asyncio.to_thread(_end, run.log_path)
        return JSONResponse({"run": run.id, "text": text, "cut": cut})

    return answer


def _end(path: Path) -> tuple[str, bool]:
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LONGEST))
            content = file.read(LONGEST)
    except FileNotFoundError:
        return "", False
    cut = size > LONGEST
    return (content.partition(b"\n")[2] if cut else content).decode(errors="replace"), cut
