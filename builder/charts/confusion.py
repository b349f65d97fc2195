"""The confusion matrix: each row a true class, shares of the row as colour, counts in the cells while they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from builder.charts.theme import Theme, figure, theme

MOST_WITH_COUNTS = 16


@dataclass(frozen=True)
class ConfusionInfo:
    """What the figure shows: counts, and the share of its row for each of them (0 in an empty row)."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]


def confusion(matrix: Sequence[Sequence[int]], classes: Sequence[str] = (), *, dark: bool = False) -> go.Figure:
    """Draw counts of (true class, predicted class); classes without a name are numbered."""
    return _figure(_info(matrix, classes), theme(dark))


def _info(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> ConfusionInfo:
    names = tuple(classes) + tuple(str(number) for number in range(len(classes), len(matrix)))
    counts = tuple(tuple(int(count) for count in row) for row in matrix)
    shares = tuple(tuple(count / (sum(row) or 1) for count in row) for row in counts)
    return ConfusionInfo(names[: len(counts)], counts, shares)


def _figure(info: ConfusionInfo, colors: Theme) -> go.Figure:
    size = len(info.classes)
    positions = list(range(size))
    made = figure(colors, height=max(280, min(640, 90 + 32 * size)))
    made.add_heatmap(
        x=positions,
        y=positions,
        z=info.shares,
        zmin=0,
        zmax=1,
        colorscale=colors.scale,
        showscale=False,
        customdata=[
            [f"{count:,} of {sum(row):,} {name} called {other}" for count, other in zip(row, info.classes, strict=True)]
            for row, name in zip(info.counts, info.classes, strict=True)
        ],
        hovertemplate="%{customdata} (%{z:.1%})<extra></extra>",
        xgap=1,
        ygap=1,
        text=[[f"{count:,}" if count else "" for count in row] for row in info.counts],
        texttemplate="%{text}" if size <= MOST_WITH_COUNTS else None,
    )
    ticks = {"tickvals": positions, "ticktext": info.classes, "showgrid": False, "constrain": "domain"}
    made.update_xaxes(title="Predicted", **ticks)
    made.update_yaxes(title="True", autorange="reversed", scaleanchor="x", **ticks)
    return made
