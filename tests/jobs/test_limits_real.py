"""Real workers within their limits: they read data sets that are here, and say what is missing where one is not."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_suite import until, until_state

from builder.document import Document, from_value
from builder.jobs import process
from builder.jobs.local import LocalEngine
from builder.rundir import RunDirectory, State
from builder.settings import Settings


def classifier(dataset: str) -> Document:
    nodes = [
        {"id": "image", "kind": "Input"},
        {"id": "flat", "kind": "Flatten"},
        {"id": "class", "kind": "Dense", "params": {"units": 10, "activation": "softmax"}},
    ]
    edges = [{"source": "image", "target": "flat"}, {"source": "flat", "target": "class"}]
    document = {"format": 1, "name": dataset, "model": {"nodes": nodes, "edges": edges}, "data": {"dataset": dataset}}
    return from_value({**document, "training": {"epochs": 1}})


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Keras with a small Fashion-MNIST and nothing else."""
    folder = tmp_path_factory.mktemp("keras")
    fashion = folder / "datasets" / "fashion-mnist"
    fashion.mkdir(parents=True)
    for part, count in (("train", 50), ("t10k", 20)):
        labels = bytes(8) + bytes(index % 10 for index in range(count))
        (fashion / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
        (fashion / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(16 + count * 28 * 28)))
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("real") / "home", slots=1)


@pytest.fixture(scope="module")
def engine(settings: Settings, cache: Path) -> Iterator[LocalEngine]:
    nowhere = "http://127.0.0.1:9"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("KERAS_HOME", str(cache)), ("HTTPS_PROXY", nowhere), ("https_proxy", nowhere)):
            patch.setenv(name, value)
        engine = LocalEngine(settings)
        until(lambda: engine.status().warm, "the zygote")
        status = engine.status()
        yield engine
        engine.close(shutdown=True)
    until(lambda: not any(process.alive(pid) for pid in (status.supervisor, *status.processes)), "the end")


def test_a_data_set_that_is_here_is_read_and_left_as_it_is(
    engine: LocalEngine, settings: Settings, cache: Path
) -> None:
    before = {file: file.stat().st_mtime_ns for file in cache.rglob("*")}
    run = RunDirectory.create(settings.runs, classifier("fashion_mnist"))
    engine.submit(run)
    until_state(run, State.FINISHED)
    assert run.model_path.is_file()
    assert {file: file.stat().st_mtime_ns for file in cache.rglob("*")} == before
    until(lambda: not (run.path / "tmp").exists(), "the end of its temporary files")


def test_a_data_set_that_is_not_here_is_asked_for_and_missed(engine: LocalEngine, settings: Settings) -> None:
    run = RunDirectory.create(settings.runs, classifier("mnist"))
    engine.submit(run)
    until_state(run, State.FAILED)
    assert run.record().problem.code == "missing-data", run.record().problem
    assert run.record().problem.message == "MNIST is not on this computer and could not be downloaded."
