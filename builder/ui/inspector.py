"""The inspector: what the selected node is, what Keras says of it, and its parameters to edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from builder.catalog.registry import layers
from builder.document import Node
from builder.errors import LoomError
from builder.ui import forms, session, words
from builder.ui.copying import copy_link
from builder.ui.draft import Checked, Draft
from builder.ui.explanation import explained
from builder.ui.gallery import gallery
from builder.ui.structure import block_form, sharing, switches


def inspector(draft: Draft, checked: Checked) -> None:
    """The form of the selected node, or what to do when it is not one node that is selected."""
    blocks = [block for block in draft.document.model.blocks if draft.selected == (block.id,)]
    if blocks:
        block_form(draft, checked, blocks[0])
        return
    known = {node.id: node for node in draft.document.model.nodes}
    chosen = [known[node_id] for node_id in draft.selected if node_id in known]
    if len(chosen) != 1:
        _overview(draft, len(chosen))
        if chosen:
            switches(draft, checked, chosen, key="selection")
        return
    node = chosen[0]
    entry = layers.get(node.kind)
    if entry is None:
        st.markdown(f"**{node.kind}**")
        st.caption("This layer is not in the catalogue, so its parameters cannot be edited here.")
        return
    explained(entry)
    _name(draft, node)
    _report(checked, node)
    owner = draft.document.model.node(node.shares) if node.shares else node
    forms.fields(entry, owner.params, _changer(draft, owner), key=f"layer.{draft.id}.{node.id}")
    if entry.ports.most != 0:
        sharing(draft, node)
        switches(draft, checked, chosen, key=node.id)
    copy_link("Copy link to this layer", project=draft.id, node=node.id, key="copy.node", help="Opens the project here")


def _overview(draft: Draft, selected: int) -> None:
    if not draft.document.model.nodes:
        st.markdown("**Start with an input**")
        st.caption(
            "Click Input in the list of layers, then the layers that follow; or begin with a network that works."
        )
        if st.button("Choose a template", icon=":material/grid_view:", key="templates"):
            gallery()
    elif selected:
        st.markdown(f"**{selected} layers selected**")
        st.caption("Drag to move them, Delete to remove them. Select one layer to edit its parameters.")
    else:
        st.markdown("**No layer selected**")
        st.caption("Click a layer on the canvas to see and edit its parameters.")


@dataclass(frozen=True)
class _Tried:
    """A name that somebody entered and that a layer cannot have; it stays in the field to be corrected."""

    revision: int
    text: str
    why: str


def _name(draft: Draft, node: Node) -> None:
    key = f"name.{draft.id}.{node.id}"
    tried: _Tried | None = session.value(f"{key}.tried")
    if tried and tried.revision != draft.revision:
        session.drop(f"{key}.tried")
        tried = None
    present = tried.text if tried else node.id

    def rename(entered: str) -> None:
        session.drop(f"{key}.tried")
        wanted = entered.strip().replace(" ", "_")
        if wanted == node.id:
            return
        try:
            draft.perform({"op": "rename", "node": node.id, "to": wanted})
        except LoomError as error:
            session.keep(f"{key}.tried", _Tried(draft.revision, entered, str(error)))
            return
        names = {other.id for other in draft.document.model.nodes}
        if wanted in names and node.id not in names:  # Else it did not fit what another tab has saved meanwhile.
            draft.point_at([wanted])

    st.text_input(
        "Name",
        value=present,
        **session.bind(key, present, rename),
        help="The layer's name in Keras and in the exported script: letters, digits and underscores.",
    )
    if tried:
        st.caption(f":red[:material/error: {words.plain(tried.why)}]")


def _report(checked: Checked, node: Node) -> None:
    report = checked.analysis.nodes.get(node.id)
    if report and report.output:
        frozen = report.parameters - report.trainable
        more = f" ({words.count(frozen)} not trainable)" if frozen else ""
        if report.copies > 1:
            more += f", **{words.count(report.in_all.parameters)}** in its {report.copies} repetitions"
        st.caption(
            f"Output **{words.shape(report.output.shape)}** {report.output.dtype} · "
            f"**{words.count(report.parameters)}** parameters{more}"
        )
    elif report and report.copies == 0:
        st.caption("Left out: it feeds only what is bypassed.")
    elif report is None or report.blocked:
        st.caption("Its shape is known once the layers before it are right.")


def _changer(draft: Draft, node: Node) -> forms.Change:
    entry = layers[node.kind]

    def change(name: str, value: Any) -> None:
        param = entry.param(name)
        if param and param.is_default(value):
            draft.perform({"op": "reset_param", "node": node.id, "name": name})
        else:
            draft.perform({"op": "set_param", "node": node.id, "name": name, "value": value})

    return change
