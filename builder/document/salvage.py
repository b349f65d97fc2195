"""Taking a document's JSON value apart, and keeping of it what fits."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from builder.document.damaged import UNFIT
from builder.document.migrate import FORMAT
from builder.document.model import (
    MAX_DEPTH,
    MAX_NODES,
    Block,
    Data,
    Document,
    Edge,
    Graph,
    Node,
    Output,
    Position,
    Training,
    Value,
)
from builder.document.names import as_name, free_name
from builder.mistakes import mistakes, shown

TOLD = 200
"""Losses that are told one by one; the rest is counted."""

MAX_EDGES = 20 * MAX_NODES

V = TypeVar("V", bound=Value)


def graph_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The graph in a document; a bare graph is taken too."""
    model = value.get("model", value if "nodes" in value else None)
    return model if isinstance(model, dict) else {}


def count(value: Any) -> int:
    """How many layers a value has, as far as it is a document."""
    nodes = graph_of(value).get("nodes") if isinstance(value, dict) else None
    return len(nodes) if isinstance(nodes, list) else 0


@dataclass
class Salvage:
    """Takes a document's value apart and keeps what fits."""

    lost: list[str] = field(default_factory=list)
    untold: int = 0

    def tell(self, what: str) -> None:
        if len(self.lost) < TOLD:
            self.lost.append(what)
        else:
            self.untold += 1

    def document(self, value: dict[str, Any]) -> Document | None:
        """What can be kept, or None where there is nothing of a document in it."""
        if not graph_of(value):
            return None
        given = value.get("format")
        if not isinstance(given, int):
            self.tell(f"format: it is missing; {FORMAT} is assumed")
        elif given > FORMAT:
            self.tell(f"what format {given} has and format {FORMAT} has not")
        known = {*Document.model_fields, *(Graph.model_fields if "model" not in value else ())}
        self._unknown(value, known, "a document has no such field")
        if "model" in value:
            self._unknown(graph_of(value), Graph.model_fields, "a network has no such field", "model.")
        graph = self._graph(graph_of(value))
        if count(value) and not graph.nodes:
            return None
        members = {node.id for node in graph.nodes} | {block.id for block in graph.blocks}
        folded = value.get("folded")
        blocks = {block.id for block in graph.blocks}
        return Document(
            name=self._name(value.get("name")),
            model=graph,
            data=self._part(Data, value.get("data"), "data"),
            training=self._training(value.get("training")),
            layout=self._layout(value.get("layout"), members),
            folded=tuple(dict.fromkeys(item for item in folded if isinstance(item, str) and item in blocks))
            if isinstance(folded, list)
            else (),
        )

    def _unknown(self, value: Mapping[str, Any], known: Container[str], why: str, where: str = "") -> None:
        for name in value:
            if name not in known:
                self.tell(f"{where}{_short(name)}: {why}")

    def _name(self, name: Any) -> str:
        plain = _clean(name).strip() if isinstance(name, str) else ""
        if len(plain) > 120:
            self.tell("name: all but its first 120 letters")
        return plain[:120] or "Recovered"

    def _training(self, value: Any) -> Training:
        value = dict(value) if isinstance(value, dict) else value
        outputs = value.pop("outputs", None) if isinstance(value, dict) else None
        training = self._part(Training, value, "training") or Training()
        if outputs is None:
            return training
        if not isinstance(outputs, dict):
            self.tell("training.outputs: it must be an object")
            return training
        found = {}
        for name, item in outputs.items():
            if output := self._part(Output, item, f"training.outputs.{_clean(name)}"):
                found[_clean(name)] = output
        return training.model_copy(update={"outputs": found})

    def _layout(self, value: Any, known: set[str]) -> dict[str, Position]:
        """Where things stand; a place that cannot be read is no loss worth telling: it is laid out anew."""
        found: dict[str, Position] = {}
        for name, place in value.items() if isinstance(value, dict) else ():
            if name in known and isinstance(place, dict):
                try:
                    found[name] = Position.model_validate({axis: place.get(axis) for axis in ("x", "y")})
                except ValidationError:
                    continue
        return found

    def _graph(self, value: Mapping[str, Any]) -> Graph:
        nodes, names = self._nodes(value.get("nodes"))
        edges = self._edges(value.get("edges"), names)
        return Graph(nodes=nodes, edges=edges, blocks=self._blocks(value.get("blocks"), names, {n.id for n in nodes}))

    def _list(self, value: Any, where: str) -> list[Any]:
        if value is not None and not isinstance(value, list):
            self.tell(f"{where}: it must be a list")
        return value if isinstance(value, list) else []

    def _nodes(self, value: Any) -> tuple[tuple[Node, ...], dict[str, str]]:
        """The nodes, and the id that each id of the text has become."""
        nodes: dict[str, Node] = {}
        names: dict[str, str] = {}
        for number, item in enumerate(self._list(value, "model.nodes")):
            where = f"model.nodes.{number}"
            if not isinstance(item, dict) or not isinstance(item.get("kind"), str) or not item["kind"]:
                self.tell(f"{where}: a layer needs a kind")
                continue
            given = item.get("id")
            wanted = as_name(given if isinstance(given, str) else item["kind"])
            name = free_name(wanted, nodes)
            if name != given:
                why = ", for two had it" if name != wanted else ""
                self.tell(f"{where}: the id {_short(given)}; it is {name} now{why}")
            if isinstance(given, str):
                names.setdefault(given, name)
            node = self._part(Node, {**item, "id": name}, where)
            if node is not None:
                nodes[name] = node
        for name, node in nodes.items():
            if node.shares:
                owner = nodes.get(names.get(node.shares, ""))
                if owner is None or owner.id == name or owner.shares:
                    self.tell(f"{name}: that it shares the layer of {node.shares}")
                    nodes[name] = node.model_copy(update={"shares": None})
                elif owner.id != node.shares:
                    nodes[name] = node.model_copy(update={"shares": owner.id})
        return tuple(nodes.values()), {old: new for old, new in names.items() if new in nodes}

    def _edges(self, value: Any, names: Mapping[str, str]) -> tuple[Edge, ...]:
        edges: dict[Edge, None] = {}
        for number, item in enumerate(self._list(value, "model.edges")):
            where = f"model.edges.{number}"
            if not isinstance(item, dict):
                self.tell(f"{where}: an edge needs a source and a target")
                continue
            ends = [item.get(end) for end in ("source", "target")]
            missing = [end for end in ends if not isinstance(end, str) or end not in names]
            if missing:
                self.tell(f"{where}: it names {_short(missing[0])}, and there is no such layer")
                continue
            edge = self._part(Edge, {**item, "source": names[ends[0]], "target": names[ends[1]]}, where)
            if edge is not None and edge in edges:
                self.tell(f"{where}: the same edge is drawn twice")
            elif edge is not None and len(edges) == MAX_EDGES:
                self.tell(f"{where} and all that follow: at most {MAX_EDGES:,} edges are kept")
                break
            elif edge is not None:
                edges[edge] = None
        return tuple(edges)

    def _blocks(self, value: Any, names: Mapping[str, str], nodes: set[str]) -> tuple[Block, ...]:
        """Blocks whose members are there and in no other block; what nested itself is left out."""
        items = [item for item in self._list(value, "model.blocks")[:MAX_NODES] if isinstance(item, dict)]
        known = {item["id"] for item in items if isinstance(item.get("id"), str)} - nodes
        taken: set[str] = set()
        found: dict[str, Block] = {}
        for number, item in enumerate(items):
            where = f"model.blocks.{number}"
            listed = item.get("members") if isinstance(item.get("members"), list) else []
            members: dict[str, None] = {}
            for member in listed:
                name = (names.get(member) or (member if member in known else None)) if isinstance(member, str) else None
                if name is None or name in taken or name in members:
                    self.tell(f"{where}: its member {_short(member)}")
                else:
                    members[name] = None
            block = self._part(Block, {**item, "members": list(members)}, where) if members else None
            if block is None or block.id in found or block.id in nodes:
                self.tell(f"{where}: the block {_short(item.get('id'))}")
                continue
            taken.update(members)
            found[block.id] = block
        return self._nested(found, nodes)

    def _nested(self, found: dict[str, Block], nodes: set[str]) -> tuple[Block, ...]:
        """The blocks that in the end hold nodes only; members that are none of these are left out."""
        sound: set[str] = set(nodes)
        waiting = dict(found)
        holders = {member: block.id for block in found.values() for member in block.members}
        left = {block.id: sum(member in found for member in block.members) for block in found.values()}
        ready = [block_id for block_id, count in left.items() if count == 0]
        while ready:
            block_id = ready.pop()
            sound.add(block_id)
            waiting.pop(block_id)
            holder = holders.get(block_id)
            if holder in left:
                left[holder] -= 1
                if left[holder] == 0:
                    ready.append(holder)
        for block_id in waiting:
            self.tell(f"the block {block_id}: it holds itself")
        kept = []
        for block in found.values():
            members = tuple(member for member in block.members if member in sound)
            if block.id in sound and members:
                kept.append(block.model_copy(update={"members": members}))
        return tuple(kept)

    def _part(self, kind: type[V], value: Any, where: str) -> V | None:
        """The value as this part of a document, without what does not fit; None where what it needs is missing."""
        if value is None:
            return None
        value = self._plain(value, where)
        for _ in range(4):
            try:
                return kind.model_validate(value)
            except ValidationError as error:
                places = set()
                for wrong in mistakes(error):
                    self.tell(f"{f'{where}.{wrong.where}'.rstrip('.')}: {wrong.message}")
                    places.add(wrong.path[:-1] if wrong.kind == "missing" else wrong.path)
                if not _removed(value, places):
                    return None
        return None

    def _plain(self, value: Any, where: str, depth: int = 0) -> Any:
        """A JSON value without numbers that are none and without what is nested too deeply."""
        if isinstance(value, str):
            return _clean(value)
        if not isinstance(value, dict | list):
            return value
        if depth > MAX_DEPTH - 10:
            self.tell(f"{where}: what is nested too deeply in it")
            return None
        if isinstance(value, list):
            fitting = [item for item in value if item is not UNFIT]
            if len(fitting) < len(value):
                self.tell(f"{where}: items that are no numbers")
            return [self._plain(item, where, depth + 1) for item in fitting]
        found: dict[str, Any] = {}
        for name, item in value.items():
            if item is UNFIT:
                self.tell(f"{where}.{_clean(name)}: it is no number that JSON allows")
            else:
                found[_clean(name)] = self._plain(item, f"{where}.{name}", depth + 1)
        return found


def _removed(value: Any, places: set[tuple[Any, ...]]) -> bool:
    """Take what is at these places out of a value, later items of a list first; False where that takes all of it."""
    outer = [place for place in places if not any(place[:length] in places for length in range(len(place)))]
    done = False
    backwards = sorted(filter(None, outer), key=lambda place: [(str(type(step)), step) for step in place], reverse=True)
    for *steps, last in backwards:
        inner = value
        for step in steps:
            inner = inner[step] if _has(inner, step) else None
        if _has(inner, last):
            del inner[last]
            done = True
    return done


def _has(value: Any, step: Any) -> bool:
    return step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))


def _clean(text: str) -> str:
    """A text without halves of characters."""
    return text.encode("utf-8", errors="replace").decode()


def _short(value: Any) -> str:
    """A value as it stands in the text, cut where it is long."""
    return shown(_clean(value) if isinstance(value, str) else value)
