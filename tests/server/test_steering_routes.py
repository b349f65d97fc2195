"""The verbs of `jobs.VERBS`, the start of a run, the queue and the copy of a document, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from serving_routes import DOCUMENT, Served

from builder import store
from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.rules import problems
from builder.document import Document, from_value
from builder.events import EpochEnded
from builder.jobs import VERBS, Engine
from builder.rundir import Change, RunDirectory, State
from builder.settings import Settings
from builder.store import Projects
from builder.ui.draft import Checked

READY = json.dumps(
    json.loads(DOCUMENT)
    | {
        "model": {
            "nodes": [
                {"id": "image", "kind": "Input"},
                {"id": "out", "kind": "Dense", "params": {"units": 10, "activation": "softmax"}},
            ],
            "edges": [{"source": "image", "target": "out", "port": 0}],
        }
    }
)


WITH_A_GAP = {
    "nodes": [
        {"id": "image", "kind": "Input", "params": {"shape": [10]}},
        {"id": "first", "kind": "Dense", "params": {"units": 10}},
        {"id": "middle", "kind": "Dense", "params": {"units": 10}},
        {"id": "out", "kind": "Add"},
    ],
    "edges": [
        {"source": "middle", "target": "out", "port": 1},
        {"source": "image", "target": "first", "port": 0},
        {"source": "image", "target": "out", "port": 0},
        {"source": "first", "target": "middle", "port": 0},
    ],
    "blocks": [{"id": "part", "name": "Part", "members": ["first", "out"], "repeat": 2}],
}
WHOLE = WITH_A_GAP | {"blocks": []}


def test_the_engine_of_these_tests_is_one(served: Served) -> None:
    assert isinstance(served.engine, Engine)


@pytest.mark.parametrize(
    ("verb", "body", "values"),
    [
        ("finish", None, []),
        ("step", None, ["batch"]),
        ("step", {"stride": "epoch"}, ["epoch"]),
        ("extend", {"epochs": 5}, [5]),
        ("extend", {}, [10]),
        ("change", {"setting": "learning_rate", "value": 0.01}, ["learning_rate", 0.01]),
    ],
)
def test_a_verb_takes_its_parameters(
    client: httpx.Client, served: Served, run: RunDirectory, verb: str, body: object, values: list[object]
) -> None:
    answer = client.post(f"/api/runs/{run.id}/{verb}", json=body)
    assert (answer.status_code, answer.json()["run"]) == (202, run.id)
    assert served.engine.calls == [(verb, run.id, *values)]


@pytest.mark.parametrize(
    ("verb", "body", "sentence"),
    [
        ("step", {"stride": "mile"}, "Stride must be one of batch, epoch."),
        ("extend", {"epochs": 0}, "Epochs must be a whole number from 1 to 100,000."),
        ("extend", {"epochs": "ten"}, "Epochs must be a whole number"),
        ("extend", {"weeks": 1}, '"extend" takes no "weeks". It takes epochs.'),
        ("stop", {"now": True}, '"stop" takes no "now". It takes nothing.'),
        ("change", {"setting": "learning_rate"}, '"change" needs "value"'),
        ("change", {"setting": ["a"], "value": 1}, "Setting must be a text"),
        ("extend", [5], "The body is no JSON object."),
    ],
)
def test_parameters_that_do_not_fit_are_a_sentence(
    client: httpx.Client, served: Served, run: RunDirectory, verb: str, body: object, sentence: str
) -> None:
    answer = client.post(f"/api/runs/{run.id}/{verb}", json=body)
    assert answer.status_code == 400
    problem = answer.json()["problem"]
    assert f"{problem['message']} {problem['hint']}".startswith(sentence)
    assert served.engine.calls == []


def test_a_repeated_start_is_one_run(client: httpx.Client, served: Served, settings: Settings) -> None:
    ten = NodeReport(output=Tensor(shape=(None, 10), dtype="float32"))
    served.engine.analyse = lambda document: Analysis(
        nodes={node.id: ten for node in document.model.nodes}, parameters=650, trainable=650
    )
    answers = [
        client.post("/api/runs", content=READY, headers={"Idempotency-Key": "click-1"}),
        client.post("/api/runs", content=READY, headers={"Idempotency-Key": "click-1"}),
        client.post("/api/runs", content=READY, headers={"Idempotency-Key": "click-2"}),
        client.post("/api/runs", content=READY),
    ]
    assert [answer.status_code for answer in answers] == [201] * 4
    ids = [answer.json()["run"] for answer in answers]
    assert ids[0] == ids[1]
    assert len(set(ids)) == len(RunDirectory.all(settings.runs)) == 3
    other = json.dumps(json.loads(READY) | {"training": {"epochs": 4}})
    refused = client.post("/api/runs", content=other, headers={"Idempotency-Key": "click-1"})
    assert refused.status_code == 409
    assert "stands for the run" in refused.json()["problem"]["message"]


def test_what_cannot_be_trained_is_not_started(client: httpx.Client, settings: Settings) -> None:
    wrong = json.loads(READY)
    wrong["model"]["edges"] = []
    answer = client.post("/api/runs", json=wrong)
    assert answer.status_code == 422
    assert client.post("/api/runs", content="{").status_code == 400
    assert RunDirectory.all(settings.runs) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"data": None, "model": WHOLE}, "No data set is chosen: there is nothing to train on. Choose a data set."),
        (
            {"model": WITH_A_GAP, "data": None},
            'The block "Part" stands 2 times in a row, but "middle" (Dense), which lies between its layers, is outside '
            "of it: its repetitions would run in a circle. Put it into the block, or repeat the block once. (1 more)",
        ),
    ],
    ids=["no data", "a gap"],
)
def test_what_the_page_does_not_train_is_refused_in_the_same_words(
    client: httpx.Client, served: Served, change: dict[str, Any], says: str
) -> None:
    ten = NodeReport(output=Tensor(shape=(None, 10), dtype="float32"))
    served.engine.analyse = lambda document: Analysis(
        nodes={node.id: ten for node in document.model.nodes}, parameters=650, trainable=650
    )
    document = from_value(json.loads(READY) | change)
    assert Checked(problems=problems(document, served.engine.analyse(document))).refusal == says
    answer = client.post("/api/runs", json=document.to_dict())
    found = answer.json()["problem"]
    assert answer.status_code == 422
    assert f"{found['message']} {found['hint']}" == says
    assert served.engine.calls == []


def test_runs_are_listed_with_their_place(client: httpx.Client, served: Served, settings: Settings) -> None:
    document = from_value(json.loads(DOCUMENT))
    first, second = (RunDirectory.create(settings.runs, document) for _ in range(2))
    done = RunDirectory.create(settings.runs, document)
    done.update(state=State.FINISHED, epoch=3)
    log = done.event_log()
    log.append(EpochEnded(epoch=3, step=3, metrics={}, seconds=20.0))
    log.close()
    served.engine.queued = (first.id, second.id)
    listed = {record["id"]: record["place"] for record in client.get("/api/runs").json()}
    assert listed[done.id] is None
    assert (listed[first.id]["position"], listed[first.id]["starts_in"]) == (1, 0.0)
    assert (listed[second.id]["position"], listed[second.id]["starts_in"]) == (2, 60.0)
    place = client.get(f"/api/runs/{second.id}/place").json()["place"]
    assert place["sentence"] == "Number 2 of 2 in the queue; it starts in about 60 s."
    assert client.get(f"/api/runs/{done.id}/place").json()["place"] is None


def test_the_live_settings_are_told_with_their_values(client: httpx.Client, run: RunDirectory) -> None:
    def told() -> dict[str, float]:
        answer = client.get(f"/api/runs/{run.id}/settings").json()["settings"]
        return {setting["name"]: setting["value"] for setting in answer}

    assert told() == {"epochs": 3, "learning_rate": 0.001}
    run.update(epochs=8, changes=(Change(setting="learning_rate", value=0.5, step=7),))
    assert told() == {"epochs": 8, "learning_rate": 0.5}


def test_the_document_is_copied_into_a_project(client: httpx.Client, run: RunDirectory, settings: Settings) -> None:
    edit = {"op": "set", "path": "training.epochs", "value": 9}
    answer = client.post(f"/api/runs/{run.id}/clone", json={"edits": [edit]})
    assert answer.status_code == 201
    copy: Document = Projects(store.connect(settings.database)).get(answer.json()["project"]).document
    assert (copy.name, copy.training.epochs) == ("Digits CNN", 9)
    assert client.post(f"/api/runs/{run.id}/clone").status_code == 201
    wrong = client.post(f"/api/runs/{run.id}/clone", json={"edits": [{"op": "explode"}]})
    assert wrong.status_code == 409


def test_why_a_button_is_refused_comes_with_the_record(client: httpx.Client, run: RunDirectory) -> None:
    run.update(state=State.FINISHED, ended=1.0)
    with client.stream("GET", f"/api/runs/{run.id}/events", headers={"Accept": "text/event-stream"}) as answer:
        lines = answer.iter_lines()
        record = json.loads(next(line for line in lines if line.startswith("data:")).removeprefix("data:"))
    assert set(record["refused"]) == set(VERBS)
    assert record["refused"]["extend"] is None
    assert record["refused"]["pause"] == "The run has finished; there is nothing to pause."


def test_a_foreign_line_among_the_events_is_passed_over(client: httpx.Client, run: RunDirectory) -> None:
    good = [b'{"seq":%d,"time":1.0,"type":"state","state":"running"}\n' % seq for seq in (1, 2, 3)]
    run.events_path.write_bytes(
        good[0] + b"hello\n\n[1]\n" + good[1] + b'{"seq":9,"ty{"seq":9}\n' + good[2] + b'{"seq":4'
    )
    listed = client.get(f"/api/runs/{run.id}/events", params={"after": 0}, headers={"Accept": "application/json"})
    assert [event["seq"] for event in listed.json()] == [1, 2, 3]
    run.update(state=State.STOPPED, ended=1.0)
    with client.stream("GET", f"/api/runs/{run.id}/events", headers={"Accept": "text/event-stream"}) as answer:
        ids = [line for line in answer.iter_lines() if line.startswith("id:")]
    assert ids == ["id: 1", "id: 2", "id: 3"]


def test_a_run_is_deleted_and_restored(client: httpx.Client, run: RunDirectory) -> None:
    assert client.delete(f"/api/runs/{run.id}").status_code == 409
    run.update(state=State.FINISHED)
    foreign = client.delete(f"/api/runs/{run.id}", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert client.delete(f"/api/runs/{run.id}").json() == {"run": run.id, "deleted": True}
    assert client.get(f"/api/runs/{run.id}/events").status_code == 404
    assert run.id not in {record["id"] for record in client.get("/api/runs").json()}
    assert client.post(f"/api/runs/{run.id}/restore").json() == {"run": run.id, "deleted": False}
    assert run.id in {record["id"] for record in client.get("/api/runs").json()}
    again = client.post(f"/api/runs/{run.id}/restore")
    assert (again.status_code, "was put aside" in again.json()["problem"]["message"]) == (404, True)
