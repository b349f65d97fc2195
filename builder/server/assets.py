"""The built browser components and pictures, under /assets."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from builder.errors import Problem
from builder.server.answers import refusal

FOLDER = Path(__file__).resolve().parents[2] / "assets"

# Windows takes types from its registry, where .js is often text/plain; browsers then refuse it as a module.
mimetypes.add_type("text/javascript", ".js")


class Assets(StaticFiles):
    """Files asked for with a version (`?v=digest`) are kept by browsers for ever, others checked by ETag."""

    def __init__(self, folder: Path = FOLDER):
        super().__init__(directory=folder, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            message = f"There is no {scope['method']} {scope['path']}."
            return refusal(Problem(code="missing", message=message), error.status_code)
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
