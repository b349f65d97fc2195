"""One reader per watched run: it looks at the run's files ten times a second and tells all viewers of the
run.

The newest lines stay in a small window; a viewer who is behind it reads the file from where he stands, so
that neither a long run nor a slow connection makes the server hold more.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from builder.errors import Problem, RunError
from builder.jobs.heartbeat import standstill
from builder.rundir import ENDED, RunDirectory, RunRecord, event_of
from builder.server.backlog import CHUNK, THINNED, events_in, last_lines, read_chunk, thinned

PERIOD = 0.1
SETTLED = 1.0
"""Seconds without a new event after which an ended run is taken to have written everything."""

_LOG = logging.getLogger(__name__)


class Tail:
    """The end of one run's event log, and its record. `version` grows whenever either has changed."""

    def __init__(self, run: RunDirectory):
        self.run = run
        self.record: RunRecord = run.record()
        """As it is shown: where the run does not move, with the reason as its problem."""
        self._written = self.record
        self.closed = False
        self.version = 0
        self._changed = asyncio.Event()
        self._window = last_lines(run.events_path)
        self._still: Problem | None = None
        self._stamp = self._record_stamp()
        age = max(0.0, time.time() - run.events_path.stat().st_mtime)
        self._moved = time.monotonic() - age
        """When the log or the record last changed, by a clock that never jumps."""
        self.ended = self._has_ended()

    @property
    def end(self) -> int:
        """The offset up to which the log was read."""
        lines, start = self._window
        return start + len(lines)

    async def follow(self) -> None:
        """Look at the files until cancelled, or until the run is gone: the tail is closed then."""
        while not self.closed:
            await asyncio.sleep(PERIOD)
            try:
                changed = await asyncio.to_thread(self._look)
            except (OSError, RunError):
                _LOG.info("Run %s can no longer be read", self.run.id, exc_info=True)
                self.close()
            else:
                if changed:
                    self._announce()

    def close(self) -> None:
        """Send all viewers away."""
        self.closed = True
        self._announce()

    async def wait(self, version: int, timeout: float) -> bool:
        """Wait for something newer than `version`; False when nothing came for `timeout` seconds."""
        if self.version <= version:
            try:
                await asyncio.wait_for(self._changed.wait(), timeout)
            except TimeoutError:
                return False
        return True

    def _announce(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def holds(self, offset: int) -> bool:
        """Whether `read` can answer from memory."""
        return offset >= self._window[1]

    async def read(self, offset: int, span: tuple[int, int]) -> tuple[list[bytes], int]:
        """The next lines from `offset`, and the offset after them.

        Thinned over `span` (see `backlog.extent`) where the viewer is behind the window.
        """
        lines, start = self._window
        if offset >= start:
            return events_in(lines[offset - start :]), start + len(lines)
        chunk = await asyncio.to_thread(read_chunk, self.run.events_path, offset, THINNED)
        return await asyncio.to_thread(thinned, chunk, *span, self.end), offset + len(chunk)

    def _look(self) -> bool:
        stamp, ended = self._record_stamp(), self.ended
        changed = stamp != self._stamp
        if changed:
            self._stamp, self._written = stamp, self.run.record()
            self._moved = time.monotonic()
        still = standstill(self.run, self._written)
        if changed or still != self._still:
            changed, self._still = True, still
            self.record = self._written.model_copy(update={"problem": still}) if still else self._written
        if new := read_chunk(self.run.events_path, self.end):
            changed, self._moved = True, time.monotonic()
            lines, start = self._window
            lines += new
            cut = lines.find(b"\n", len(lines) - CHUNK) + 1 if len(lines) > 2 * CHUNK else 0
            self._window = lines[cut:], start + cut  # one assignment: viewers read it from another thread
        self.ended = self._has_ended()
        return changed or self.ended != ended

    def _has_ended(self) -> bool:
        if self.record.state not in ENDED:
            return False
        lines = self._window[0]
        event = event_of(lines[lines.rfind(b"\n", 0, -1) + 1 :])
        if event and event["type"] == "state" and event.get("state") in ENDED:
            return True
        return time.monotonic() - self._moved > SETTLED

    def _record_stamp(self) -> tuple[int, int, int]:
        stat = (self.run.path / "run.json").stat()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size


class Tails:
    """The tails of the runs that are being watched: made for the first viewer, dropped with the last."""

    def __init__(self) -> None:
        self._watched: dict[str, tuple[Tail, asyncio.Task[None], set[object]]] = {}
        self._making = asyncio.Lock()
        self._closed = False

    def __len__(self) -> int:
        return len(self._watched)

    def close(self) -> None:
        """End every watching, now and from now on: the server stops."""
        self._closed = True
        for tail, _, _ in self._watched.values():
            tail.close()

    def viewers(self, run_id: str) -> int:
        """How many follow this run now."""
        return len(self._watched[run_id][2]) if run_id in self._watched else 0

    @asynccontextmanager
    async def watching(self, run: RunDirectory) -> AsyncIterator[Tail]:
        """The tail of a run for as long as the context lasts."""
        viewer = object()
        async with self._making:
            if run.id not in self._watched:
                tail = await asyncio.to_thread(Tail, run)
                tail.closed = self._closed
                self._watched[run.id] = (
                    tail,
                    asyncio.create_task(tail.follow(), name=f"tail {run.id}"),
                    set(),
                )
            tail, task, viewers = self._watched[run.id]
            viewers.add(viewer)
        try:
            yield tail
        finally:
            viewers.discard(viewer)
            if not viewers and self._watched.get(run.id, (None,))[0] is tail:
                del self._watched[run.id]
                task.cancel()
