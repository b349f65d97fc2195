"""An image read as a sequence: one row of pixels a step."""

from __future__ import annotations

from builder.catalog.spec import Template
from builder.catalog.templates.drawing import edges, node

DIGITS_LSTM = Template(
    kind="digits_lstm",
    name="Digits LSTM",
    summary="Memory over a sequence: an LSTM reads the image row by row, downwards and upwards.",
    expected="96 to 98 % validation accuracy",
    seconds=10,
    order=80,
    group="Sequences",
    document={
        "format": 1,
        "name": "Digits LSTM",
        "model": {
            "nodes": [
                node("image", "Input"),
                node("scale", "Rescaling", scale=1 / 16),
                node("rows", "Reshape", target_shape=[8, 8]),
                node("read", "Bidirectional", layer={"kind": "LSTM", "params": {"units": 32}}),
                node("drop", "Dropout", rate=0.3),
                node("digit", "Dense", units=10, activation="softmax"),
            ],
            "edges": edges("image > scale > rows > read > drop > digit"),
        },
        "data": {"dataset": "digits"},
        "training": {
            "loss": "sparse_categorical_crossentropy",
            "optimizer": {"kind": "Adam", "params": {"learning_rate": 0.005}},
            "metrics": ["accuracy"],
            "epochs": 20,
            "batch_size": 32,
        },
    },
)
