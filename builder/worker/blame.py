"""Which layer a failed training step failed in: backends tell it in other words each, and none says the node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from builder.document import Document
from builder.document.expand import expand
from builder.worker.backends import backend
from builder.worker.framework import keras
from builder.worker.gauges.outputs import Walk
from builder.worker.lookups import check_batch
from builder.worker.messages import layer_error, of_memory

Batch = Callable[[np.ndarray], tuple[Any, Any]]
"""Inputs and targets of some samples."""


def blame(error: Exception, model: Any, document: Document, drawn: Document, batch: Batch, steps: np.ndarray) -> None:
    """Raise an error that names the layer, where one is found; `steps` are the sample indices of the steps taken."""
    if of_memory(error):
        return
    check_batch(model, document, drawn, keras.tree.flatten(batch(steps.ravel())[0]))
    walk, done = Walk(model, document), 0
    try:
        with backend.looking(model):
            for done, _ in enumerate(walk(keras.tree.flatten(batch(steps[0])[0]), training=True), 1):  # noqa: B007
                pass
    except Exception as found:
        node = expand(drawn.model).origin[walk.names[done]]
        raise layer_error(drawn.model.node(node), found) from error
