"""What Keras says of every node of a document: shape, dtype, parameters, or its error.

Keras is the only authority; there is no rule about shapes here. What needs no Keras to be seen as wrong (unknown kinds,
parameters out of bounds, missing connections, circles) is `catalog.rules`' to tell: such nodes are `blocked` here, and
so is everything behind them.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.cost import added, figures, with_reach
from builder.catalog.reading import dataset_of, input_spec, is_input
from builder.catalog.registry import layers
from builder.catalog.spec import Dataset
from builder.document import Document, Graph, Node, thaw
from builder.document.expand import Expanded, expand
from builder.document.graph import order
from builder.errors import LoomError
from builder.worker.framework import keras
from builder.worker.messages import refusal
from builder.worker.objects import arguments, make_layer
from builder.worker.symbolic import Outcome, infer, masked, symbolic
from builder.worker.wiring import Call, connect

BLOCKED = NodeReport(blocked=True)
LEFT_OUT = NodeReport(copies=0)
REMEMBERED = 10_000


class Analyst:
    """Analyses documents and remembers every layer it has seen, so that an edit costs only the nodes it touches.

    A layer is known again by its kind, its parameters and the shapes and dtypes of its inputs; a wrong one by its name
    and those of its sources too, since Keras' messages speak of them.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, Outcome | str] = OrderedDict()

    def analyse(self, document: Document) -> Analysis:
        """The reports of all drawn nodes; whatever the document holds, this does not raise."""
        try:
            found = expand(document.model)
        except LoomError as error:
            reports = {node.id: BLOCKED for node in document.model.nodes}
            blamed = error.problem.node or next(iter(reports))
            return Analysis(nodes={**reports, blamed: NodeReport(error=error.problem.sentence())})
        reports, weight_bytes = self._reports(found.graph, dataset_of(document))
        return Analysis(
            nodes=_drawn(document, found, reports),
            weight_bytes=weight_bytes,
            **added([report.in_all for report in reports.values()]).model_dump(),
        )

    def _reports(self, graph: Graph, dataset: Dataset | None) -> tuple[dict[str, NodeReport], int]:
        """The report of every layer of an expanded graph, and the bytes of all weights."""
        reports = {node.id: BLOCKED for node in graph.nodes}
        nodes = {node.id: node for node in graph.nodes}
        edges: dict[str, list[Any]] = {node.id: [] for node in graph.nodes}
        for edge in graph.edges:
            edges[edge.target].append(edge)
        first: dict[str, Application] = {}
        masks: dict[str, tuple[int | None, ...] | None] = {}
        weight_bytes = 0
        for node_id in order(graph)[0]:
            node = nodes[node_id]
            layer = nodes[node.shares] if node.shares else node
            entry = layers.get(layer.kind)
            if entry is None:
                continue
            try:
                options = arguments(entry, layer.params, "call")
                call = connect(node_id, entry, edges[node_id])
            except LoomError:
                continue
            if is_input(node):
                reports[node_id] = _input(node, dataset)
                continue
            inputs = [tensor for source in call.sources if (tensor := reports[source].output)]
            if len(inputs) < len(call.sources):
                continue
            application = Application(call, tuple(inputs), options, tuple(masks.get(source) for source in call.sources))
            before = first.setdefault(layer.id, application)
            outcome = self._outcome(layer, application, before if before is not application else None)
            if isinstance(outcome, str):
                reports[node_id] = NodeReport(error=outcome, shared=node is not layer)
                continue
            masks[node_id] = outcome.mask
            reports[node_id] = NodeReport(
                output=outcome.output,
                warnings=outcome.warnings,
                shared=node is not layer,
                **figures(entry, layer.params, outcome.weights, inputs, outcome.output),
            )
            if before is application:
                weight_bytes += outcome.weight_bytes
                counted = {"parameters": outcome.parameters, "trainable": outcome.trainable}
                reports[layer.id] = reports[layer.id].model_copy(update=counted)
            elif node is layer:
                earlier = {"parameters": outcome.parameters, "trainable": outcome.trainable}
                reports[node_id] = reports[node_id].model_copy(update=earlier)
        return with_reach(graph, reports), weight_bytes

    def _outcome(self, layer: Node, here: Application, before: Application | None) -> Outcome | str:
        """What Keras says of a layer applied here, where it may have been applied once before."""
        applied = [item.signature for item in (before, here) if item]
        key = json.dumps([layer.kind, thaw(layer.params), layer.frozen, applied], sort_keys=True)
        named = json.dumps([key, layer.id, here.call.sources])
        for known in (key, named):
            if known in self._seen:
                self._seen.move_to_end(known)
                return self._seen[known]
        outcome = _ask_keras(layer, here, before)
        self._seen[named if isinstance(outcome, str) else key] = outcome
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return outcome


def _drawn(document: Document, found: Expanded, reports: dict[str, NodeReport]) -> dict[str, NodeReport]:
    """The reports by drawn node: of the first copy, with what leaves repetitions and what goes wrong in a later one."""
    parents = document.model.parents()
    copies: dict[str, list[NodeReport]] = {node.id: [] for node in document.model.nodes}
    for node_id, report in reports.items():
        copies[found.origin[node_id]].append(report)
    return {
        node_id: _together(several, _last_copies(node_id, parents, found.times)) if several else LEFT_OUT
        for node_id, several in copies.items()
    }


def _last_copies(node_id: str, parents: Mapping[str, str], times: Mapping[str, int]) -> list[int]:
    """The number of the copy that leaves each repetition around a node, from the inner to the outer one."""
    numbers, number, block = [], 1, parents.get(node_id)
    while block is not None:
        if block in times:
            number *= times[block]
            numbers.append(number)
        block = parents.get(block)
    return numbers


def _together(several: list[NodeReport], last: list[int]) -> NodeReport:
    first = several[0]
    if len(several) == 1:
        return first
    changes: dict[str, Any] = {"copies": len(several), "receptive": several[-1].receptive}
    leaving = [output for number in last if (output := several[number - 1].output)]
    if len(leaving) == len(last) and any(output != first.output for output in leaving):
        changes["finals"] = tuple(leaving)
    wrong = next((number for number, report in enumerate(several, 1) if report.error), 1)
    if wrong > 1:
        changes["error"] = f"In repetition {wrong}: {several[wrong - 1].error}"
    # A later copy may wait for what never comes though the first one does not.
    changes["blocked"] = any(report.blocked for report in several)
    found = first.model_copy(update=changes)
    in_all = added([report.in_all for report in several])
    return found if found.in_all == in_all else found.model_copy(update={"varying": in_all})


@dataclass(frozen=True)
class Application:
    """A layer being called: how, on what, and what its call is given besides."""

    call: Call
    inputs: tuple[Tensor, ...]
    options: Mapping[str, Any]
    masks: tuple[tuple[int | None, ...] | None, ...]
    """Shapes of the masks that come with the inputs."""

    @property
    def signature(self) -> list[Any]:
        return [self.call.names, [(tensor.shape, tensor.dtype) for tensor in self.inputs], self.masks]

    def __call__(self, layer: Any) -> Any:
        tensors = {
            source: masked(keras.KerasTensor(tensor.shape, dtype=tensor.dtype, name=source), mask)
            for source, tensor, mask in zip(self.call.sources, self.inputs, self.masks, strict=True)
        }
        return self.call(layer, tensors, **self.options)


def _ask_keras(node: Node, here: Application, before: Application | None) -> Outcome | str:
    try:
        with symbolic():
            layer = make_layer(node)
            if before:
                before(layer)
            return infer(layer, lambda: here(layer))
    except MemoryError:
        return "This layer is too large for the memory of the analysis."
    except Exception as error:
        return refusal(error)


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
