"""Which layers and ready blocks do not fit behind a node, so that what fits is offered there first.

Keras is asked, and nobody else: all that the palette offers is put behind the node's tensor, in one trial document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from builder.catalog.analysis import Analysis, Tensor
from builder.catalog.connections import plainly
from builder.catalog.registry import blocks, layers
from builder.catalog.rules import late
from builder.catalog.rules.rule import rules_of
from builder.catalog.rules.view import View
from builder.catalog.spec import Layer, ReadyBlock
from builder.document import Document, Edge, Graph, Node

_ARRIVING = "arriving"


@dataclass(frozen=True)
class _Trial:
    """A layer or block behind the tensor."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def misfits(document: Document, source: str, analyse: Callable[[Document], Analysis]) -> dict[str, str]:
    """Why each layer and ready block, by its kind, does not fit behind `source`; those that fit are not in it.

    A layer of several inputs gets the tensor on each that it needs, a block on its first: what else it takes comes
    later. Where the output of `source` is not known, nothing is.
    """
    source = document.model.node(source).id
    report = analyse(document).nodes.get(source)
    if report is None or report.final is None:
        return {}
    trials = {entry.kind: _layer(entry) for entry in layers if entry.ports.most != 0}
    trials |= {entry.kind: _block(entry) for entry in blocks}
    wrong = _wrong(report.final, trials.values(), analyse)
    found = {kind: [wrong[node.id] for node in trial.nodes if node.id in wrong] for kind, trial in trials.items()}
    return {kind: reasons[0] for kind, reasons in found.items() if reasons}


def _layer(entry: Layer) -> _Trial:
    node = Node(id=entry.kind, kind=entry.kind, params=entry.start_params)
    ports = range(max(entry.ports.least, 1))
    return _Trial((node,), tuple(Edge(source=_ARRIVING, target=node.id, port=port) for port in ports))


def _block(entry: ReadyBlock) -> _Trial:
    def own(inner: str) -> str:
        return f"{entry.kind}__{inner}"

    def node(inner: dict[str, Any]) -> Node:
        owner = inner.get("shares")
        return Node.model_validate({**inner, "id": own(inner["id"]), "shares": own(owner) if owner else None})

    def edge(inner: dict[str, Any]) -> Edge:
        return Edge.model_validate({**inner, "source": own(inner["source"]), "target": own(inner["target"])})

    feeds = (Edge(source=_ARRIVING, target=own(target), port=port) for target, port in entry.inputs[0].ports)
    return _Trial(tuple(map(node, entry.part["nodes"])), (*feeds, *map(edge, entry.part["edges"])))


def _wrong(tensor: Tensor, trials: Iterable[_Trial], analyse: Callable[[Document], Analysis]) -> dict[str, str]:
    """What is said against each node of the trials: by Keras, or by the rules on what it only notices in training."""
    trials = tuple(trials)
    params: dict[str, Any] = {"shape": list(tensor.shape[1:]), "dtype": tensor.dtype}
    nodes = (Node(id=_ARRIVING, kind="Input", params=params), *(node for trial in trials for node in trial.nodes))
    edges = tuple(edge for trial in trials for edge in trial.edges)
    document = Document(name="Trial", model=Graph(nodes=nodes, edges=edges))
    analysis = analyse(document)
    view = View(document, analysis)
    said = {
        problem.node: problem.message.removeprefix(view.name(problem.node)).strip()
        for rule in rules_of(late)
        for problem in rule(view)
        if problem.node and problem.severity == "error"
    }
    return said | {name: f"{plainly(report.error)}." for name, report in analysis.nodes.items() if report.error}
