from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from builder.catalog.preview import samples
from builder.catalog.registry import datasets
from builder.charts.confusion import confusion
from builder.charts.curves import curves
from builder.charts.preview import dataset_preview


def epoch(number: int, *, best: bool = False, **metrics: float | None) -> dict[str, Any]:
    return {"type": "epoch", "epoch": number, "metrics": metrics, "best": best}


FIRST = [
    epoch(1, best=True, loss=1.0, val_loss=1.1, accuracy=0.5, val_accuracy=0.4),
    epoch(2, best=True, loss=0.5, val_loss=0.7, accuracy=0.7, val_accuracy=0.6),
    epoch(3, loss=0.3, val_loss=0.8, accuracy=0.9, val_accuracy=0.5),
]
SECOND = [epoch(1, best=True, loss=2.0, val_loss=None), epoch(2, loss=None, val_loss=1.9)]


def drawn(made: go.Figure) -> list[tuple[str, list[Any], list[Any]]]:
    return [(trace.name, list(trace.x), list(trace.y)) for trace in made.data]


def test_curves_show_training_and_validation_of_every_run() -> None:
    made = curves([("first", FIRST), ("second", SECOND)])
    assert drawn(made) == [
        ("first", [1, 2, 3], [1.1, 0.7, 0.8]),
        ("best epoch", [2], [0.7]),
        ("first", [1, 2, 3], [1.0, 0.5, 0.3]),
        ("second", [1, 2], [None, 1.9]),
        ("second", [1, 2], [2.0, None]),
    ]
    validation, _, training, *_ = made.data
    assert validation.line.color == training.line.color
    assert validation.line.width > training.line.width
    assert training.opacity < 1
    assert made.data[3].line.color != validation.line.color
    assert [trace.name for trace in made.data if trace.showlegend] == ["first", "second"]


def test_curves_of_a_metric_leave_out_runs_without_it() -> None:
    made = curves([("first", FIRST), ("second", SECOND), ("new", [])], "accuracy")
    assert {trace.legendgroup for trace in made.data} == {"0"}
    assert made.layout.yaxis.title.text == "accuracy"
    assert drawn(curves([("first", FIRST)], "val_accuracy")) == drawn(curves([("first", FIRST)], "accuracy"))
    assert not curves([]).data


def test_a_run_of_one_epoch_is_a_point() -> None:
    assert {trace.mode for trace in curves([("first", FIRST[:1])]).data} == {"markers"}


def test_confusion_gives_shares_of_each_row_and_counts() -> None:
    trace = confusion([[3, 1], [0, 4]], ["cat", "dog"]).data[0]
    assert [list(row) for row in trace.z] == [[0.75, 0.25], [0, 1]]
    assert [list(row) for row in trace.text] == [["3", "1"], ["", "4"]]
    assert trace.customdata[0][1] == "1 of 4 cat called dog"


def test_confusion_of_many_classes_has_no_counts_and_an_empty_row_is_no_error() -> None:
    made = confusion(np.zeros((30, 30), dtype=int).tolist())
    assert made.data[0].texttemplate is None
    assert {share for row in made.data[0].z for share in row} == {0}
    assert made.layout.xaxis.ticktext[-1] == "29"


@pytest.mark.parametrize("dark", [False, True])
def test_figures_have_no_background_and_follow_the_mode(dark: bool) -> None:
    made = curves([("first", FIRST)], dark=dark)
    assert made.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    text = made.layout.template.layout.font.color
    assert (int(text[1:3], 16) > 128) == dark


def test_images_are_shown_as_they_are() -> None:
    dataset = datasets["digits"]
    x = np.zeros((12, 8, 8, 1))
    x[11, 0, 0, 0] = 16
    made = dataset_preview(x, np.arange(12) % 10, dataset)
    encoded = made.data[0].source.removeprefix("data:image/png;base64,")
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
    assert picture.shape == (2 * (64 + 22), 10 * (64 + 8), 4)
    assert picture[0, 0].tolist() == [0, 0, 0, 255]
    assert picture[86, 72].tolist() == [255, 255, 255, 255]
    assert picture[86 + 8, 72].tolist() == [0, 0, 0, 255]
    assert picture[70, 0, 3] == 0
    assert [note.text for note in made.layout.annotations] == [*"0123456789", "0", "1"]


def test_points_are_coloured_by_class_and_told_apart_by_form_too() -> None:
    x = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    made = dataset_preview(x, np.array([1, 0, 1]), datasets["spiral"])
    assert drawn(made) == [("first arm", [2.0], [3.0]), ("second arm", [0.0, 4.0], [1.0, 5.0])]
    assert made.data[0].marker.symbol != made.data[1].marker.symbol


def test_points_with_values_are_coloured_by_value() -> None:
    made = dataset_preview(np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([0.1, 0.5]), datasets["plane"])
    assert made.data[0].marker.color.tolist() == [0.1, 0.5]


def test_tables_show_each_column_on_one_scale() -> None:
    found = samples(datasets["wine"], 178)
    assert found is not None
    made = dataset_preview(*found, datasets["wine"])
    assert [trace.name for trace in made.data] == list(datasets["wine"].classes)
    together = np.concatenate([trace.y.reshape(-1, 13) for trace in made.data])
    np.testing.assert_allclose(together.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(together.std(axis=0), 1)
    assert made.data[0].x[:13].tolist() == list(datasets["wine"].features)


@pytest.mark.parametrize("kind", [entry.kind for entry in datasets])
def test_samples_are_as_the_catalogue_says(kind: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    dataset = datasets[kind]
    if dataset.kind == "mnist":
        (tmp_path / "datasets").mkdir()
        x, y = np.arange(20 * 784, dtype="uint8").reshape(20, 28, 28), np.arange(20) % 10
        np.savez(tmp_path / "datasets" / "mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    found = samples(dataset, 15)
    if found is None:
        assert kind in ("fashion_mnist", "cifar10")
        return
    x, y = found
    assert x.shape == (15, *dataset.shape)
    assert y.shape == (15,)
    assert x.min() >= dataset.low
    assert x.max() <= dataset.high
    if dataset.classes:
        assert set(y.tolist()) <= set(range(len(dataset.classes)))
    assert dataset_preview(x, y, dataset).data
