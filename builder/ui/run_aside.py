"""Deleting runs, and the ways back: undo right after, and the list of what was put aside."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st

from builder.rundir import RunDirectory
from builder.rundir.aside import aside, bring_back, days, put_aside, remove
from builder.ui import session, words
from builder.ui.focus import enter_menu
from builder.ui.run_figure import run_title

OFFERED = 60.0
"""Seconds for which the list offers to undo; what was put aside is below it much longer."""


def delete(chosen: list[RunDirectory]) -> None:
    """Put runs aside."""
    gone = []
    for run in chosen:
        name = run_title(run, run.record())
        if session.attempt(lambda run=run: put_aside(run) or run):
            gone.append((run.id, name))
            if session.value("run") == run.id:
                session.show_run(None)
    session.keep("runs-gone", (time.monotonic(), gone))


def _bring_back(*ids: str) -> None:
    for run_id in ids:
        session.attempt(bring_back, session.settings().runs, run_id)
    session.drop("runs-gone")
    session.keep("runs-chosen", list(ids))


def offer_undo() -> None:
    """What was deleted just now, with the way back."""
    when, gone = session.value("runs-gone", (0.0, []))
    if not gone or time.monotonic() - when > OFFERED:
        return
    what = words.plain(gone[0][1]) if len(gone) == 1 else words.counted(len(gone), "run")
    with st.container(horizontal=True, vertical_alignment="center", key="runs-undo"):
        st.markdown(f":material/delete: {what} deleted.", width="content")
        ids = [run_id for run_id, _ in gone]
        st.button("Undo", icon=":material/undo:", key="undo-delete", on_click=partial(_bring_back, *ids))


def deleted() -> None:
    """The runs that were put aside, to bring back or to be rid of."""
    gone = aside(session.settings().runs)
    if not gone:
        return
    with st.popover(f"Deleted ({len(gone)})", icon=":material/delete:", key="runs-aside", type="tertiary"):
        st.caption(f"Kept for {days()} days, then removed from the disk.")
        for record in gone[:10]:
            st.button(
                f"Bring back {record.name} · {record.id[-6:]}",
                key=f"back.{record.id}",
                icon=":material/restore_from_trash:",
                type="tertiary",
                on_click=partial(_bring_back, record.id),
            )
        st.button(
            "Remove them from the disk now",
            key="remove-aside",
            icon=":material/delete_forever:",
            on_click=partial(remove, session.settings().runs),
        )
        enter_menu("runs-aside.enter")
