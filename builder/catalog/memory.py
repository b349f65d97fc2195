"""How much memory a run will need: an estimate before it starts, held against measured runs by `tests/worker`.

    framework    what Python and TensorFlow take for the smallest run (measured)
    weights      3 x (all weights + the optimizer's slots for the trainable ones): those at work, the best epoch's,
                 and those on the way to a checkpoint; slots as the catalogue declares them (Adam 2, SGD 0)
    gradients    one number for every trainable weight, and 3 for those of the largest layer while they are computed
    activations  batch size x what every layer keeps of a sample until the way back x 1.5 for gradients on the way
    data         2 x the samples in the type that they are stored in: as read, and as tensors
    program      the traced training step, by the layers that learn: TensorFlow writes each one's update down

Measured against the highest resident memory of twelve runs, of dense, convolutional, recurrent and attention networks
with 620 to 1,700 MB: 0.90 to 1.20 of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from builder.catalog.analysis import Analysis, item_size
from builder.catalog.backends import backend_of
from builder.catalog.registry import datasets, optimizers
from builder.document import Document
from builder.errors import Fix, Problem

FRAMEWORK = 640_000_000
"""Bytes of a run of a network with a few weights: Linux, TensorFlow 2.21."""
PROGRAM = 2_000_000
"""Bytes of the compiled step for each layer that learns: chains of Dense layers of 8 units with Adam took at most
1,050 MB at 200 layers and 2,610 MB at 1,000 on TensorFlow 2.21; JAX about half as much."""
COPIES = 3
LARGEST = 3
GRADIENTS_ON_THE_WAY = 1.5
RESERVE = 0.5
"""Share of the framework that is code, which runs have in common and a system under pressure reads again from disk."""


@dataclass(frozen=True)
class Memory:
    """Bytes, by what they are for."""

    weights: int
    gradients: int
    activations: int
    data: int
    program: int = 0
    framework: int = FRAMEWORK

    @property
    def total(self) -> int:
        return self.framework + self.program + self.weights + self.gradients + self.activations + self.data

    @property
    def least(self) -> int:
        """What must be free: the total without the part of the framework that runs have in common."""
        return least_of(self.total)


def least_of(total: int) -> int:
    """What must be free for a run of which no more is known than what it needs in all."""
    return max(0, total - round(RESERVE * FRAMEWORK))


def memory(document: Document, analysis: Analysis) -> Memory | None:
    """The estimate for training a document; None where the size of an output is not known."""
    kept = analysis.activation_bytes, analysis.inside_bytes
    if not analysis.nodes or None in kept:
        return None
    a_weight = analysis.weight_bytes / max(analysis.parameters, 1)
    trainable = analysis.trainable * a_weight
    optimizer = optimizers.get(document.training.optimizer.kind)
    slots = optimizer.numbers(document.training.optimizer.params) if optimizer else 0
    largest = max(report.trainable for report in analysis.nodes.values()) * a_weight
    sample = sum(size or 0 for size in kept)
    dataset = datasets.get(document.data.dataset) if document.data else None
    stored = (dataset.samples + dataset.test) * math.prod(dataset.shape) if dataset else 0
    return Memory(
        weights=round(COPIES * (analysis.weight_bytes + slots * trainable)),
        gradients=round(trainable + LARGEST * largest),
        activations=round(GRADIENTS_ON_THE_WAY * document.training.batch_size * sample),
        data=2 * stored * (item_size(dataset.dtype) or 1) if dataset else 0,
        program=PROGRAM * learning(analysis) if backend_of(document).traces else 0,
    )


def learning(analysis: Analysis) -> int:
    """Layers with weights that are trained, each copy of a repeated one counted."""
    return sum(report.copies for report in analysis.nodes.values() if report.trainable)


def too_large(document: Document, needed: Memory, available: int) -> Problem | None:
    """Why a run can never have the memory that it needs, with the largest batch that could; None where it can."""
    if needed.total <= available:
        return None
    batch = document.training.batch_size
    left = available - (needed.total - needed.activations)
    fits = int(left / needed.activations * batch) if needed.activations else 0
    smaller = 2 ** int(math.log2(fits)) if fits >= 1 else 0
    told = f"Training needs about {gigabytes(needed.total)} of memory, and a run may use {gigabytes(available)} here."
    if not smaller:
        what = "layers" if needed.program > needed.total - needed.program else "units or filters"
        return Problem(
            code="memory",
            message=told,
            where="training.batch_size",
            hint=f"Use fewer {what}; no batch size is small enough.",
        )
    return Problem(
        code="memory",
        message=told,
        where="training.batch_size",
        hint=f"With batches of {smaller} instead of {batch} it fits.",
        fix=Fix(
            label=f"Use batches of {smaller}", edits=({"op": "set", "path": "training.batch_size", "value": smaller},)
        ),
    )


def gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
