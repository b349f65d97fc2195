"""An analysis process for the session, and runs trained in the test's own process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from analysis_client import AnalysisProcess
from worker_documents import DIGITS_CNN

from builder.document import Document
from builder.rundir import RunDirectory, State


@pytest.fixture(scope="session")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnalysisProcess]:
    """The analysis process that the tests share."""
    process = AnalysisProcess(tmp_path_factory.mktemp("analysis") / "socket")
    yield process
    process.close()


@pytest.fixture
def run(home: Path) -> RunDirectory:
    """A run that waits to be started."""
    return RunDirectory.create(home / "runs", DIGITS_CNN)


@pytest.fixture
def train(home: Path) -> Callable[..., RunDirectory]:
    """Train a document in this process, from the run directory on; gives the directory of the ended run."""
    from builder.worker.main import run

    def start(document: Document, *, status: int = 0) -> RunDirectory:
        directory = RunDirectory.create(home / "runs", document)
        assert run(directory.path) == status
        return directory

    return start


@pytest.fixture
def resume() -> Callable[[RunDirectory], None]:
    """Start a run's next attempt in this process."""
    from builder.worker.main import run

    def start(directory: RunDirectory) -> None:
        directory.update(state=State.STARTING, attempt=directory.record().attempt + 1)
        assert run(directory.path) == 0

    return start
