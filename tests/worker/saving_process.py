"""Run by tests on the backend that LAYERLOOM_KERAS names, and prints one JSON object.

`saving_process.py save FOLDER` trains the documents that come in by stdin, saves their models there, and gives their
figures; `saving_process.py load FOLDER` opens them with nothing but Keras, and gives the same and how they go on.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 16
STEPS = 3


def saved(folder: Path, documents: dict[str, Any]) -> dict[str, Any]:
    from backend_process import prepared

    from builder.document import from_value
    from builder.worker.saving import save

    found = {}
    for name, value in documents.items():
        model, feed = prepared(from_value(value), STEPS * BATCH)
        np.savez(folder / f"{name}.npz", *feed.inputs, *feed.targets, inputs=len(feed.inputs))
        x, y = (items if len(items) > 1 else items[0] for items in (feed.inputs, feed.targets))
        _learn(model, x, y)
        save(model, folder / f"{name}.keras")
        found[name] = {"figures": _evaluated(model, x, y), "iterations": int(model.optimizer.iterations)}
    return found


def loaded(folder: Path) -> dict[str, Any]:
    os.environ["KERAS_BACKEND"] = os.environ["LAYERLOOM_KERAS"]
    import keras

    found = {}
    for path in sorted(folder.glob("*.keras")):
        model = keras.saving.load_model(path)
        with np.load(path.with_suffix(".npz")) as file:
            arrays = [file[name] for name in file.files if name != "inputs"]
            x, y = arrays[: int(file["inputs"])], arrays[int(file["inputs"]) :]
        x, y = (items if len(items) > 1 else items[0] for items in (x, y))
        compiled = model.jit_compile
        optimizer, taken = type(model.optimizer).__name__, int(model.optimizer.iterations)
        figures = _evaluated(model, x, y)
        _learn(model, x, y)
        after = _evaluated(model, x, y)["loss"]
        found[path.stem] = {"optimizer": optimizer, "iterations": taken, "figures": figures, "after": after}
        found[path.stem]["compiled"] = compiled
    return found


def _learn(model: Any, x: Any, y: Any) -> None:
    """Three steps."""
    model.run_eagerly = True  # Compiling would take most of the time.
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)


def _evaluated(model: Any, x: Any, y: Any) -> dict[str, float]:
    model.run_eagerly = True
    figures = model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
    return {name: float(np.mean(value)) for name, value in figures.items()}


if __name__ == "__main__":
    action, place = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(saved(place, json.loads(sys.stdin.read())) if action == "save" else loaded(place)))
