"""Edits: what a click, a key or a one-click fix does, as values. `apply` is pure, so undo is the earlier document.

The canvas sends edits as JSON (`parse_edit`); every edit that cannot be done is a `DocumentError` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from builder.document.graph import closes_cycle
from builder.document.model import Document, Edge, Graph, Node, NodeId, Position, Value, from_value, thaw
from builder.errors import DocumentError


class AddNode(Value):
    """Add a node at a position, with the edges that join it to others."""

    op: Literal["add_node"] = "add_node"
    node: Node
    position: Position | None = None
    edges: tuple[Edge, ...] = ()

    def apply(self, document: Document) -> Document:
        graph = document.model
        graph = graph.model_copy(update={"nodes": (*graph.nodes, self.node)})
        document = _with_graph(document, graph)
        if self.position:
            document = Move(positions={self.node.id: self.position}).apply(document)
        for edge in self.edges:
            document = Connect(edge=edge).apply(document)
        return document


class Remove(Value):
    """Remove nodes with all their edges, and single edges."""

    op: Literal["remove"] = "remove"
    nodes: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()

    def apply(self, document: Document) -> Document:
        gone = set(self.nodes)
        graph = Graph(
            nodes=tuple(node for node in document.model.nodes if node.id not in gone),
            edges=tuple(
                edge
                for edge in document.model.edges
                if edge not in self.edges and edge.source not in gone and edge.target not in gone
            ),
        )
        layout = {key: position for key, position in document.layout.items() if key not in gone}
        outputs = {key: output for key, output in document.training.outputs.items() if key not in gone}
        training = document.training.model_copy(update={"outputs": outputs})
        return document.model_copy(update={"model": graph, "layout": layout, "training": training})


class Connect(Value):
    """Draw an edge; one that would close a cycle is refused."""

    op: Literal["connect"] = "connect"
    edge: Edge

    def apply(self, document: Document) -> Document:
        graph = document.model
        if self.edge in graph.edges:
            return document
        if closes_cycle(graph, self.edge.source, self.edge.target):
            raise DocumentError(
                f'"{self.edge.source}" cannot feed "{self.edge.target}": the network would run in a circle.',
                code="cycle",
                edge=(self.edge.source, self.edge.target, self.edge.port),
                hint="Data flows from the input to the output; connect them the other way round.",
            )
        return _with_graph(document, graph.model_copy(update={"edges": (*graph.edges, self.edge)}))


class Disconnect(Value):
    """Remove an edge."""

    op: Literal["disconnect"] = "disconnect"
    edge: Edge

    def apply(self, document: Document) -> Document:
        return Remove(edges=(self.edge,)).apply(document)


class Move(Value):
    """Put nodes at positions."""

    op: Literal["move"] = "move"
    positions: Mapping[str, Position]

    def apply(self, document: Document) -> Document:
        known = {node.id for node in document.model.nodes}
        moved = {key: position for key, position in self.positions.items() if key in known}
        return document.model_copy(update={"layout": {**document.layout, **moved}})


class SetParam(Value):
    """Give a parameter of a node a value."""

    op: Literal["set_param"] = "set_param"
    node: str
    name: str
    value: Any

    def apply(self, document: Document) -> Document:
        node = document.model.node(self.node)
        return _with_params(document, node, {**thaw(node.params), self.name: self.value})


class ResetParam(Value):
    """Give a parameter of a node Keras' default again."""

    op: Literal["reset_param"] = "reset_param"
    node: str
    name: str

    def apply(self, document: Document) -> Document:
        node = document.model.node(self.node)
        return _with_params(document, node, {key: item for key, item in thaw(node.params).items() if key != self.name})


class Rename(Value):
    """Give a node another id, everywhere it is named."""

    op: Literal["rename"] = "rename"
    node: str
    to: NodeId

    def apply(self, document: Document) -> Document:
        document.model.node(self.node)

        def name(value: str) -> str:
            return self.to if value == self.node else value

        graph = Graph(
            nodes=tuple(node.model_copy(update={"id": name(node.id)}) for node in document.model.nodes),
            edges=tuple(
                edge.model_copy(update={"source": name(edge.source), "target": name(edge.target)})
                for edge in document.model.edges
            ),
        )
        layout = {name(key): position for key, position in document.layout.items()}
        outputs = {name(key): output for key, output in document.training.outputs.items()}
        training = document.training.model_copy(update={"outputs": outputs})
        return document.model_copy(update={"model": graph, "layout": layout, "training": training})


class Set(Value):
    """Set anything outside the graph by its path: "name", "data.dataset", "training.optimizer.params.learning_rate".

    A path whose last step is absent is made; `value` null removes the last step, which brings its default back.
    """

    op: Literal["set"] = "set"
    path: str
    value: Any

    def apply(self, document: Document) -> Document:
        value = document.to_dict()
        *steps, last = self.path.split(".")
        if not steps and last not in ("name", "data", "training", "layout"):
            raise DocumentError(f'"{self.path}" is not a part of a document.', code="path", where=self.path)
        place: Any = value
        for step in steps:
            if isinstance(place, list):
                place = _item(place, step, self.path)
                continue
            following = place.get(step)
            if isinstance(following, str) and step in ("loss", "optimizer"):
                following = {"kind": following, "params": {}}
            place[step] = {} if following is None else following
            place = place[step]
            if not isinstance(place, dict | list):
                raise DocumentError(f'"{self.path}" goes through a plain value.', code="path", where=self.path)
        if isinstance(place, list):
            _item(place, last, self.path)
            place[int(last)] = thaw(self.value)
        elif self.value is None:
            place.pop(last, None)
        else:
            place[last] = thaw(self.value)
        return from_value(value, origin="The edit")


class Replace(Value):
    """Put another document in place of this one (a template, an opened file, pasted JSON)."""

    op: Literal["replace"] = "replace"
    document: dict[str, Any]

    def apply(self, document: Document) -> Document:
        return from_value(self.document, origin="The pasted document")


class Batch(Value):
    """Several edits as one step of undo: all of them or none."""

    op: Literal["batch"] = "batch"
    edits: tuple[Edit, ...]

    def apply(self, document: Document) -> Document:
        for edit in self.edits:
            document = edit.apply(document)
        return document


Edit = Annotated[
    AddNode | Remove | Connect | Disconnect | Move | SetParam | ResetParam | Rename | Set | Replace | Batch,
    Field(discriminator="op"),
]
Batch.model_rebuild()
_EDIT: TypeAdapter[Any] = TypeAdapter(Edit)


def parse_edit(value: Any) -> Any:
    """Read one edit from its JSON value; `DocumentError` where it is none."""
    try:
        return _EDIT.validate_python(value)
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise DocumentError(f"The edit has a mistake at {where or 'op'}: {wrong['msg']}.", code="edit") from error


def apply(document: Document, edit: Any) -> Document:
    """The document after the edit; `DocumentError` where the edit cannot be done, and then nothing has changed."""
    if isinstance(edit, Mapping):
        edit = parse_edit(edit)
    try:
        return edit.apply(document)
    except ValidationError as error:
        raise DocumentError(
            f"{error.errors()[0]['msg'].removeprefix('Value error, ').capitalize()}.", code="edit"
        ) from error


def _item(place: list[Any], step: str, path: str) -> Any:
    if not step.isdecimal() or int(step) >= len(place):
        raise DocumentError(f'"{path}": there is no item {step} in a list of {len(place)}.', code="path", where=path)
    return place[int(step)]


def _with_graph(document: Document, graph: Graph) -> Document:
    return document.model_copy(update={"model": Graph(nodes=graph.nodes, edges=graph.edges)})


def _with_params(document: Document, node: Node, params: dict[str, Any]) -> Document:
    changed = Node(id=node.id, kind=node.kind, params=params)
    nodes = tuple(changed if other.id == node.id else other for other in document.model.nodes)
    return document.model_copy(update={"model": document.model.model_copy(update={"nodes": nodes})})
