"""The network of a document as a `.keras` file: untrained, compiled, ready for `keras.models.load_model` anywhere."""

from __future__ import annotations

from pathlib import Path

from builder.document import Document
from builder.errors import LoomError
from builder.rundir import write_atomic
from builder.worker.build import build, compile_model


def export_keras(document: Document, path: Path) -> None:
    """Build the network with freshly drawn weights and write it to `path`, which must end in ".keras"."""
    if path.suffix != ".keras":
        raise LoomError(f"{path.name} must end in .keras.", code="suffix", hint=f"Write to {path.stem}.keras.")
    model = build(document)
    compile_model(model, document)
    try:
        write_atomic(path, model.save)
    except OSError as error:
        raise LoomError(f"{path} could not be written: {error.strerror or error}.", code="disk") from error
