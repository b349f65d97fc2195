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

SOURCE = Path(__file__).resolve().parents[2] / "builder/canvas/frontend/src"
EMPTY: dict[str, Any] = {"nodes": [], "edges": [], "blocks": [], "layout": {}, "folded": []}


def _cases() -> list[dict[str, Any]]:
    """Those of plain edits bring their starts; those of blocks and switches have one."""
    plain = json.loads((SOURCE / "edits.cases.json").read_text(encoding="utf-8"))
    blocks = json.loads((SOURCE / "blocks.cases.json").read_text(encoding="utf-8"))
    return [*plain, *({"start": blocks["start"], **case} for case in blocks["cases"])]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["name"])
def test_the_server_and_the_browser_agree(case: dict[str, Any]) -> None:
    start = EMPTY | case["start"]
    model = {part: start[part] for part in ("nodes", "edges", "blocks")}
    drawn = {part: start[part] for part in ("layout", "folded")}
    document = from_value({"format": 1, "name": "Case", "model": model, **drawn})
    if "error" in case:
        with pytest.raises(DocumentError) as raised:
            apply(document, case["edit"])
        assert case["error"] in str(raised.value)
        return
    after = apply(document, case["edit"]).to_dict()
    shown = after["model"] | {part: after[part] for part in drawn}
    assert shown == EMPTY | case["result"]
