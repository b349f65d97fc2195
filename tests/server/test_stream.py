"""The event stream and the JSON list, over a real server and a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builder.errors import Problem
from builder.events import EpochEnded, StateChanged, Steps
from builder.rundir import EventLog, RunDirectory, State
from builder.server import tail
from builder.server.backlog import CHUNK

STREAM = {"Accept": "text/event-stream"}


class Viewer:
    """A browser's half of an event stream: messages as (name, id, value)."""

    def __init__(self, url: str, **request: Any):
        self.messages: queue.Queue[tuple[str, int | None, Any] | None] = queue.Queue()
        self.client = httpx.Client(timeout=30)
        self._context = self.client.stream("GET", url, headers=STREAM | request.pop("headers", {}), **request)
        self.response = self._context.__enter__()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        name, number = "message", None
        try:
            for line in self.response.iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    number = int(value)
                elif field == "data":
                    self.messages.put((name, number, json.loads(value)))
                    name, number = "message", None
        except httpx.HTTPError:
            pass
        self.messages.put(None)

    def next(self, name: str) -> tuple[int | None, Any]:
        """The next message, which must have this name."""
        message = self.messages.get(timeout=30)
        assert message is not None, f"the stream ended before {name}"
        assert message[0] == name, message
        return message[1], message[2]

    def rest(self) -> list[tuple[str, int | None, Any]]:
        """What comes until the stream ends."""
        return list(iter(lambda: self.messages.get(timeout=30), None))

    def close(self) -> None:
        """Hang up: shut down first, for a socket that another thread reads does not close."""
        connection = self.response.extensions["network_stream"].get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        self.reader.join(30)
        self.response.close()
        self.client.close()


@pytest.fixture
def view(served) -> Iterator[Any]:
    viewers: list[Viewer] = []

    def start(run: RunDirectory, **request: Any) -> Viewer:
        viewers.append(Viewer(served.events(run), **request))
        return viewers[-1]

    yield start
    for viewer in viewers:
        viewer.close()


@pytest.fixture
def log(run: RunDirectory) -> Iterator[EventLog]:
    log = run.event_log()
    yield log
    log.close()


def point(step: int) -> Steps:
    return Steps(epoch=1, steps=(step,), losses=(1 / step,))


def test_events_come_as_they_are_appended_with_their_numbers(view, run: RunDirectory, log: EventLog) -> None:
    viewer = view(run)
    assert viewer.response.headers["content-type"].startswith("text/event-stream")
    assert viewer.response.headers["x-content-type-options"] == "nosniff"
    _, record = viewer.next("run")
    assert record["state"] == "queued"
    assert record["name"] == "Digits CNN"
    assert "pid" not in record
    for step in (1, 2, 3):
        event = log.append(point(step))
        assert viewer.next("message") == (step, json.loads(event.model_dump_json()))


def test_the_record_comes_again_when_it_changes(view, run: RunDirectory) -> None:
    viewer = view(run)
    viewer.next("run")
    run.update(state=State.RUNNING, started=12.5)
    _, record = viewer.next("run")
    assert (record["state"], record["started"]) == ("running", 12.5)


@pytest.mark.parametrize("request_", [{"headers": {"Last-Event-ID": "2"}}, {"params": {"after": 2}}])
def test_a_stream_resumes_after_the_number_it_has_seen(view, run: RunDirectory, log: EventLog, request_) -> None:
    for step in (1, 2, 3):
        log.append(point(step))
    viewer = view(run, **request_)
    viewer.next("run")
    assert viewer.next("message")[0] == 3


def test_a_reconnecting_browsers_header_wins_over_its_first_address(view, run: RunDirectory, log: EventLog) -> None:
    for step in (1, 2, 3):
        log.append(point(step))
    viewer = view(run, params={"after": 0}, headers={"Last-Event-ID": "2"})
    viewer.next("run")
    assert viewer.next("message")[0] == 3


def test_an_ended_run_is_sent_whole_and_the_stream_ends(view, run: RunDirectory, log: EventLog) -> None:
    log.append(point(1))
    log.append(StateChanged(state="finished"))
    run.update(state=State.FINISHED, ended=1.0)
    messages = view(run).rest()
    assert [(name, number) for name, number, _ in messages] == [
        ("run", None), ("message", 1), ("message", 2), ("end", None)
    ]  # fmt: skip
    assert messages[-1][2]["state"] == "finished"


def test_a_run_that_ends_while_watched_ends_its_stream(served, view, run: RunDirectory, log: EventLog) -> None:
    viewer = view(run)
    viewer.next("run")
    log.append(StateChanged(state="finished"))
    viewer.next("message")
    run.update(state=State.FINISHED)
    names = [name for name, _, _ in viewer.rest()]
    assert names == ["run", "end"]


def test_a_record_that_ends_before_its_last_events_waits_for_them(
    view, run: RunDirectory, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "SETTLED", 1e9)
    viewer = view(run)
    viewer.next("run")
    run.update(state=State.LOST)
    viewer.next("run")
    log.append(StateChanged(state="lost"))
    assert [name for name, _, _ in viewer.rest()] == ["message", "end"]


def test_a_record_that_ends_without_a_word_in_the_log_ends_too(view, run: RunDirectory, log: EventLog) -> None:
    viewer = view(run)
    viewer.next("run")
    log.append(point(1))
    viewer.next("message")
    run.update(state=State.LOST)
    assert [name for name, _, _ in viewer.rest()] == ["run", "end"]


def test_a_run_that_does_not_move_says_why_until_it_moves_again(view, run: RunDirectory) -> None:
    run.update(state=State.RUNNING)
    viewer = view(run)
    assert viewer.next("run")[1]["problem"] is None
    problem = Problem(code="standstill", severity="warning", message="It stands still.", hint="Wait.")
    run.standstill_path.write_text(problem.model_dump_json())
    assert viewer.next("run")[1]["problem"]["message"] == "It stands still."
    run.update(epoch=3)
    shown = viewer.next("run")[1]
    assert (shown["epoch"], shown["problem"]["hint"]) == (3, "Wait.")
    run.standstill_path.unlink()
    assert viewer.next("run")[1]["problem"] is None
    assert run.record().problem is None, "the file of the record is the worker's"


def test_viewers_of_a_run_share_one_reader_which_goes_with_the_last(served, view, run: RunDirectory, log) -> None:
    tails = served.tails()
    first, second = view(run), view(run)
    first.next("run")
    second.next("run")
    assert (len(tails), tails.viewers(run.id)) == (1, 2)
    log.append(point(1))
    assert first.next("message") == second.next("message")
    first.close()
    second.close()

    async def alone() -> None:
        async with asyncio.timeout(30):
            while len(tails):
                await asyncio.sleep(0.02)

    served.call(alone())
    assert tails.viewers(run.id) == 0


def test_a_run_that_is_deleted_ends_its_stream(view, run: RunDirectory, served) -> None:
    viewer = view(run)
    viewer.next("run")
    shutil.rmtree(run.path)
    assert viewer.rest() == []
    assert httpx.get(served.events(run), headers=STREAM).status_code == 404


def test_a_half_written_line_is_sent_once_it_is_whole(view, run: RunDirectory) -> None:
    viewer = view(run)
    viewer.next("run")
    with open(run.events_path, "ab", buffering=0) as file:
        file.write(b'{"seq":1,"time":1.0,"type":"steps","epoch":1,"steps":[1]')
        run.update(epoch=1)
        viewer.next("run")
        file.write(b',"losses":[0.5]}\n')
    assert viewer.next("message")[1]["losses"] == [0.5]


def long_log(log: EventLog, epochs: int) -> int:
    """A thousand steps an epoch; several chunks from some 30 epochs on."""
    for epoch in range(1, epochs + 1):
        for first in range((epoch - 1) * 1000 + 1, epoch * 1000, 25):
            steps = tuple(range(first, first + 25))
            log.append(Steps(epoch=epoch, steps=steps, losses=tuple(1.0 / step for step in steps)))
        last = log.append(EpochEnded(epoch=epoch, step=epoch * 1000, metrics={"loss": 1.0}, seconds=1))
    return last.seq


def test_a_long_past_comes_thinned_and_then_goes_on_live(view, run: RunDirectory, log: EventLog) -> None:
    newest = long_log(log, 30)
    assert run.events_path.stat().st_size > 3 * CHUNK
    viewer = view(run)
    viewer.next("run")
    numbers, steps, epochs = [], [], []
    while not numbers or numbers[-1] < newest:
        number, event = viewer.next("message")
        numbers.append(number)
        if event["type"] == "steps":
            steps += event["steps"]
        else:
            epochs.append(event["epoch"])
    assert numbers == sorted(set(numbers))
    assert epochs == list(range(1, 31))
    assert len(steps) < 15_000
    assert (steps[0], steps[-1]) == (1, 30_000)
    log.append(point(30_001))
    assert viewer.next("message")[0] == newest + 1


def test_the_list_is_complete_however_long(client: httpx.Client, run: RunDirectory, log: EventLog) -> None:
    newest = long_log(log, 12)
    events = client.get(f"/api/runs/{run.id}/events", headers={"Accept": "application/json"}).json()
    assert [event["seq"] for event in events] == list(range(1, newest + 1))
    assert client.get(f"/api/runs/{run.id}/events", params={"after": newest - 2}).json() == events[-2:]
    assert client.get(f"/api/runs/{run.id}/events", params={"after": newest}).json() == []


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 40, "٣"])
def test_a_number_that_is_none_is_refused(client: httpx.Client, run: RunDirectory, after: str) -> None:
    answer = client.get(f"/api/runs/{run.id}/events", params={"after": after})
    assert answer.status_code == 409
    assert "is not the number of an event" in answer.json()["problem"]["message"]


SERVER = """
import sys, uvicorn
from pathlib import Path
from starlette.applications import Starlette
from builder.server import routes
from builder.settings import Settings
app = Starlette(routes=routes(Settings(home=Path(sys.argv[1])), engine=None))
config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="info", lifespan="off")
uvicorn.Server(config).run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM")
def test_a_server_told_to_stop_does_not_wait_for_open_streams(settings, run: RunDirectory) -> None:
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(settings.home)], cwd=root, stderr=subprocess.PIPE, text=True
    )
    try:
        address = next(line.split()[-5] for line in process.stderr if "Uvicorn running on" in line)
        viewer = Viewer(f"{address}/api/runs/{run.id}/events")
        viewer.next("run")
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert viewer.rest() == []
        viewer.close()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
