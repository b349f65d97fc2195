"""What can be kept of a text that should be a document: damaged, foreign, too new or wrong in places.

Nothing here raises, whatever the text holds, and the time it takes grows with its length alone. Layers of a kind that
nobody knows are kept: the rules mark them on the canvas. So are circles.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from builder.document.migrate import FORMAT
from builder.document.model import (
    MAX_BYTES,
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
    parse,
)
from builder.errors import DocumentError, Problem

TOLD = 200
"""Losses that are told one by one; the rest is counted."""

MAX_EDGES = 20 * MAX_NODES
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,"]|[^\s{}\[\]:,"]+', re.DOTALL)
PLAIN = re.compile(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")

NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
SAYS = {"extra_forbidden": "there is no such field", "missing": "it is missing"}

V = TypeVar("V", bound=Value)


@dataclass(frozen=True)
class Recovered:
    """The document in a text, or what of it can be kept, and what would be lost.

    `problem` says why the text as it is cannot be opened, and is None where it can: then nothing is lost. `line` and
    `column`, counted from 1, are where. `layers` is how many layers the text has, `untold` how many losses are not told
    one by one.
    """

    document: Document | None
    lost: tuple[str, ...] = ()
    problem: Problem | None = None
    layers: int = 0
    line: int | None = None
    column: int | None = None
    untold: int = 0

    @property
    def whole(self) -> bool:
        return self.problem is None

    @property
    def losses(self) -> int:
        """How many things would be lost, those that are only counted too."""
        return len(self.lost) + self.untold

    def offer(self) -> str:
        """What can be kept, as a sentence."""
        if self.document is None:
            return "Nothing of it can be kept."
        kept = len(self.document.model.nodes)
        return f"This can be kept: {kept:,} of {self.layers:,} layer{'' if self.layers == 1 else 's'}."


def recover(text: str | bytes, *, origin: str = "The text") -> Recovered:
    """Read a text as `parse` does; where that refuses it, keep what is sound."""
    if len(text) > MAX_BYTES:
        message = f"{origin} has {len(text) / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} are read."
        return Recovered(None, problem=Problem(code="too-large", message=message))
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), errors="replace")
    text = text.removeprefix("\ufeff")
    value, damage = _read(text, origin)
    if damage is None and not isinstance(value, dict):
        return Recovered(None, problem=_foreign(origin))
    if (count := _count(value)) > MAX_NODES:
        return Recovered(None, problem=_too_many(origin, count), layers=count)
    if damage is None:
        try:
            document = parse(text, origin=origin)
            document.to_json().encode()
            return Recovered(document, layers=count)
        except DocumentError as error:
            problem = error.problem
        except UnicodeEncodeError:
            problem = Problem(code="text", message=f"{origin} holds half a character that no text can hold.")
        place = locate(text, problem.where) if problem.where else _no_number(text)
    else:
        problem, place = damage.problem, damage.place
    line, column = place or (None, None)
    if not isinstance(value, dict):
        return Recovered(None, problem=problem, line=line, column=column)
    try:
        salvage = _Salvage()
        if damage and damage.cut:
            salvage.tell(damage.cut)
        document = salvage.document(value)
    except (ValidationError, RecursionError):
        document = None
    if document is None:
        return Recovered(None, problem=problem, layers=count, line=line, column=column)
    return Recovered(document, tuple(salvage.lost), problem, count, line, column, salvage.untold)


def locate(text: str, path: str) -> tuple[int, int] | None:
    """Line and column, counted from 1, at which a path such as "model.nodes.3.kind" begins in a JSON text.

    Where the text does not go that deep, the last place on the way to it.
    """
    # What follows the last place found, beside or above it, ends the search.
    steps = path.split(".")
    found: int | None = None
    depth = 0
    stack: list[str | int] = []
    for what, offset, key in _walk(text):
        if what == "open":
            stack.append(-1)
        elif what == "close":
            stack.pop()
        elif len(stack) <= depth:
            break
        else:
            stack[-1] = key
            if len(stack) == depth + 1 and str(key) == steps[depth]:
                found, depth = offset, depth + 1
                if depth == len(steps):
                    break
    return None if found is None else _line(text, found)


def _walk(text: str) -> Iterator[tuple[str, int, str | int]]:
    """The brackets of a JSON text, and the items in them: ("item", where it stands, its name or number)."""
    inside: list[int | None] = []
    waiting = False
    for token in TOKEN.finditer(text):
        mark = token[0][0]
        if mark in "]}":
            if not inside:
                return
            inside.pop()
            yield "close", token.start(), ""
            waiting = False
            continue
        if mark in ":,":
            waiting = mark == ":"
            continue
        count = inside[-1] if inside else None
        if count is not None:
            inside[-1] = count + 1
            yield "item", token.start(), count
        elif inside and not waiting and mark == '"':
            yield "item", token.start(), token[0][1:-1]
        if mark in "[{":
            inside.append(0 if mark == "[" else None)
            yield "open", token.start(), ""
        waiting = False


def _no_number(text: str) -> tuple[int, int] | None:
    """Where the first number stands that JSON does not allow."""
    return next((_line(text, token.start()) for token in TOKEN.finditer(text) if token[0] in NO_NUMBERS), None)


def _line(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


@dataclass(frozen=True)
class _Damage:
    """Why a text is no JSON, where, and what of it cannot be read."""

    problem: Problem
    place: tuple[int, int] | None = None
    cut: str = ""


class _Unfit:
    """Stands for a number that JSON does not allow."""


UNFIT = _Unfit()


def _read(text: str, origin: str) -> tuple[Any, _Damage | None]:
    """The JSON value of a text; of a damaged one what stands before the damage, with all brackets closed."""
    try:
        return _loads(text), None
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        problem = Problem(
            code="not-json",
            message=f"{origin} is not valid JSON: {_why(text, error)} at line {line}, column {column}.",
            hint="Mend it there, or keep what stands before.",
        )
        cut = f"Everything from line {line}, column {column} on"
        rest = text[error.pos :].strip()
        damage = _Damage(problem, (line, column), cut if rest else f"Whatever came after line {line}")
        try:
            return _loads(_closed(text[: error.pos])), damage
        except (ValueError, RecursionError):
            return None, damage
    except (ValueError, RecursionError):
        message = f"{origin} is nested too deeply to be a document."
        return None, _Damage(Problem(code="not-json", message=message))


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=lambda name: UNFIT, parse_float=_number, parse_int=_whole)


def _number(text: str) -> float | _Unfit:
    return value if math.isfinite(value := float(text)) else UNFIT


def _whole(text: str) -> int | _Unfit:
    return int(text) if len(text) < 300 else UNFIT


def _why(text: str, error: json.JSONDecodeError) -> str:
    if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
        return "it ends too early"
    return f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at")


def _closed(text: str) -> str:
    """The text up to its last complete value, with the brackets that are still open closed."""
    stack: list[str] = []
    end, named = 0, False
    for token in TOKEN.finditer(text):
        mark = token[0][0]
        if token[0] == '"' or (mark not in '{}[]:,"' and not PLAIN.fullmatch(token[0])):
            break
        if mark in "{[":
            stack.append("}" if mark == "{" else "]")
        elif mark in "}]":
            if stack:
                stack.pop()
        elif mark in ":,":
            named = mark == ":"
            continue
        elif stack and stack[-1] == "}" and not named:
            continue
        end, named = token.end(), False
    return text[:end] + "".join(reversed(stack))


def _count(value: Any) -> int:
    """How many layers a value has, as far as it is a document."""
    nodes = _graph_of(value).get("nodes") if isinstance(value, dict) else None
    return len(nodes) if isinstance(nodes, list) else 0


def _graph_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The graph in a document; a bare graph is taken too."""
    model = value.get("model", value if "nodes" in value else None)
    return model if isinstance(model, dict) else {}


def _foreign(origin: str) -> Problem:
    return Problem(
        code="foreign",
        message=f"{origin} is not a Layerloom document: it needs an object with format, name and model.",
        hint="Open a .loom.json file that Layerloom saved.",
    )


def _too_many(origin: str, count: int) -> Problem:
    return Problem(
        code="too-many-layers",
        message=f"{origin} has {count:,} layers; a document holds at most {MAX_NODES:,}.",
        where="model.nodes",
        hint="Repeat a part by a block, or divide the network into several documents.",
    )


@dataclass
class _Salvage:
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
        if not _graph_of(value):
            return None
        given = value.get("format")
        if not isinstance(given, int):
            self.tell(f"format: it is missing; {FORMAT} is assumed")
        elif given > FORMAT:
            self.tell(f"what format {given} has and format {FORMAT} has not")
        known = {*Document.model_fields, *(Graph.model_fields if "model" not in value else ())}
        self._unknown(value, known, "a document has no such field")
        if "model" in value:
            self._unknown(_graph_of(value), Graph.model_fields, "a network has no such field", "model.")
        graph = self._graph(_graph_of(value))
        if _count(value) and not graph.nodes:
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
            wanted = _identifier(given if isinstance(given, str) else item["kind"])
            name, count = wanted, 1
            while name in nodes:
                count += 1
                name = f"{wanted[:56]}_{count}"
            if name != given:
                why = ", for two had it" if count > 1 else ""
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
                for wrong in error.errors(include_url=False, include_input=False, include_context=False):
                    message = SAYS.get(wrong["type"], wrong["msg"].removeprefix("Value error, "))
                    self.tell(f"{'.'.join((where, *map(str, wrong['loc'])))}: {message[0].lower()}{message[1:]}")
                    places.add(wrong["loc"][:-1] if wrong["type"] == "missing" else wrong["loc"])
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


def _identifier(text: str) -> str:
    """A text as an id: letters, digits and underscores, a letter first."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", text)[:64]
    return plain if re.match(r"[A-Za-z]", plain) else f"layer_{plain}"[:64].rstrip("_")


def _clean(text: str) -> str:
    """A text without halves of characters."""
    return text.encode("utf-8", errors="replace").decode()


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else f'"{_clean(value)}"'
    return text if len(text) <= 60 else text[:57] + "..."
