"""Keras' folder of data sets as a worker sees it: to read, not to write.

Keras wants to write where it reads. It unpacks an archive each time, deletes a file whose hash it does not know, and
takes another folder, an empty one, where it may not write. So it is given a folder of links.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builder.catalog.spec import keras_home
from builder.worker.framework import keras


@contextmanager
def linked() -> Iterator[Path]:
    """Have Keras find what is in its folder, as links, in a temporary one; what it makes there is gone afterwards."""
    config = keras.src.backend.config  # There is no public way to say where to look.
    before = config._KERAS_DIR
    folder = Path(tempfile.mkdtemp(prefix="keras-"))
    try:
        _link(keras_home() / "datasets", folder / "datasets")
        config._KERAS_DIR = str(folder)
        yield folder
    finally:
        config._KERAS_DIR = before
        shutil.rmtree(folder, ignore_errors=True)


def _link(origin: Path, target: Path) -> None:
    target.mkdir()
    for entry in origin.iterdir():
        if not entry.is_dir():
            (target / entry.name).symlink_to(entry)
        elif not (origin / f"{entry.name}_archive").exists():  # Else Keras unpacks it again.
            _link(entry, target / entry.name)
