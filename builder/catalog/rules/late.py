"""What Keras only notices while it trains: tensors that a layer takes at first and cannot work on."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import listing, shape_words
from builder.catalog.spec import Layer
from builder.errors import Problem

Shape = tuple[int | None, ...]
COMPARING = frozenset({"Attention", "AdditiveAttention"})
"""Layers of attention that compare queries with keys as they come, number by number."""


def accepted(view: View) -> Iterator[tuple[str, Layer, dict[str, Shape]]]:
    """Every layer that Keras accepts, with the shapes of samples that come in, by the name of the port."""
    for node_id, entry in view.entries.items():
        report, edges = view.analysis.nodes.get(node_id), view.into[node_id]
        names = entry.ports.names
        if report is None or report.output is None or report.error or not names:
            continue
        shapes = {names[edge.port]: view.shape(edge.source) for edge in edges if edge.port < len(names)}
        known = {name: shape[1:] for name, shape in shapes.items() if shape is not None}
        if known and len(known) == len(edges):
            yield node_id, entry, known


@rule
def attention_is_paid_to_sequences(view: View) -> Iterator[Problem]:
    for node_id, entry, shapes in accepted(view):
        if entry.family != "attention":
            continue
        ranks = {len(shape) for shape in shapes.values()}
        if min(ranks) < 2 or len(ranks) > 1:
            coming = listing(f"{name} {shape_words(shape)}" for name, shape in shapes.items())
            yield Problem(
                code="attention-rank",
                message=f"{view.name(node_id)} takes sequences (steps × features), all with as many axes, and gets "
                f"{coming}.",
                node=node_id,
                hint="Reshape what comes in, so that each sample is a row of steps.",
            )


@rule
def attention_compares_numbers_with_numbers(view: View) -> Iterator[Problem]:
    for node_id, entry, shapes in accepted(view):
        query, key = shapes.get("query"), shapes.get("key", shapes.get("value"))
        if entry.kind not in COMPARING or not query or not key or None in (query[-1], key[-1]):
            continue
        if len(query) == len(key) and query[-1] != key[-1]:
            edge = next(edge for edge in view.into[node_id] if entry.ports.names[edge.port] == "query")
            yield Problem(
                code="attention-width",
                message=f"{view.name(node_id)} compares each query of {query[-1]} numbers with keys of {key[-1]}.",
                node=node_id,
                edge=(edge.source, edge.target, view.drawn(edge).port),
                hint="Bring both to one width by a Dense layer.",
                fix=None
                if view.stuck
                else fixes.fix(
                    f"Add a Dense layer of {key[-1]} units", *fixes.insert_on(view, edge, "Dense", units=key[-1])
                ),
            )


@rule
def images_are_prepared_as_images(view: View) -> Iterator[Problem]:
    for node_id, entry, shapes in accepted(view):
        (shape, *_) = shapes.values()
        if entry.family != "preprocessing" or len(entry.example) != 3 or len(shape) == 3:
            continue
        yield Problem(
            code="image-needed",
            message=f"{view.name(node_id)} takes images (height × width × channels), and what comes in has the shape "
            f"{shape_words(shape)}.",
            node=node_id,
            hint="Place it where the image still is one.",
            fix=fixes.take_out(view, node_id),
        )


@rule
def axes_are_there(view: View) -> Iterator[Problem]:
    """Where Keras does not look at them before it computes."""
    for node_id, entry, shapes in accepted(view):
        param, (shape, *_) = entry.param("axis"), shapes.values()
        owner = view.document.model.node(node_id).shares or node_id
        value = param.value(view.nodes[node_id].params) if param else None
        axes = value if isinstance(value, list | tuple) else (value,)
        rank = len(shape) + 1
        wrong = [axis for axis in axes if isinstance(axis, int) and not -rank <= axis < rank]
        if param and wrong and not param.type.check(value):
            yield Problem(
                code="axis",
                message=f"{view.name(node_id)} works along axis {wrong[0]}, and what comes in has the axes 0 (the "
                f"samples) to {rank - 1}.",
                node=node_id,
                where="params.axis",
                hint=f"Use one from 1 to {rank - 1}, or -1 for the last.",
                fix=fixes.fix("Use the last axis", fixes.set_param(owner, "axis", -1)),
            )


@rule
def patterns_of_noise_fit(view: View) -> Iterator[Problem]:
    for node_id, entry, shapes in accepted(view):
        param, (shape, *_) = entry.param("noise_shape"), shapes.values()
        value = param.value(view.nodes[node_id].params) if param else None
        if param is None or value is None or param.type.check(value):
            continue
        ends = zip(reversed(value), reversed((view.document.training.batch_size, *shape)), strict=False)
        if len(value) <= len(shape) + 1 and all(a in (None, 1, b) for a, b in ends):
            continue
        owner = view.document.model.node(node_id).shares or node_id
        yield Problem(
            code="noise-shape",
            message=f"{view.name(node_id)} has a noise_shape of {shape_words(tuple(value))}, and what comes in has the "
            f"shape samples × {shape_words(shape)}.",
            node=node_id,
            where="params.noise_shape",
            hint="Give a number for each axis, the samples first: 1, that of the axis, or none.",
            fix=fixes.fix("Drop each number by itself", fixes.reset_param(owner, "noise_shape")),
        )
