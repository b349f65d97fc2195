"""A page with nothing but the canvas. The buttons do what else could happen on a page.

HARNESS_HOME holds the drafts: `first.json` and `second.json`, each with a document.
"""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from session import Session, checked
from streamlit.runtime.scriptrunner import get_script_run_ctx

from builder.canvas import canvas
from builder.canvas.wire import Sent, payload

HOME = Path(os.environ["HARNESS_HOME"])
KEY = "canvas"


@st.fragment
def editor() -> None:
    draft: Session = st.session_state.draft
    draft.receive(Sent.read((st.session_state.get(KEY) or {}).get("sent")))
    canvas(payload(draft, checked(draft.document)), key=KEY)
    with st.container(horizontal=True):
        st.caption(f"selected: {', '.join(draft.selected) or 'nothing'}")
        st.caption(f"revision: {draft.revision}")


def page() -> None:
    st.set_page_config(layout="wide")
    draft: Session = st.session_state.setdefault("draft", Session(HOME / "first.json"))
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    with st.container(horizontal=True):
        st.button("Rerun")
        if st.button("Add on the server"):
            draft.change({"op": "add_node", "node": {"id": f"server{draft.revision}", "kind": "Dropout"}})
            draft.save()
        if st.button("Point at the last"):
            draft.point(draft.document.model.nodes[-1].id)
        if st.button("Forget"):
            st.session_state.draft = Session(draft.file)
        if st.button("Other draft"):
            st.session_state.draft = Session(HOME / ("first.json" if draft.id == "second" else "second.json"))
        away = st.toggle("Away")
        st.caption(f"runs: {st.session_state.runs}")
    if not away:
        editor()


if get_script_run_ctx(suppress_warning=True) is not None:
    page()
else:
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    from builder.canvas.component import BUNDLE
    from builder.catalog import palette

    def catalog(_: Request) -> JSONResponse:
        return JSONResponse(palette.payload())

    app = st.App(
        __file__,
        routes=[Route("/api/catalog", catalog), Mount("/assets", StaticFiles(directory=BUNDLE.parent))],
    )
