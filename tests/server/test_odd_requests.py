"""Whatever is sent to whichever route: an answer below 500, and what is refused is refused in a sentence."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

import httpx
import pytest
from serving_routes import DOCUMENT, NotingEngine, Served
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from builder.jobs import VERBS
from builder.rundir import RunDirectory
from builder.server import routes
from builder.settings import Settings

ODD_IDS = [
    "nix",
    "x" * 300,
    "x" * 5000,
    "%00",
    "a%00b",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%5c..%5c",
    ".aside",
    "%ff%fe",
    "%F0%9F%98%80",
    "%20",
    "con",
    "*",
    "%0d%0aX-Odd:1",
]
RAW = re.compile(r"Traceback|Error\b|Exception|Input should|Field required|Extra inputs|Expecting|None\b|codec")


def deep(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * levels + closing * levels).encode()


DOCUMENT_VALUE = json.loads(DOCUMENT)


def inside(value: Any) -> list[Any]:
    """A value in the places of every question that a route asks."""
    node = {"id": "odd", "kind": "Dense", "params": {"units": value}}
    document = {**DOCUMENT_VALUE, "model": {"nodes": [node]}}
    return [
        value,
        document,
        {**DOCUMENT_VALUE, "training": value},
        {"document": value},
        {"document": document, "source": value},
        {"document": DOCUMENT_VALUE, "links": value},
        {"document": DOCUMENT_VALUE, "links": [{"source": value}], "closely": value},
        {"edits": value},
        {"edits": [value]},
        {"edits": [{"op": "set_param", "node": "out", "name": "units", "value": value}]},
        {"edits": [{"op": "set", "path": "training.optimizer", "value": value}]},
        {"edits": [{"op": "batch", "edits": [value]}]},
        {"epochs": value},
        {"stride": value},
        {"setting": "learning_rate", "value": value},
        {"setting": value, "value": 1},
    ]


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


BODIES: list[bytes] = [
    b"",
    b" ",
    b"{",
    b"\xff\xfe\x00",
    b'{"document": "\xff"}',
    b'{"a": NaN, "document": Infinity}',
    b"9" * 5000,
    b'"' + b"\\ud800" + b'"',
    deep(100_000),
    deep(100_000, '{"document":', "}"),
    b'{"edits":' + deep(60_000) + b"}",
    b'{"epochs":' + deep(1_900) + b"}",
    *(
        json.dumps(body).encode()
        for value in (
            None,
            3,
            -1,
            1e300,
            "odd",
            "\ud800",
            "x" * 3000,
            [],
            {},
            True,
            [[]],
            {"a": None},
            nested(45),
            nested(400),
        )
        for body in inside(value)
    ),
]


def paths(settings: Settings, run: RunDirectory) -> list[tuple[str, str]]:
    """Method and path of every route, with names that there are."""
    found = []
    for route in routes(settings, NotingEngine()):
        if isinstance(route, Mount):
            found.append(("GET", f"{route.path}/nix"))
            continue
        assert isinstance(route, Route)
        path = route.path.replace("{path:path}", "nix").replace("{name}", "nix").replace("{run}", run.id)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            found += [(method, path.replace("{verb}", verb)) for verb in (VERBS if "{verb}" in path else [""])]
    return found


def odd_paths(settings: Settings, run: RunDirectory) -> list[tuple[str, str]]:
    """Method and path of every route that takes a name, with an odd one in its place."""
    found = []
    for route in routes(settings, NotingEngine()):
        taken = re.findall(r"\{(run|name|verb)\}", route.path)
        for method in sorted((getattr(route, "methods", None) or set()) - {"HEAD"}):
            for name in taken:
                known = route.path.replace("{run}", run.id) if name != "run" else route.path
                for odd in ODD_IDS:
                    path = known.replace(f"{{{name}}}", odd)
                    found.append((method, path.replace("{name}", "nix").replace("{verb}", "stop")))
    return found


def checked(answer: httpx.Response, what: object) -> None:
    assert answer.status_code < 500, (what, answer.text)
    if answer.status_code >= 400 and "application/json" in answer.headers.get("content-type", ""):
        problem = answer.json()["problem"]
        assert problem["message"].endswith("."), what
        assert len(problem["message"]) < 500, what
        assert not RAW.search(problem["message"]), (what, problem)


def test_every_route_answers_odd_ids(
    client: httpx.Client, settings: Settings, run: RunDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    for method, path in [*paths(settings, run), *odd_paths(settings, run)]:
        if path.endswith(f"{run.id}/events"):
            continue  # A stream has no end.
        checked(client.request(method, path, headers={"Accept": "application/json"}), (method, path))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_every_route_that_reads_answers_odd_bodies(
    client: httpx.Client, settings: Settings, run: RunDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    posts = [path for method, path in paths(settings, run) if method == "POST"]
    assert len(posts) > len(VERBS) + 5
    for path in posts:
        told = path.rsplit("/", 1)[-1] in VERBS  # Some bodies are enough for each of the verbs: one route answers them.
        for number, body in enumerate(BODIES[:12] + BODIES[12 :: 7 if told else 1]):
            kind = ("application/json", "text/plain", "image/png")[number % 3]
            answer = client.post(path, content=body, headers={"Content-Type": kind})
            checked(answer, (path, body[:80]))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("levels", [60, 400, 990, 100_000])
@pytest.mark.parametrize(
    "path", ["/api/analyse", "/api/analyse/connections", "/api/analyse/continuations", "/api/runs"]
)
def test_a_deep_body_is_refused_in_a_sentence(client: httpx.Client, path: str, levels: int) -> None:
    answer = client.post(path, content=deep(levels))
    assert answer.status_code == 400
    assert "nested" in answer.json()["problem"]["message"]


def test_a_long_id_of_a_run_that_was_put_aside(served: Served, client: httpx.Client) -> None:
    for odd in ODD_IDS:
        answer = client.post(f"/api/runs/{odd}/restore")
        assert answer.status_code == 404
        assert answer.json()["problem"]["message"].endswith(".")


@pytest.mark.parametrize("began", [b"", b'{"document": '], ids=["before the body", "in the body"])
def test_who_leaves_in_the_middle_of_a_question_is_no_fault(
    settings: Settings, run: RunDirectory, caplog: pytest.LogCaptureFixture, began: bytes
) -> None:
    app = Starlette(routes=routes(settings, NotingEngine()))

    async def ask(path: str) -> list[dict[str, Any]]:
        received = iter(({"type": "http.request", "body": began, "more_body": True}, {"type": "http.disconnect"}))
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return next(received, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"localhost"), (b"content-length", b"1000")]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
        await app(scope, receive, send)
        return sent

    for method, path in paths(settings, run):
        if method == "POST":
            assert asyncio.run(ask(path))[0]["status"] < 500
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
