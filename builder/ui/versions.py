"""The versions of a project: save one, see what changed since, look at it, bring it back."""

from __future__ import annotations

import streamlit as st

from builder.catalog.registry import callbacks, layers, losses, metrics, optimizers
from builder.document import Document, changes
from builder.document.diff import ABSENT, diff
from builder.store import Version, VersionInfo
from builder.ui import session, words
from builder.ui.copying import copy_link
from builder.ui.draft import Draft
from builder.ui.pictures import version_picture

PAGE = 6
"""Versions shown at first."""


@st.dialog("Versions", width="large", icon=":material/history:")
def versions(draft: Draft) -> None:
    """Save the draft under a name; below, what was saved, newest first."""
    kept = session.projects().versions
    found = kept.all(draft.id)
    st.caption("A version stays as it is, whatever you do to the draft, which saves itself all the time.")
    _save(draft, found)
    shown = int(session.value("versions.shown", PAGE))
    for info in found[:shown]:
        if version := session.attempt(kept.get, info.id):
            _row(draft, version)
    if len(found) > shown and st.button(f"Show {len(found) - shown} older", key="versions.older", type="tertiary"):
        session.keep("versions.shown", shown + 4 * PAGE)
        st.rerun(scope="fragment")
    for info in kept.deleted(draft.id):
        if st.button(
            f"Bring back {info.name}",
            key=f"version.back.{info.id}",
            type="tertiary",
            icon=":material/restore_from_trash:",
        ):
            session.attempt(kept.restore, info.id)
            st.rerun(scope="fragment")


def changes_since(before: Document, after: Document) -> tuple[str, ...]:
    """What changed between two documents, in words, with the defaults that the catalogue knows."""
    return changes.words(diff(before, after), _default)


def _default(kind: str, name: str) -> object:
    for registry in (layers, optimizers, losses, metrics, callbacks):
        if (entry := registry.get(kind)) and (param := entry.param(name)):
            return ABSENT if param.required else param.default
    return ABSENT


def restore(draft: Draft, version: Version) -> None:
    """Make the draft what the version is, as one edit that can be undone; the project keeps its name."""
    value = {**version.document.to_dict(), "name": draft.document.name}
    draft.perform({"op": "replace", "document": value})
    draft.notices.append(f"Restored {version.name}. Undo brings back the draft as it was.")
    session.go(**{"version": None, "with": None})


def _save(draft: Draft, found: list[VersionInfo]) -> None:
    changed = _since_last(draft, found)
    if found and not changed:
        st.caption(f":material/check_circle: The draft is as in **{words.plain(found[0].name)}**.")
    proposed = _proposed(draft, found, changed)
    with (
        st.form("save-version", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        # A widget keeps what it held when its dialog was last open: another proposal is another widget.
        name = st.text_input("Name", value=proposed, max_chars=120, key=f"version.name.{len(found)}.{proposed}")
        note = st.text_input("Note", placeholder="Why it is worth keeping", key=f"version.note.{len(found)}")
        saved = st.form_submit_button("Save version", type="primary", icon=":material/bookmark_add:")
    if saved and session.attempt(session.projects().versions.save, draft.id, name, draft.document, note):
        st.rerun(scope="fragment")


def _since_last(draft: Draft, found: list[VersionInfo]) -> tuple[str, ...]:
    last = session.attempt(session.projects().versions.get, found[0].id) if found else None
    return changes_since(last.document, draft.document) if last else ()


def _proposed(draft: Draft, found: list[VersionInfo], changed: tuple[str, ...]) -> str:
    """A name to start from: what changed since the last version, or the project's own name."""
    if not found:
        return draft.document.name[:100]
    telling = [sentence for sentence in changed if not sentence.startswith("Moved")]
    if not telling:
        return f"Version {len(found) + 1}"
    more = f" and {len(telling) - 1} more" if len(telling) > 1 else ""
    return telling[0].partition(": ")[0][:100] + more if telling[0].startswith("Added") else telling[0][:100] + more


def _row(draft: Draft, version: Version) -> None:
    kept = session.projects().versions
    renamed = session.value("versions.renamed") == version.id
    with st.container(border=True, horizontal=True, gap="medium", key=f"version.{version.id}"):
        with st.container(width=180):
            version_picture(version, key=f"picture.version.{version.id}")
        with st.container(width="stretch", gap="xsmall"):
            note = f" · {words.plain(version.note)}" if version.note else ""
            st.markdown(f"**{words.plain(version.name)}**  \n:small[{words.ago(version.created)}{note}]")
            st.caption(_summary(changes_since(version.document, draft.document)))
            with st.container(horizontal=True, gap="small"):
                if st.button("Open", key=f"version.open.{version.id}", help="Look at it beside the draft"):
                    session.go(**{"version": version.id, "with": None})
                    st.rerun()
                if st.button("Restore", key=f"version.restore.{version.id}", help="Make the draft like this again"):
                    session.attempt(restore, draft, version)
                    st.rerun()
                if st.button("Delete", key=f"version.delete.{version.id}", help="It can be brought back below"):
                    session.attempt(kept.delete, version.id)
                    st.rerun(scope="fragment")
                if st.button("Rename", key=f"version.rename.{version.id}"):
                    session.keep("versions.renamed", None if renamed else version.id)
                    st.rerun(scope="fragment")
                copy_link(
                    "Copy link", project=draft.id, version=version.id, key=f"copy.{version.id}", help="Its address"
                )
            if renamed:
                _rename(version)


def _rename(version: Version) -> None:
    """In the row and not in a menu over the dialog, which keeps the keyboard to itself."""
    with (
        st.form(f"rename.{version.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        name = st.text_input("Name", value=version.name, max_chars=120, key=f"rename.name.{version.id}")
        note = st.text_input("Note", value=version.note, key=f"rename.note.{version.id}")
        if st.form_submit_button("Keep"):
            session.attempt(session.projects().versions.rename, version.id, name, note)
            session.drop("versions.renamed")
            st.rerun(scope="fragment")


def _summary(changed: tuple[str, ...]) -> str:
    if not changed:
        return ":material/check: The draft is the same."
    more = f" · and {len(changed) - 3} more" if len(changed) > 3 else ""
    return "Since then: " + words.plain(" · ".join(changed[:3]) + more)
