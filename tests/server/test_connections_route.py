"""Asking over HTTP whether connections will fit, and what fits behind a layer."""

from __future__ import annotations

from typing import Any

import httpx

DOCUMENT = {
    "format": 1,
    "name": "Net",
    "model": {
        "nodes": [{"id": "row", "kind": "Input"}, {"id": "dense", "kind": "Dense"}, {"id": "conv", "kind": "Conv2D"}],
        "edges": [],
    },
}
ADDRESS = "/api/analyse/connections"
BEHIND = "/api/analyse/continuations"


def ask(client: httpx.Client, **question: Any) -> httpx.Response:
    return client.post(ADDRESS, json={"document": DOCUMENT, **question})


def test_a_verdict_on_each_link_in_their_order(client: httpx.Client) -> None:
    answer = ask(client, links=[{"source": "row", "target": "conv"}, {"source": "row", "target": "dense"}])
    refused, fine = answer.json()["verdicts"]
    assert refused["fits"] is False
    assert refused["reason"] == "Input output (batch, 8) into Conv2D: needs 4 axes, gets 2."
    assert fine == {"fits": True, "reason": None, "bridge": None, "fixes": []}
    assert ask(client).json() == {"verdicts": []}


def test_what_cannot_be_read_is_a_sentence(client: httpx.Client) -> None:
    answers = {
        "JSON": client.post(ADDRESS, content=b"{"),
        "question": client.post(ADDRESS, json=[1]),
        "links": ask(client, links=[{"source": 5}]),
        "closely": ask(client, links=[{"source": "row", "target": "dense"}] * 2, closely=True),
        "nothere": ask(client, links=[{"source": "row", "target": "nothere"}]),
    }
    for word, answer in answers.items():
        assert 400 <= answer.status_code < 500
        assert word in str(answer.json()["problem"])


def test_what_does_not_fit_behind_a_layer(client: httpx.Client) -> None:
    behind = {"document": DOCUMENT, "source": "row"}
    misfits = client.post(BEHIND, json=behind).json()["misfits"]
    assert misfits["Conv2D"] == "needs 4 axes, gets 2."
    assert misfits["Attention"].startswith("takes sequences (steps × features)")
    assert not {"Dense", "Flatten", "Dropout", "Add", "Input"} & set(misfits)
    for question, word in (([1], "question"), ({"document": DOCUMENT}, "source"), ({**behind, "source": "no"}, "no")):
        answer = client.post(BEHIND, json=question)
        assert 400 <= answer.status_code < 500
        assert word in str(answer.json()["problem"])


def test_foreign_sites_and_endless_bodies_are_refused(client: httpx.Client) -> None:
    foreign = client.post(ADDRESS, json={"document": DOCUMENT}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403

    def endless() -> Any:
        for _ in range(80):
            yield b" " * 65_536

    assert client.post(ADDRESS, content=endless()).status_code == 413
