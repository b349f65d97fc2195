"""Figures to study: each in three steps, what there is to see -> the figure -> the public function."""

from builder.charts.confusion import confusion
from builder.charts.curves import curves
from builder.charts.preview import dataset_preview

__all__ = ["confusion", "curves", "dataset_preview"]
