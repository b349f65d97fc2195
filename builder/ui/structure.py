"""What a person does to layers and blocks besides their parameters: freeze, bypass, share, repeat, try without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from builder import jobs
from builder.document import Block, Document, Node, apply
from builder.rundir import RunDirectory
from builder.ui import session, words
from builder.ui.draft import Checked, Draft


def switches(draft: Draft, checked: Checked, nodes: Sequence[Node], *, key: str) -> None:
    """Freeze and bypass for one layer, several, or all of a block; and the run with and without them."""
    ids = [node.id for node in nodes]
    with st.container(horizontal=True, gap="medium", key=f"switches.{key}"):
        if any(node.frozen or _weights(checked, node) for node in nodes):
            _switch(draft, nodes, "frozen", "Freeze", "Training leaves the weights as they are", key)
        _switch(
            draft, nodes, "bypassed", "Bypass", "The (first) input goes through unchanged, as if it were gone.", key
        )
    what = nodes[0].id if len(nodes) == 1 else f"these {len(nodes)} layers"
    if st.button(
        "Train with and without",
        icon=":material/compare_arrows:",
        key=f"ablate.{key}",
        disabled=checked.refusal is not None,
        help=checked.refusal or f"Two runs that differ only in {what}, side by side: does it help?",
    ):
        pair = session.attempt(_with_and_without, draft, ids, what)
        if pair:
            st.switch_page("pages/runs.py", query_params={"compare": ",".join(run.id for run in pair)})


def sharing(draft: Draft, node: Node) -> None:
    """Whose layer a node applies: its own, or that of another layer of its kind."""
    others = {
        other.id: other.id
        for other in draft.document.model.nodes
        if other.kind == node.kind and other.id != node.id and not other.shares
    }
    followed = any(other.shares == node.id for other in draft.document.model.nodes)
    if followed or not (others or node.shares):
        return

    def change(wanted: str) -> None:
        session.attempt(draft.perform, {"op": "share", "node": node.id, "with": wanted or None})

    st.selectbox(
        "Weights",
        ["", *others],
        format_func=lambda other: f"shared with {other}" if other else "its own",
        index=["", *others].index(node.shares or ""),
        **session.bind(f"shares.{draft.id}.{node.id}", node.shares or "", change),
        help="A shared layer is one layer applied in several places, as in a siamese network: "
        "it has one set of weights and learns from all of them.",
    )


def block_form(draft: Draft, checked: Checked, block: Block) -> None:
    """The form of a selected block: name, repetitions, what it holds, and the switches for all of it."""
    graph = draft.document.model
    inside = graph.inside(block.id)
    nodes = [graph.node(member) for member in inside]
    reports = [checked.analysis.nodes.get(member) for member in inside]
    counted = sum(report.in_all.parameters for report in reports if report)
    st.markdown(f":material/select_all: **{words.plain(block.name)}**")
    st.caption(f"{words.counted(len(nodes), 'layer')} · **{words.count(counted)}** parameters in all its repetitions")
    _field(draft, block, "name", st.text_input, "Name", max_chars=80)
    _field(
        draft,
        block,
        "repeat",
        st.number_input,
        "Repeat",
        min_value=1,
        max_value=1000,
        step=1,
        help="How often the block stands in a row, each time with weights of its own. Its output must fit its input.",
    )
    if block.repeat > 1:
        st.button(
            "Unroll",
            icon=":material/unfold_more:",
            key=f"unroll.{block.id}",
            help="Draw every repetition, so that each can be changed by itself",
            on_click=session.attempt,
            args=(draft.perform, {"op": "unroll", "block": block.id}),
        )
    switches(draft, checked, nodes, key=block.id)


def _field(draft: Draft, block: Block, name: str, widget: Callable[..., Any], label: str, **options: Any) -> None:
    before = getattr(block, name)

    def change(after: Any) -> None:
        if after:
            session.attempt(draft.perform, {"op": "set_block", "block": block.id, name: after})

    key = f"block.{draft.id}.{block.id}.{name}"
    widget(label, value=before, **session.bind(key, before, change), **options)


def _switch(draft: Draft, nodes: Sequence[Node], name: str, label: str, help_text: str, key: str) -> None:
    on = all(getattr(node, name) for node in nodes)

    def change(value: bool) -> None:
        edit = {"op": "switch", "nodes": [node.id for node in nodes], "name": name, "value": value}
        session.attempt(draft.perform, edit)

    st.toggle(label, value=on, **session.bind(f"{name}.{draft.id}.{key}", on, change), help=help_text)


def _weights(checked: Checked, node: Node) -> int:
    report = checked.analysis.nodes.get(node.id)
    return report.parameters if report else 0


def _with_and_without(draft: Draft, ids: list[str], what: str) -> list[RunDirectory]:
    """Queue the two runs, or none; the documents differ in the switch and in the name only."""
    pair = []
    for bypassed, word in ((False, "with"), (True, "without")):
        document: Document = apply(
            draft.document, {"op": "switch", "nodes": ids, "name": "bypassed", "value": bypassed}
        )
        name = f"{draft.document.name[:80]} {word} {what}"[:120]
        pair.append(apply(document, {"op": "set", "path": "name", "value": name}))
        jobs.demand_trainable(session.engine(), pair[-1])
    return [jobs.train(session.engine(), session.settings().runs, each, project=draft.id) for each in pair]
