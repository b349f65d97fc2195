"""What a run leaves behind, as downloads with names a person can file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from builder.errors import LoomError
from builder.rundir import RunDirectory
from builder.server.answers import Endpoint, open_run
from builder.settings import Settings

_BLOCK = 256 * 1024


def artifact_route(settings: Settings) -> Endpoint:
    """`GET /api/runs/{run}/artifacts/{name}`: the trained model, its script, its document, its events."""

    async def artifact(request: Request) -> Response:
        run = await asyncio.to_thread(open_run, settings, request)
        name = request.path_params["name"]
        make = _ARTIFACTS.get(name)
        if make is None:
            raise LoomError(
                f'A run has no artifact "{name[:80]}".',
                code="missing",
                hint=f"It has {', '.join(_ARTIFACTS)}.",
            )
        return await asyncio.to_thread(make, run)

    return artifact


def file_name(run: RunDirectory, suffix: str) -> str:
    """The name of a download: the network's name and the end of the run's id, digits-cnn-a1b2c4d5e.keras."""
    words = re.sub(r"[\W_]+", "-", run.record().name.lower()).strip("-")[:60] or "network"
    return f"{words}-{run.id.rsplit('-', 1)[-1]}{suffix}"


def _model(run: RunDirectory) -> Response:
    if not run.model_path.is_file():
        raise LoomError(
            f"The run {run.id} has no trained model yet.",
            code="missing",
            hint="It is written when training ends or a best epoch is kept; wait for it.",
        )
    return FileResponse(run.model_path, media_type="application/octet-stream", filename=file_name(run, ".keras"))


def _script(run: RunDirectory) -> Response:
    from builder.codegen import run_script  # only who asks for a script pays for the catalogue's import

    text = run_script(run)
    return Response(text, media_type="text/x-python", headers=_attachment(file_name(run, ".py")))


def _document(run: RunDirectory) -> Response:
    content = (run.path / "document.json").read_bytes()
    return Response(content, media_type="application/json", headers=_attachment(file_name(run, ".loom.json")))


def _events(run: RunDirectory) -> Response:
    # Not a FileResponse: the file may grow meanwhile, and the length announced must be the length sent.
    size = run.events_path.stat().st_size
    headers = {**_attachment(file_name(run, ".events.jsonl")), "Content-Length": str(size)}
    return StreamingResponse(_first_bytes(run.events_path, size), media_type="application/x-ndjson", headers=headers)


async def _first_bytes(path: Path, size: int) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(open, path, "rb") as file:
        while size > 0 and (block := await asyncio.to_thread(file.read, min(size, _BLOCK))):
            size -= len(block)
            yield block


def _attachment(name: str) -> dict[str, str]:
    plain = name.encode("ascii", "replace").decode().replace("?", "-")
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"}


_ARTIFACTS = {
    "model.keras": _model,
    "script.py": _script,
    "document.loom.json": _document,
    "events.jsonl": _events,
}
