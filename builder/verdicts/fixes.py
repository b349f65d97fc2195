"""What to change in the document for the next run, as one click; None where the document has it already."""

from __future__ import annotations

from typing import Any

from builder.catalog.analysis import Analysis
from builder.catalog.registry import callbacks, layers, optimizers
from builder.catalog.rules.fixes import fix, insert_before, set_param, set_path
from builder.catalog.rules.view import View
from builder.document import Document, thaw
from builder.errors import Fix

RATE = "training.optimizer.params.learning_rate"
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def change_rate(document: Document, factor: float) -> Fix | None:
    """The learning rate times a factor, rounded to one digit; a schedule is left alone."""
    optimizer = document.training.optimizer
    entry = optimizers.get(optimizer.kind)
    rate = entry and entry.param("learning_rate")
    value = rate.value(optimizer.params) if rate else None
    if not isinstance(value, int | float):
        return None
    wanted = float(f"{value * factor:.1g}")
    return fix(f"Set the learning rate to {wanted:g}", set_path(RATE, wanted))


def clip_gradients(document: Document, norm: float) -> Fix | None:
    """Gradients clipped to a norm, all weights together, where nothing clips them."""
    optimizer = document.training.optimizer
    if any(optimizer.params.get(name) is not None for name in CLIPPING):
        return None
    path = "training.optimizer.params.global_clipnorm"
    return fix(f"Clip gradients to a norm of {norm:g}", set_path(path, norm))


def add_callback(document: Document, kind: str, label: str, **params: Any) -> Fix | None:
    """Let something watch the next run, with these parameters instead of what a new one starts with."""
    present = document.training.callbacks
    if any(callbacks[choice.kind].kind == kind for choice in present if choice.kind in callbacks):
        return None
    added = {"kind": kind, "params": thaw(callbacks[kind].start_params) | params}
    kept = [{"kind": choice.kind, "params": thaw(choice.params)} for choice in present]
    return fix(label, set_path("training.callbacks", [*kept, added]))


def add_dropout(document: Document, rate: float) -> Fix | None:
    """Dropout in front of each output layer, where there is none in the network."""
    view = View(document, Analysis())
    if any(node.kind.endswith("Dropout") for node in view.model.nodes):
        return None
    heads = [node for node in view.outputs if node.kind == "Dense" and len(view.into[node.id]) == 1]
    if len(heads) != 1 or view.is_input(view.into[heads[0].id][0].source):
        return None
    return fix("Add Dropout before the output", *insert_before(view, heads[0].id, "Dropout", rate=rate))


def change_activations(document: Document, old: frozenset[str], new: str, *, only: str | None = None) -> Fix | None:
    """Another activation inside the network, outputs excepted; `only` names the one layer that it is about."""
    view = View(document, Analysis())
    outputs = {node.id for node in view.outputs}
    edits = [
        set_param(node.id, "activation", new)
        for node in document.model.nodes
        if node.id not in outputs
        and not node.shares
        and only in (None, node.id)
        and (entry := layers.get(node.kind))
        and (param := entry.param("activation"))
        and param.value(node.params) in old
        and not param.type.check(new)
    ]
    words = f'Set the activation of "{only}" to {new}' if only else f"Set the activations to {new}"
    return fix(words, *edits) if edits else None


def halve_batch(document: Document) -> Fix | None:
    """Half the batch size, which needs less memory."""
    wanted = document.training.batch_size // 2
    return fix(f"Set the batch size to {wanted}", set_path("training.batch_size", wanted)) if wanted else None


def more_epochs(document: Document) -> Fix:
    """Twice as many epochs."""
    wanted = min(2 * document.training.epochs, 100_000)
    return fix(f"Train {wanted:,} epochs", set_path("training.epochs", wanted))
