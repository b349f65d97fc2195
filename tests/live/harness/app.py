"""The live component alone on a page, over the home in LAYERLOOM_HOME; `?run=` names the run.

The page counts its script runs and the ends it was told of, so that a test can see both.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from builder.jobs import EngineStatus
from builder.rundir import Control, RunDirectory, State
from builder.settings import load

settings = load()


class FileEngine:
    """Leaves the request in the run's directory, where the writer of the test looks."""

    def stop(self, run_id: str) -> None:
        RunDirectory.open(settings.runs, run_id).requests.ask(Control.STOP)

    def pause(self, run_id: str) -> None:
        RunDirectory.open(settings.runs, run_id).requests.ask(Control.PAUSE)

    def resume(self, run_id: str) -> None:
        (RunDirectory.open(settings.runs, run_id).path / "control" / "resume").touch()

    def change(self, run_id: str, setting: str, value: float) -> None:
        RunDirectory.open(settings.runs, run_id).requests.ask_setting(setting, value)

    def status(self) -> EngineStatus:
        waiting = [run.id for run in RunDirectory.all(settings.runs) if run.record().state is State.QUEUED]
        return EngineStatus(0, warm=True, running=(), queued=tuple(waiting), slots=1)


def page() -> None:
    from builder.live import live

    st.set_page_config(page_title="Live", layout="wide")
    state = st.session_state
    state["runs"] = state.get("runs", 0) + 1
    plan = {
        "boxes": [
            {"title": "image", "kind": "Input", "hue": "gray", "step": 0, "lane": 0, "nodes": ["image"]},
            {"title": "out", "kind": "Dense", "hue": "rgb(47 98 208)", "step": 1, "lane": 0, "nodes": ["out"]},
        ],
        "lines": [[0, 1]],
    }
    if live(st.query_params["run"], {"out": "rgb(47 98 208)"}, plan, key="live"):
        state["ends"] = state.get("ends", 0) + 1
    st.caption(f"script runs: {state['runs']}, ends: {state.get('ends', 0)}")


if get_script_run_ctx() is None:
    from builder.server import routes

    app = st.App(__file__, routes=routes(settings, FileEngine(), st.get_option("server.baseUrlPath") or ""))
else:
    page()
