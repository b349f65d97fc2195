"""A run's events over HTTP: a stream that follows the run (Server-Sent Events), or a JSON list."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from builder.errors import LoomError, RunError
from builder.jobs import VERBS
from builder.rundir import RunDirectory, RunRecord
from builder.server.answers import open_run
from builder.server.backlog import events_in, extent, offset_after, read_chunk, seq_of
from builder.server.shutdown import on_stop_signal
from builder.server.tail import Tail, Tails
from builder.settings import Settings

HEARTBEAT = 15.0

_LOG = logging.getLogger(__name__)


class EventRoute:
    """`GET /api/runs/{run}/events`.

    As a stream: a message `run` with the record (`run.json` and the server's clock as `now`) first and
    whenever it changes; every event as a plain message with its number as the id; at last a message `end`,
    with the record. A viewer who is far behind gets a thinned past (`backlog.thinned`). It resumes after
    `Last-Event-ID` or `after`.

    As JSON (`Accept: application/json`, or `after` without asking for a stream): every event after `after`,
    complete.
    """

    def __init__(self, settings: Settings, tails: Tails):
        self.settings = settings
        self.tails = tails
        self._hears_stop = False

    async def answer(self, request: Request) -> Response:
        run = await asyncio.to_thread(open_run, self.settings, request)
        accept = request.headers.get("accept", "")
        after = _after(request)
        if "text/event-stream" not in accept and ("application/json" in accept or "after" in request.query_params):
            return StreamingResponse(_as_list(run, after), media_type="application/json")
        self._hears_stop = self._hears_stop or on_stop_signal(self.tails.close)
        await asyncio.to_thread(run.record)  # a damaged run is refused while there is a status to say it
        headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._follow(run, after), media_type="text/event-stream", headers=headers)

    async def _follow(self, run: RunDirectory, after: int) -> AsyncIterator[bytes]:
        try:
            async with self.tails.watching(run) as tail:
                async for message in self._messages(tail, after):
                    yield message
        except (OSError, RunError):  # The run was put aside: whoever connects again is told so by the status.
            _LOG.info("The event stream of run %s ends with its folder", run.id)
        except Exception:  # the answer has begun: the viewer connects again and is told by the status then
            _LOG.exception("The event stream of run %s broke off", run.id)

    async def _messages(self, tail: Tail, after: int) -> AsyncIterator[bytes]:
        path = tail.run.events_path
        offset = await asyncio.to_thread(offset_after, path, after)
        span = (0, 0) if tail.holds(offset) else await asyncio.to_thread(extent, path)
        told: RunRecord | None = None
        while not tail.closed:
            version, record, ended = tail.version, tail.record, tail.ended
            lines, offset = await tail.read(offset, span)
            message = b""
            if record is not told:
                told = record
                message = _record_message("run", record)
            message += b"".join(b"id: %d\ndata: %s\n\n" % (seq_of(line), line) for line in lines)
            caught_up = offset >= tail.end
            if caught_up and ended and record is tail.record:
                yield message + _record_message("end", record)
                return
            if message:
                yield message
            if caught_up and not await tail.wait(version, HEARTBEAT):
                yield b": still here\n\n"


def _record_message(name: str, record: RunRecord) -> bytes:
    """The record, the server's clock, and why each verb is refused now (null where it is not)."""
    shown = record.model_dump(mode="json", exclude={"owner", "engine", "pid", "version", "key"})
    refused = {name: verb.refusal(record.state) for name, verb in VERBS.items()}
    content = json.dumps({**shown, "refused": refused, "now": round(time.time(), 3)}, separators=(",", ":"))
    return f"event: {name}\ndata: {content}\n\n".encode()


async def _as_list(run: RunDirectory, after: int) -> AsyncIterator[bytes]:
    offset = await asyncio.to_thread(offset_after, run.events_path, after)
    end = (await asyncio.to_thread(run.events_path.stat)).st_size
    before = b"["
    while offset < end and (chunk := await asyncio.to_thread(read_chunk, run.events_path, offset)):
        offset += len(chunk)
        if lines := events_in(chunk):
            yield before + b",\n".join(lines)
            before = b",\n"
    yield b"[]" if before == b"[" else b"]"


def _after(request: Request) -> int:
    """The number to go on from; the header of a reconnecting browser wins over the address it first used."""
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise LoomError(
            f'"{text[:40]}" is not the number of an event.',
            code="bad-request",
            hint="after and Last-Event-ID take a whole number, 0 for everything.",
        )
    return int(text)
