"""The untrained network as a file that Keras opens by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from worker_documents import DIGITS_CNN, TWO_BY_TWO, stack

from builder.errors import DocumentError, LoomError

pytestmark = [
    pytest.mark.keras,
    # Keras saves its variables by a call that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]


def _layers(model: Any) -> list[str]:
    """Every layer's class, parameters and inputs, as text."""
    parts = ("class_name", "config", "inbound_nodes")
    return [json.dumps([layer[part] for part in parts], sort_keys=True) for layer in model.get_config()["layers"]]


@pytest.mark.parametrize("document", [DIGITS_CNN, TWO_BY_TWO])
def test_exported_network_is_the_documents(document, tmp_path: Path) -> None:
    from builder.worker.build import build
    from builder.worker.export import export_keras
    from builder.worker.framework import keras

    export_keras(document, tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert _layers(loaded) == _layers(build(document))
    assert loaded.compiled
    assert type(loaded.optimizer).__name__ == "Adam"
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    from builder.worker.export import export_keras

    with pytest.raises(LoomError, match=r"must end in \.keras"):
        export_keras(DIGITS_CNN, tmp_path / "model.h5")
    with pytest.raises(LoomError, match="could not be written"):
        export_keras(DIGITS_CNN, tmp_path / "nowhere" / "model.keras")
    with pytest.raises(DocumentError, match="LSTM needs a value for units"):
        export_keras(stack("Input", "LSTM", data="iris"), tmp_path / "model.keras")
    assert not list(tmp_path.iterdir())
