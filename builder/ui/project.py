"""The project menu: name, templates, versions, earlier projects, files in and out."""

from __future__ import annotations

import re

import streamlit as st

from builder.document import Document, apply
from builder.document.recover import Recovered, recover
from builder.ui import session, words
from builder.ui.copying import copy_link
from builder.ui.draft import Draft
from builder.ui.focus import enter_menu
from builder.ui.gallery import gallery
from builder.ui.pictures import project_picture
from builder.ui.recovery import offer
from builder.ui.versions import versions


def project_menu(draft: Draft) -> None:
    """A menu under the project's name, and a button for a new one."""
    menu = st.popover(draft.document.name, icon=":material/folder_open:", key="project", on_change="rerun")
    if menu.open:
        with menu:
            _menu(draft)
    if st.button("New", icon=":material/add:", key="new", help="A new project, from a template or empty"):
        gallery()
    if st.button("Versions", icon=":material/history:", key="versions", help="Save, compare and bring back versions"):
        versions(draft)


def deleted_elsewhere(draft: Draft) -> None:
    """What to do when another tab has deleted the project on the screen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning("This project was deleted in another tab. What you do here is not saved.", icon=":material/delete:")
        if st.button("Bring it back", key="bring-back"):
            session.attempt(session.projects().restore, draft.id)
            st.rerun()


def _menu(draft: Draft) -> None:
    _rename(draft)
    st.download_button(
        "Save as file",
        draft.document.to_json(indent=1),
        file_name=f"{filename(draft.document.name)}.loom.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
        help="The document with network, data, training and layout. Open it here or train it with the CLI.",
    )
    with st.container(horizontal=True):
        if st.button("Duplicate", icon=":material/content_copy:", key="duplicate"):
            copy = apply(draft.document, {"op": "set", "path": "name", "value": f"{draft.document.name[:113]} (copy)"})
            session.attempt(session.start, copy)
            st.rerun()
        if st.button("Delete", icon=":material/delete:", key="delete", help="It can be brought back here"):
            session.attempt(session.delete, draft)
            st.rerun()
        copy_link("Copy link", project=draft.id, key="copy.project", help="The address of this project")
    _open_file()
    _recent(draft)
    _deleted()
    enter_menu("project.enter")


def filename(name: str) -> str:
    """A project's name as a file name: "Digits CNN" -> "digits-cnn"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "network"


def _rename(draft: Draft) -> None:
    def rename(entered: str) -> None:
        if wanted := entered.strip():
            session.attempt(draft.perform, {"op": "set", "path": "name", "value": wanted})

    name = draft.document.name
    st.text_input("Project", value=name, max_chars=120, **session.bind(f"project.name.{draft.id}", name, rename))


def _recent(draft: Draft) -> None:
    others = [info for info in session.projects().recent(9) if info.id != draft.id]
    if not others:
        return
    st.caption("Earlier projects")
    for info in others:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"recent.{info.id}"):
            with st.container(width=88):
                project_picture(info, key=f"picture.{info.id}")
            if st.button(f"{info.name} · {words.ago(info.updated)}", key=f"open.{info.id}", type="tertiary"):
                session.attempt(session.show, info.id)
                st.rerun()


def _deleted() -> None:
    for info in session.projects().deleted(3):
        if st.button(
            f"Bring back {info.name}", key=f"restore.{info.id}", type="tertiary", icon=":material/restore_from_trash:"
        ):
            session.attempt(session.restore, info.id)
            st.rerun()


def _open_file() -> None:
    file = st.file_uploader(
        "Open a file",
        type=["json"],
        key="upload",
        help="A .loom.json file that Layerloom saved",
        max_upload_size=16,
    )
    if file is None or session.value("opened") == file.file_id:
        return
    found = _read(file.file_id, file.getvalue(), file.name)

    def done() -> None:
        session.keep("opened", file.file_id)
        session.drop("read")

    def accept(document: Document) -> None:
        done()
        session.attempt(session.start, document)

    if found.document and found.whole:
        accept(found.document)
        st.rerun()
    else:
        offer(found, key="upload", accept=accept, cancel=done)


def _read(file_id: str, data: bytes, name: str) -> Recovered:
    """What is in an uploaded file, read once."""
    kept = session.value("read")
    if kept is None or kept[0] != file_id:
        kept = file_id, recover(data, origin=f"The file {name}")
        session.keep("read", kept)
    return kept[1]
