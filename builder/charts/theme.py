"""The look of all figures: the colours of the pages, no background of their own, nothing that is not read.

The class colours start from those of Okabe and Ito, "Color Universal Design" (2008), which stay apart for
colour-blind eyes; they are the `chartCategoricalColors` of the pages' theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go
import plotly.io as pio
from plotly.basedatatypes import BaseTraceType

CLEAR = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Theme:
    """Colours of one mode."""

    name: str
    text: str
    muted: str
    grid: str
    surface: str
    series: tuple[str, ...]
    scale: tuple[str, ...]
    """From nothing to everything, in equal steps of lightness."""

    def color(self, number: int) -> str:
        """The colour of the n-th run or class; they come round again."""
        return self.series[number % len(self.series)]


LIGHT = Theme(
    name="layerloom_light",
    text="#1d2433",
    muted="#5b6475",
    grid="#e8ebf0",
    surface="#ffffff",
    series=("#3457d5", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#6b7280"),
    scale=("#f4f5f8", "#b9c5f2", "#7d92e6", "#3457d5", "#1d2f85"),
)
DARK = Theme(
    name="layerloom_dark",
    text="#e6e9ef",
    muted="#9aa3b2",
    grid="#262c38",
    surface="#12151c",
    series=("#8fa5ff", "#ff9d4d", "#35c59a", "#e3a3c5", "#7fcbf5", "#f5c04d", "#9aa3b2"),
    scale=("#1b202a", "#2b3a75", "#4660bd", "#7d97ff", "#dbe3ff"),
)


def theme(dark: bool) -> Theme:
    """The colours for a dark or a light page."""
    return DARK if dark else LIGHT


def _template(colors: Theme) -> go.layout.Template:
    axis = {
        "gridcolor": colors.grid,
        "linecolor": colors.grid,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "title": {"standoff": 8},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "colorway": colors.series,
            "font": {"color": colors.text, "size": 13},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
            "hoverlabel": {"bgcolor": colors.surface, "bordercolor": colors.grid, "font": {"color": colors.text}},
            "modebar": {"bgcolor": CLEAR, "color": colors.muted, "activecolor": colors.text},
            "xaxis": axis,
            "yaxis": axis,
        }
    )


for _theme in (LIGHT, DARK):
    pio.templates[_theme.name] = _template(_theme)


def figure(colors: Theme, *traces: BaseTraceType, height: int = 360) -> go.Figure:
    """A figure in these colours, `height` pixels high."""
    made = go.Figure(traces)
    made.update_layout(template=colors.name, height=height)
    return made
