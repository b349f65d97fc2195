"""Inputs: each has a shape, and the data set fills it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import listing, shape_words
from builder.document import Node
from builder.errors import Problem


@rule
def inputs_have_a_shape(view: View) -> Iterator[Problem]:
    for node in view.inputs:
        if view.dataset is None and _value(view, node, "shape") is None and _value(view, node, "columns") is None:
            yield Problem(
                code="no-shape",
                message=f'"{node.id}" has no shape. Choose a data set or give a shape.',
                node=node.id,
                hint="A shape is that of one sample, such as 28, 28, 1.",
            )


@rule
def columns_are_there(view: View) -> Iterator[Problem]:
    for node in view.inputs:
        columns, dataset = _columns(view, node), view.dataset
        if columns is None or dataset is None:
            continue
        if len(dataset.shape) != 1:
            yield Problem(
                code="columns",
                message=f"{view.name(node.id)} takes columns of a table, and a sample of {dataset.title} is no row of "
                f"a table: its shape is {shape_words(dataset.shape)}.",
                node=node.id,
                where="params.columns",
                hint="Leave the columns empty, or choose a data set that is a table.",
                fix=fixes.fix("Take everything", fixes.reset_param(node.id, "columns")),
            )
            continue
        there = [column for column in columns if column < dataset.shape[0]]
        if len(there) < len(columns):
            gone = listing(str(column) for column in columns if column not in there)
            better = fixes.set_param(node.id, "columns", there) if there else fixes.reset_param(node.id, "columns")
            yield Problem(
                code="columns",
                message=f"{view.name(node.id)} takes column {gone}, and {dataset.title} has the columns 0 to "
                f"{dataset.shape[0] - 1}.",
                node=node.id,
                where="params.columns",
                hint="Choose columns that the data set has, or leave them empty to take all.",
                fix=fixes.fix("Take the columns that exist" if there else "Take all columns", better),
            )


@rule
def shapes_are_the_data_sets(view: View) -> Iterator[Problem]:
    dataset = view.dataset
    for node in view.inputs:
        shape, columns = _value(view, node, "shape"), _columns(view, node)
        if shape is None or (dataset is None and columns is None):
            continue
        if columns is not None:
            given, what = (len(columns),), f"the {len(columns)} columns that it takes"
        else:
            given, what = dataset.shape, f"a sample of {dataset.title}"
        wanted = tuple(shape) if isinstance(shape, list | tuple) else (shape,)
        fits = len(wanted) == len(given) and all(a in (b, None) for a, b in zip(wanted, given, strict=True))
        if not fits:
            yield Problem(
                code="input-shape",
                message=f"{view.name(node.id)} expects the shape {shape_words(wanted)}, and {what} has "
                f"{shape_words(given)}.",
                node=node.id,
                where="params.shape",
                hint="Leave the shape empty, which takes the data set's, and reshape by a layer.",
                fix=fixes.fix("Take the data set's shape", fixes.reset_param(node.id, "shape")),
            )


def _columns(view: View, node: Node) -> tuple[int, ...] | None:
    columns = _value(view, node, "columns")
    return None if columns is None else tuple(columns)


def _value(view: View, node: Node, name: str) -> Any:
    """A parameter's value, or None where it is absent or does not fit its type (which is another rule's to say)."""
    param = view.entries[node.id].param(name)
    value = node.params.get(name)
    return value if param and value is not None and param.type.check(value) is None else None
