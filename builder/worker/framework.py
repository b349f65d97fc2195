"""Keras and TensorFlow, imported in one place: what they drag in and how they are set up decides start and results.

`LAYERLOOM_KERAS` names the backend: "tensorflow" (default), "jax" or "torch" to train (see `backends`), "numpy" to
analyse only (see `numpy_backend`).
A user's own `keras.json` or `KERAS_BACKEND` does not count: the same document must mean the same network everywhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from builder.worker import numpy_backend


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let imports inside the block believe that these packages are not installed.

    Keras and scikit-learn import pandas and pyarrow only to recognise their tables, which costs a second
    (2.8 s against 2.0 s until Keras is ready).
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _import() -> tuple[ModuleType, Any]:
    backend = os.environ.get("LAYERLOOM_KERAS", "tensorflow")
    os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if backend == "numpy":
        numpy_backend.install()
    tensorflow = None
    unused = () if backend == "tensorflow" else ("tensorflow",)
    with without("pandas", "pyarrow", "sklearn", *unused):
        import keras

        if backend == "tensorflow":
            import tensorflow
        else:
            keras.utils.set_random_seed(0)  # Keras would import TensorFlow here later on, for its seed (2 s).
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    return keras, tensorflow


keras, tf = _import()
"""`tf` is None on every backend but TensorFlow."""
