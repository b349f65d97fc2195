"""The document: one immutable value that holds a whole experiment, and the one format people save and share.

Parameters that are absent from `params` have Keras' default. How it is drawn is not part of the content hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from builder.document.migrate import FORMAT
from builder.document.names import NAME, RULE, as_name, closest, free_name
from builder.errors import DocumentError
from builder.mistakes import Wrong, shown

MAX_NODES = 2_000
MAX_DEPTH = 40


def freeze(value: Any) -> Any:
    """Turn JSON containers into read-only ones, all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({str(key): freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Any) -> Any:
    """Turn read-only containers back into plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(item) for item in value]
    return value


def _identifier(value: str) -> str:
    if not NAME.fullmatch(value):
        raise Wrong(f"a node id {RULE}, received {shown(value)}", hint=f'"{as_name(value)}" would be one.')
    return value


def _shallow(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if deeper(value, MAX_DEPTH - 10):
        raise Wrong(f"parameters are nested at most {MAX_DEPTH - 10} levels deep")
    return value


def deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects are nested deeper than this."""
    level = [value] if isinstance(value, Mapping | list | tuple) else []
    for _ in range(depth):
        level = [
            item
            for outer in level
            for item in (outer.values() if isinstance(outer, Mapping) else outer)
            if isinstance(item, Mapping | list | tuple)
        ]
        if not level:
            return False
    return True


Params = Annotated[Mapping[str, Any], AfterValidator(_shallow), AfterValidator(freeze), PlainSerializer(thaw)]
NodeId = Annotated[str, AfterValidator(_identifier)]


class Value(BaseModel):
    """A frozen part of a document; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __deepcopy__(self, memo: Any) -> Any:
        return self


class Choice(Value):
    """Something picked from the catalogue with its parameters; the bare name stands for "no parameters"."""

    kind: str
    params: Params = Field(default_factory=lambda: freeze({}), validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_serializer
    def _to_name(self) -> Any:
        return {"kind": self.kind, "params": thaw(self.params)} if self.params else self.kind


class Node(Value):
    """A layer of the network; `kind` is the Keras class name and `id` becomes the layer's name.

    `frozen` keeps its weights as they are, `bypassed` lets its (first) input through unchanged, and `shares` names the
    node whose layer, weights and all, is applied here once more; parameters are then those of that node.
    """

    id: NodeId
    kind: str
    params: Params = Field(default_factory=lambda: freeze({}), validate_default=True)
    frozen: bool = False
    bypassed: bool = False
    shares: NodeId | None = None

    @model_serializer(mode="wrap")
    def _without_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        value = handler(self)
        return {key: item for key, item in value.items() if item or key not in ("frozen", "bypassed", "shares")}


class Edge(Value):
    """A tensor flowing from `source` to input number `port` of `target`."""

    source: NodeId
    target: NodeId
    port: int = Field(0, ge=0, le=255)


class Block(Value):
    """A named part of the network, folded into one box or open on the canvas, that may stand `repeat` times in a row.

    `members` are ids of nodes and of blocks inside this one. Nodes keep their place in the graph: the block's inputs
    and outputs are the edges that cross its border.
    """

    id: NodeId
    name: str = Field(min_length=1, max_length=80)
    members: tuple[NodeId, ...] = Field(min_length=1)
    repeat: int = Field(1, ge=1, le=1_000)


class Graph(Value):
    """The network: nodes, the edges between them and the blocks that nodes are gathered in, in the order of making."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    blocks: tuple[Block, ...] = ()

    @field_validator("nodes")
    @classmethod
    def _unique_nodes(cls, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        if len(nodes) > MAX_NODES:
            raise Wrong(
                f"there may be at most {MAX_NODES} nodes, and this has {len(nodes)}",
                hint="Repeat a part by a block, or divide the network into several documents.",
            )
        seen: set[str] = set()
        for number, node in enumerate(nodes):
            if node.id in seen:
                name = free_name(node.id, {other.id for other in nodes})
                raise Wrong(f'two nodes have the id "{node.id}"', number, "id", hint=f'"{name}" is free.')
            seen.add(node.id)
        return nodes

    @model_validator(mode="after")
    def _edges_between_nodes(self) -> Graph:
        ids = {node.id: None for node in self.nodes}
        seen: set[Edge] = set()
        for number, edge in enumerate(self.edges):
            for end, name in (("source", edge.source), ("target", edge.target)):
                if name not in ids:
                    meant = closest(name, ids)
                    raise Wrong(
                        f'an edge names "{name}", and there is no such node',
                        *("edges", number, end),
                        hint=f'Is "{meant}" meant?' if meant else "Add that node, or take the edge out.",
                    )
            if edge in seen:
                raise Wrong(
                    f'the same edge is drawn twice, from "{edge.source}" to "{edge.target}"',
                    *("edges", number),
                    hint="Take one of them out, or give it another port.",
                )
            seen.add(edge)
        return self

    @model_validator(mode="after")
    def _blocks_nested(self) -> Graph:
        ids = {node.id for node in self.nodes}
        parents: dict[str, str] = {}
        for number, block in enumerate(self.blocks):
            if block.id in ids:
                name = free_name(block.id, ids | {other.id for other in self.blocks})
                raise Wrong(f'the id "{block.id}" is given twice', *("blocks", number, "id"), hint=f'"{name}" is free.')
            ids.add(block.id)
        for number, block in enumerate(self.blocks):
            at = ("blocks", number, "members")
            for member in block.members:
                if member not in ids:
                    raise Wrong(f'the block "{block.id}" holds "{member}", and there is no such node or block', *at)
                if member in parents:
                    raise Wrong(f'"{member}" is in two blocks, "{parents[member]}" and "{block.id}"', *at)
                parents[member] = block.id
        for number, block in enumerate(self.blocks):
            above, seen = parents.get(block.id), {block.id}
            while above:
                if above in seen:
                    raise Wrong(f'the block "{block.id}" holds itself', *("blocks", number, "members"))
                seen.add(above)
                above = parents.get(above)
        return self

    @model_validator(mode="after")
    def _shared_with_nodes(self) -> Graph:
        sharing = {node.id: node.shares for node in self.nodes}
        for number, node in enumerate(self.nodes):
            at = ("nodes", number, "shares")
            if node.shares and node.shares not in sharing:
                raise Wrong(f'"{node.id}" shares the layer of "{node.shares}", and there is no such node', *at)
            if node.shares and sharing[node.shares]:
                raise Wrong(f'"{node.id}" shares the layer of "{node.shares}", which shares another\'s itself', *at)
        return self

    def block(self, block_id: str) -> Block:
        """The block with this id; `DocumentError` where there is none."""
        for block in self.blocks:
            if block.id == block_id:
                return block
        raise DocumentError(f"There is no block {shown(block_id)}.", code="unknown-block", where=block_id)

    def parents(self) -> dict[str, str]:
        """The block that each node or block is directly in; those in none are absent."""
        return {member: block.id for block in self.blocks for member in block.members}

    def inside(self, block_id: str) -> tuple[str, ...]:
        """The ids of all nodes in a block, those of the blocks inside it too."""
        blocks = {block.id: block for block in self.blocks}
        found: list[str] = []
        for member in self.block(block_id).members:
            found += self.inside(member) if member in blocks else (member,)
        return tuple(found)

    def node(self, node_id: str) -> Node:
        """The node with this id; `DocumentError` where there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        meant = closest(node_id, (node.id for node in self.nodes), 0.7)
        hint = f'Is "{meant}" meant?' if meant else None
        raise DocumentError(f"There is no node {shown(node_id)}.", code="unknown-node", node=node_id, hint=hint)

    def inputs_of(self, node_id: str) -> tuple[Edge, ...]:
        """The edges into a node, by port."""
        return tuple(sorted((edge for edge in self.edges if edge.target == node_id), key=lambda edge: edge.port))

    def outputs(self) -> tuple[Node, ...]:
        """The nodes that nothing follows: the network's outputs."""
        sources = {edge.source for edge in self.edges}
        return tuple(node for node in self.nodes if node.id not in sources)


class Data(Value):
    """Which data set the network learns from, and how much of it is held back for validation."""

    dataset: str
    validation_split: float = Field(0.2, gt=0, lt=1)
    seed: int = Field(7, ge=0, le=2**31 - 1)
    limit: int | None = Field(None, ge=10, description="Use only this many training samples.")


class Output(Value):
    """What one of several outputs learns: its own loss and its weight in the total."""

    loss: Choice | None = None
    weight: float = Field(1.0, ge=0)


class Training(Value):
    """How the network learns."""

    loss: Choice = Choice(kind="sparse_categorical_crossentropy")
    optimizer: Choice = Choice(kind="Adam")
    metrics: tuple[Choice, ...] = ()
    epochs: int = Field(10, ge=1, le=100_000)
    batch_size: int = Field(32, ge=1, le=65_536)
    seed: int = Field(7, ge=0, le=2**31 - 1)
    callbacks: tuple[Choice, ...] = ()
    outputs: Mapping[str, Output] = Field(default_factory=dict)
    xla: Literal["automatic", "never", "always"] = "automatic"
    backend: Literal["tensorflow", "jax", "torch"] = "tensorflow"


class Position(Value):
    """Where a node stands on the canvas, in pixels."""

    x: float
    y: float


class Document(Value):
    """A whole experiment: network, data, training and layout; `folded` are the blocks that are drawn as one box."""

    format: int = FORMAT
    name: str = Field("Untitled", min_length=1, max_length=120)
    model: Graph = Graph()
    data: Data | None = None
    training: Training = Training()
    layout: Mapping[str, Position] = Field(default_factory=dict)
    folded: tuple[NodeId, ...] = ()

    def to_json(self, *, indent: int | None = None) -> str:
        """The canonical text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_dict(self) -> dict[str, Any]:
        """The canonical JSON value; settings are written out, so that a later default changes no saved document."""
        return self.model_dump(mode="json")

    def content_hash(self) -> str:
        """SHA-256 of everything that changes what is trained: all but how it is drawn and the name.

        Defaults are left out, so that a field added later with a default keeps the hash of older documents.
        """
        content = self.model_dump(mode="json", exclude={"layout", "folded", "name"}, exclude_defaults=True)
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
