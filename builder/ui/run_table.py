"""The table of runs: a row for each, with numbers as numbers, so that every column sorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from builder import jobs
from builder.catalog.backends import BACKENDS
from builder.rundir import RunRecord, State
from builder.ui import session, words

ROW = 32
"""Height of a row in pixels."""
MOST_ROWS = 12
"""Rows that are shown before the table scrolls."""
MOST_METRICS = 4

MARK = {
    State.QUEUED: "○ Queued",
    State.STARTING: "○ Starting",
    State.RUNNING: "▶ Running",
    State.PAUSED: "‖ Paused",
    State.FINISHED: "✔ Finished",
    State.STOPPED: "■ Stopped",
    State.FAILED: "✖ Failed",
    State.LOST: "✖ Lost",
}


def waiting(records: Sequence[RunRecord]) -> dict[str, jobs.Place]:
    """The places of the runs that wait for a slot."""
    if all(record.state is not State.QUEUED for record in records):
        return {}
    return session.attempt(lambda: jobs.places(session.settings(), session.engine().status())) or {}


def look(records: Sequence[RunRecord]) -> dict[str, Any]:
    """How `st.dataframe` is to show `table(records)`."""
    shares = {_title(name): name for name in _metrics(records)}
    columns: dict[str, Any] = {
        "Name": st.column_config.TextColumn(width="medium"),
        "State": st.column_config.TextColumn(width=190 if any(r.state is State.QUEUED for r in records) else 100),
        "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Time": st.column_config.NumberColumn(format="localized", help="From start to end"),
        "Progress": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=100),
    }
    for title, name in shares.items():
        columns[title] = st.column_config.NumberColumn(
            format="%.2f %%" if words.is_share(name) else "%.4g", help="Of the best epoch"
        )
    return {
        "hide_index": True,
        "row_height": ROW,
        "height": "auto" if len(records) < MOST_ROWS else ROW * MOST_ROWS,
        "placeholder": "–",
        "column_config": columns,
    }


def table(records: Sequence[RunRecord], places: Mapping[str, jobs.Place]) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {
        "Name": [record.name for record in records],
        "State": [_state(record, places.get(record.id)) for record in records],
        "Data set": [record.dataset for record in records],
    }
    for name in _metrics(records):
        scale = 100 if words.is_share(name) else 1
        values = [record.metrics.get(name) for record in records]
        columns[_title(name)] = [None if value is None else value * scale for value in values]
    columns |= {
        "Progress": [min(1.0, record.epoch / record.epochs) if record.epochs else 0 for record in records],
        "Time": [_time(record) for record in records],
        "Parameters": [record.parameters for record in records],
        "Backend": [BACKENDS[record.backend].title for record in records],
        "Started": [pd.Timestamp(record.created, unit="s", tz="UTC").tz_convert(None) for record in records],
        "Run": [record.id for record in records],
    }
    return pd.DataFrame(columns)


def _metrics(records: Sequence[RunRecord]) -> list[str]:
    """The figures that most runs have: what they are judged by, and the validation loss."""
    found = Counter(record.monitor for record in records if record.monitor in record.metrics)
    found.update("val_loss" for record in records if "val_loss" in record.metrics and record.monitor != "val_loss")
    return [name for name, _ in found.most_common(MOST_METRICS) if name]


def _title(name: str) -> str:
    title = words.label(name)
    return title[0].upper() + title[1:]


def _state(record: RunRecord, place: jobs.Place | None) -> str:
    """The state; a waiting run with its place and the time until it starts: "○ Queued 2 of 3, in 12 s"."""
    if place is None:
        return MARK[record.state]
    start = "" if place.starts_in is None else f", in {words.duration(round(place.starts_in))}"
    return f"○ Queued {place.position} of {place.waiting}{start}"


def _time(record: RunRecord) -> pd.Timedelta | None:
    """How long it took, no more exact than one reads it."""
    if not record.ended or not record.started:
        return None
    seconds = record.ended - record.started
    return pd.Timedelta(seconds=round(seconds, 0 if seconds >= 1 else 1))
