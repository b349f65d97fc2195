"""The network of a document as a `.keras` file: untrained, compiled, ready for `keras.models.load_model` anywhere.

`python -m builder.worker.export DOCUMENT PATH` does it in a process of its own.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from builder.document import Document, parse
from builder.document.expand import expanded
from builder.errors import LoomError
from builder.rundir import write_atomic
from builder.worker.build import build, compile_model
from builder.worker.messages import plain
from builder.worker.saving import save


def export_keras(document: Document, path: Path) -> None:
    """Build the network with freshly drawn weights and write it to `path`, which must end in ".keras"."""
    if path.suffix != ".keras":
        raise LoomError(f"{path.name} must end in .keras.", code="suffix", hint=f"Write to {path.stem}.keras.")
    document = expanded(document)
    model = build(document)
    compile_model(model, document)
    try:
        write_atomic(path, partial(save, model))
    except OSError as error:
        raise LoomError(f"{path} could not be written: {error.strerror or error}.", code="disk") from error


def main(arguments: list[str]) -> int:
    """Exit status 1, and the reason as the last line of stderr, where the network cannot be built or written."""
    source, path = map(Path, arguments)
    try:
        export_keras(parse(source.read_bytes()), path)
    except Exception as error:
        sys.stderr.write(f"{error if isinstance(error, LoomError) else plain(error)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
