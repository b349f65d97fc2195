"""Why a run does not learn, or not enough: what stands in its document, held against what the run has told.

A suspect is a function of the history; the first that finds something is the one that is named. To add one is to write
it and to name it in `SUSPECTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.catalog.analysis import Analysis
from builder.catalog.registry import layers, optimizers
from builder.catalog.rules.fixes import fix, insert_before, reset_param, set_param, set_path
from builder.catalog.rules.view import View
from builder.catalog.rules.words import quoted
from builder.document import Node
from builder.errors import Fix
from builder.verdicts.fixes import FAR, FAST, activation_of, begin_with_usual_rate, change_activations, usual_rate
from builder.verdicts.history import History

OPTIMIZER = "training.optimizer"
BATCH = 32
"""Keras' default batch size."""
SMALL = 8
"""Samples of a batch from which their mean and variance say something."""
STEPS = 64
"""Steps that an epoch should have where samples are few."""
HEAVY = 0.98
"""Momentum from which a step is the sum of 50 and more; 0.9 is the usual one (Sutskever and others 2013, "On the
importance of initialization and momentum in deep learning", go to 0.99 only late in a run)."""
CLIPPED = 0.1
"""Share of its own length to which a gradient is shortened in every step, below which clipping rules the steps."""
COLLAPSED = 0.1
"""Norm of a layer's weights below which penalties have pulled them to 0: fresh ones have a norm of 1 and more."""
BURDEN = 0.5
"""Share of the loss of guessing from which penalties outweigh what is to be learned."""
DECAY = 0.1
"""Weight decay from which it counts as strong: Keras' AdamW has 0.004."""
MUCH = 0.8
"""Dropout from which at most one number in five comes through; 0.5 is the most in Srivastava and others 2014."""
NARROW, WIDE = 4, 32
"""Units of a layer up to which it is narrow, and those that it is to have instead."""
NORMALIZING = frozenset({"BatchNormalization"})
CONSTANT = frozenset({"zeros", "ones", "constant"})
LINES = frozenset({"linear"})


@dataclass(frozen=True)
class Suspect:
    """What is likely the matter, as a sentence, and the change that takes it away."""

    reason: str
    fix: Fix | None

    @property
    def advice(self) -> str | None:
        """What to do, as a sentence; None where no change is known."""
        return f"{self.fix.label}." if self.fix else None


Suspicion = Callable[[History], Suspect | None]


def slow_rate(history: History) -> Suspect | None:
    """The learning rate was far below the usual one in every epoch."""
    usual, rates = usual_rate(history.document), history.learning_rates
    if not usual or not rates or max(rates) > usual / FAR:
        return None
    name = history.document.training.optimizer.kind
    reason = f"The learning rate of {max(rates):.2g} is far below {usual:g}, at which {name} trains well."
    return Suspect(reason, begin_with_usual_rate(history.document))


def fast_rate(history: History) -> Suspect | None:
    """The learning rate was far above the usual one in every epoch."""
    usual, rates = usual_rate(history.document), history.learning_rates
    if not usual or not rates or min(rates) < FAST * usual:
        return None
    name = history.document.training.optimizer.kind
    reason = f"The learning rate of {min(rates):.2g} is far above {usual:g}, at which {name} trains well."
    return Suspect(reason, begin_with_usual_rate(history.document))


def heavy_momentum(history: History) -> Suspect | None:
    """Steps go on in the direction of steps long ago."""
    optimizer = history.document.training.optimizer
    entry = optimizers.get(optimizer.kind)
    for name in ("momentum", "beta_1"):
        param = entry and entry.param(name)
        value = param.value(optimizer.params) if param else None
        if isinstance(value, int | float) and value >= HEAVY:
            fixed = fix(f"Set {name} to 0.9", set_path(f"{OPTIMIZER}.params.{name}", 0.9))
            return Suspect(f"A {name} of {value:g} adds up more than {int(1 / (1.0001 - value))} steps.", fixed)
    return None


def clipped(history: History) -> Suspect | None:
    """Gradients are shortened to a small part of their length in every step."""
    params = history.document.training.optimizer.params
    lengths = [length for look in history.layers if np.isfinite(length := _length(look.gradients))]
    for name in ("global_clipnorm", "clipnorm", "clipvalue"):
        limit = params.get(name)
        if isinstance(limit, int | float) and lengths and limit < CLIPPED * min(lengths):
            reason = f"{name} of {limit:g} cuts gradients of a length of {lengths[-1]:.2g} down to almost nothing."
            return Suspect(reason, fix(f"Set {name} to 1", set_path(f"{OPTIMIZER}.params.{name}", 1.0)))
    return None


def penalized(history: History) -> Suspect | None:
    """Penalties of weights have pulled them to 0, or outweigh the loss."""
    from builder.verdicts.skill import guess

    found = [
        (node.id, param.name)
        for node in history.document.model.nodes
        if not node.shares and node.kind in layers
        for param in layers[node.kind].params
        if param.name.endswith("_regularizer") and node.params.get(param.name)
    ]
    look = history.layers[-1] if history.layers else None
    if not found or look is None:
        return None
    norms = {
        name: weight
        for name, weight in zip(look.names, look.weights, strict=True)
        if weight is not None and history.origin.get(name, name) in {node for node, _ in found}
    }
    gone = [name for name, weight in norms.items() if weight < COLLAPSED]
    base = guess(history, "loss")
    if not gone and not (base and history.penalty > BURDEN * base):
        return None
    what = f"have pulled the weights of {quoted(gone[:3])} to 0" if gone else f"add {history.penalty:.2g} to the loss"
    fixed = fix("Remove the penalties of weights", *(reset_param(node, name) for node, name in found))
    return Suspect(f"Penalties of weights {what}.", fixed)


def decaying(history: History) -> Suspect | None:
    """Weights shrink in every step by more than they learn."""
    optimizer = history.document.training.optimizer
    value = optimizer.params.get("weight_decay")
    if not isinstance(value, int | float) or value < DECAY:
        return None
    entry = optimizers[optimizer.kind]
    usual = entry.param("weight_decay").default
    words = "Turn weight_decay off" if usual is None else f"Set weight_decay to {usual:g}"
    fixed = fix(words, set_path(f"{OPTIMIZER}.params.weight_decay", usual))
    return Suspect(f"A weight_decay of {value:g} shrinks the weights in every step.", fixed)


def batch_of_one(history: History) -> Suspect | None:
    """A normalization over a batch of a single row has nothing to compare: it gives 0."""
    size = history.document.training.batch_size
    names = [node.id for node in history.document.model.nodes if node.kind in NORMALIZING and not node.bypassed]
    if size > 2 or not names:
        return None
    left = "a row of numbers becomes 0" if size == 1 else "only signs are left of rows of numbers"
    reason = f'"{names[0]}" normalizes each batch by its own samples: in a batch of {size}, {left}.'
    wanted = max(SMALL, min(BATCH, 1 << (history.training_samples // STEPS).bit_length()))
    return Suspect(reason, fix(f"Set the batch size to {wanted}", set_path("training.batch_size", wanted)))


def drowned(history: History) -> Suspect | None:
    """Dropout lets almost nothing through."""
    strong = [
        node
        for node in history.document.model.nodes
        if node.kind.endswith("Dropout") and not node.bypassed and _number(node.params.get("rate")) >= MUCH
    ]
    if not strong:
        return None
    rate = _number(strong[0].params.get("rate"))
    words = f'"{strong[0].id}" switches off {rate * 100:.3g} % of the numbers in every step.'
    return Suspect(words, fix("Set the rate of Dropout to 0.3", *(set_param(n.id, "rate", 0.3) for n in strong)))


def competing(history: History) -> Suspect | None:
    """Softmax inside the network: its units share out a sum of 1, so that little gets through."""
    fixed = change_activations(history.document, frozenset({"softmax"}), "relu")
    inside = [n.id for n in hidden(history) if activation_of(n) == "softmax"]
    if not fixed or not inside:
        return None
    return Suspect(f"Softmax inside the network ({quoted(inside[:3])}) makes its units share a sum of 1.", fixed)


def warned(history: History) -> Suspect | None:
    """What the catalogue's rules said before training, where they know a way out."""
    problem = history.warning()
    return Suspect(problem.message, problem.fix) if problem else None


def frozen(history: History) -> Suspect | None:
    """Layers that keep the random weights that they began with."""
    names = [node.id for node in history.document.model.nodes if node.frozen and not node.shares]
    if not names:
        return None
    edit = {"op": "switch", "nodes": names, "name": "frozen", "value": False}
    are = "is" if len(names) == 1 else "are"
    return Suspect(
        f"{quoted(names[:3])} {are} frozen and learn{'s' * (are == 'is')} nothing.", fix("Unfreeze all", edit)
    )


def straight(history: History) -> Suspect | None:
    """Nothing in the network bends a line: it can only part the data by a plane, or fit one."""
    document = history.document
    view = View(document, Analysis())
    outputs = {node.id for node in view.outputs}
    inside = [node for node in view.model.nodes if node.id not in outputs]
    if any(_bends(node) for node in inside):
        return None
    fixed = change_activations(document, LINES, "relu")
    if fixed is None:
        heads = [node for node in view.outputs if node.kind == "Dense" and len(view.into[node.id]) == 1]
        if len(heads) != 1:
            return None
        edits = insert_before(view, heads[0].id, "Dense", units=WIDE, activation="relu")
        fixed = fix(f"Add a Dense layer of {WIDE} units", *edits)
    return Suspect("Nothing in the network bends: without an activation between them, layers add up to one.", fixed)


def narrow(history: History) -> Suspect | None:
    """Hidden layers of very few units."""
    found = [
        (node.id, width)
        for node in hidden(history)
        if (width := layers[node.kind].width)
        and isinstance(units := layers[node.kind].param(width).value(node.params), int)
        and units <= NARROW
    ]
    if not found:
        return None
    names = quoted([name for name, _ in found][:3])
    edits = (set_param(name, width, WIDE) for name, width in found)
    return Suspect(
        f"{names} {'has' if len(found) == 1 else 'have'} very few units.", fix(f"Give them {WIDE} units", *edits)
    )


def other_optimizer(history: History) -> Suspect | None:
    """At its usual rate this optimizer gets nowhere; Adam needs the least care."""
    optimizer = history.document.training.optimizer
    entry = optimizers.get(optimizer.kind)
    if entry is None or entry.kind in ("Adam", "AdamW", "Nadam") or history.steps < SOME:
        return None
    return Suspect(
        f"{entry.kind} has got nowhere in {history.steps:,} steps.",
        fix("Use Adam", set_path(OPTIMIZER, {"kind": "Adam", "params": {}})),
    )


SOME = 100
"""Training steps after which an optimizer can be judged: small networks are above guessing by then."""

SUSPECTS: tuple[Suspicion, ...] = (
    slow_rate,
    fast_rate,
    heavy_momentum,
    clipped,
    penalized,
    decaying,
    batch_of_one,
    drowned,
    competing,
    warned,
    frozen,
    straight,
    narrow,
)
"""In the order in which they are named."""


def suspects(history: History) -> Iterator[Suspect]:
    """All that is found."""
    return (found for suspicion in SUSPECTS if (found := suspicion(history)))


def hidden(history: History) -> list[Node]:
    """The layers of the network that are no outputs and share no other's weights."""
    outputs = {node.id for node in View(history.document, Analysis()).outputs}
    return [n for n in history.document.model.nodes if n.id not in outputs and not n.shares and n.kind in layers]


def constant_initializers(node: Node) -> list[str]:
    """The parameters that begin weights with one and the same number where Keras begins with random ones."""
    if node.shares or node.kind not in layers:
        return []
    return [
        param.name
        for param in layers[node.kind].params
        if param.name.endswith("_initializer")
        and _kind(param.value(node.params)) in CONSTANT
        and _kind(param.default) not in CONSTANT
    ]


def _kind(value: Any) -> str:
    """The name of something that is given by its name or with parameters."""
    return str(value.get("kind", "") if isinstance(value, Mapping) else value).lower()


def _bends(node: Node) -> bool:
    """Whether what the layer gives is no straight function of what comes in; layers of which that is not known do."""
    entry = layers.get(node.kind)
    if entry is None or entry.family in ("recurrent", "attention"):
        return True
    activation = entry.activation or activation_of(node)
    if activation is not None:
        return activation not in LINES
    return entry.family == "pooling" or entry.kind in BENDING


BENDING = frozenset({"Multiply", "Maximum", "Minimum", "Dot", "LayerNormalization", "UnitNormalization", "Embedding"})


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _length(parts: tuple[float | None, ...]) -> float:
    return float(np.sqrt(sum((part or 0.0) ** 2 for part in parts)))
