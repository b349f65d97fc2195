"""Normalisation: over enough numbers to compare, and not of what the network says in the end."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.comparing import Sizes
from builder.catalog.rules import fixes
from builder.catalog.rules.head import add_dense, heads
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count
from builder.errors import Problem

USUAL_BATCH = 32
NOTHING_LEFT = "less its mean it is 0, so that nothing of its input gets through"
FEW_STEPS = 20
"""An epoch of at most so many steps suffers when one of them is spoilt."""


def compared(view: View, node_id: str, batch: int) -> int | None:
    """Over how many numbers a layer takes each mean, with batches of this size; None for a layer without means."""
    layer, node = view.applied[node_id], view.nodes[node_id]
    edges = view.into[node_id]
    shape = view.shape(edges[0].source) if len(edges) == 1 else None
    params = layer.entry.in_force(layer.params)
    if layer.entry.compares is None or shape is None or params is None or node.frozen:
        return None
    if layer.inside:
        return None
    return layer.entry.compares(Sizes(shape[1:], batch, params))


@rule
def means_are_over_more_than_one_number(view: View) -> Iterator[Problem]:
    for node_id in view.applied:
        if compared(view, node_id, USUAL_BATCH) == 1:
            yield Problem(
                code="normalizes-one",
                severity="warning",
                message=f"{view.name(node_id)} takes the mean of a single number: {NOTHING_LEFT}.",
                node=node_id,
                hint="Take it out, or place it where more numbers come in.",
                fix=fixes.take_out(view, node_id),
            )


@rule
def batches_have_samples_to_compare(view: View) -> Iterator[Problem]:
    size, samples = view.document.training.batch_size, view.training_samples
    for node_id in view.applied:
        if size == 1 and compared(view, node_id, 1) == 1 and compared(view, node_id, USUAL_BATCH) != 1:
            better = _batch(samples, USUAL_BATCH if samples is None else min(USUAL_BATCH, max(samples // 8, 2)))
            yield Problem(
                code="batch-of-one",
                severity="warning",
                message=f"{view.name(node_id)} takes the mean over the samples of a batch, and a batch is one sample: "
                f"{NOTHING_LEFT} while it trains.",
                node=node_id,
                where="training.batch_size",
                hint="Use batches of 16 samples or more, or LayerNormalization, which needs no batch.",
                fix=fixes.fix(f"Set the batch size to {better}", fixes.set_path("training.batch_size", better)),
            )


def _batch(samples: int | None, wanted: int) -> int:
    """The batch size nearest to the wanted one that leaves no last batch of one sample."""
    sizes = sorted(range(2, 2 * wanted + 2), key=lambda size: (abs(size - wanted), size))
    return next((size for size in sizes if samples is None or samples % size != 1), wanted)


@rule
def last_batches_are_no_single_sample(view: View) -> Iterator[Problem]:
    size, samples = view.document.training.batch_size, view.training_samples
    if samples is None or size < 2 or samples <= size or samples % size != 1 or samples // size >= FEW_STEPS:
        return
    for node_id in view.applied:
        if compared(view, node_id, 1) == 1 and compared(view, node_id, size) != 1:
            better = _batch(samples, size)
            yield Problem(
                code="last-batch",
                severity="warning",
                message=f"{count(samples, 'training sample')} in batches of {size} leave a last batch of one, of which "
                f"{view.name(node_id)} makes 0: one of {samples // size + 1} steps learns nonsense.",
                node=node_id,
                where="training.batch_size",
                hint="Choose a batch size that leaves more.",
                fix=fixes.fix(f"Set the batch size to {better}", fixes.set_path("training.batch_size", better)),
            )
            return


@rule
def outputs_are_not_normalized(view: View) -> Iterator[Problem]:
    """Scores for a softmax may be: that only asks which is largest."""
    for head in heads(view):
        node_id = head.deciding("values")
        layer = view.applied.get(node_id)
        if layer is None or layer.entry.compares is None or (head.from_logits and head.loss.labels != "values"):
            continue
        if compared(view, node_id, USUAL_BATCH) == 1:
            continue
        yield Problem(
            code="normalized-output",
            severity="warning",
            message=f"{view.name(node_id)} brings the outputs of the network to mean 0, whatever the labels of "
            f"{head.dataset.title} are.",
            node=node_id,
            hint="Place it before the last layer with weights.",
            fix=fixes.take_out(view, node_id) if head.dataset.labels else add_dense(head),
        )
