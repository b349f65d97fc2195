"""The Train page: one run, live."""

from __future__ import annotations

import streamlit as st

from builder.catalog.backends import BACKENDS
from builder.catalog.registry import layers
from builder.charts.families import hue
from builder.charts.plan import plan
from builder.document import Document
from builder.errors import LoomError
from builder.live import live
from builder.rundir import RunDirectory
from builder.ui import session, words
from builder.ui.artifacts import actions


def watch() -> None:
    """The run that the address names, else the last one; what to do where there is none."""
    runs = session.settings().runs
    run_id = session.run_id()
    if run_id is None:
        newest = RunDirectory.all(runs)[:1]
        if not newest:
            _nothing()
            return
        run_id = newest[0].id
        session.show_run(run_id)
        st.query_params["run"] = run_id
    try:
        run = RunDirectory.open(runs, run_id)
        record = run.record()
    except LoomError as error:
        session.show_run(None)
        st.warning(str(error), icon=":material/search_off:")
        _nothing()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run-head"):
        with st.container(key="run-title", gap=None, width="stretch"):
            st.markdown(f"**{words.plain(record.name)}**")
            what = f"{record.dataset or 'no data set'} · {BACKENDS[record.backend].title}"
            st.caption(f"{what} · started {words.ago(record.created)} · {record.id}")
        actions(run, record, key="watch")
    # A continued run is a new attempt, which is followed anew.
    document = run.document()
    if live(run.id, _hues(document), plan(document), key=f"live.{run.id}.{record.attempt}"):
        st.rerun()


def _hues(document: Document) -> dict[str, str]:
    """The hue of each node's family, for what is drawn of single layers."""
    return {node.id: hue(spec.family) for node in document.model.nodes if (spec := layers.get(node.kind))}


def _nothing() -> None:
    st.markdown("#### Nothing has been trained yet")
    st.caption("Open Design, look at the network that is there, and press Train.")
    if st.button("Go to Design", type="primary", icon=":material/account_tree:"):
        st.switch_page("pages/design.py")
