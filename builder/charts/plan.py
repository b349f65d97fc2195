"""A network as plain values, for a drawing that the browser lays out and colours itself."""

from __future__ import annotations

from typing import Any

from builder.charts.families import hue
from builder.charts.scene import scene, steps
from builder.document import Document


def plan(document: Document) -> dict[str, Any]:
    """Boxes and the lines between them, as places in the list of boxes.

    A box has its step along the flow (boxes at about one height share it), its lane across it, and the `nodes` that it
    stands for: several where it is a folded block.
    """
    shown = scene(document)
    along = steps(shown)
    edge = min((box.x for box in shown.boxes), default=0.0)
    places = {box.id: index for index, box in enumerate(shown.boxes)}
    boxes = [
        {
            "title": box.title,
            "kind": box.subtitle,
            "hue": hue(box.family),
            "step": along[box.id],
            "lane": round(box.x - edge, 2),
            "nodes": list(box.holds),
        }
        for box in shown.boxes
    ]
    return {"boxes": boxes, "lines": [[places[a], places[b]] for a, b in shown.lines]}
