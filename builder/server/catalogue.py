"""The catalogue of layers for the canvas, fetched once a visit."""

from __future__ import annotations

import asyncio
import hashlib
import json
from functools import cache

from starlette.requests import Request
from starlette.responses import Response


async def catalogue(request: Request) -> Response:
    """`GET /api/catalog`: the palette; 304 where the browser has this version already."""
    content, tag = await asyncio.to_thread(_payload)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@cache
def _payload() -> tuple[bytes, str]:
    from builder.catalog.palette import payload  # scans the catalogue: not while the server starts

    content = json.dumps(payload(), separators=(",", ":"), ensure_ascii=False).encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
