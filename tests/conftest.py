"""What every test may use: a home of its own, and the real data where it is at hand."""

from __future__ import annotations

import functools
import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browsers
import hypothesis
import pytest
from streamlit.components.v2 import manifest_scanner

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"

# A shell that starts the tests in the background has them ignore Ctrl-C, and so would every process they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asserts on time: a busy machine is no fault of the product.
hypothesis.settings.register_profile(
    "layerloom", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("layerloom")


# Each AppTest looks through all installed packages for components: a third of a second, always with the same result.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none; under CI it fails instead."""
    if browsers.path() is None and not os.environ.get("CI"):
        missing = pytest.mark.skip(reason=f"no browser was found. {browsers.HOW}")
        for item in items:
            if "chromium" in getattr(item, "fixturenames", ()):
                item.add_marker(missing)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each reason why tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} {'test' if count == 1 else 'tests'} left out: {reason}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser without a window. Closed with the module: while Playwright is open, nothing else in the process can run
    an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(autouse=True, scope="module")
def small_heap() -> None:
    """Keep what is imported from the collector: each run of an AppTest collects, a quarter of a second with Keras."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty LAYERLOOM_HOME, so that no test sees another's projects or runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LAYERLOOM_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def mnist_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A KERAS_HOME that holds the real MNIST; the test is skipped where there is none.

    The file is a link: Keras deletes a cached file whose hash it does not know, and then deletes only the link.
    """
    real = SHARED_DATA / "keras" / "datasets" / "mnist.npz"
    if not real.is_file():
        pytest.skip("the real MNIST is not at ../shared/data/keras")
    home = tmp_path_factory.mktemp("keras")
    (home / "datasets").mkdir()
    (home / "datasets" / "mnist.npz").symlink_to(real)
    return home
