"""The gallery: all templates with their pictures, to find by word, task and layers, and an empty network."""

from __future__ import annotations

import streamlit as st

from builder.catalog.registry import datasets, layers, templates
from builder.catalog.spec import GROUPS, Template
from builder.document import Document, Graph, Node, from_value
from builder.ui import session, words
from builder.ui.pictures import template_picture

EMPTY = Document(name="Untitled", model=Graph(nodes=(Node(id="input", kind="Input"),), edges=()))
SIZES = {"Up to 8 layers": (0, 8), "9 to 20": (9, 20), "More than 20": (21, 10_000)}
FAMILIES = ("convolution", "recurrent", "attention", "merging")
"""The families that tell networks apart; nearly all have some of the others."""


@st.dialog("New project", width="large", icon=":material/add:")
def gallery() -> None:
    """The templates, each with what it teaches, the result to expect and the time it takes."""
    st.caption("Your present project stays as it is, under Earlier projects.")
    found = _filtered(sorted(templates, key=lambda template: template.order))
    if not found:
        st.markdown("**Nothing fits**")
        st.caption("Take a filter away, or start from an empty network below.")
    known = [*GROUPS, *dict.fromkeys(entry.group for entry in found if entry.group not in GROUPS)]
    for group in known:
        entries = [entry for entry in found if entry.group == group]
        if entries:
            st.markdown(f"**{group}**")
            with st.grid(min_column_width=290, gap="small", key=f"gallery.{group}"):
                for entry in entries:
                    _card(entry)
    st.markdown("**From nothing**")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown("**Empty**  \none input and nothing else: draw it all yourself")
        st.space("stretch")
        if st.button("Open", key="template.empty"):
            session.attempt(session.start, EMPTY)
            st.rerun()


def _card(entry: Template) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        template_picture(entry.kind)
        st.markdown(f"**{entry.title}**")
        st.caption(entry.summary)
        time = f" · about {words.duration(entry.seconds)}" if entry.seconds else ""
        if entry.expected:
            st.caption(f":material/flag: {entry.expected}{time}")
        st.space("stretch")
        if st.button("Open", key=f"template.{entry.kind}"):
            session.attempt(session.start, from_value(entry.document))
            st.rerun()


def _filtered(entries: list[Template]) -> list[Template]:
    """What is left after the filters above the cards."""
    tasks = sorted({_task(entry) for entry in entries} - {""})
    families = [family for family in FAMILIES if any(family in _families(entry) for entry in entries)]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        text = st.text_input(
            "Find",
            key="gallery.find",
            placeholder="Name, layer or data set",
            icon=":material/search:",
            label_visibility="collapsed",
            width=220,
        )
        task = st.selectbox("Task", ["Any task", *tasks], label_visibility="collapsed", width=160, key="gallery.task")
        family = st.selectbox(
            "Layers",
            ["Any layers", *families],
            label_visibility="collapsed",
            width=150,
            key="gallery.family",
            format_func=str.capitalize,
        )
        size = st.selectbox("Size", ["Any size", *SIZES], label_visibility="collapsed", width=150, key="gallery.size")
    low, high = SIZES.get(size, (0, 10_000))
    return [
        entry
        for entry in entries
        if all(word in _text(entry) for word in text.lower().split())
        and task in ("Any task", _task(entry))
        and (family == "Any layers" or family in _families(entry))
        and low <= len(entry.document["model"]["nodes"]) <= high
    ]


def _kinds(entry: Template) -> list[str]:
    return [node["kind"] for node in entry.document["model"]["nodes"]]


def _families(entry: Template) -> set[str]:
    return {layer.family for kind in _kinds(entry) if (layer := layers.get(kind))}


def _task(entry: Template) -> str:
    data = entry.document.get("data")
    dataset = datasets.get(data["dataset"]) if data else None
    return dataset.task.capitalize() if dataset else ""


def _text(entry: Template) -> str:
    data = entry.document.get("data") or {}
    return " ".join(
        [entry.title, entry.summary, entry.group, _task(entry), data.get("dataset", ""), *_kinds(entry)]
    ).lower()
