"""From a document to a Keras model: layers named after their nodes, compiled as the training settings say."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from builder.catalog.reading import (
    dataset_of,
    input_spec,
    inputs_of,
    is_input,
    loss_of,
    output_names,
    weight_of,
)
from builder.catalog.registry import layers, losses, metrics, optimizers
from builder.document import Choice, Document
from builder.document.expand import expanded
from builder.document.graph import cycle, order
from builder.errors import DocumentError
from builder.worker.framework import keras
from builder.worker.messages import layer_error
from builder.worker.objects import apply, arguments, make, make_layer
from builder.worker.wiring import connect

CALLS_BESIDES = 1_000
CALLS = 2
"""Calls inside one another for a layer: one is what Keras needs."""


def build(document: Document) -> Any:
    """The network as a functional `keras.Model`, its weights drawn with the training seed; not compiled.

    Blocks are repeated and bypassed layers let their input through first (`document.expand`). Inputs and outputs are
    in the order of their nodes. `DocumentError` names the node that cannot be built.
    """
    graph = expanded(document).model
    if circle := cycle(graph):
        raise DocumentError(
            f"The network runs in a circle: {' -> '.join((*circle, circle[0]))}.",
            code="cycle",
            node=circle[0],
            hint="Remove one of these connections.",
        )
    allow_depth(len(graph.nodes))
    keras.utils.set_random_seed(document.training.seed)
    dataset = dataset_of(document)
    nodes = {node.id: node for node in graph.nodes}
    made: dict[str, Any] = {}
    tensors: dict[str, Any] = {}
    for node_id in order(graph)[0]:
        node = nodes[node_id]
        try:
            call = connect(node_id, layers[node.kind], graph.inputs_of(node_id))
            if is_input(node):
                arguments(layers[node.kind], node.params)
                spec = input_spec(node, dataset)
                tensors[node_id] = keras.Input(spec.shape, dtype=spec.dtype, name=node_id)
            else:
                owner = nodes[node.shares] if node.shares else node
                if owner.id not in made:
                    made[owner.id] = make_layer(owner)
                tensors[node_id] = apply(call, made[owner.id], owner, tensors)
        except Exception as error:
            raise layer_error(node, error) from error
    inputs = [node.id for node in inputs_of(graph)]
    outputs = output_names(document)
    if not inputs or not outputs:
        raise DocumentError(
            f"The network has no {'output' if inputs else 'input'}.",
            code="incomplete",
            hint="Add a layer after the input." if inputs else "Add an Input and connect it.",
        )
    unused = [name for name in inputs if not any(edge.source == name for edge in graph.edges)]
    if unused:
        raise DocumentError(
            f'"{unused[0]}" (Input) leads nowhere.',
            code="unused",
            node=unused[0],
            hint="Connect it or delete it.",
        )
    return keras.Model(*(_one_or_all([tensors[name] for name in names]) for names in (inputs, outputs)))


def allow_depth(layers: int) -> None:
    """Let Python call itself as often as Keras may need for so many layers.

    `keras.Model` walks back from the outputs by a function that calls itself for every layer, and Python allows 1,000
    such calls; loading a saved model does the same.
    """
    sys.setrecursionlimit(max(sys.getrecursionlimit(), CALLS_BESIDES + CALLS * layers))


def compile_model(model: Any, document: Document) -> None:
    """Give the model its optimizer, and each output its loss, its weight and its metrics.

    The optimizer's variables are made too: Keras does not open a saved model whose optimizer has none.
    """
    training = document.training
    names = output_names(document)
    wanted = [loss_of(document, name) for name in names]
    model.compile(
        optimizer=make(optimizers, keras.optimizers, training.optimizer.kind, training.optimizer.params),
        loss=_one_or_all([make(losses, keras.losses, choice.kind, choice.params) for choice in wanted]),
        loss_weights=[weight_of(document, name) for name in names] if len(names) > 1 else None,
        metrics=_metrics(training.metrics) if len(names) == 1 else [_metrics(training.metrics) for _ in names],
    )
    model.optimizer.build(model.trainable_variables)


def _metrics(chosen: tuple[Choice, ...]) -> list[Any]:
    """The metrics, named as the catalogue says; Keras' own numbering would go on from model to model."""
    names = Counter[str]()
    found = []
    for choice in chosen:
        name = metrics[choice.kind].name
        names[name] += 1
        found.append(_metric(choice, name if names[name] == 1 else f"{name}_{names[name]}"))
    return found


def _metric(choice: Choice, name: str) -> Any:
    """The metric, or its bare kind where only Keras can tell which class fits the output ("accuracy")."""
    kind = metrics[choice.kind].kind
    if not hasattr(keras.metrics, kind):
        return kind
    return make(metrics, keras.metrics, kind, choice.params, name=name)


def _one_or_all(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items
