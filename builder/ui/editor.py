"""The Design page: the canvas, and beside it what it adds up to, what is wrong and the forms.

It is one fragment, so that an edit reruns only this. The canvas' edits are applied before anything is drawn: the
shapes that answer an edit return in the same run.
"""

from __future__ import annotations

import streamlit as st

from builder import jobs
from builder.canvas import canvas
from builder.canvas.wire import payload
from builder.errors import Problem
from builder.rundir import RunDirectory
from builder.ui import session, words
from builder.ui.code import code
from builder.ui.cost import cost, within_memory
from builder.ui.draft import Checked, Draft
from builder.ui.inspector import inspector
from builder.ui.project import deleted_elsewhere, project_menu
from builder.ui.training import training
from builder.ui.version_view import version_view
from builder.ui.views import View, beside_the_canvas, switch

CANVAS = "canvas"
LAYER, TRAINING, CODE = "Layer", "Training", "Code"


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
    checked = within_memory(draft, draft.checked(session.engine().analyse))
    _notices(draft)
    view = _bar(draft, checked)
    panel = 0.4 if session.value("tab") == CODE else 0.28
    left, right = st.columns([1 - panel, panel], gap="small")
    with left:  # first, so that the browser draws the shapes before it works on the forms
        beside_the_canvas(view, draft, checked)
        with st.container(key="stage"):
            canvas(payload(draft, checked), key=CANVAS)
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


def _bar(draft: Draft, checked: Checked) -> View:
    """Project, view, cost and Train, in one line; the view that is chosen."""
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        project_menu(draft)
        view = switch()
        st.space("stretch")
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
    return view


def _train(draft: Draft, key: str) -> None:
    """Freeze the draft into a run, queue it and go to watch it; twice with the same key is once."""
    run = session.attempt(_submit, draft, key)
    if run:
        session.show_run(run.id)
        st.switch_page("pages/train.py", query_params={"run": run.id})


def _submit(draft: Draft, key: str) -> RunDirectory:
    return jobs.start(session.engine(), session.settings().runs, draft.document, project=draft.id, key=key)


def _panel(draft: Draft, checked: Checked) -> None:
    _problems(draft, checked)
    tab = st.segmented_control(
        "Panel", [LAYER, TRAINING, CODE], default=LAYER, key="tab", label_visibility="collapsed", width="stretch"
    )
    if tab == TRAINING:
        training(draft)
    elif tab == CODE:
        code(draft)
    else:
        inspector(draft, checked)


def _problems(draft: Draft, checked: Checked) -> None:
    """What is wrong, worst first; a click shows the place, another one mends it."""
    if checked.trouble:
        st.warning(checked.trouble, icon=":material/hourglass_empty:")
        return
    if not checked.refusal:
        st.caption(":green[:material/check_circle: Ready to train]")
    if not checked.problems:
        return
    ordered = sorted(checked.problems, key=lambda problem: problem.severity)
    errors = len(checked.errors)
    hints = len(ordered) - errors
    parts = [words.counted(number, word) for number, word in ((errors, "problem"), (hints, "hint")) if number]
    with st.expander(
        " · ".join(parts), expanded=bool(errors), icon=":material/error:" if errors else ":material/info:"
    ):
        for index, problem in enumerate(ordered[:20]):
            _problem(draft, problem, index)
        if len(ordered) > 20:
            st.caption(f"and {len(ordered) - 20} more")


def _problem(draft: Draft, problem: Problem, index: int) -> None:
    colour = "red" if problem.severity == "error" else "orange"
    place = f"**{problem.node}**: " if problem.node else ""
    hint = f"  \n{problem.hint}" if problem.hint else ""
    st.markdown(f":{colour}[{place}{words.plain(problem.message)}]{words.plain(hint)}")
    with st.container(horizontal=True, gap="small"):
        if problem.fix:
            st.button(
                problem.fix.label,
                icon=":material/build:",
                key=f"fix.{index}",
                on_click=session.attempt,
                args=(draft.perform, *problem.fix.edits),
            )
        if problem.node:
            st.button(
                "Show",
                icon=":material/my_location:",
                key=f"show.{index}",
                on_click=draft.point_at,
                args=([problem.node],),
            )
