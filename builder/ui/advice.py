"""The change to the next run that a run's verdict offers, made in Design: `?advice=<run>.<number of the event>`."""

from __future__ import annotations

import streamlit as st

from builder.errors import Fix, LoomError, RunError
from builder.events import Verdict
from builder.rundir import RunDirectory
from builder.ui import session
from builder.ui.draft import Draft


def take() -> None:
    """Make the change that the address asks for, once: it is taken out of the address, and undo takes it back."""
    named = st.query_params.get("advice")
    if named:
        del st.query_params["advice"]
        session.attempt(_make, named)


def _make(named: str) -> None:
    run_id, _, number = named.rpartition(".")
    run = RunDirectory.open(session.settings().runs, run_id)
    fix = _offered(run, number)
    draft = _draft(run)
    draft.perform(*fix.edits)
    draft.notices.append(f"{fix.label}: done. Undo takes it back, Train starts a new run with it.")


def _offered(run: RunDirectory, number: str) -> Fix:
    """What the verdict told as this event of the run offers; the address itself brings no edits."""
    for event in run.events():
        if str(event["seq"]) == number and event["type"] == "verdict":
            verdict = Verdict.model_validate(event)
            if verdict.fix:
                return verdict.fix
    raise RunError(
        f"Event {number[:20]} of the run {run.id} offers no change.",
        code="no-advice",
        hint="Open the run on the Train page and use the button beside its verdict.",
    )


def _draft(run: RunDirectory) -> Draft:
    """The project that the run was started from; where there is none any more, a new one of the run's document."""
    project = run.record().project
    if project:
        try:
            return session.show(project)
        except LoomError:
            pass
    return session.start(run.document())
