"""Events are read back as they were written, and what is not finite becomes null."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from builder.errors import Fix
from builder.events import (
    Boundary,
    Event,
    Examples,
    Histogram,
    Histograms,
    Layers,
    ModelBuilt,
    Points,
    Samples,
    SystemUse,
    Verdict,
    read,
)

EVENTS = (
    Layers(
        epoch=2,
        step=40,
        names=("hidden", "pool"),
        weights=(1.5, None),
        gradients=(0.25, None),
        updates=(0.001, None),
        dead=(0.125, None),
    ),
    Histograms(epoch=1, items=(Histogram(name="hidden", what="weights", low=-1, high=1, counts=(1, 5, 2)),)),
    Points(xs=(0.5, 1), ys=(-1, 2), labels=(0, 1)),
    Boundary(epoch=3, output="side", low=(-1, -2), high=(1, 2), size=1, classes=2, values=(1,), probabilities=(0.9,)),
    Examples(indices=(3,), shape=(1, 2, 1), image=True, inputs=((0, 255),)),
    Samples(epoch=1, output="digit", indices=(3,), truths=(7,), predictions=(1,), probabilities=((0.1, 0.9),)),
    SystemUse(cpu=180.5, memory=300_000_000),
    Verdict(
        tone="watch",
        code="overfitting",
        message="Overfitting since epoch 12.",
        since=12,
        fix=Fix(label="Train 12 epochs", edits=({"op": "set_field", "path": "training.epochs", "value": 12},)),
    ),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_event_survives_its_line(event: Event) -> None:
    assert read(event.model_dump_json()) == event


def test_values_that_are_not_finite_are_null() -> None:
    event = Layers(
        epoch=1, step=1, names=("a",), weights=(math.inf,), gradients=(math.nan,), updates=(None,), dead=(0,)
    )
    told = read(event.model_dump_json())
    assert isinstance(told, Layers)
    assert (told.weights, told.gradients, told.dead) == ((None,), (None,), (0.0,))


def test_lines_of_earlier_versions_are_read() -> None:
    told = read('{"seq":3,"time":1.5,"type":"model","parameters":12,"trainable":10,"outputs":["side"]}')
    assert told == ModelBuilt(seq=3, time=1.5, parameters=12, trainable=10, outputs=("side",))


def test_unknown_types_are_refused_so_that_readers_can_skip_them() -> None:
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        read('{"seq":1,"time":0,"type":"weather"}')
