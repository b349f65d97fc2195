"""The gauges of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from builder import settings
from builder.worker.gauges.gauge import Gauge, Subject
from builder.worker.gauges.histograms import HistogramGauge
from builder.worker.gauges.layers import LayerGauge
from builder.worker.gauges.plane import plane_gauge
from builder.worker.gauges.samples import sample_gauge
from builder.worker.gauges.system import SystemGauge


def _system(subject: Subject) -> Gauge:
    return SystemGauge(settings.load().threads)


GAUGES: tuple[Callable[[Subject], Any], ...] = (plane_gauge, sample_gauge, HistogramGauge, LayerGauge, _system)
"""Each makes a gauge, or None where the network or its data have no use for it."""


def gauges_for(subject: Subject) -> list[Gauge]:
    """Those that fit, in order; none where the installation wants none."""
    if not settings.load().gauges:
        return []
    return [gauge for make in GAUGES if (gauge := make(subject))]
