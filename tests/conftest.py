"""What every test may use: a home of its own, and the real data where it is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty LAYERLOOM_HOME, so that no test sees another's projects or runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LAYERLOOM_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def mnist_cache() -> Path:
    """A KERAS_HOME that holds the real MNIST; the test is skipped where there is none."""
    folder = SHARED_DATA / "keras"
    if not (folder / "datasets" / "mnist.npz").is_file():
        pytest.skip("the real MNIST is not at ../shared/data/keras")
    return folder
