"""A version on the screen: drawn beside what it is compared with. Nothing can be edited here, so nothing gets lost."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from builder.charts.comparison import comparison, drawing
from builder.document import Document, apply
from builder.document.diff import diff
from builder.store import Version
from builder.ui import session, words
from builder.ui.copying import copy_link
from builder.ui.draft import Draft
from builder.ui.picture import picture
from builder.ui.versions import changes_since, restore

DRAFT, NOTHING = "draft", "nothing"
LEGEND = ":green[**+**] added · :red[**−**] removed · :orange[**~**] changed"
HEIGHT = "calc(100vh - 11rem)"


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    name: str
    document: Document
    moment: float


def version_view(draft: Draft, version: Version) -> None:
    """The banner, the drawing with marks, and the changes in words."""
    _banner(draft, version)
    left, right = st.columns([0.7, 0.3], gap="small")
    with right:
        other = _other(draft, version)
    pointed = session.address("node")
    if other is None:
        with left:
            picture(drawing(version.document, pointed=pointed), key="version.drawing", height=HEIGHT)
        return
    here = Side(version.name, version.document, version.created)
    before, after = sorted((here, other), key=lambda side: side.moment)
    changed = changes_since(before.document, after.document)
    with left:
        svg = comparison(before.document, after.document, diff(before.document, after.document), pointed=pointed)
        picture(svg, key="version.comparison", height=HEIGHT)
    with right, st.container(key="changes"):
        st.markdown(f"**{words.plain(before.name)}** → **{words.plain(after.name)}**")
        if changed:
            st.caption(LEGEND)
            st.markdown("\n".join(f"- {words.plain(sentence)}" for sentence in changed))
        else:
            st.caption(":material/check: They are the same.")


def _banner(draft: Draft, version: Version) -> None:
    note = f" · {words.plain(version.note)}" if version.note else ""
    with st.container(key="banner", border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/history: Version **{words.plain(version.name)}** of {words.plain(draft.document.name)}, "
            f"{words.ago(version.created)}{note}",
            width="stretch",
        )
        if st.button("Restore", key="version.restore", help="Make the draft like this again; undo leads back"):
            session.attempt(restore, draft, version)
            st.rerun()
        if st.button("Open a copy", key="version.copy", help="A new project that begins with this version"):
            name = f"{draft.document.name[:80]} ({version.name[:30]})"
            copy = apply(version.document, {"op": "set", "path": "name", "value": name})
            session.attempt(session.start, copy)
            st.rerun()
        copy_link("Copy link", project=draft.id, version=version.id, key="copy.version", help="Its address")
        if st.button("Back to the draft", type="primary", icon=":material/arrow_back:", key="version.back"):
            session.go(**{"version": None, "with": None})
            st.rerun()


def _other(draft: Draft, version: Version) -> Side | None:
    """What the version is compared with: the draft, unless another one was chosen."""
    others = {info.id: info for info in session.projects().versions.all(draft.id) if info.id != version.id}
    options = [DRAFT, *others, NOTHING]
    chosen = session.address("with") or DRAFT
    chosen = chosen if chosen in options else DRAFT

    def choose(wanted: str) -> None:
        session.go(**{"with": None if wanted == DRAFT else wanted})

    def label(option: str) -> str:
        if option in others:
            return f"{others[option].name} · {words.ago(others[option].created)}"
        return {DRAFT: "The draft, as it is now", NOTHING: "Nothing: only look at it"}[option]

    st.selectbox(
        "Compare with",
        options,
        index=options.index(chosen),
        **session.bind("version.with", chosen, choose),
        format_func=label,
    )
    if chosen == NOTHING:
        return None
    if chosen == DRAFT:
        return Side("the draft", draft.document, float("inf"))
    other = session.attempt(session.projects().versions.get, chosen)
    return Side(other.name, other.document, other.created) if other else None
