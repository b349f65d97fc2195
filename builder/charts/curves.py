"""One metric of several runs over the epochs: training is the light line, validation the strong one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from builder.charts.theme import Theme, figure, theme

Runs = Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
"""Runs to compare: a name and the epoch events of each, as JSON values in order."""


@dataclass(frozen=True)
class Line:
    """One curve: of run number `run`, in training or validation; None where the value was not finite."""

    run: int
    name: str
    validation: bool
    epochs: tuple[int, ...]
    values: tuple[float | None, ...]
    best: tuple[int, float] | None = None
    """Epoch and value of the epoch that the run keeps."""


@dataclass(frozen=True)
class CurvesInfo:
    """What the figure shows."""

    metric: str
    lines: tuple[Line, ...]


def curves(runs: Runs, metric: str = "loss", *, dark: bool = False) -> go.Figure:
    """Compare runs by a metric such as "loss".

    A run has one hue; the epoch it keeps is marked. Runs that do not know the metric are left out.
    """
    return _figure(_info(runs, metric.removeprefix("val_")), theme(dark))


def _info(runs: Runs, metric: str) -> CurvesInfo:
    lines = []
    for run, (name, events) in enumerate(runs):
        for key in (metric, f"val_{metric}"):
            points = [event for event in events if key in event["metrics"]]
            if points:
                kept = [event for event in points if event.get("best") and event["metrics"][key] is not None]
                lines.append(
                    Line(
                        run,
                        name,
                        key != metric,
                        tuple(event["epoch"] for event in points),
                        tuple(event["metrics"][key] for event in points),
                        (kept[-1]["epoch"], kept[-1]["metrics"][key]) if kept and key != metric else None,
                    )
                )
    return CurvesInfo(metric, tuple(lines))


def _figure(info: CurvesInfo, colors: Theme) -> go.Figure:
    made = figure(colors)
    named: set[int] = set()
    for line in sorted(info.lines, key=lambda line: (line.run, not line.validation)):
        hue = colors.color(line.run)
        part = "validation" if line.validation else "training"
        made.add_scatter(
            x=line.epochs,
            y=line.values,
            name=line.name,
            legendgroup=str(line.run),
            showlegend=line.run not in named,
            mode="lines" if len(line.epochs) > 1 else "markers",
            line={"color": hue, "width": 2.5 if line.validation else 1.5},
            opacity=1 if line.validation else 0.45,
            hovertemplate=f"%{{y:.4~g}} {part}<extra>%{{fullData.name}}</extra>",
        )
        named.add(line.run)
        if line.best:
            made.add_scatter(
                x=line.best[:1],
                y=line.best[1:],
                name="best epoch",
                legendgroup=str(line.run),
                showlegend=False,
                mode="markers",
                marker={"color": colors.surface, "size": 9, "line": {"color": hue, "width": 2.5}},
                hovertemplate=f"%{{y:.4~g}} best epoch<extra>{line.name.replace('<', '&lt;')}</extra>",
            )
    made.update_layout(hovermode="x unified" if len({line.run for line in info.lines}) < 4 else "closest")
    made.update_xaxes(title="Epoch", rangemode="tozero", tickformat=",d")
    made.update_yaxes(title=info.metric.replace("r2_score", "R² score").replace("_", " "), tickformat=".4~g")
    return made
