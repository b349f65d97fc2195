"""Ranges of values against the layers that take them: looked up, augmented, scaled."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from builder.catalog.intervals import Interval
from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import shown
from builder.errors import Problem

TINY = 0.02
"""The largest value of data that was plainly scaled down twice."""


@rule
def numbers_are_looked_up_where_there_are_rows(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        values, name = _incoming(view, node_id), layer.entry.counts_to
        rows = layer.value(name) if name else None
        if name is None or values is None or rows is None:
            continue
        if -inf < values.low < 0:
            yield Problem(
                code="lookup-negative",
                message=f"{view.name(node_id)} looks up whole numbers from 0 on, and what comes in goes "
                f"{values.words()}.",
                node=node_id,
                hint="Turn the values into numbers of bins first, by Discretization, or take the layer out.",
            )
        elif rows <= values.high < inf:
            needed = int(values.high) + 1
            yield Problem(
                code="lookup-range",
                message=f"{view.name(node_id)} has {name} {rows:,}, so that it can look up 0 to {rows - 1:,}, and "
                f"what comes in goes {values.words()}.",
                node=node_id,
                where=f"params.{name}",
                hint=f"It needs {_an(name)} of at least {needed:,}.",
                fix=fixes.fix(layer.setting(node_id, name, needed), layer.put(name, needed)),
            )


def _an(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


@rule
def words_are_looked_up_by_whole_numbers(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        values = _incoming(view, node_id)
        if layer.entry.counts_to is None or values is None or values.whole or -inf < values.low < 0:
            continue
        source = view.into[node_id][0].source
        yield Problem(
            code="fractions",
            severity="warning",
            message=f"{view.name(node_id)} looks up whole numbers, and {view.name(source)} gives numbers "
            f"{values.words()}: what is behind the point is cut off.",
            node=node_id,
            hint="Connect it to whole numbers as they are, before a layer that scales or mixes them.",
        )


def _incoming(view: View, node_id: str) -> Interval | None:
    """The range of what comes into a layer with one input."""
    edges = view.into[node_id]
    return view.intervals.get(edges[0].source) if len(edges) == 1 and not view.repeats(node_id) else None


@rule
def augmentation_knows_the_range_of_values(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        values, given = _incoming(view, node_id), layer.value("value_range")
        if values is None or given is None or inf in (-values.low, values.high):
            continue
        low, high = min(given), max(given)
        wide, there = high - low, values.high - values.low
        # Images seldom fill their range to the last, but a range ten times as wide is another one.
        if there > 0 and (wide > 8 * there or values.low < low - wide / 20 or values.high > high + wide / 20):
            better = [values.low, values.high]
            yield Problem(
                code="value-range",
                severity="warning",
                message=f"{view.name(node_id)} takes its images for numbers from {low:g} to {high:g}, and what comes "
                f"in goes {values.words()}.",
                node=node_id,
                where="params.value_range",
                hint="Changes that are made for one range destroy images of another.",
                fix=fixes.fix(layer.setting(node_id, "value_range", shown(better)), layer.put("value_range", better)),
            )


@rule
def values_are_scaled_once(view: View) -> Iterator[Problem]:
    """Numbers that were scaled down twice are so small that the first layer hardly sees them."""
    for node_id, layer in view.applied.items():
        values = _incoming(view, node_id)
        scalers = _scalers(view, node_id)
        if not layer.entry.sums or values is None or not 0 < values.largest < TINY or len(scalers) < 2:
            continue
        yield Problem(
            code="scaled-twice",
            severity="warning",
            message=f'The values are scaled by "{scalers[-1]}" and again by "{scalers[0]}": what comes into '
            f"{view.name(node_id)} goes {values.words()}.",
            node=scalers[0],
            hint="Scale once: networks learn slowly from numbers that are nearly 0.",
            fix=fixes.take_out(view, scalers[0]),
        )


def _scalers(view: View, node_id: str) -> list[str]:
    """The layers that scale on the way to a node, the nearest first, as long as one way leads back."""
    found, seen = [], {node_id}
    edges = view.into[node_id]
    while len(edges) == 1 and edges[0].source not in seen:
        before = edges[0].source
        seen.add(before)
        entry = view.entries.get(before)
        if entry and entry.scales:
            found.append(before)
        edges = view.into[before]
    return found
