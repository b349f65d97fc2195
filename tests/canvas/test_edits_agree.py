"""The browser shows an edit before the server has done it: both must mean the same by it.

The cases are those that the canvas' own tests run over (`frontend/src/edits.test.ts`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder.document import apply, from_value
from builder.errors import DocumentError

PROJECT = Path(__file__).resolve().parents[2]
CASES = json.loads((PROJECT / "builder/canvas/frontend/src/edits.cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_and_the_browser_agree(case: dict[str, Any]) -> None:
    start = case["start"]
    model = {"nodes": start["nodes"], "edges": start["edges"]}
    document = from_value({"format": 1, "name": "Case", "model": model, "layout": start["layout"]})
    if "error" in case:
        with pytest.raises(DocumentError) as raised:
            apply(document, case["edit"])
        assert case["error"] in str(raised.value)
        return
    after = apply(document, case["edit"]).to_dict()
    shown = {"nodes": after["model"]["nodes"], "edges": after["model"]["edges"], "layout": after["layout"]}
    assert shown == case["result"]
