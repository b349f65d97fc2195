"""Figures to study: each in three steps, what there is to see -> the figure -> the public function."""

from builder.charts.comparison import comparison, drawing
from builder.charts.confusion import confusion
from builder.charts.curves import curves
from builder.charts.preview import dataset_preview
from builder.charts.thumbnail import thumbnail

__all__ = ["comparison", "confusion", "curves", "dataset_preview", "drawing", "thumbnail"]
