"""The views of the Design page: the canvas, and what can stand in its place to look at the same network otherwise.

A view is one line here and a function of (draft, checked). The canvas stays on the page while another view is looked
at, only unseen, so that camera, selection and edits on their way are not lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from builder.ui import session
from builder.ui.draft import Checked, Draft


@dataclass(frozen=True)
class View:
    """A view: its name on the switch, its icon, and what draws it; the canvas is drawn by the editor itself."""

    name: str
    icon: str
    draw: Callable[[Draft, Checked], None] | None = None


def _analyze(draft: Draft, checked: Checked) -> None:
    from builder.ui.analyze import analyze  # brings pandas, which the first page need not wait for

    analyze(draft, checked)


CANVAS = View("Canvas", "account_tree")
VIEWS = {view.name: view for view in (CANVAS, View("Analyze", "table_chart", _analyze))}

UNSEEN = """<style>
.st-key-stage { position: absolute; width: 100%; z-index: -1; }
.st-key-stage, .st-key-stage * { visibility: hidden !important; pointer-events: none !important; }
</style>"""
"""The canvas keeps its place and its size, so that it need not fit itself in again, and takes no clicks and no keys."""
SEEN = "<style></style>"


def switch() -> None:
    """The switch between the views."""
    st.segmented_control(
        "View",
        list(VIEWS),
        default=CANVAS.name,
        key="view",
        label_visibility="collapsed",
        format_func=lambda name: f":material/{VIEWS[name].icon}: {name}",
    )


def beside_the_canvas(draft: Draft, checked: Checked) -> None:
    """What stands in the place of the canvas; called right before it. Always the same number of elements, or the
    canvas would be mounted anew."""
    view = VIEWS.get(session.value("view", ""), CANVAS)
    st.html(UNSEEN if view.draw else SEEN)
    with st.container(key="view-body"):
        if view.draw:
            view.draw(draft, checked)
