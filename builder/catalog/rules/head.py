"""An output of the network with the loss that it learns by: what it gives, and where that is set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.catalog.registry import losses
from builder.catalog.rules import fixes
from builder.catalog.rules.choices import value_of
from builder.catalog.rules.view import View
from builder.catalog.spec import Dataset, Loss
from builder.catalog.tasks import width_for
from builder.document import Choice, Node


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
        node_id = self.deciding("values")
        entry = self.view.entries.get(node_id)
        if entry is None:
            return None
        if entry.activation:
            return entry.activation
        param = entry.param("activation")
        if param is None:
            return None
        value = param.value(self.view.nodes[node_id].params)
        return value if isinstance(value, str) else "linear" if value is None else None

    def set_activation(self, name: str) -> list[dict[str, Any]]:
        """Edits that put another activation at the end; none where no parameter says it."""
        node_id = self.deciding("values")
        entry = self.view.entries[node_id]
        param = entry.param("activation")
        if param is None:
            return []
        if name == "linear" and param.type.none:
            return [fixes.reset_param(node_id, "activation")]
        return [fixes.set_param(node_id, "activation", name)]

    def set_width(self, width: int) -> list[dict[str, Any]]:
        """Edits that make the output a row of this many numbers; none where no parameter says it."""
        node_id = self.deciding("width")
        entry = self.view.entries.get(node_id)
        return [fixes.set_param(node_id, entry.width, width)] if entry and entry.width else []

    def add_layer(self, kind: str, **params: Any) -> list[dict[str, Any]]:
        """Edits that put a layer behind the output; none where settings name the output, which they would then miss."""
        if self.node.id in self.view.document.training.outputs or self.view.stuck:
            return []
        return fixes.insert_after(self.view, self.node.id, kind, **params)

    def add_dense(self) -> list[dict[str, Any]]:
        """Edits that put a Dense layer of the right width and activation behind the output."""
        if self.wanted_width is None:
            return []
        activation = {} if self.from_logits else {"activation": self.loss.activations[0]}
        return self.add_layer("Dense", units=self.wanted_width, **activation)

    def set_loss(self, kind: str) -> list[dict[str, Any]]:
        """Edits that put another loss in, with the parameters that both have, and what the output needs for it."""
        loss = losses[kind]
        kept = {
            name: value
            for name, value in self.choice.params.items()
            if (param := loss.param(name)) and param.type.check(value) is None
        }
        edits = [fixes.set_path(self.path, value_of(kind, kept))]
        width = width_for(self.dataset, loss)
        if width is not None and self.width not in (width, None):
            edits += self.set_width(width)
        fitting = ("linear",) if kept.get("from_logits") else loss.activations
        if self.activation is not None and self.activation not in fitting:
            edits += self.set_activation(fitting[0])
        return edits


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
