"""Runs that were started to be compared: their figures side by side, and one set of curves."""

from __future__ import annotations

import streamlit as st

from builder.rundir import ENDED, RunDirectory
from builder.ui import session
from builder.ui.run_figure import FOLLOW, run_figure, run_title
from builder.ui.run_table import look, table, waiting


def side_by_side(chosen: list[RunDirectory]) -> None:
    """Their table and curves, followed until the last has ended."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(chosen)} runs side by side**")
        st.space("stretch")
        if st.button("All runs", icon=":material/arrow_back:", key="all-runs"):
            session.compare(())
            st.rerun()
    moving = any(run.record().state not in ENDED for run in chosen)
    st.fragment(_standings, run_every=FOLLOW if moving else None)([run.id for run in chosen])


def _standings(ids: list[str]) -> None:
    pairs = [(run, run.record()) for run in (RunDirectory.open(session.settings().runs, name) for name in ids)]
    records = [record for _, record in pairs]
    st.dataframe(table(records, waiting(records)), key="standings", **look(records))
    for run, record in pairs:
        if record.problem:
            st.error(f"{run_title(run, record)}: {record.problem.sentence()}", icon=":material/error:")
    with st.container(horizontal=True):
        for run, record in pairs:
            if st.button(f"Watch {run_title(run, record)}", icon=":material/show_chart:", key=f"watch.{run.id}"):
                session.show_run(run.id)
                st.switch_page("pages/train.py", query_params={"run": run.id})
    run_figure(pairs)
    if all(record.state in ENDED for _, record in pairs) and session.value("standings-ended") != ids:
        session.keep("standings-ended", ids)
        st.rerun()
