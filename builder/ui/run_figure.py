"""The curves of one metric over one or several runs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from builder.charts.curves import curves
from builder.rundir import RunDirectory, RunRecord, all_of
from builder.ui import words

FOLLOW = 2.0
"""Seconds between two looks at runs that are still training."""


def run_title(run: RunDirectory, record: RunRecord) -> str:
    """A run's name, and the end of its id: runs of one project have the same name."""
    return f"{record.name} · {run.id[-6:]}"


def run_figure(chosen: list[tuple[RunDirectory, RunRecord]]) -> None:
    """The curves, with the choice of the metric above them."""
    histories: list[tuple[str, list[dict[str, Any]]]] = [
        (run_title(run, record), _epochs(run.events_path)) for run, record in chosen
    ]
    every = dict.fromkeys(name for _, epochs in histories for event in epochs for name in event["metrics"])
    names = [name for name in every if not name.startswith("val_")]
    if not names:
        st.caption("No epoch has ended yet, so there are no curves.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        metric = st.segmented_control(
            "Metric",
            names,
            default=names[0],
            key="runs-metric",
            format_func=lambda name: words.label(name)[0].upper() + words.label(name)[1:],
            label_visibility="collapsed",
        )
        logarithmic = st.toggle("Log scale", key="runs-log")
        st.space("stretch")
        st.caption("Strong lines: validation. Pale lines: training. The ring marks the best epoch.", width="content")
    figure = curves(histories, metric or names[0], dark=st.context.theme.type == "dark")
    if logarithmic:
        figure.update_yaxes(type="log")
    st.plotly_chart(figure, key="runs-curves", config={"displayModeBar": False})


def _epochs(events: Path) -> list[dict[str, Any]]:
    """The epochs of a run, read again only where its log has grown."""
    return _read(events, events.stat().st_size) if events.is_file() else []


@lru_cache(maxsize=64)
def _read(events: Path, size: int) -> list[dict[str, Any]]:
    return all_of(events, "epoch")
