"""The least that a server must do for the canvas: do edits once, keep history, save document and numbers."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from builder.canvas.wire import Sent
from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.document import Document, apply, from_value
from builder.errors import LoomError, Problem

BROKEN = 'Input 0 of layer "{}" is incompatible with the layer: expected min_ndim=4, found ndim=2. '


class Session:
    """A draft in a file; a session made anew from the file knows what was saved and has lost its history."""

    def __init__(self, file: Path):
        saved = json.loads(file.read_text())
        self.file = file
        self.id = file.stem
        self.opening = secrets.token_hex(4)
        self.revision = 1
        self.document: Document = from_value(saved["document"])
        self.acked: dict[str, int] = saved.get("acked", {})
        self.history = SimpleNamespace(past=[], future=[])
        self.refused: tuple[dict[str, Any], ...] = ()
        self.selected: tuple[str, ...] = ()
        self.select: dict[str, Any] | None = None
        self.shelf: tuple[dict[str, Any], ...] = ()

    def receive(self, sent: Sent | None) -> None:
        if sent is None or sent.draft != self.id:
            return
        self.selected = sent.selected
        fresh = sent.fresh(self.acked)
        if not fresh:
            return
        refused = []
        for item in fresh:
            try:
                self.change(item.edit)
            except LoomError as error:
                refused.append({"n": item.n, "message": str(error)})
        self.acked[sent.client] = fresh[-1].n
        self.refused = tuple(refused)
        self.save()

    def change(self, edit: dict[str, Any]) -> None:
        history = self.history
        if edit["op"] == "keep_block":
            self.shelf = (*self.shelf, self._part(edit["block"]))
        elif edit["op"] == "forget_block":
            self.shelf = tuple(item for item in self.shelf if item["id"] != edit["id"])
        elif edit["op"] in ("undo", "redo"):
            take, give = history.past, history.future
            if edit["op"] == "redo":
                take, give = give, take
            if take:
                give.append(self.document)
                self.document = take.pop()
        else:
            changed = apply(self.document, edit)
            if changed != self.document:
                history.past.append(self.document)
                history.future.clear()
                self.document = changed

    def _part(self, block_id: str) -> dict[str, Any]:
        """A block as one's own: the nodes in it and the edges between them."""
        graph = self.document.model
        inside = set(graph.inside(block_id))
        part = graph.model_dump(mode="json")
        part["nodes"] = [node for node in part["nodes"] if node["id"] in inside]
        part["edges"] = [edge for edge in part["edges"] if {edge["source"], edge["target"]} <= inside]
        part["blocks"] = [block for block in part["blocks"] if block["id"] == block_id]
        return {"id": f"s{len(self.shelf)}", "title": graph.block(block_id).name, "part": part}

    def save(self) -> None:
        self.revision += 1
        saved = {"document": self.document.to_dict(), "acked": self.acked}
        self.file.write_text(json.dumps(saved))

    def point(self, *nodes: str) -> None:
        self.select = {"token": self.select["token"] + 1 if self.select else 1, "nodes": list(nodes)}


def checked(document: Document) -> SimpleNamespace:
    """Made-up findings: a node called "broken..." has an error, one called "odd..." a warning with a fix."""
    nodes, problems = {}, []
    for node in document.model.nodes:
        if node.id.startswith("broken"):
            error = BROKEN.format(node.id) + "Full shape received: (None, 64). " * 6
            nodes[node.id] = NodeReport(error=error)
            problems.append(Problem(code="keras", message=error, node=node.id))
            continue
        if node.id.startswith("odd"):
            edit = {"op": "set_param", "node": node.id, "name": "units", "value": 10}
            fix = {"label": "Set units to 10", "edits": [edit]}
            problems.append(
                Problem.model_validate(
                    {
                        "code": "units",
                        "message": "The data set has 10 classes.",
                        "severity": "warning",
                        "node": node.id,
                        "fix": fix,
                    }
                )
            )
        size = int(node.params.get("filters", node.params.get("units", 8)))
        trained = size * 321 if {"filters", "units"} & set(node.params) else 0
        output = Tensor(shape=(None, 26, None, size), dtype="float32")
        nodes[node.id] = NodeReport(output=output, parameters=trained, trainable=trained)
    return SimpleNamespace(analysis=Analysis(nodes=nodes), problems=problems)
