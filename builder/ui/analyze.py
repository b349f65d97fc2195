"""The Analyze view: every layer as a row, with what it gives, holds, costs and sees."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from builder.catalog.analysis import NodeReport
from builder.catalog.registry import layers
from builder.charts.families import HUES
from builder.ui import session, words
from builder.ui.draft import Checked, Draft

DOT = "●"
COPIES = "Copies"
"""How often a layer stands in the network; on the page its name says so."""
NETWORK = "As in the network"
COLUMNS: dict[str, Any] = {
    DOT: st.column_config.TextColumn("", width=28, help="Family of the layer, in its hue"),
    "Layer": st.column_config.TextColumn(
        width=120, help="× says how often it stands in the network: figures are those of all its copies together"
    ),
    "Kind": st.column_config.TextColumn(width=130),
    "Output": st.column_config.TextColumn(
        width=105,
        help="Shape of one sample's output, of the last copy; ? where any length is taken",
        alignment="right",
    ),
    "Parameters": st.column_config.NumberColumn(width="small", format="localized"),
    "Share": st.column_config.ProgressColumn(
        width="small", format="percent", min_value=0, max_value=1, help="Share of all parameters"
    ),
    "Learns": st.column_config.TextColumn(width="small", help="How much of the layer training changes"),
    "FLOPs": st.column_config.NumberColumn(
        width="small",
        format="compact",
        help="Floating-point operations for one sample, forwards; a multiplication and an addition are two",
    ),
    "Activations": st.column_config.NumberColumn(
        width="small", format="bytes", help="Memory of one sample's output, which training keeps until the way back"
    ),
    "Sees": st.column_config.TextColumn(
        width="small",
        alignment="right",
        help="Receptive field: pixels or steps of the input that each output of the last copy sees; – where it may see "
        "all of them",
    ),
    "Note": st.column_config.TextColumn(width="medium", help="What is wrong or worth a look"),
}
ROW = 35
"""Height of a row in pixels."""
MOST_ROWS = 17
"""Rows that are shown before the table scrolls."""


def analyze(draft: Draft, checked: Checked) -> None:
    """The table, its totals, and a way to take it away."""
    nodes = draft.document.model.nodes
    if checked.trouble or not nodes:
        st.caption(checked.trouble or "There is no layer yet: add one on the canvas, and it is a row here.")
        return
    whole = rows(draft, checked)
    column = _totals(draft, checked, whole)
    table = ordered(whole, column)
    shown = [nodes[position] for position in table.index]
    ids = [node.id for node in shown]
    # What is marked is kept by its place, so that another order is another widget.
    key = f"analyze.{draft.id}.{column}"
    dark = st.context.theme.type == "dark"
    colours = [_hue(node.kind, dark=dark) for node in shown]
    styled = table.style.apply(lambda column: [f"color: {colour}" for colour in colours], subset=[DOT])
    _mark(draft, key, ids)
    st.dataframe(
        styled,
        key=key,
        hide_index=True,
        on_select=lambda: _select(draft, key, ids),
        selection_mode="multi-row",
        column_config=COLUMNS,
        column_order=_order(table),
        placeholder="–",
        height="content" if len(nodes) < MOST_ROWS else ROW * MOST_ROWS,
        alt=f"The {words.counted(len(nodes), 'layer')} of {draft.document.name} with their costs. "
        "Arrow keys move, Shift Space marks a row and selects its layer",
    )


def rows(draft: Draft, checked: Checked) -> pd.DataFrame:
    """A row for every drawn layer; what is not known is empty."""
    analysis = checked.analysis
    told: dict[str, list[str]] = {}
    for problem in checked.problems:
        if problem.node:
            told.setdefault(problem.node, []).append(problem.message)
    reports = [analysis.nodes.get(node.id, NodeReport(blocked=True)) for node in draft.document.model.nodes]
    in_all = [report.in_all for report in reports]
    sees = [words.times(report.receptive) if report.receptive else "–" for report in reports]
    shapes = [words.shape(report.final.shape) if report.final else "–" for report in reports]
    parameters = [
        figures.parameters if report.output or figures.parameters else None
        for report, figures in zip(reports, in_all, strict=True)
    ]
    whole = max(analysis.parameters, 1)
    return pd.DataFrame(
        {
            DOT: DOT,
            "Layer": [
                node.id + (f"  × {report.copies}" if report.copies > 1 else "")
                for node, report in zip(draft.document.model.nodes, reports, strict=True)
            ],
            "Kind": [node.kind for node in draft.document.model.nodes],
            COPIES: [report.copies for report in reports],
            "Output": _aligned(shapes),
            "Parameters": pd.array(parameters, dtype="Int64"),
            "Share": [figures.parameters / whole for figures in in_all],
            "Learns": [_learns(report) for report in reports],
            "FLOPs": pd.array([figures.flops for figures in in_all], dtype="Int64"),
            "Activations": pd.array([figures.activation_bytes for figures in in_all], dtype="Int64"),
            "Sees": _aligned(sees),
            "Note": [" ".join(told.get(node.id, [])) for node in draft.document.model.nodes],
        }
    )


def _order(table: pd.DataFrame) -> list[str]:
    """The columns from left to right: notes, where there are any, stand beside their layers."""
    named = [name for name in COLUMNS if name != "Note"]
    if table["Note"].any():
        named.insert(named.index("Output"), "Note")
    return named


def ordered(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows by a column: numbers from the largest, texts from A; what is empty comes last."""
    if column not in table:
        return table
    text = pd.api.types.is_string_dtype(table[column])
    return table.sort_values(column, ascending=text, kind="stable", na_position="last")


def _totals(draft: Draft, checked: Checked, table: pd.DataFrame) -> str:
    """The sums, which sorting the table must not move, and the table as a file; the column that is sorted by.

    A click on a heading sorts as well; the keyboard does not reach the headings.
    """
    analysis = checked.analysis
    frozen = analysis.parameters - analysis.trainable
    unknown = sum(report.output is None or report.blocked for report in analysis.nodes.values() if report.copies)
    parts = [
        f"**{words.count(analysis.parameters)}** parameters"
        + (f", {words.count(frozen)} not trained" if frozen else "")
        + (f", without {words.counted(unknown, 'layer')} not known yet" if unknown else ""),
        f"**{words.size(analysis.weight_bytes)}** of weights",
        f"**{words.operations(analysis.flops)}** and **{_size(analysis.activation_bytes)}** of activations a sample",
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="analyze-totals"):
        st.markdown("Σ  " + " · ".join(parts))
        st.space("stretch")
        column = st.selectbox(
            "Sort",
            [NETWORK, *(name for name in COLUMNS if name != DOT)],
            key="analyze-sort",
            label_visibility="collapsed",
            format_func=lambda name: name if name == NETWORK else f"By {name}",
            width=170,
        )
        st.download_button(
            "CSV",
            csv(table),
            file_name=f"{draft.document.name}.csv",
            mime="text/csv",
            icon=":material/download:",
            help="Download this table",
            on_click="ignore",
            key="analyze-csv",
        )
    return column


def csv(table: pd.DataFrame) -> bytes:
    """The table as a file for spreadsheets: plain names and numbers, and no spaces that only align."""
    plain = table.drop(columns=[DOT]).rename(columns={"Activations": "Activations (bytes)"})
    plain["Layer"] = plain["Layer"].str.replace(r"  × \d+$", "", regex=True)
    for name in ("Output", "Sees"):
        plain[name] = plain[name].str.strip().replace("–", "")
    return plain.to_csv(index=False).encode("utf-8-sig")


def _select(draft: Draft, key: str, ids: list[str]) -> None:
    """The rows that a person has marked become the selection of the canvas."""
    wanted = [ids[row] for row in _rows(session.value(key)) if row < len(ids)]
    if set(wanted) != set(draft.selected):
        session.keep(f"{key}.from", draft.selected)
        draft.point_at(wanted)


def _mark(draft: Draft, key: str, ids: list[str]) -> None:
    """Mark the rows of the selected layers, unless the canvas has not heard yet what was selected here."""
    if session.value(f"{key}.from") == draft.selected:
        return
    session.drop(f"{key}.from")
    chosen = [index for index, node_id in enumerate(ids) if node_id in draft.selected]
    if _rows(session.value(key)) != chosen:
        session.keep(key, {"selection": {"rows": chosen, "columns": [], "cells": []}})


def _rows(state: Any) -> list[int]:
    return sorted(state["selection"]["rows"]) if state else []


def _learns(report: NodeReport) -> str:
    found = report.in_all
    if report.output is None or not found.parameters:
        return "–"
    if found.trainable == found.parameters:
        return "all"
    return f"{words.count(found.trainable)} of {words.count(found.parameters)}" if found.trainable else "frozen"


def _hue(kind: str, *, dark: bool) -> str:
    entry = layers.get(kind)
    return HUES[entry.family if entry else "core"][dark]


def _aligned(texts: list[str]) -> list[str]:
    """Padded with spaces as wide as a digit, so that sorting as text puts shorter numbers first."""
    width = max(map(len, texts), default=0)
    return [text.rjust(width, "\u2007") for text in texts]


def _size(count: int | None) -> str:
    return "an unknown amount" if count is None else words.size(count)
