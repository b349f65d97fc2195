"""An output of the network with the loss that it learns by: what it gives, and where that is set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.catalog.intervals import Interval
from builder.catalog.registry import losses, metrics
from builder.catalog.rules import fixes
from builder.catalog.rules.choices import value_of
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count
from builder.catalog.spec import Dataset, Loss
from builder.catalog.tasks import SERVING, width_for
from builder.document import Choice, Node
from builder.errors import Fix


@dataclass(frozen=True)
class Head:
    """One output on a known data set with a known loss. `shape` is without the batch; None where Keras cannot tell."""

    view: View
    node: Node
    dataset: Dataset
    loss: Loss
    choice: Choice
    path: str
    """Where the loss stands in the document."""

    @property
    def name(self) -> str:
        return self.view.name(self.node.id)

    @property
    def shape(self) -> tuple[int | None, ...] | None:
        shape = self.view.shape(self.node.id)
        return None if shape is None else shape[1:]

    @property
    def width(self) -> int | None:
        """Numbers a sample, where the output is a row of them."""
        return self.shape[0] if self.shape is not None and len(self.shape) == 1 else None

    @property
    def from_logits(self) -> bool:
        return self.choice.params.get("from_logits") is True

    @property
    def wanted_width(self) -> int | None:
        return width_for(self.dataset, self.loss)

    def deciding(self, kept: str) -> str:
        """The node that decides the values (or the width): going back from the output past layers that keep them."""
        view, node_id = self.view, self.node.id
        while (
            (entry := view.entries.get(node_id))
            and kept in entry.keeping(view.nodes[node_id].params)
            and len(view.into[node_id]) == 1
            and node_id not in view.stuck
        ):
            node_id = view.into[node_id][0].source
        return node_id

    @property
    def activation(self) -> str | None:
        """The activation that the output goes through, "linear" for none; None where that cannot be said."""
        layer = self.view.applied.get(self.deciding("values"))
        return layer.activation if layer else None

    @property
    def interval(self) -> Interval | None:
        """The range of the numbers that the output gives before training; None where that is not known."""
        return self.view.intervals.get(self.node.id)

    def set_activation(self, name: str) -> list[dict[str, Any]]:
        """Edits that put another activation at the end; none where no parameter says it."""
        layer = self.view.applied[self.deciding("values")]
        param = layer.entry.param("activation")
        if param is None:
            return []
        return [layer.put("activation", None if name == "linear" and param.type.none else name)]

    def set_width(self, width: int) -> list[dict[str, Any]]:
        """Edits that make the output a row of this many numbers; none where no parameter says it."""
        layer = self.view.applied.get(self.deciding("width"))
        return [layer.put(layer.entry.width, width)] if layer and layer.entry.width and not layer.inside else []

    def setting(self, kept: str, name: str, value: Any) -> str:
        """The label of a fix that sets a parameter of the deciding node, which it names where it is not the output."""
        return self.view.applied[self.deciding(kept)].setting(self.node.id, name, value)

    def add_layer(self, kind: str, **params: Any) -> list[dict[str, Any]]:
        """Edits that put a layer behind the output, which takes over what settings say of the output.

        None where a callback watches the output by its name, or the network runs in a circle.
        """
        if self.view.stuck or fixes.is_watched(self.view, self.node.id):
            return []
        new = fixes.free_id(self.view, kind)
        return [
            *fixes.insert_after(self.view, self.node.id, kind, **params),
            *fixes.hand_on(self.view, self.node.id, new),
        ]

    def add_dense(self) -> list[dict[str, Any]]:
        """Edits that put a Dense layer of the right width and activation behind the output."""
        return self._add_dense(self.wanted_width, self.ending)

    def _add_dense(self, width: int | None, activation: str) -> list[dict[str, Any]]:
        params = {} if activation == "linear" else {"activation": activation}
        return self.add_layer("Dense", units=width, **params) if width is not None else []

    @property
    def ending(self) -> str:
        """The activation that the loss wants at the end."""
        return "linear" if self.from_logits else self.loss.activations[0]

    def fit(self, width: int | None, activations: tuple[str, ...], ending: str) -> list[dict[str, Any]]:
        """Edits that give the output this many numbers and one of these activations, by parameters where they say it.

        A Dense layer with the activation `ending` is added where none does; also behind a memory, which keeps its
        activation, and behind pooling, as the layer before that looks for patterns and may keep their number.
        """
        layer = self.view.applied.get(self.deciding("values"))
        wide = width is None or self.width in (width, None)
        bent = self.activation is None or self.activation in activations
        pooled = self.view.entries[self.node.id].family == "pooling"
        edits: list[dict[str, Any]] = []
        if not wide:
            edits += [] if pooled else self.set_width(width or 1)
            wide = bool(edits)
        if not bent and layer and layer.entry.family != "recurrent":
            bending = self.set_activation(activations[0])
            edits, bent = edits + bending, bool(bending)
        if wide and bent:
            return edits
        return self._add_dense(width or self.width, ending) or edits or self.set_width(width or 1)

    def set_loss(self, kind: str) -> list[dict[str, Any]]:
        """Edits that put another loss in, with the parameters that both have, and what it needs of output and metrics.

        Logits stay logits only where the output gives them.
        """
        loss = losses[kind]
        kept = {
            name: value
            for name, value in self.choice.params.items()
            if (param := loss.param(name))
            and param.type.check(value) is None
            and (name != "from_logits" or self.activation == "linear")
        }
        fitting = ("linear",) if kept.get("from_logits") else loss.activations
        return [
            fixes.set_path(self.path, value_of(kind, kept)),
            *self.fit(width_for(self.dataset, loss), fitting, fitting[0]),
            *self._metrics_for(loss),
        ]

    def _metrics_for(self, loss: Loss) -> list[dict[str, Any]]:
        """The edit that takes out metrics which want other labels than the loss; none where all do."""
        chosen = self.view.document.training.metrics
        fitting = [
            choice for choice in chosen if (metric := metrics.get(choice.kind)) is None or loss.labels in metric.labels
        ]
        if len(fitting) == len(chosen) or is_monitored(
            self.view, [choice for choice in chosen if choice not in fitting]
        ):
            return []
        usual = SERVING[self.dataset.task].metric
        values = [choice.model_dump(mode="json") for choice in fitting]
        there = any(metrics.get(choice.kind) is metrics[usual] for choice in fitting)
        return [fixes.set_path("training.metrics", values if there else [usual, *values])]


def is_monitored(view: View, chosen: list[Choice]) -> bool:
    """Whether a callback watches one of these metrics."""
    names = [metric.name for choice in chosen if (metric := metrics.get(choice.kind))]
    monitors = [choice.params.get("monitor") for choice in view.document.training.callbacks]
    return any(isinstance(monitor, str) and monitor.endswith(name) for monitor in monitors for name in names)


def heads(view: View) -> Iterator[Head]:
    """Every output whose data set and loss are known."""
    if view.dataset is None:
        return
    training = view.document.training
    for node in view.outputs:
        own = training.outputs.get(node.id)
        choice, path = training.loss, "training.loss"
        if own and own.loss:
            choice, path = own.loss, f"training.outputs.{node.id}.loss"
        if (loss := losses.get(choice.kind)) and node.id not in view.stuck:
            yield Head(view, node, view.dataset, loss, choice, path)


def serves(loss: Loss, task: str) -> bool:
    return task in loss.tasks or "any" in loss.tasks


def activate(head: Head, activation: str) -> Fix | None:
    """Set the activation; a memory keeps its own, and where no parameter says it, a Dense layer is added for it."""
    layer = head.view.applied[head.deciding("values")]
    if layer.entry.family != "recurrent" and (edits := head.set_activation(activation)):
        return fixes.fix(head.setting("values", "activation", activation), *edits)
    return add_dense(head)


def add_dense(head: Head) -> Fix | None:
    """Put a Dense layer of the right width and activation behind the output."""
    edits = head.add_dense()
    return fixes.fix(f"Add a Dense layer of {count(head.wanted_width or 0, 'unit')}", *edits) if edits else None
