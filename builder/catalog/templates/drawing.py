"""Short ways to write a template's nodes and edges."""

from __future__ import annotations

from itertools import pairwise
from typing import Any


def node(node_id: str, kind: str, **params: Any) -> dict[str, Any]:
    """A layer with those parameters that differ from Keras' defaults."""
    return {"id": node_id, "kind": kind, "params": params} if params else {"id": node_id, "kind": kind}


def edges(*paths: str) -> list[dict[str, Any]]:
    """Edges along paths such as "image > conv > add:1", where ":1" is the input of "add" that the path enters by."""
    drawn = []
    for path in paths:
        for source, target in pairwise(path.split(" > ")):
            name, _, port = target.partition(":")
            drawn.append({"source": source.partition(":")[0], "target": name, "port": int(port or 0)})
    return drawn
