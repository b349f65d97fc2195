"""Edits: what a click, a key or a one-click fix does, as values. `apply` is pure, so undo is the earlier document.

The canvas sends edits as JSON (`parse_edit`); every edit that cannot be done is a `DocumentError` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from builder.document import structure
from builder.document.graph import closes_cycle
from builder.document.model import MAX_DEPTH, Block, Document, Edge, Node, NodeId, Position, Value, deeper, thaw
from builder.document.names import free_name
from builder.document.reading import from_value
from builder.errors import DocumentError
from builder.mistakes import mistakes, shown

DEEPEST = MAX_DEPTH + 10
"""Levels of lists and objects in an edit: those of a document, and of the edit around it."""


class AddNode(Value):
    """Add a node at a position, with the edges that join it to others, into a block or into none."""

    op: Literal["add_node"] = "add_node"
    node: Node
    position: Position | None = None
    edges: tuple[Edge, ...] = ()
    block: str | None = None

    def apply(self, document: Document) -> Document:
        document = structure.with_graph(document, nodes=(*document.model.nodes, self.node))
        if self.block is not None:
            blocks = structure.joined(document.model, self.block, (self.node.id,))
            document = structure.with_graph(document, blocks=blocks)
        if self.position:
            document = Move(positions={self.node.id: self.position}).apply(document)
        return _connected(document, self.edges)


class Remove(Value):
    """Remove nodes, and blocks with all in them, with all their edges; and single edges."""

    op: Literal["remove"] = "remove"
    nodes: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()

    def apply(self, document: Document) -> Document:
        return structure.without(document, self.nodes, self.edges)


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
        return structure.with_graph(document, edges=(*graph.edges, self.edge))


class Disconnect(Value):
    """Remove an edge."""

    op: Literal["disconnect"] = "disconnect"
    edge: Edge

    def apply(self, document: Document) -> Document:
        return Remove(edges=(self.edge,)).apply(document)


class Move(Value):
    """Put nodes and folded blocks at positions."""

    op: Literal["move"] = "move"
    positions: Mapping[str, Position]

    def apply(self, document: Document) -> Document:
        graph = document.model
        known = {node.id for node in graph.nodes} | {block.id for block in graph.blocks}
        moved = {key: position for key, position in self.positions.items() if key in known}
        return document.model_copy(update={"layout": {**document.layout, **moved}})


class SetParam(Value):
    """Give a parameter of a node a value; of a node that shares a layer, the layer's."""

    op: Literal["set_param"] = "set_param"
    node: str
    name: str
    value: Any

    def apply(self, document: Document) -> Document:
        node = structure.owner(document.model, self.node)
        return structure.with_node(document, node, params={**thaw(node.params), self.name: self.value})


class ResetParam(Value):
    """Give a parameter of a node, or of the layer that it shares, Keras' default again."""

    op: Literal["reset_param"] = "reset_param"
    node: str
    name: str

    def apply(self, document: Document) -> Document:
        node = structure.owner(document.model, self.node)
        params = {key: item for key, item in thaw(node.params).items() if key != self.name}
        return structure.with_node(document, node, params=params)


class Rename(Value):
    """Give a node another id, everywhere it is named."""

    op: Literal["rename"] = "rename"
    node: str
    to: NodeId

    def apply(self, document: Document) -> Document:
        graph = document.model
        graph.node(self.node)
        others = {node.id: f'two nodes have the id "{node.id}" then' for node in graph.nodes if node.id != self.node}
        others |= {block.id: f'the id "{block.id}" is given twice then' for block in graph.blocks}
        if self.to in others:
            raise DocumentError(
                f'"{self.node}" cannot be called "{self.to}": {others[self.to]}.',
                code="edit",
                node=self.node,
                hint=f'"{free_name(self.to, others)}" is free.',
            )
        return structure.renamed(document, self.node, self.to)


class Switch(Value):
    """Freeze layers or let them pass their input through, or undo that; a shared layer is frozen as a whole."""

    op: Literal["switch"] = "switch"
    nodes: tuple[str, ...]
    name: Literal["frozen", "bypassed"]
    value: bool

    def apply(self, document: Document) -> Document:
        for node_id in self.nodes:
            node = document.model.node(node_id) if self.name == "bypassed" else structure.owner(document.model, node_id)
            document = structure.with_node(document, node, **{self.name: self.value})
        return document


class Share(Value):
    """Let a node apply the layer of another once more, weights and all; null gives it one of its own, like that one."""

    op: Literal["share"] = "share"
    node: str
    other: str | None = Field(alias="with")

    def apply(self, document: Document) -> Document:
        return structure.sharing(document, self.node, self.other)


class Group(Value):
    """Gather nodes and blocks, all of the same block or of none, in a new block."""

    op: Literal["group"] = "group"
    block: Block
    folded: bool = False
    position: Position | None = None

    def apply(self, document: Document) -> Document:
        document = structure.grouped(document, self.block)
        return Fold(block=self.block.id, folded=self.folded, position=self.position).apply(document)


class Ungroup(Value):
    """Take a block's border away; what is in it stays, once."""

    op: Literal["ungroup"] = "ungroup"
    block: str

    def apply(self, document: Document) -> Document:
        return structure.ungrouped(document, self.block)


class Nest(Value):
    """Take nodes and blocks out of where they are, into a block or, with null, into none."""

    op: Literal["nest"] = "nest"
    members: tuple[str, ...]
    block: str | None = None

    def apply(self, document: Document) -> Document:
        return structure.nested(document, self.members, self.block)


class SetBlock(Value):
    """Give a block another name, or let it stand another number of times in a row."""

    op: Literal["set_block"] = "set_block"
    block: str
    name: str | None = None
    repeat: int | None = None

    def apply(self, document: Document) -> Document:
        graph = document.model
        block = graph.block(self.block)
        given = {"name": self.name, "repeat": self.repeat}
        changes = {key: value for key, value in given.items() if value is not None}
        changed = Block(**block.model_dump() | changes)
        blocks = tuple(changed if other.id == block.id else other for other in graph.blocks)
        return structure.with_graph(document, blocks=blocks)


class Fold(Value):
    """Draw a block as one box, or open; `position` is where the box stands."""

    op: Literal["fold"] = "fold"
    block: str
    folded: bool
    position: Position | None = None

    def apply(self, document: Document) -> Document:
        document.model.block(self.block)
        others = tuple(item for item in document.folded if item != self.block)
        if self.folded != (self.block in document.folded):
            folded = (*others, self.block) if self.folded else others
            document = document.model_copy(update={"folded": folded})
        if self.position:
            document = Move(positions={self.block: self.position}).apply(document)
        return document


class Unroll(Value):
    """Write a block that repeats out as that many blocks in a row."""

    op: Literal["unroll"] = "unroll"
    block: str

    def apply(self, document: Document) -> Document:
        return structure.unrolled(document, self.block)


class Part(Value):
    """A part of a document: what was copied, or a ready block. Its ids are its own until it is inserted."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    blocks: tuple[Block, ...] = ()
    layout: Mapping[str, Position] = Field(default_factory=dict)
    folded: tuple[NodeId, ...] = ()


class Insert(Value):
    """Add a part, with the edges that join it to the rest; ids that are taken are refused.

    `position` is where the upper left corner of the part comes to stand, without it positions are taken as they are;
    `block` is the block that the part goes into.
    """

    op: Literal["insert"] = "insert"
    part: Part
    position: Position | None = None
    edges: tuple[Edge, ...] = ()
    block: str | None = None

    def apply(self, document: Document) -> Document:
        part, graph = self.part, document.model
        document = structure.with_graph(
            document, nodes=(*graph.nodes, *part.nodes), blocks=(*graph.blocks, *part.blocks)
        )
        if self.block is not None:
            inner = {member for block in part.blocks for member in block.members}
            top = [item.id for item in (*part.nodes, *part.blocks) if item.id not in inner]
            document = structure.with_graph(document, blocks=structure.joined(document.model, self.block, top))
        folded = tuple(block.id for block in part.blocks if block.id in part.folded)
        document = document.model_copy(update={"folded": (*document.folded, *folded)})
        document = Move(positions=self._positions()).apply(document)
        return _connected(document, (*part.edges, *self.edges))

    def _positions(self) -> dict[str, Position]:
        own = {item.id for item in (*self.part.nodes, *self.part.blocks)}
        layout = {key: position for key, position in self.part.layout.items() if key in own}
        if self.position is None or not layout:
            return layout
        left = min(position.x for position in layout.values())
        top = min(position.y for position in layout.values())
        return {
            key: Position(x=position.x - left + self.position.x, y=position.y - top + self.position.y)
            for key, position in layout.items()
        }


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
            raise DocumentError(f"{shown(self.path)} is not a part of a document.", code="path", where=self.path)
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
                raise DocumentError(f"{shown(self.path)} goes through a plain value.", code="path", where=self.path)
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
    AddNode
    | Remove
    | Connect
    | Disconnect
    | Move
    | SetParam
    | ResetParam
    | Rename
    | Switch
    | Share
    | Group
    | Ungroup
    | Nest
    | SetBlock
    | Fold
    | Unroll
    | Insert
    | Set
    | Replace
    | Batch,
    Field(discriminator="op"),
]
Batch.model_rebuild()
_EDIT: TypeAdapter[Any] = TypeAdapter(Edit)


def parse_edit(value: Any) -> Any:
    """Read one edit from its JSON value; `DocumentError` where it is none."""
    if deeper(value, DEEPEST):
        raise DocumentError(f"An edit is nested at most {DEEPEST} levels deep.", code="edit")
    try:
        return _EDIT.validate_python(value)
    except ValidationError as error:
        raise _refused(error) from error


def apply(document: Document, edit: Any) -> Document:
    """The document after the edit; `DocumentError` where the edit cannot be done, and then nothing has changed."""
    if not isinstance(edit, Value):
        edit = parse_edit(edit)
    try:
        return edit.apply(document)
    except ValidationError as error:
        raise _refused(error) from error


def _refused(error: ValidationError) -> DocumentError:
    """What pydantic found first; a rule of ours says all in its sentence, a value that does not fit needs its place."""
    first = next(mistakes(error))
    if first.kind == "value_error":
        message = f"{first.message[0].upper()}{first.message[1:]}."
    else:
        message = f"The edit has a mistake at {first.where or 'op'}: {first.message}."
    return DocumentError(message, code="edit", hint=first.hint or None)


def _item(place: list[Any], step: str, path: str) -> Any:
    if not step.isdecimal() or int(step) >= len(place):
        raise DocumentError(
            f"{shown(path)}: there is no item {step[:20]} in a list of {len(place)}.", code="path", where=path
        )
    return place[int(step)]


def _connected(document: Document, edges: tuple[Edge, ...]) -> Document:
    for edge in edges:
        document = Connect(edge=edge).apply(document)
    return document
