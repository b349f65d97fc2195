"""The Runs page: everything that was trained, to open again, compare and take away."""

from __future__ import annotations

import shutil
from typing import Any

import pandas as pd
import streamlit as st

from builder import jobs
from builder.catalog.backends import BACKENDS
from builder.charts.curves import curves
from builder.errors import LoomError
from builder.rundir import ENDED, RunDirectory, RunRecord, State
from builder.ui import session, words
from builder.ui.artifacts import actions
from builder.ui.focus import enter_menu

ROW = 32
"""Height of a row in pixels."""
MOST_ROWS = 12
"""Rows that are shown before the table scrolls."""

FOLLOW = 2.0
"""Seconds between two looks at runs that are still training."""

MARK = {
    State.QUEUED: "⏳ Queued",
    State.STARTING: "⏳ Starting",
    State.RUNNING: "▶ Running",
    State.PAUSED: "⏸ Paused",
    State.FINISHED: "✔ Finished",
    State.STOPPED: "■ Stopped",
    State.FAILED: "✖ Failed",
    State.LOST: "✖ Lost",
}


def runs() -> None:
    """The table of runs, and below it those selected."""
    found = _readable(RunDirectory.all(session.settings().runs))
    if not found:
        st.markdown("#### No runs yet")
        st.caption("Every network you train is kept here with its curves, its model and its script.")
        if st.button("Go to Design", type="primary", icon=":material/account_tree:"):
            st.switch_page("pages/design.py")
        return
    asked = session.compared()
    wanted = [row for row, (run, _) in enumerate(found) if run.id in asked]
    if len(wanted) > 1:
        _side_by_side([found[row][0] for row in sorted(wanted, reverse=True)])
        return
    waiting = _waiting([record for _, record in found])
    chosen = st.dataframe(
        _table([record for _, record in found], waiting),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs-table",
        row_height=ROW,
        height="auto" if len(found) <= MOST_ROWS else ROW * MOST_ROWS,
        placeholder="–",
        column_config=_columns(),
    )
    rows = [row for row in chosen["selection"]["rows"] if row < len(found)]
    if len(rows) > 1:
        _compare([found[row] for row in rows])
        return
    st.caption("Select a run to see it, several to compare them." + ("" if rows else " This is the newest one."))
    _one(*found[rows[0] if rows else 0])


def _readable(found: list[RunDirectory]) -> list[tuple[RunDirectory, RunRecord]]:
    """Runs with their records; a damaged one is named instead of hiding the rest."""
    pairs = []
    for run in found:
        try:
            pairs.append((run, run.record()))
        except LoomError as error:
            st.warning(str(error), icon=":material/error:")
    return pairs


def _waiting(records: list[RunRecord]) -> dict[str, jobs.Place]:
    """The places of the runs that wait for a slot."""
    if all(record.state is not State.QUEUED for record in records):
        return {}
    return session.attempt(lambda: jobs.places(session.settings().runs, session.engine().status())) or {}


def _state(record: RunRecord, place: jobs.Place | None) -> str:
    """The state; a waiting run with its place and the time until it starts: "⏳ 2 of 3, in 12 s"."""
    if place is None:
        return MARK[record.state]
    start = "" if place.starts_in is None else f", in {words.duration(round(place.starts_in))}"
    return f"⏳ {place.position} of {place.waiting}{start}"


def _columns() -> dict[str, Any]:
    return {
        "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Progress": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=100),
    }


def _table(records: list[RunRecord], waiting: dict[str, jobs.Place]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": [record.name for record in records],
            "State": [_state(record, waiting.get(record.id)) for record in records],
            "Data set": [record.dataset for record in records],
            "Best": [_best(record) for record in records],
            "Progress": [min(1.0, record.epoch / record.epochs) if record.epochs else 0 for record in records],
            "Time": [words.duration(_seconds(record)) for record in records],
            "Parameters": [record.parameters for record in records],
            "Started": [pd.Timestamp(record.created, unit="s", tz="UTC").tz_convert(None) for record in records],
            "Run": [record.id for record in records],
        }
    )


def _best(record: RunRecord) -> str:
    if record.monitor is None or record.monitor not in record.metrics:
        return "–"
    return f"{words.metric(record.monitor, record.metrics[record.monitor])} {words.label(record.monitor)}"


def _seconds(record: RunRecord) -> float | None:
    return record.ended - record.started if record.ended and record.started else None


def _one(run: RunDirectory, record: RunRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{words.plain(record.name)}**")
        st.caption(f"{record.id} · {BACKENDS[record.backend].title}")
        st.space("stretch")
        actions(run, record, key="runs")
        if st.button("Watch", icon=":material/show_chart:", type="primary", key="open-run"):
            session.show_run(run.id)
            st.switch_page("pages/train.py", query_params={"run": run.id})
        if record.state in ENDED:
            with st.popover("Delete", icon=":material/delete:"):
                st.caption("The run, its model and its curves are removed from the disk. This cannot be undone.")
                st.button("Delete this run", type="primary", key="delete-run", on_click=_delete, args=(run,))
                enter_menu("delete-run.enter")
    if place := _waiting([record]).get(record.id):
        st.caption(f":material/hourglass_empty: {place.sentence()}")
    if record.problem:
        st.error(record.problem.sentence(), icon=":material/error:")
    _figure([(run, record)])


def _delete(run: RunDirectory) -> None:
    shutil.rmtree(run.path, ignore_errors=True)
    if session.value("run") == run.id:
        session.show_run(None)


def _compare(chosen: list[tuple[RunDirectory, RunRecord]]) -> None:
    st.markdown(f"**{len(chosen)} runs compared**")
    _figure(chosen)


def _side_by_side(chosen: list[RunDirectory]) -> None:
    """Runs that were started to be compared: their figures and curves, followed until the last has ended."""
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
    st.dataframe(
        _table(records, _waiting(records)),
        hide_index=True,
        row_height=ROW,
        placeholder="–",
        key="standings",
        column_config=_columns(),
    )
    for run, record in pairs:
        if record.problem:
            st.error(f"{_title(run, record)}: {record.problem.sentence()}", icon=":material/error:")
    with st.container(horizontal=True):
        for run, record in pairs:
            if st.button(f"Watch {_title(run, record)}", icon=":material/show_chart:", key=f"watch.{run.id}"):
                session.show_run(run.id)
                st.switch_page("pages/train.py", query_params={"run": run.id})
    _figure(pairs)
    if all(record.state in ENDED for _, record in pairs) and session.value("standings-ended") != ids:
        session.keep("standings-ended", ids)
        st.rerun()


def _figure(chosen: list[tuple[RunDirectory, RunRecord]]) -> None:
    """The curves of one metric over the runs."""
    histories: list[tuple[str, list[dict[str, Any]]]] = [
        (_title(run, record), [event for event in run.events() if event["type"] == "epoch"]) for run, record in chosen
    ]
    names = sorted({name for _, epochs in histories for event in epochs for name in event["metrics"]}, key=_order)
    names = [name for name in names if not name.startswith("val_")]
    if not names:
        st.caption("No epoch has ended yet, so there are no curves.")
        return
    metric = st.segmented_control("Metric", names, default=names[0], key="runs-metric", label_visibility="collapsed")
    st.caption("Strong lines: validation. Pale lines: training. The ring marks the best epoch.")
    st.plotly_chart(curves(histories, metric or names[0], dark=st.context.theme.type == "dark"), key="runs-curves")


def _title(run: RunDirectory, record: RunRecord) -> str:
    """A run's name, and the end of its id: runs of one project have the same name."""
    return f"{record.name} · {run.id[-6:]}"


def _order(name: str) -> tuple[bool, str]:
    return (name != "loss", name)
