"""What keeping the history costs an edit: saving with its step of undo against saving the document alone.

Run with `python tests/bench/bench_saving.py`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from builder.catalog.registry import templates
from builder.document import Document, apply, from_value
from builder.store import Projects, connect, projects


def seconds(document: Document, file: Path, edits: int) -> float:
    """The median time of one save."""
    mine = Projects(connect(file))
    project = mine.create(document)
    taken = []
    for number in range(1, edits + 1):
        document = apply(document, {"op": "set", "path": "training.epochs", "value": number})
        started = time.perf_counter()
        mine.save(project.id, number, document, {})
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main(edits: int = 300) -> None:
    write = projects.history.write
    largest = max(templates, key=lambda template: len(template.document["model"]["nodes"]))
    for template in (templates["iris_mlp"], largest):
        document = from_value(template.document)
        with tempfile.TemporaryDirectory() as folder:
            whole = seconds(document, Path(folder) / "with.db", edits)
            projects.history.write = lambda *_: None
            alone = seconds(document, Path(folder) / "without.db", edits)
            projects.history.write = write
        layers = len(document.model.nodes)
        print(f"{layers} layers: {1000 * whole:.2f} ms with the step, {1000 * alone:.2f} ms alone: {whole / alone:.2f}")


if __name__ == "__main__":
    main()
