"""A ready block in a document, each of its inputs fed by an Input of the example's shape."""

from __future__ import annotations

from builder.catalog.spec import ReadyBlock
from builder.document import Document, from_value


def document(block: ReadyBlock, repeat: int | None = None) -> Document:
    """The block alone behind its Inputs; `repeat` is how often it stands, where it should not be as declared."""
    part = block.part
    inputs = [
        {"id": f"input{number}", "kind": "Input", "params": {"shape": list(entrance.example)}}
        for number, entrance in enumerate(block.inputs)
    ]
    feeds = [
        {"source": f"input{number}", "target": target, "port": port}
        for number, entrance in enumerate(block.inputs)
        for target, port in entrance.ports
    ]
    boxes = [{**item, "repeat": repeat} if repeat else item for item in part["blocks"]]
    return from_value(
        {
            "format": 1,
            "name": block.title,
            "model": {"nodes": [*inputs, *part["nodes"]], "edges": [*feeds, *part["edges"]], "blocks": boxes},
            "layout": part["layout"],
            "folded": part["folded"],
        }
    )
