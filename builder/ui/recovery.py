"""What is said of a text that is no sound document, and what of it one may keep."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from builder.document import Document
from builder.document.recover import Recovered
from builder.ui import words

SHOWN = 12


def offer(found: Recovered, *, key: str, accept: Callable[[Document], None], cancel: Callable[[], None]) -> None:
    """Why the text cannot be taken as it is, what can be kept of it, and the choice: accept or cancel."""
    assert found.problem
    where = f"line {found.line}, column {found.column}"
    place = f"**{where.capitalize()}**: " if found.line and where not in found.problem.message else ""
    st.error(f"{place}{words.plain(found.problem.sentence())}", icon=":material/error:")
    if found.document is None:
        return
    lost = f" Lost: {words.counted(found.losses, 'thing')}." if found.lost else ""
    st.markdown(f"**{found.offer()}**{lost}")
    told = [f"- {words.plain(line)}" for line in found.lost[:SHOWN]]
    if found.losses > SHOWN:
        told.append(f"- and {words.count(found.losses - SHOWN)} more")
    st.caption("\n".join(told))
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Keep this",
            key=f"{key}.accept",
            icon=":material/check:",
            type="primary",
            on_click=accept,
            args=(found.document,),
        )
        st.button("Cancel", key=f"{key}.cancel", icon=":material/close:", on_click=cancel)
