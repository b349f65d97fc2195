"""Control, downloads, static files: what is allowed, what is refused, and in which words."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import httpx
import pytest
from serving_routes import DOCUMENT, NotingEngine, start

from builder.document import parse
from builder.rundir import Change, RunDirectory
from builder.server.assets import Assets
from builder.settings import Settings


def problem(answer: httpx.Response) -> str:
    found = answer.json()["problem"]
    return " ".join(part for part in (found["message"], found["hint"]) if part)


def raw(served, request: str) -> str:
    """Send a request as it is written: clients mend paths that attackers do not."""

    async def ask() -> str:
        host, port = served.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"{request}\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        answer = await reader.read()
        writer.close()
        return answer.decode()

    return asyncio.run(asyncio.wait_for(ask(), 30))


def test_the_server_says_that_it_answers(client: httpx.Client) -> None:
    answer = client.get("/healthz")
    assert answer.json()["status"] == "ok"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_catalogue_is_sent_once(client: httpx.Client) -> None:
    answer = client.get("/api/catalog")
    kinds = {layer["kind"] for layer in answer.json()["layers"]}
    assert {"Input", "Dense", "Conv2D", "LSTM", "Add"} <= kinds
    again = client.get("/api/catalog", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    weak = client.get("/api/catalog", headers={"If-None-Match": f'"old", W/{answer.headers["etag"]}'})
    assert weak.status_code == 304


@pytest.mark.parametrize("path", ["events", "artifacts/events.jsonl", "artifacts/model.keras", "log"])
def test_an_unknown_run_is_a_sentence(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/api/runs/nix/{path}")
    assert answer.status_code == 404
    assert problem(answer) == 'There is no run "nix". List them: layerloom runs list.'


@pytest.mark.parametrize(
    "run_id",
    ["..", ".", "%2e%2e", "..%2f..%2fetc", "%2e%2e%2fruns", "a%00b", "%5c..%5c", "x" * 300, "%ff%fe"],
)
@pytest.mark.parametrize("rest", ["events", "artifacts/document.loom.json"])
def test_ids_that_are_paths_lead_nowhere(served, run: RunDirectory, run_id: str, rest: str) -> None:
    answer = raw(served, f"GET /api/runs/{run_id}/{rest} HTTP/1.1")
    assert answer.startswith("HTTP/1.1 404")
    assert '"problem"' in answer


def test_a_run_is_not_reached_through_another_folder(served, settings: Settings, run: RunDirectory) -> None:
    hidden = settings.runs / f".{run.id}"
    run.path.rename(hidden)
    assert raw(served, f"GET /api/runs/.{run.id}/events HTTP/1.1").startswith("HTTP/1.1 404")


def test_unknown_addresses_and_verbs_are_sentences(client: httpx.Client, run: RunDirectory) -> None:
    assert problem(client.get("/api/nonsense")) == "There is no GET /api/nonsense."
    answer = client.post(f"/api/runs/{run.id}/explode")
    assert answer.status_code == 404
    assert problem(answer).startswith('A run cannot be told to "explode".')


@pytest.mark.parametrize("verb", ["stop", "pause"])
def test_a_run_is_steered_through_the_engine(client: httpx.Client, served, run: RunDirectory, verb: str) -> None:
    answer = client.post(f"/api/runs/{run.id}/{verb}", headers={"Origin": served.url})
    assert (answer.status_code, answer.json()) == (202, {"run": run.id, "state": "queued"})
    assert served.engine.calls == [(verb, run.id)]


def test_what_the_engine_refuses_is_its_sentence(client: httpx.Client, run: RunDirectory) -> None:
    answer = client.post(f"/api/runs/{run.id}/resume")
    assert answer.status_code == 409
    assert problem(answer) == f"The run {run.id} is not paused."


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_page_steers_nothing(client: httpx.Client, served, run: RunDirectory, headers) -> None:
    answer = client.post(f"/api/runs/{run.id}/stop", headers=headers)
    assert answer.status_code == 403
    assert "came from another site" in problem(answer)
    assert served.engine.calls == []


def test_our_own_page_and_a_program_steer(client: httpx.Client, served, run: RunDirectory) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin", "Origin": served.url}, {"Origin": served.url}, {}):
        assert client.post(f"/api/runs/{run.id}/stop", headers=headers).status_code == 202


def test_a_large_body_is_refused_unread(client: httpx.Client, served, run: RunDirectory) -> None:
    answer = client.post(f"/api/runs/{run.id}/stop", content=b"x" * 100_000)
    assert answer.status_code == 413
    assert served.engine.calls == []


def test_an_unforeseen_error_is_a_sentence_and_is_logged(
    settings: Settings, run: RunDirectory, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(NotingEngine):
        def stop(self, run_id: str) -> None:
            raise ZeroDivisionError("secret detail")

    served = start(settings, Broken())
    with caplog.at_level(logging.ERROR):
        answer = httpx.post(f"{served.url}/api/runs/{run.id}/stop")
    served.server.should_exit = True
    served.thread.join(30)
    assert answer.status_code == 500
    assert problem(answer).startswith("The server could not answer this request.")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "ZeroDivisionError" in caplog.text


def test_a_damaged_record_is_a_sentence(client: httpx.Client, run: RunDirectory) -> None:
    (run.path / "run.json").write_text("{")
    answer = client.get(f"/api/runs/{run.id}/events")
    assert answer.status_code == 409
    assert "run.json is damaged" in problem(answer)


def end_of(run: RunDirectory) -> str:
    return run.id.rsplit("-", 1)[-1]


def test_a_model_is_downloaded_whole_under_a_readable_name(client: httpx.Client, run: RunDirectory) -> None:
    address = f"/api/runs/{run.id}/artifacts/model.keras"
    assert client.get(address).status_code == 404
    assert "no trained model yet" in problem(client.get(address))
    content = bytes(range(256)) * 12_000
    run.model_path.write_bytes(content)
    answer = client.get(address)
    assert answer.content == content
    assert answer.headers["content-disposition"] == f'attachment; filename="digits-cnn-{end_of(run)}.keras"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    part = client.get(address, headers={"Range": "bytes=256-511"})
    assert (part.status_code, part.content) == (206, bytes(range(256)))
    run.model_path.write_bytes(content[::-1])
    assert client.get(address).content == content[::-1]


def test_the_document_is_downloaded_as_it_was_frozen(client: httpx.Client, run: RunDirectory) -> None:
    answer = client.get(f"/api/runs/{run.id}/artifacts/document.loom.json")
    assert parse(answer.content).content_hash() == run.document().content_hash()
    assert f'filename="digits-cnn-{end_of(run)}.loom.json"' in answer.headers["content-disposition"]


def test_the_script_is_written_on_demand(client: httpx.Client, run: RunDirectory) -> None:
    answer = client.get(f"/api/runs/{run.id}/artifacts/script.py")
    assert answer.status_code == 200
    compile(answer.text, "script.py", "exec")
    assert "Dense" in answer.text
    assert f'filename="digits-cnn-{end_of(run)}.py"' in answer.headers["content-disposition"]
    run.update(changes=(Change(setting="learning_rate", value=0.02, step=9),))
    changed = client.get(f"/api/runs/{run.id}/artifacts/script.py").text
    assert "# - Learning rate: 0.02 after step 9.\n" in changed
    assert "learning_rate = {9: 0.02}" in changed


def test_events_are_downloaded_up_to_the_size_that_was_announced(client: httpx.Client, run: RunDirectory) -> None:
    line = json.dumps({"seq": 1, "type": "state", "pad": "x" * 1000}).encode() + b"\n"
    run.events_path.write_bytes(line * 2000)
    with client.stream("GET", f"/api/runs/{run.id}/artifacts/events.jsonl") as answer:
        with open(run.events_path, "ab") as file:
            file.write(line * 500)
        assert answer.read() == line * 2000
    assert int(answer.headers["content-length"]) == len(line) * 2000


@pytest.mark.parametrize("name", ["run.json", "log.txt", "..%2Frun.json", "checkpoints", "model.keras%2F.."])
def test_only_artifacts_are_served(served, run: RunDirectory, name: str) -> None:
    answer = raw(served, f"GET /api/runs/{run.id}/artifacts/{name} HTTP/1.1")
    assert answer.startswith("HTTP/1.1 404")
    assert run.record().document_hash not in answer


def test_names_in_any_script_make_file_names(client: httpx.Client, settings: Settings) -> None:
    run = RunDirectory.create(settings.runs, parse(DOCUMENT.replace("Digits CNN", "Zähl/'netz': 数字")))
    answer = client.get(f"/api/runs/{run.id}/artifacts/document.loom.json")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="z-hl-netz----{end_of(run)}.loom.json"; '
        f"filename*=UTF-8''z%C3%A4hl-netz-%E6%95%B0%E5%AD%97-{end_of(run)}.loom.json"
    )


def test_everything_can_live_below_a_prefix(settings: Settings, run: RunDirectory) -> None:
    served = start(settings, NotingEngine(), "/lab/loom")
    try:
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        assert httpx.get(f"{served.url}/api/runs/{run.id}/events", params={"after": 0}).json() == []
        assert httpx.get(f"{served.url}/assets/live/live.js").status_code == 200
        assert httpx.get(served.url.removesuffix("/lab/loom") + "/healthz").status_code == 404
    finally:
        served.server.should_exit = True
        served.thread.join(30)


def test_static_files_are_kept_by_version_and_checked_without(client: httpx.Client) -> None:
    kept = client.get("/assets/live/live.js", params={"v": "abc"})
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    checked = client.get("/assets/live/live.js")
    assert checked.headers["cache-control"] == "no-cache"
    assert "javascript" in checked.headers["content-type"]
    assert checked.headers["x-content-type-options"] == "nosniff"
    assert client.get("/assets/live/live.js", headers={"If-None-Match": checked.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["nothing.js", "..%2fapp.py", "%2e%2e/pyproject.toml", "live", "live%00.js"])
def test_static_files_are_only_those_in_the_folder(served, path: str) -> None:
    answer = raw(served, f"GET /assets/{path} HTTP/1.1")
    assert answer.startswith("HTTP/1.1 404")
    assert '"problem"' in answer


def test_static_files_may_come_from_another_folder(tmp_path: Path) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    (tmp_path / "a.css").write_text("b {}")
    app = Starlette(routes=[Mount("/assets", Assets(tmp_path))])

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get("/assets/a.css")

    assert asyncio.run(get()).text == "b {}"


def test_the_end_of_what_a_worker_printed_is_told(client: httpx.Client, run: RunDirectory) -> None:
    assert client.get(f"/api/runs/{run.id}/log").json() == {"run": run.id, "text": "", "cut": False}
    run.log_path.write_bytes("ä line\n".encode() + b"no text: \xff\n")
    assert client.get(f"/api/runs/{run.id}/log").json()["text"] == "ä line\nno text: \ufffd\n"
    run.log_path.write_text("".join(f"line {number}\n" for number in range(20_000)))
    told = client.get(f"/api/runs/{run.id}/log").json()
    assert told["cut"]
    assert len(told["text"]) <= 64 * 1024
    assert told["text"].startswith("line ")
    assert told["text"].endswith("line 19999\n")
