"""What to change in the document for the next run, as one click; None where the document has it already."""

from __future__ import annotations

from typing import Any

from builder.catalog.analysis import Analysis
from builder.catalog.live import EPOCHS
from builder.catalog.registry import callbacks, layers, optimizers
from builder.catalog.rules.fixes import (
    fix,
    insert_before,
    reset_param,
    set_param,
    set_path,
)
from builder.catalog.rules.view import View
from builder.document import Document, Node, thaw
from builder.errors import Fix
from builder.events import Order
from builder.verdicts.warnings import warnings

RATE = "training.optimizer.params.learning_rate"
MOST_EPOCHS = EPOCHS.type.high
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")
FAR = 10.0
"""Times that the usual learning rate is as high as one that is far too low: at a tenth of it networks still learn."""
FAST = 50.0
"""Times the usual learning rate from which one is far too high (dense network on digits, 12 optimizers: at ten times
it all but one learn, at 1,000 times 9 do not)."""


def usual_rate(document: Document) -> float | None:
    """The learning rate to begin with by this optimizer."""
    entry = optimizers.get(document.training.optimizer.kind)
    return entry.usual_rate if entry else None


def plain_rate(document: Document) -> float | None:
    """The document's learning rate; None for a schedule."""
    optimizer = document.training.optimizer
    entry = optimizers.get(optimizer.kind)
    rate = entry and entry.param("learning_rate")
    value = rate.value(optimizer.params) if rate else None
    return value if isinstance(value, int | float) else None


def set_rate(document: Document, wanted: float) -> Fix | None:
    """This learning rate; a schedule is left alone."""
    rate = plain_rate(document)
    return fix(f"Set the learning rate to {wanted:g}", set_path(RATE, wanted)) if rate not in (None, wanted) else None


def begin_with_usual_rate(document: Document) -> Fix | None:
    """The learning rate that this optimizer trains well at."""
    usual = usual_rate(document)
    return set_rate(document, usual) if usual else None


def lower_rate(document: Document) -> Fix | None:
    """A tenth of the learning rate, or at once the usual one where that would still be far above it."""
    rate, usual = plain_rate(document), usual_rate(document)
    if rate is None:
        return None
    wanted = float(f"{rate / 10:.1g}")
    return set_rate(document, usual if usual and wanted >= FAST * usual else wanted)


def calm(document: Document) -> Fix | None:
    """For a loss that runs away: gradients clipped where a schedule sets the rate; else what the catalogue's rules
    warned of, or a lower rate."""
    clip, warned = clip_gradients(document, 1.0), next((p.fix for p in warnings(document)), None)
    if plain_rate(document) is None:
        return clip or warned
    return warned or lower_rate(document) or clip


def clip_gradients(document: Document, norm: float) -> Fix | None:
    """Gradients clipped to a norm, all weights together, where nothing clips them."""
    optimizer = document.training.optimizer
    if any(optimizer.params.get(name) is not None for name in CLIPPING):
        return None
    path = "training.optimizer.params.global_clipnorm"
    return fix(f"Clip gradients to a norm of {norm:g}", set_path(path, norm))


def set_callback(document: Document, kind: str, label: str, **params: Any) -> Fix | None:
    """Let something watch the next run, with these parameters; in place of one of its kind."""
    kept = [
        {"kind": choice.kind, "params": thaw(choice.params)}
        for choice in document.training.callbacks
        if choice.kind not in callbacks or callbacks[choice.kind].kind != kind
    ]
    added = {"kind": kind, "params": thaw(callbacks[kind].start_params) | params}
    return fix(label, set_path("training.callbacks", [*kept, added]))


def add_callback(document: Document, kind: str, label: str, **params: Any) -> Fix | None:
    """The same, where there is none of its kind."""
    present = document.training.callbacks
    if any(callbacks[choice.kind].kind == kind for choice in present if choice.kind in callbacks):
        return None
    return set_callback(document, kind, label, **params)


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
    outputs = {node.id for node in View(document, Analysis()).outputs}
    edits = [
        set_param(node.id, "activation", new)
        for node in document.model.nodes
        if node.id not in outputs and only in (None, node.id) and activation_of(node) in old and _takes(node, new)
    ]
    words = f'Set the activation of "{only}" to {new}' if only else f"Set the activations to {new}"
    return fix(words, *edits) if edits else None


def activation_of(node: Node) -> str | None:
    """The activation that a layer's own parameter says, "linear" for none; None where it has no such parameter."""
    param = None if node.shares or node.kind not in layers else layers[node.kind].param("activation")
    if param is None:
        return None
    value = param.value(node.params)
    return value if isinstance(value, str) else "linear" if value is None else None


def _takes(node: Node, activation: str) -> bool:
    param = layers[node.kind].param("activation")
    return param is not None and not param.type.check(activation)


def reset(label: str, params: list[tuple[str, str]]) -> Fix | None:
    """Parameters of layers, as (node, name), put back to Keras' default."""
    return fix(label, *(reset_param(node, name) for node, name in params)) if params else None


def halve_batch(document: Document) -> Fix | None:
    """Half the batch size, which needs less memory."""
    wanted = document.training.batch_size // 2
    return fix(f"Set the batch size to {wanted}", set_path("training.batch_size", wanted)) if wanted else None


def more_epochs(planned: int, more: int) -> Fix | None:
    """So many more epochs in the next run."""
    wanted = min(planned + more, MOST_EPOCHS)
    return fix(f"Set the epochs to {wanted:,}", set_path("training.epochs", wanted)) if wanted > planned else None


def train_on(planned: int, more: int) -> Order | None:
    """The same for the run itself, from where it ended."""
    more = min(more, MOST_EPOCHS - planned)
    words = "epoch" if more == 1 else "epochs"
    return Order(label=f"Train {more:,} more {words}", verb="extend", values={"epochs": more}) if more > 0 else None
