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
