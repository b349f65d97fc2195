"""Asking over HTTP what Keras says of a document."""

from __future__ import annotations

import httpx

ADDRESS = "/api/analyse"
DOCUMENT = {
    "format": 1,
    "name": "Net",
    "model": {"nodes": [{"id": "row", "kind": "Input", "params": {"shape": [4]}}], "edges": []},
}


def test_every_node_is_told(client: httpx.Client) -> None:
    answer = client.post(ADDRESS, json={"document": DOCUMENT}).json()
    assert set(answer["nodes"]) == {"row"}
    assert "parameters" in answer


def test_what_cannot_be_read_is_a_sentence(client: httpx.Client) -> None:
    for content in (b"{", b"[]", b'{"document": {}}'):
        answer = client.post(ADDRESS, content=content)
        assert 400 <= answer.status_code < 500
        assert answer.json()["problem"]["message"]


def test_foreign_sites_are_refused(client: httpx.Client) -> None:
    foreign = client.post(ADDRESS, json={"document": DOCUMENT}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
