"""The Design page: the canvas, and beside it what it adds up to, what is wrong and the forms.

It is one fragment, so that an edit reruns only this. The canvas' edits are applied before anything is drawn: the
shapes that answer an edit return in the same run.
"""

from __future__ import annotations

import time

import streamlit as st

from builder import jobs
from builder.canvas import canvas
from builder.canvas.wire import payload
from builder.errors import Problem
from builder.rundir import RunDirectory
from builder.ui import problems, session
from builder.ui.code import code
from builder.ui.cost import cost, within_memory
from builder.ui.draft import Checked, Draft
from builder.ui.inspector import inspector
from builder.ui.project import deleted_elsewhere, project_menu
from builder.ui.training import training
from builder.ui.version_view import version_view
from builder.ui.views import beside_the_canvas, switch

CANVAS = "canvas"
LAYER, TRAINING, CODE = "Layer", "Training", "Code"
HEAD_START = 0.02
"""Seconds that the canvas is sent before the forms: what arrives together is drawn together, and the shapes would wait
for some fifty form elements (measured at 20 layers: 149 ms from an edit in the inspector to its shapes without it,
113 to 120 ms with it)."""


@st.fragment
def editor() -> None:
    """The whole page."""
    draft = session.draft()
    draft.receive(session.canvas_sent(CANVAS))
    draft.refresh()
    session.follow(draft)
    if version := session.version(draft):
        _notices(draft)
        version_view(draft, version)
        return
    checked = within_memory(draft.document, draft.checked(session.engine().analyse))
    _notices(draft)
    bar = st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small")
    panel = 0.4 if session.value("tab") == CODE else 0.28
    left, right = st.columns([1 - panel, panel], gap="small")
    with left:
        beside_the_canvas(draft, checked)
        with st.container(key="stage"):
            canvas(payload(draft, checked), key=CANVAS)
    time.sleep(HEAD_START)
    with bar:
        _bar(draft, checked)
    with right, st.container(key="panel", border=False):
        _panel(draft, checked)


def _notices(draft: Draft) -> None:
    for notice in draft.notices:
        st.toast(notice, icon=":material/sync:")
    draft.notices.clear()
    if draft.unsaved:
        st.warning(f"Not saved: {draft.unsaved}", icon=":material/save:")
    if draft.gone:
        deleted_elsewhere(draft)


def _bar(draft: Draft, checked: Checked) -> None:
    """Project, view, cost and Train, in one line."""
    project_menu(draft)
    switch()
    st.space("stretch")
    with st.container(key="cost", horizontal=True, vertical_alignment="center", gap="small", width="content"):
        cost(draft, checked)
    pressed = st.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        disabled=checked.refusal is not None,
        help=checked.refusal or "Train this network as it is now",
        key="train",
    )
    key = session.press_key("train", pressed)
    if pressed:
        _train(draft, key)


def _train(draft: Draft, key: str) -> None:
    """Freeze the draft into a run, queue it and go to watch it; twice with the same key is once."""
    run = session.attempt(_submit, draft, key)
    if run:
        session.show_run(run.id)
        st.switch_page("pages/train.py", query_params={"run": run.id})


def _submit(draft: Draft, key: str) -> RunDirectory:
    return jobs.train(session.engine(), session.settings().runs, draft.document, project=draft.id, key=key)


def _panel(draft: Draft, checked: Checked) -> None:
    _problems(draft, checked)
    tab = st.segmented_control(
        "Panel", [LAYER, TRAINING, CODE], default=LAYER, key="tab", label_visibility="collapsed", width="stretch"
    )
    if tab == TRAINING:
        training(draft)
    elif tab == CODE:
        code(draft, checked)
    else:
        inspector(draft, checked)


def _problems(draft: Draft, checked: Checked) -> None:
    """What is wrong, worst first; a click shows the place, another one mends it."""
    if checked.trouble:
        st.warning(checked.trouble, icon=":material/hourglass_empty:")
        return
    if not checked.refusal:
        st.markdown(":small[:green[:material/check_circle: Ready to train]]")
    if not checked.problems:
        return
    ordered = sorted(checked.problems, key=lambda problem: problem.severity)
    title = problems.title(ordered)
    with st.expander(title, expanded=checked.refusal is not None), st.container(key="problems"):
        for index, problem in enumerate(ordered[:20]):
            _problem(draft, problem, index)
        if len(ordered) > 20:
            st.caption(f"and {len(ordered) - 20} more")


def _problem(draft: Draft, problem: Problem, index: int) -> None:
    st.markdown(problems.line(problem))
    with st.container(horizontal=True, gap="small"):
        if problem.fix:
            st.button(
                problem.fix.label,
                icon=":material/build:",
                key=f"fix.{index}",
                on_click=session.attempt,
                args=(draft.perform, *problem.fix.edits),
            )
        if problem.node or (problem.where or "").startswith(("data", "training")):
            st.button(
                "Show",
                icon=":material/my_location:",
                type="tertiary",
                key=f"show.{index}",
                on_click=_show,
                args=(draft, problem),
            )


def _show(draft: Draft, problem: Problem) -> None:
    """Bring the place of a problem before the eyes: its layer, else the settings of the training."""
    if problem.node:
        draft.point_at([problem.node])
    else:
        session.keep("tab", TRAINING)
