"""Which epoch's weights training ends on, as the document says it: run, page and exported script ask here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder.catalog.reading import output_names
from builder.catalog.registry import callbacks, metrics
from builder.document import Document


@dataclass(frozen=True)
class Keeping:
    """The best epoch by `monitor`, or that of the callbacks that put their own best epoch back; else the last one.

    `callbacks` are their places among those of the document; as in `fit`, the last that has seen a figure decides.
    """

    monitor: str | None = None
    better: Literal["min", "max"] = "min"
    callbacks: tuple[int, ...] = ()


def going_back(document: Document) -> tuple[int, ...] | None:
    """The places of the callbacks that put their own best epoch back; None where no callback is told whether to."""
    said = [
        (index, choice.params[entry.keeps])
        for index, choice in enumerate(document.training.callbacks)
        if (entry := callbacks.get(choice.kind)) and entry.keeps in choice.params
    ]
    return tuple(index for index, puts_back in said if puts_back) if said else None


def keeping(document: Document) -> Keeping:
    """What a callback is told about its best epoch counts; where none is told anything, the best epoch is kept.

    Best is then the first metric of a network with one output, where it is one figure and more of it is better, else
    the lowest loss, both on validation samples.
    """
    told = going_back(document)
    if told is not None:
        return Keeping(callbacks=told)
    chosen = document.training.metrics
    entry = metrics.get(chosen[0].kind) if chosen and len(output_names(document)) == 1 else None
    if entry and entry.better == "max" and entry.one_figure(chosen[0].params):
        return Keeping(f"val_{entry.name}", "max")
    return Keeping("val_loss")
