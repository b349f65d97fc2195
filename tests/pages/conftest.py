"""Pages run by Streamlit's AppTest against a real engine with a home of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from builder.rundir import RunDirectory
from builder.store import Projects, connect
from builder.ui import session

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a running engine; both end with the module."""
    folder = tmp_path_factory.mktemp("pages") / "home"
    before = os.environ.get("LAYERLOOM_HOME")
    os.environ["LAYERLOOM_HOME"] = str(folder)
    st.cache_resource.clear()
    yield folder
    session.engine().close(shutdown=True)
    st.cache_resource.clear()
    if before is None:
        del os.environ["LAYERLOOM_HOME"]
    else:
        os.environ["LAYERLOOM_HOME"] = before


@pytest.fixture
def visit(engine_home: Path) -> Callable[..., AppTest]:
    """Open a page of the app as a new session."""

    def visit(page: str | None = None, **query: str) -> AppTest:
        test = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
        for name, value in query.items():
            test.query_params[name] = value
        test.run()
        if page:
            test.switch_page(page).run()
        assert not test.exception
        return test

    return visit


@pytest.fixture
def runs(engine_home: Path) -> Callable[[], list[RunDirectory]]:
    return lambda: RunDirectory.all(engine_home / "runs")


@pytest.fixture
def mine(engine_home: Path) -> Projects:
    """The projects of that home."""
    return Projects(connect(engine_home / "layerloom.db"))
