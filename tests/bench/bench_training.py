"""How fast training is, against what a competent person writes by hand: `compile` + `fit` on the same samples.

    uv run python tests/bench/bench_training.py [NAME]... [--pairs N]

NAME is a row, or a group of rows: networks, templates, telemetry (all of them by default). Every figure is
the median of the ratios of pairs measured in turn, each side first in every other pair, above 1.0 where Layerloom is
faster.

- networks: samples a second, training and validation, once everything is compiled, in the way of computing that a
  long run comes to, with all that a run tells and keeps
- templates: the whole training, compiling included, against that of the template's exported script
- telemetry: samples a second with all that a run tells (events, confusion matrices, gauges), against one that tells
  nothing; both keep checkpoints. The two train by turns, a quarter of a second each

MNIST is read from KERAS_HOME or ../shared/data/keras; what needs it is left out where it is in neither.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

for _name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # Of both sides: a run's share of two cores.

import numpy as np  # noqa: E402
from turns import Handover, take_turns  # noqa: E402

from builder.catalog.compilation import gain  # noqa: E402
from builder.catalog.registry import datasets, templates  # noqa: E402
from builder.catalog.spec import Dataset, Template  # noqa: E402
from builder.codegen import script  # noqa: E402
from builder.document import Document, from_value  # noqa: E402
from builder.rundir import RunDirectory  # noqa: E402
from builder.worker import data  # noqa: E402
from builder.worker.build import build, compile_model  # noqa: E402
from builder.worker.control import Controls  # noqa: E402
from builder.worker.framework import keras  # noqa: E402
from builder.worker.sources import Arrays  # noqa: E402
from builder.worker.telemetry import Telemetry  # noqa: E402
from builder.worker.train import Training  # noqa: E402

MNIST = Path(__file__).parents[3] / "shared" / "data" / "keras" / "datasets" / "mnist.npz"
SECONDS = 8.0
"""How long one side of a pair of networks is measured, about."""
WARM = 4
"""First epochs of a network that are not counted."""

TURN = 0.25
"""Seconds after which a run that trains by turns lets the other go on."""

Seconds = Callable[[], float]
Pair = Callable[[bool], tuple[float, float]]
"""Measures both sides, the second one first where that is asked: what a run leaves in the process weighs on both."""
Ended = Callable[[Training], None]
Layers = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Row:
    """A line of the table: `pair` measures both sides, and `bar` is what their ratio is to reach."""

    group: str
    name: str
    bar: float
    pair: Callable[[Path], Pair]


def in_turn(by: Seconds, ours: Seconds) -> Pair:
    """One after the other."""

    def pair(swapped: bool) -> tuple[float, float]:
        if swapped:
            second = ours()
            return by(), second
        return by(), ours()

    return pair


def relu(*units: int) -> Layers:
    return [("Dense", {"units": count, "activation": "relu"}) for count in units]


def network(shape: tuple[int, ...], dtype: str, layers: Layers, classes: int, batch: int) -> Document:
    """A stack of (kind, params) or, where a layer takes others than the one before, (kind, params, places)."""
    stack = [("Input", {"shape": list(shape), "dtype": dtype}), *layers]
    stack.append(("Dense", {"units": classes, "activation": "softmax"}))
    nodes = [{"id": f"n{place}", "kind": kind, "params": params} for place, (kind, params, *_) in enumerate(stack)]
    edges = [
        {"source": f"n{source}", "target": f"n{place}", "port": port}
        for place, (_, _, *sources) in enumerate(stack)
        for port, source in enumerate(sources[0] if sources else range(max(0, place - 1), place))
    ]
    training = {"metrics": ["accuracy"], "epochs": 1, "batch_size": batch}
    return from_value({"format": 1, "name": "Bench", "model": {"nodes": nodes, "edges": edges}, "training": training})


def transformer() -> Layers:
    """Two encoder blocks over 32 tokens."""
    layers: list[tuple[Any, ...]] = [("Embedding", {"input_dim": 200, "output_dim": 32})]
    for _ in range(2):
        start = len(layers)  # The place of the layer before, as the Input is at 0.
        layers += [
            ("MultiHeadAttention", {"num_heads": 4, "key_dim": 8}, [start, start]),
            ("Add", {}, [start, start + 1]),
            ("LayerNormalization", {}),
            ("Dense", {"units": 64, "activation": "relu"}),
            ("Dense", {"units": 32}),
            ("Add", {}, [start + 3, start + 5]),
            ("LayerNormalization", {}),
        ]
    return [*layers, ("GlobalAveragePooling1D", {})]


def made_up(samples: int, shape: tuple[int, ...], dtype: str, classes: int, high: int = 256) -> data.Splits:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(samples, *shape)) if dtype == "float32" else rng.integers(0, high, (samples, *shape))
    whole = Arrays(x.astype(dtype), rng.integers(0, classes, samples).astype("int32"))
    cut = samples * 4 // 5
    return data.Splits(whole.take(np.arange(cut)), whole.take(np.arange(cut, samples)))


def known(kind: str) -> data.Splits:
    return data.load(from_value({**templates[kind].document}).data, dataset_of(kind), lambda event: None)


def dataset_of(kind: str) -> Dataset:
    return datasets[templates[kind].document["data"]["dataset"]]


def by_hand(document: Document, splits: data.Splits) -> Seconds:
    """Seconds of an epoch of `fit`; the model is kept from call to call."""
    model = build(document)
    compile_model(model, document)
    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    train, held = splits.training, splits.validation

    def fit(epochs: int) -> float:
        ends.clear()
        batch = document.training.batch_size
        model.fit(
            train.x,
            train.y,
            validation_data=(held.x, held.y),
            batch_size=batch,
            epochs=epochs,
            callbacks=[clock],
            verbose=0,
        )
        return (ends[-1] - ends[0]) / (len(ends) - 1)

    epochs = max(2, round(SECONDS / fit(2)) + 1)
    return lambda: fit(epochs)


def layerloom(document: Document, splits: data.Splits, home: Path, dataset: Dataset) -> Seconds:
    """Seconds of an epoch of a run, after the first ones."""
    way = _settled(document)

    def train(epochs: int) -> float:
        training = way.training.model_copy(update={"epochs": epochs})
        ends: list[float] = []
        with _directory(home, way.model_copy(update={"training": training})) as run:
            _train(run, splits, dataset, lambda training: ends.append(time.perf_counter()))
        return (ends[-1] - ends[WARM - 1]) / (len(ends) - WARM)

    epochs = round(SECONDS / train(2 * WARM)) + 2 * WARM
    return lambda: train(epochs)


def _settled(document: Document) -> Document:
    """Computed from the start in the way that a long run comes to."""
    worthwhile = gain(document, build(document).count_params()).worthwhile
    training = document.training.model_copy(update={"xla": "always" if worthwhile else "automatic"})
    return document.model_copy(update={"training": training})


class Clocked(Training):
    """A run that says when an epoch has ended."""

    ended: Ended

    def _end_epoch(self, figures: dict[str, float]) -> None:
        super()._end_epoch(figures)
        self.ended(self)


class Silent(Telemetry):
    """Tells nothing; the run keeps its checkpoints all the same."""

    def __init__(self, run: RunDirectory):
        super().__init__(run)
        for name in ("tell", "losses", "flush", "tick"):
            setattr(self, name, _nothing)
        self.record.soon = _nothing


def _nothing(*arguments: Any, **options: Any) -> None:
    """Does nothing."""


@contextlib.contextmanager
def _directory(home: Path, document: Document) -> Iterator[RunDirectory]:
    run = RunDirectory.create(home, document)
    yield run
    shutil.rmtree(run.path)


def _train(
    run: RunDirectory, splits: data.Splits, dataset: Dataset, ended: Ended = _nothing, *, told: bool = True
) -> None:
    with Controls(run) as controls, contextlib.ExitStack() as without:
        if not told:
            without.enter_context(patch("builder.worker.judge.confusions", lambda *arguments: ()))
            without.enter_context(patch("builder.worker.train.gauges_for", lambda subject: []))
        telemetry = Telemetry(run) if told else Silent(run)
        training = Clocked(run, run.document(), dataset, splits, telemetry, controls)
        training.ended = ended
        without.close()
        training.run(resume=False)
        telemetry.close()


def networks() -> Iterator[Row]:
    digits = network((8, 8, 1), "float32", [("Rescaling", {"scale": 1 / 16}), ("Flatten", {}), *relu(64, 32)], 10, 32)
    image = network(
        (28, 28, 1),
        "float32",
        [
            ("Rescaling", {"scale": 1 / 255}),
            ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}),
            ("MaxPooling2D", {}),
            ("Conv2D", {"filters": 64, "kernel_size": 3, "activation": "relu"}),
            ("MaxPooling2D", {}),
            ("Flatten", {}),
            ("Dropout", {"rate": 0.5}),
        ],
        10,
        32,
    )
    images = partial(made_up, 1250, (28, 28, 1), "uint8", 10)
    signals = partial(made_up, 800, (100, 8), "float32", 4)
    for name, bar, document, samples in (
        ("digits MLP", 9, digits, partial(known, "digits_cnn")),
        ("2-D MLP", 9, network((2,), "float32", relu(32, 32), 2, 16), partial(known, "spiral_mlp")),
        ("CNN 28x28", 1.4, image, images),
        ("LSTM 100 steps", 4, network((100, 8), "float32", [("LSTM", {"units": 32})], 4, 32), signals),
        ("GRU 100 steps", 4, network((100, 8), "float32", [("GRU", {"units": 32})], 4, 32), signals),
        (
            "transformer",
            2,
            network((32,), "int32", transformer(), 4, 32),
            partial(made_up, 1600, (32,), "int32", 4, 200),
        ),
    ):
        yield Row("networks", name, bar, partial(_network, document, samples))
    for name, document, samples in (
        ("digits MLP, telling", digits, partial(known, "digits_cnn")),
        ("CNN 28x28, telling", image, images),
    ):
        yield Row("telemetry", name, 0.97, partial(_telling, document, samples))


def _labelled(document: Document) -> Dataset:
    return Dataset(kind="bench", summary="", classes=tuple("abcdefghij"[: document.model.nodes[-1].params["units"]]))


def _network(document: Document, samples: Callable[[], data.Splits], home: Path) -> Pair:
    splits = samples()
    return in_turn(by_hand(document, splits), layerloom(document, splits, home, _labelled(document)))


def _telling(document: Document, samples: Callable[[], data.Splits], home: Path) -> Pair:
    """Two runs that train by turns."""
    splits, dataset = samples(), _labelled(document)
    way = _settled(document)
    endless = way.model_copy(update={"training": way.training.model_copy(update={"epochs": 10**5})})

    def pair(swapped: bool) -> tuple[float, float]:
        seconds: dict[bool, float] = {}

        def side(told: bool, handover: Handover) -> None:
            ended = _Turns(handover)
            with _directory(home, endless) as run:
                _train(run, splits, dataset, ended, told=told)
            seconds[told] = ended.spent / ended.epochs

        take_turns([partial(side, told) for told in (swapped, not swapped)])
        return seconds[False], seconds[True]

    return pair


class _Turns:
    """Ends a run's turn after so many seconds, and the run after all its turns; its first epochs do not count."""

    def __init__(self, handover: Handover):
        self.spent = 0.0
        self.epochs = -WARM
        self._handover = handover
        self._since = time.perf_counter()

    def __call__(self, training: Training) -> None:
        self.epochs += 1
        took = time.perf_counter() - self._since
        if self.epochs > 0 and took < TURN:
            return
        if self.epochs > 0:
            self.spent += took
        training._model.stop_training = self.spent >= SECONDS
        if self.epochs >= 0 and not training._model.stop_training:
            self._handover()
        self._since = time.perf_counter()


def exported() -> Iterator[Row]:
    for template in sorted(templates, key=lambda item: item.order):
        if template.document["data"] and not dataset_of(template.kind).to_download:
            yield Row("templates", template.kind, 1.0, partial(_template, template))


def _template(template: Template, home: Path) -> Pair:
    """The document's own length, or for images of MNIST four epochs of few samples."""
    value = template.document
    if dataset_of(template.kind).samples > 10_000:
        value = {**value, "data": {**value["data"], "limit": 4000}, "training": {**value["training"], "epochs": 4}}
    document = from_value(value)
    splits = data.load(document.data, dataset_of(template.kind), lambda event: None)
    before, fit = re.split(r"\n(?=history = )", script(document), maxsplit=1)
    fit = fit.split("\n# The file holds")[0]

    def scripted() -> float:
        names: dict[str, Any] = {"__name__": "script"}
        with (
            contextlib.chdir(home),
            contextlib.redirect_stdout(io.StringIO()),
            patch.object(keras.datasets.mnist, "load_data", _mnist),
        ):
            exec(compile(before, "script.py", "exec"), names)
            started = time.perf_counter()
            exec(compile(fit, "script.py", "exec"), names)
            return time.perf_counter() - started

    def ours() -> float:
        with patch.object(Training, "_finish", lambda training: None):
            started = time.perf_counter()
            with _directory(home, document) as run:
                _train(run, splits, dataset_of(template.kind))
            return time.perf_counter() - started

    return in_turn(scripted, ours)


def _mnist() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """In the place of Keras' loader, which fetches anew what has another hash than its own copy."""
    with np.load(Path(os.environ["KERAS_HOME"]) / "datasets" / "mnist.npz") as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


def rows() -> list[Row]:
    return [*networks(), *exported()]


def measure(row: Row, pairs: int) -> None:
    """Print the row: medians of both sides in seconds, of the ratio, and the smallest and largest ratio."""
    with tempfile.TemporaryDirectory() as home:
        pair = row.pair(Path(home))
        times = [pair(bool(number % 2)) for number in range(pairs)]
    ratios = sorted(first / second for first, second in times)
    hand, loom = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(ratios)
    verdict = "" if ratio >= row.bar else "  below"
    spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
    print(f"{row.name:22}{hand:>12.4f}{loom:>12.4f}{ratio:>9.2f}{spread:>16}{row.bar:>8g}{verdict}", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--pairs", type=int, default=5)
    chosen = parser.parse_args(arguments)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # A round builds its functions anew, which it minds.
    with tempfile.TemporaryDirectory() as cache:
        if "KERAS_HOME" not in os.environ and MNIST.is_file():
            (Path(cache) / "datasets").mkdir()
            (Path(cache) / "datasets" / "mnist.npz").symlink_to(MNIST)
            os.environ["KERAS_HOME"] = cache
        every = rows()
        unknown = set(chosen.names) - {word for row in every for word in (row.group, row.name)}
        if unknown:
            parser.error(f"no row or group is named {', '.join(sorted(unknown))}: {', '.join(r.name for r in every)}")
        print(f"{'seconds':22}{'by hand':>12}{'Layerloom':>12}{'ratio':>9}{'from-to':>16}{'bar':>8}", flush=True)
        for row in every:
            if not chosen.names or {row.group, row.name} & set(chosen.names):
                measure(row, chosen.pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
