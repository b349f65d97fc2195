"""A look at a data set: its images, its points in the plane, or how its columns differ between the classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import plotly.express as px
import plotly.graph_objects as go

from builder.catalog.spec import Dataset
from builder.charts.theme import Theme, figure, theme

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star")
COLUMNS = 10
TILE = 64
"""Least height of an image in pixels: small ones are enlarged without smoothing."""
MARGIN = (22, 8)
"""Space below and beside each image, in pixels; the class stands below."""


def dataset_preview(x: np.ndarray, y: np.ndarray, dataset: Dataset, *, dark: bool = False) -> go.Figure:
    """Show samples: `x` of shape (n, *dataset.shape), `y` class numbers or values.

    Images give a grid of the first 40; two columns a scatter plot; other tables the spread of each column, scaled to
    mean 0 and deviation 1, class by class.
    """
    colors = theme(dark)
    if dataset.is_image:
        return _image_figure(_image_info(x, y, dataset), colors)
    if dataset.shape == (2,):
        return _points_figure(_points_info(x, y, dataset), colors)
    return _table_figure(_table_info(x, y, dataset), dataset.features or _numbered(x), colors)


@dataclass(frozen=True)
class ImageInfo:
    """One picture (height, width, RGBA) of all tiles, ten in a row; the size of a tile, and the name below each."""

    picture: np.ndarray
    height: int
    width: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """One class, or all samples where there are no classes."""

    name: str
    x: np.ndarray
    y: np.ndarray


def _numbered(x: np.ndarray) -> tuple[str, ...]:
    return tuple(f"column {number}" for number in range(x.shape[1]))


def _name(label: float, dataset: Dataset) -> str:
    return dataset.classes[int(label)] if dataset.classes else f"{label:.4g}"


def _image_info(x: np.ndarray, y: np.ndarray, dataset: Dataset) -> ImageInfo:
    shown = np.asarray(x[: 4 * COLUMNS], dtype="float64")
    pixels = np.clip((shown - dataset.low) / (dataset.high - dataset.low) * 255, 0, 255).round().astype("uint8")
    factor = max(1, TILE // pixels.shape[1])
    tiles = pixels.repeat(factor, axis=1).repeat(factor, axis=2)
    count, height, width, channels = tiles.shape
    rows, (below, beside) = math.ceil(count / COLUMNS), MARGIN
    picture = np.zeros((rows * (height + below), COLUMNS * (width + beside), 4), dtype="uint8")
    for number, tile in enumerate(tiles):
        top, left = number // COLUMNS * (height + below), number % COLUMNS * (width + beside)
        picture[top : top + height, left : left + width, :3] = tile if channels == 3 else tile[:, :, :1]
        picture[top : top + height, left : left + width, 3] = 255
    return ImageInfo(picture, height, width, tuple(_name(label, dataset) for label in y[:count]))


def _image_figure(info: ImageInfo, colors: Theme) -> go.Figure:
    image = px.imshow(info.picture, binary_string=True).data[0]
    image.update(hovertemplate=None, hoverinfo="skip")
    made = figure(colors, image, height=info.picture.shape[0] + 16)
    below, beside = MARGIN
    for number, name in enumerate(info.names):
        made.add_annotation(
            x=number % COLUMNS * (info.width + beside) + info.width / 2,
            y=number // COLUMNS * (info.height + below) + info.height,
            text=name.replace("<", "&lt;"),
            showarrow=False,
            yanchor="top",
            font={"size": 11, "color": colors.muted},
        )
    made.update_xaxes(visible=False)
    made.update_yaxes(visible=False)
    return made


def _points_info(x: np.ndarray, y: np.ndarray, dataset: Dataset) -> tuple[Series, ...]:
    if not dataset.classes:
        return (Series("", x, y),)
    return tuple(Series(name, x[y == number], y[y == number]) for number, name in enumerate(dataset.classes))


def _points_figure(info: tuple[Series, ...], colors: Theme) -> go.Figure:
    made = figure(colors, height=420)
    for number, series in enumerate(info):
        marker = {"size": 6, "color": colors.color(number), "symbol": SYMBOLS[number % len(SYMBOLS)]}
        if not series.name:
            scale = colors.scale[1:]  # the palest would not be seen on the page
            marker |= {"color": series.y, "colorscale": scale, "colorbar": {"thickness": 10, "outlinewidth": 0}}
        made.add_scatter(
            x=series.x[:, 0],
            y=series.x[:, 1],
            name=series.name,
            showlegend=bool(series.name),
            mode="markers",
            marker=marker,
            opacity=0.8,
            hovertemplate="%{x:.2f}, %{y:.2f}<extra>%{fullData.name}</extra>",
        )
    made.update_xaxes(title="x1", constrain="domain")
    made.update_yaxes(title="x2", scaleanchor="x")
    return made


def _table_info(x: np.ndarray, y: np.ndarray, dataset: Dataset) -> tuple[Series, ...]:
    deviation = x.std(axis=0)
    scaled = (x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    return _points_info(scaled, y, dataset)


def _table_figure(info: tuple[Series, ...], names: tuple[str, ...], colors: Theme) -> go.Figure:
    made = figure(colors, height=420)
    for number, series in enumerate(info):
        made.add_box(
            x=np.tile(np.array(names), len(series.x)),
            y=series.x.ravel(),
            name=series.name,
            showlegend=bool(series.name),
            marker={"color": colors.color(number), "size": 3},
            line={"width": 1.2},
            boxpoints="outliers",
        )
    made.update_layout(boxmode="group")
    made.update_yaxes(title="Standard deviations")
    return made
