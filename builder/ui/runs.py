"""The Runs page: everything that was trained, to find, open again, compare, take away and put aside."""

from __future__ import annotations

import streamlit as st

from builder.catalog.backends import BACKENDS
from builder.errors import LoomError
from builder.jobs.heartbeat import standstill
from builder.rundir import ENDED, RunDirectory, RunRecord, State
from builder.rundir.aside import days
from builder.ui import session, words
from builder.ui.artifacts import actions
from builder.ui.run_aside import delete, deleted, offer_undo
from builder.ui.run_comparison import side_by_side
from builder.ui.run_figure import FOLLOW, run_figure
from builder.ui.run_table import look, table, waiting

Pair = tuple[RunDirectory, RunRecord]

GROUPS: dict[str, frozenset[State]] = {
    "Going": frozenset(State) - ENDED,
    "Finished": frozenset({State.FINISHED}),
    "Stopped": frozenset({State.STOPPED}),
    "Failed": frozenset({State.FAILED, State.LOST}),
}
"""What the list can be narrowed to."""


def runs() -> None:
    """The table of runs, and below it those selected; followed while any goes on."""
    found, _ = _readable()
    asked = session.compared()
    wanted = [run for run, _ in found if run.id in asked]
    if len(wanted) > 1:
        side_by_side(wanted[::-1])
        return
    st.fragment(_list, run_every=FOLLOW if _moving(found) else None)()


def _readable() -> tuple[list[Pair], list[LoomError]]:
    """Runs with their records, and what is wrong with those that cannot be read."""
    pairs, errors = [], []
    for run in RunDirectory.all(session.settings().runs):
        try:
            pairs.append((run, run.record()))
        except LoomError as error:
            errors.append(error)
    return pairs, errors


def _moving(pairs: list[Pair]) -> bool:
    return any(record.state not in ENDED and record.state is not State.PAUSED for _, record in pairs)


def _list() -> None:
    found, errors = _readable()
    for error in errors:
        st.warning(str(error), icon=":material/error:")
    offer_undo()
    if not found:
        st.markdown("#### No runs yet")
        st.caption("Every network you train is kept here with its curves, its model and its script.")
        if st.button("Go to Design", type="primary", icon=":material/account_tree:"):
            st.switch_page("pages/design.py")
        deleted()
        return
    shown = _narrowed(found)
    if shown:
        chosen = _chosen(shown)
        if len(chosen) > 1:
            _several(chosen)
        else:
            _one(*(chosen[0] if chosen else shown[0]))
    else:
        st.caption("No run fits. Change what you look for.")
    deleted()
    if session.value("runs-moved") and not _moving(found):
        session.keep("runs-moved", False)
        st.rerun()  # Nothing has to be followed any more.
    session.keep("runs-moved", _moving(found))


def _narrowed(found: list[Pair]) -> list[Pair]:
    """The runs that a person looks for, by words of theirs and by how they stand."""
    groups = [name for name, states in GROUPS.items() if any(record.state in states for _, record in found)]
    if len(found) < 2:
        return found
    with st.container(horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Find runs",
            key="runs-find",
            placeholder="Find by name, data set, backend or id",
            icon=":material/search:",
            label_visibility="collapsed",
            width=320,
        )
        picked = st.pills("State", groups, selection_mode="multi", key="runs-states", label_visibility="collapsed")
        st.space("stretch")
        parts = text.lower().split()
        states = frozenset().union(*(GROUPS[name] for name in picked)) if picked else frozenset(State)
        shown = [
            (run, record)
            for run, record in found
            if record.state in states and all(part in _words(record) for part in parts)
        ]
        count = words.counted(len(found), "run")
        st.caption(f"{words.count(len(shown))} of {count}" if len(shown) < len(found) else count, width="content")
    return shown


def _words(record: RunRecord) -> str:
    """What a run can be found by."""
    return f"{record.name} {record.dataset} {BACKENDS[record.backend].title} {record.id}".lower()


def _chosen(shown: list[Pair]) -> list[Pair]:
    """Draw the table; the runs that are selected in it, which stay so when others come or go."""
    records = [record for _, record in shown]
    kept = session.value("runs-chosen", [])
    rows = [row for row, record in enumerate(records) if record.id in kept]
    selected = st.dataframe(
        table(records, waiting(records)),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows, "columns": [], "cells": []}},
        key=f"runs-table.{hash(tuple(record.id for record in records))}",
        alt="Runs, newest first",
        **look(records),
    )
    rows = [row for row in selected["selection"]["rows"] if row < len(shown)]
    session.keep("runs-chosen", [records[row].id for row in rows])
    st.caption("Select a run to see it, several to compare them." + ("" if rows else " This is the newest one."))
    return [shown[row] for row in rows]


def _one(run: RunDirectory, record: RunRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="run-title", gap=None, width="stretch"):
            st.markdown(f"**{words.plain(record.name)}**")
            st.caption(f"{record.id} · {BACKENDS[record.backend].title}")
        actions(run, record, key="runs")
        if record.state in ENDED:
            st.button(
                "Delete",
                icon=":material/delete:",
                key="delete-run",
                on_click=delete,
                args=([run],),
                help=f"Put it aside; it can be brought back for {days()} days",
            )
        if st.button("Watch", icon=":material/show_chart:", type="primary", key="open-run"):
            session.show_run(run.id)
            st.switch_page("pages/train.py", query_params={"run": run.id})
    if place := waiting([record]).get(record.id):
        st.caption(f":material/hourglass_empty: {place.sentence()}")
    if record.problem:
        st.error(record.problem.sentence(), icon=":material/error:")
    if still := standstill(run, record):
        st.warning(still.sentence(), icon=":material/hourglass_disabled:")
    run_figure([(run, record)])


def _several(chosen: list[Pair]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{len(chosen)} runs compared**")
        st.space("stretch")
        ended = [run for run, record in chosen if record.state in ENDED]
        st.button(
            f"Delete {words.counted(len(ended), 'run')}",
            icon=":material/delete:",
            key="delete-runs",
            on_click=delete,
            args=(ended,),
            disabled=not ended,
            help=f"Put them aside; they can be brought back for {days()} days. Runs that go on are left as they are.",
        )
    run_figure(chosen)
