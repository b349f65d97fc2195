"""The data: chosen, known, enough for a batch, and of a size that trains well."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from builder.catalog.reading import split_sizes
from builder.catalog.registry import datasets
from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import closest, count, listing
from builder.catalog.spec import LARGE
from builder.errors import Fix, Problem


@rule
def data_is_chosen(view: View) -> Iterator[Problem]:
    if view.document.data is None:
        yield Problem(
            code="no-data",
            severity="training",
            message="No data set is chosen: there is nothing to train on.",
            where="data",
            hint="Choose a data set.",
        )


@rule
def data_set_is_known(view: View) -> Iterator[Problem]:
    data = view.document.data
    if data is None or view.dataset is not None:
        return
    meant = closest(data.dataset, (entry.kind for entry in datasets))
    yield Problem(
        code="unknown-dataset",
        message=f'There is no data set "{data.dataset}"' + (f"; did you mean {meant}?" if meant else "."),
        where="data.dataset",
        hint=f"Choose one of {listing((entry.kind for entry in datasets), 'or')}.",
        fix=fixes.fix(f"Use {meant}", fixes.set_path("data.dataset", meant)) if meant else None,
    )


@rule
def limit_limits(view: View) -> Iterator[Problem]:
    data, dataset = view.document.data, view.dataset
    if data is None or dataset is None or data.limit is None or not dataset.samples:
        return
    there, _ = split_sizes(dataset.samples, data.validation_split, None)
    if data.limit > there:
        yield Problem(
            code="limit",
            severity="warning",
            message=f"The limit is {data.limit:,} training samples, and {dataset.title} has only {there:,}.",
            where="data.limit",
            hint="Remove the limit: all samples are used.",
            fix=fixes.fix("Remove the limit", fixes.set_path("data.limit", None)),
        )


FEWEST, FEWEST_OF_A_CLASS, FEWEST_HELD = 10, 3, 5
"""Fewer samples than these to train on, of each class on average, or to validate by, say nothing."""


def least_samples(view: View) -> int:
    """How many training samples a network needs to see anything of the data set."""
    return max(FEWEST, FEWEST_OF_A_CLASS * len(view.dataset.classes if view.dataset else ()))


@rule
def enough_is_left_to_train_on(view: View) -> Iterator[Problem]:
    data, dataset, samples = view.document.data, view.dataset, view.training_samples
    if data is None or dataset is None or samples is None or samples >= least_samples(view):
        return
    of = f" for {count(len(dataset.classes), 'class')}" if dataset.classes else ""
    held = split_sizes(dataset.samples, data.validation_split, data.limit)[1]
    shared = data.validation_split > 0.5
    path = "data.validation_split" if shared else "data.limit"
    yield Problem(
        code="few-samples",
        severity="warning",
        message=f"Only {count(samples, 'sample')} of {dataset.title} {'is' if samples == 1 else 'are'} left to train "
        f"on{of}, and {held:,} are held back for validation.",
        where=path,
        hint="Hold back a fifth of the samples." if shared else "Raise the limit, or remove it: all are used then.",
        fix=fixes.fix("Hold back 20 %", fixes.set_path(path, 0.2))
        if shared
        else fixes.fix("Remove the limit", fixes.set_path(path, None)),
    )


@rule
def enough_is_held_back(view: View) -> Iterator[Problem]:
    data, dataset = view.document.data, view.dataset
    if data is None or dataset is None or not dataset.samples:
        return
    trained, held = split_sizes(dataset.samples, data.validation_split, data.limit)
    fairly = split_sizes(dataset.samples, 0.2, data.limit)[1]
    if held >= min(FEWEST_HELD, fairly) or trained < least_samples(view):
        return
    yield Problem(
        code="few-held",
        severity="warning",
        message=f"Only {count(held, 'sample')} of {dataset.title} {'is' if held == 1 else 'are'} held back for "
        "validation: its figures jump with every sample.",
        where="data.validation_split",
        hint="Hold back a fifth of the samples.",
        fix=fixes.fix("Hold back 20 %", fixes.set_path("data.validation_split", 0.2)),
    )


@rule
def batches_fit(view: View) -> Iterator[Problem]:
    samples, size = view.training_samples, view.document.training.batch_size
    if samples is None or size <= samples or samples < least_samples(view):
        return
    smaller = min(32, 1 << max(samples // 4, 1).bit_length() - 1)
    yield Problem(
        code="batch-size",
        severity="warning",
        message=f"A batch of {size:,} is more than the {count(samples, 'training sample')}: an epoch is a single step.",
        where="training.batch_size",
        hint=f"Smaller batches, such as {smaller}, take more steps and mostly learn faster.",
        fix=fixes.fix(f"Set the batch size to {smaller}", fixes.set_path("training.batch_size", smaller)),
    )


@rule
def large_values_are_scaled(view: View) -> Iterator[Problem]:
    dataset = view.dataset
    if dataset is None or not dataset.wants_scaling:
        return
    for node in view.inputs:
        if node.params.get("columns") is None and view.out_of[node.id] and _computes_with_raw(view, node.id):
            yield Problem(
                code="scaling",
                severity="warning",
                message=f"The values of {dataset.title} go from {dataset.low:g} to {dataset.high:g}, "
                f'and nothing behind "{node.id}" brings them near 1.',
                node=node.id,
                hint="Networks train badly on large numbers: scale them inside the network.",
                fix=None if view.stuck else _scale(view, node.id),
            )


def _computes_with_raw(view: View, node_id: str) -> bool:
    """Whether a layer that does not scale gets the node's values as they are."""
    seen, queue = {node_id}, [node_id]
    while queue:
        for edge in view.out_of[queue.pop()]:
            entry = view.entries.get(edge.target)
            if entry is None or edge.target in seen or (entry.scales and not _leaves_large(view, edge.target)):
                continue
            if "values" not in entry.keeps and not entry.scales and entry.family != "pooling":
                return True
            seen.add(edge.target)
            queue.append(edge.target)
    return False


def _leaves_large(view: View, node_id: str) -> bool:
    """Whether a layer that scales numbers does it by a factor that leaves them large."""
    given = view.intervals.get(node_id)
    return given is not None and "width" in view.entries[node_id].keeps and LARGE < given.largest < inf


def _scale(view: View, node_id: str) -> Fix:
    """Images by one factor; a table column by column, as columns may differ a thousandfold.

    Tables are small: at Keras' momentum of 0.99 the averages of a few hundred steps would still be far off.
    """
    dataset = view.dataset
    if len(dataset.shape) == 1:
        return fixes.fix(
            "Add BatchNormalization", *fixes.insert_after(view, node_id, "BatchNormalization", momentum=0.9)
        )
    largest = max(abs(dataset.low), abs(dataset.high))
    scale = round(1 / largest, 9)
    return fixes.fix(f"Add Rescaling by 1/{largest:g}", *fixes.insert_after(view, node_id, "Rescaling", scale=scale))
