"""What Keras says of every node of a document: shape, dtype, parameters, or its error.

Keras is the only authority; there is no rule about shapes here. What needs no Keras to be seen as wrong (unknown kinds,
parameters out of bounds, missing connections, circles) is `catalog.rules`' to tell: such nodes are `blocked` here, and
so is everything behind them.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.cost import figures, totals, with_reach
from builder.catalog.registry import layers
from builder.catalog.spec import Dataset, Layer
from builder.document import Document, Node, thaw
from builder.document.graph import order
from builder.errors import LoomError
from builder.worker.framework import keras
from builder.worker.inputs import dataset_of, input_spec, is_input
from builder.worker.messages import plain
from builder.worker.objects import arguments, make
from builder.worker.symbolic import Outcome, infer, symbolic
from builder.worker.wiring import Call, connect

BLOCKED = NodeReport(blocked=True)
REMEMBERED = 10_000


class Analyst:
    """Analyses documents and remembers every layer it has seen, so that an edit costs only the nodes it touches.

    A layer is known again by its kind, its parameters and the shapes and dtypes of its inputs; a wrong one by its name
    and those of its sources too, since Keras' messages speak of them.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, Outcome | str] = OrderedDict()

    def analyse(self, document: Document) -> Analysis:
        """The reports of all nodes; whatever the document holds, this does not raise."""
        graph = document.model
        dataset = dataset_of(document)
        reports = {node.id: BLOCKED for node in graph.nodes}
        nodes = {node.id: node for node in graph.nodes}
        edges: dict[str, list[Any]] = {node.id: [] for node in graph.nodes}
        for edge in graph.edges:
            edges[edge.target].append(edge)
        weight_bytes = 0
        for node_id in order(graph)[0]:
            node = nodes[node_id]
            entry = layers.get(node.kind)
            if entry is None:
                continue
            try:
                arguments(entry, node.params)
                call = connect(node_id, entry, edges[node_id])
            except LoomError:
                continue
            inputs = [reports[source].output for source in call.sources]
            if is_input(node):
                reports[node_id] = _input(node, dataset)
            elif None not in inputs:
                outcome = self._outcome(node, entry, call, inputs)
                if isinstance(outcome, str):
                    reports[node_id] = NodeReport(error=outcome)
                    continue
                weight_bytes += outcome.weight_bytes
                reports[node_id] = NodeReport(
                    output=outcome.output,
                    parameters=outcome.parameters,
                    trainable=outcome.trainable,
                    **figures(entry, node.params, outcome.weights, inputs, outcome.output),
                )
        reports = with_reach(graph, reports)
        return Analysis(
            nodes=reports,
            parameters=sum(report.parameters for report in reports.values()),
            trainable=sum(report.trainable for report in reports.values()),
            weight_bytes=weight_bytes,
            **totals(reports),
        )

    def _outcome(self, node: Node, entry: Layer, call: Call, inputs: list[Tensor]) -> Outcome | str:
        signature = [(tensor.shape, tensor.dtype) for tensor in inputs]
        key = json.dumps([entry.kind, thaw(node.params), call.names, signature], sort_keys=True)
        named = json.dumps([key, node.id, call.sources])
        for known in (key, named):
            if known in self._seen:
                self._seen.move_to_end(known)
                return self._seen[known]
        outcome = _ask_keras(node, call, inputs)
        self._seen[named if isinstance(outcome, str) else key] = outcome
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return outcome


def _ask_keras(node: Node, call: Call, inputs: list[Tensor]) -> Outcome | str:
    try:
        with symbolic():
            layer = make(layers, keras.layers, node.kind, node.params, name=node.id)
            tensors = {
                source: keras.KerasTensor(tensor.shape, dtype=tensor.dtype, name=source)
                for source, tensor in zip(call.sources, inputs, strict=True)
            }
            return infer(layer, lambda: call(layer, tensors))
    except MemoryError:
        return "This layer is too large for the memory of the analysis."
    except Exception as error:
        return plain(error)


def _input(node: Node, dataset: Dataset | None) -> NodeReport:
    try:
        spec = input_spec(node, dataset)
    except LoomError as error:
        return NodeReport(error=error.problem.sentence())
    return NodeReport(output=Tensor(shape=(None, *spec.shape), dtype=spec.dtype), flops=0, inside_bytes=0)


_analyst = Analyst()


def analyse(document: Document) -> Analysis:
    """The analysis of a document, by this process' `Analyst`; not for several threads at once."""
    return _analyst.analyse(document)
