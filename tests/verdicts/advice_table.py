"""Trains a document in this process, and holds two runs against each other by what a person looks at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from builder.document import Document
from builder.rundir import RunDirectory

Events = list[dict[str, Any]]

CLEARLY = 0.05
"""Points of accuracy, or share of the loss, by which a run is clearly better."""


def trained(document: Document, home: Path) -> Events:
    """What a run of the document told."""
    from builder.worker.main import run

    directory = RunDirectory.create(home / "runs", document)
    run(directory.path)
    return list(directory.events())


def said(events: Events) -> dict[str, Any]:
    """The last verdict."""
    return next(event for event in reversed(events) if event["type"] == "verdict")


def best(events: Events) -> tuple[float, float]:
    """The best validation accuracy of the worst output (NaN where none is measured) and the lowest validation loss."""
    epochs = [event["metrics"] for event in events if event["type"] == "epoch"]
    names = [name for name in (epochs[0] if epochs else {}) if name.startswith("val_") and name.endswith("accuracy")]
    accuracy = max((min(epoch[name] for name in names) for epoch in epochs), default=np.nan) if names else np.nan
    losses = [epoch["val_loss"] for epoch in epochs if epoch.get("val_loss") is not None]
    return accuracy, min(losses, default=np.inf)


def better(before: Events, after: Events) -> bool:
    """Whether validation of the second run is clearly better, in accuracy or in loss, and no other verdict is worse:
    what a small validation set said may well have been luck."""
    if said(before)["code"] in ("small-validation",):
        return said(after)["code"] != "small-validation"
    (accuracy, loss), (later, lower) = best(before), best(after)
    return later > accuracy + CLEARLY or lower < loss * (1 - CLEARLY)
