"""What changed between two documents, as values and in words. Pure: nothing here knows Keras or the catalogue.

A node that only got another id is reported as renamed, not as one removed and one added. `diff` is empty exactly when
both documents have the same JSON value (keys of mappings in any order).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.document.model import Block, Choice, Document, Edge, Graph, Node, thaw

ABSENT: Any = object()
"""Stands for a parameter or setting that is not given: Keras' default, or nothing."""

Default = Callable[[str, str], Any]
"""(kind, parameter) -> the value in force where none is given, or ABSENT where that is not known."""


@dataclass(frozen=True)
class Detail:
    """One value that changed: a parameter, a switch or a setting.

    `of` says in words what it belongs to ("conv", "Optimizer", nothing for a setting of its own), `kind` whose
    parameter it is, where it is one.
    """

    name: str
    before: Any
    after: Any
    of: str = ""
    kind: str = ""


@dataclass(frozen=True)
class NodeChange:
    """A node that is in both documents, under its new id, with what became different."""

    before: Node
    after: Node
    details: tuple[Detail, ...]

    @property
    def renamed(self) -> bool:
        return self.before.id != self.after.id


@dataclass(frozen=True)
class BlockChange:
    """A block that is in both documents; `details` name its name, repeat, and the members that came or went."""

    before: Block
    after: Block
    details: tuple[Detail, ...]


@dataclass(frozen=True)
class Changes:
    """All differences. Edges and members of the earlier document carry the new ids of renamed nodes.

    `settings` are those of data and training; `reordered` names the lists ("layers", "edges", "blocks") whose common
    items stand in another order; `moved` and `folded` change only the drawing.
    """

    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[NodeChange, ...] = ()
    connected: tuple[Edge, ...] = ()
    disconnected: tuple[Edge, ...] = ()
    blocks_added: tuple[Block, ...] = ()
    blocks_removed: tuple[Block, ...] = ()
    blocks_changed: tuple[BlockChange, ...] = ()
    settings: tuple[Detail, ...] = ()
    name: tuple[str, str] | None = None
    reordered: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Changes()

    @property
    def renamed(self) -> dict[str, str]:
        """Earlier id -> new id of the renamed nodes."""
        return {change.before.id: change.after.id for change in self.changed if change.renamed}

    def words(self, default: Default = lambda kind, name: ABSENT) -> tuple[str, ...]:
        """Each change as a short sentence, what matters most first; empty exactly where nothing changed."""
        return tuple(_words(self, default))


def diff(before: Document, after: Document) -> Changes:
    """What must be done to the one document to get the other."""
    names = _renamed(before, after)
    earlier = _with_names(before, names)
    old, new = {n.id: n for n in earlier.model.nodes}, {n.id: n for n in after.model.nodes}
    original = {names.get(node.id, node.id): node for node in before.model.nodes}
    changed = [
        NodeChange(original[key], new[key], details)
        for key in new
        if key in old and ((details := tuple(_node(old[key], new[key]))) or original[key].id != key)
    ]
    blocks = {block.id: block for block in after.model.blocks}
    old_blocks = {block.id: block for block in earlier.model.blocks}
    return Changes(
        added=tuple(node for node in after.model.nodes if node.id not in old),
        removed=tuple(original[node.id] for node in earlier.model.nodes if node.id not in new),
        changed=tuple(changed),
        connected=_without(after.model.edges, earlier.model.edges),
        disconnected=_without(earlier.model.edges, after.model.edges),
        blocks_added=tuple(block for block in after.model.blocks if block.id not in old_blocks),
        blocks_removed=tuple(block for block in earlier.model.blocks if block.id not in blocks),
        blocks_changed=tuple(
            BlockChange(old_blocks[key], block, details)
            for key, block in blocks.items()
            if key in old_blocks and (details := tuple(_block(old_blocks[key], block)))
        ),
        settings=tuple(_settings_changed(earlier, after)),
        name=None if before.name == after.name else (before.name, after.name),
        reordered=tuple(_reordered(earlier.model, after.model)),
        moved=tuple(
            key
            for key in {**earlier.layout, **after.layout}
            if earlier.layout.get(key) != after.layout.get(key)
            and (key in old) == (key in new)
            and (key in old_blocks) == (key in blocks)
        ),
        folded=_folded(earlier, after),
    )


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: Python holds True and 1, and 1 and 1.0, for equal."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return one == other and _text(one) == _text(other)


def _text(value: Any) -> str:
    return json.dumps(thaw(value), sort_keys=True, ensure_ascii=False)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    for key in {**before, **after}:
        one, other = before.get(key, ABSENT), after.get(key, ABSENT)
        if not _same(one, other):
            yield key, one, other


def _node(before: Node, after: Node) -> Iterable[Detail]:
    for name in ("kind", "shares", "frozen", "bypassed"):
        if getattr(before, name) != getattr(after, name):
            yield Detail(name, getattr(before, name), getattr(after, name), of=after.id)
    for name, one, other in _differing(before.params, after.params):
        yield Detail(name, one, other, of=after.id, kind=after.kind)


def _block(before: Block, after: Block) -> Iterable[Detail]:
    for name in ("name", "repeat", "members"):
        if getattr(before, name) != getattr(after, name):
            yield Detail(name, getattr(before, name), getattr(after, name), of=f"Block {after.name}")


def _without(edges: Sequence[Edge], others: Sequence[Edge]) -> tuple[Edge, ...]:
    known = set(others)
    return tuple(edge for edge in edges if edge not in known)


def _reordered(before: Graph, after: Graph) -> Iterable[str]:
    for name, one, other in (
        ("layers", [node.id for node in before.nodes], [node.id for node in after.nodes]),
        ("edges", before.edges, after.edges),
        ("blocks", [block.id for block in before.blocks], [block.id for block in after.blocks]),
    ):
        here, there = set(other), set(one)
        if [item for item in one if item in here] != [item for item in other if item in there]:
            yield name


def _folded(before: Document, after: Document) -> tuple[str, ...]:
    changed = set(before.folded) ^ set(after.folded)
    if changed or before.folded == after.folded:
        return tuple(sorted(changed))
    return tuple(sorted(after.folded))


def _settings_changed(before: Document, after: Document) -> Iterable[Detail]:
    one, other = _settings(before), _settings(after)
    for of, name in {**one, **other}:
        old, old_kind = one.get((of, name), (ABSENT, ""))
        new, new_kind = other.get((of, name), (ABSENT, ""))
        if not _same(old, new):
            yield Detail(name, old, new, of, new_kind or old_kind)


Settings = dict[tuple[str, str], tuple[Any, str]]
"""(what it belongs to, name) -> (value, kind whose parameter it is)."""


def _settings(document: Document) -> Settings:
    """Everything outside the network, its name and its drawing."""
    training = document.training
    found: Settings = {}
    if document.data:
        found |= {("", "data set"): (document.data.dataset, "")}
        fields = document.data.model_dump(exclude={"dataset"})
        found |= {("Data", name): (value, "") for name, value in fields.items()}
    found |= _choice("Loss", training.loss) | _choice("Optimizer", training.optimizer)
    lists = {"metrics": training.metrics, "callbacks": training.callbacks}
    for name, choices in lists.items():
        found["", name] = (tuple(choice.kind for choice in choices), "")
        for number, choice in enumerate(choices):
            count = sum(other.kind == choice.kind for other in choices[:number])
            of = choice.kind if not count else f"{choice.kind} {count + 1}"
            found |= {(of, param): (value, choice.kind) for param, value in choice.params.items()}
    scalars = training.model_dump(exclude={"loss", "optimizer", "outputs", *lists})
    found |= {("", name): (value, "") for name, value in scalars.items()}
    for output, learns in training.outputs.items():
        found[f"Output {output}", "weight"] = (learns.weight, "")
        found |= _choice(f"Loss of {output}", learns.loss) if learns.loss else {}
    return found


def _choice(of: str, choice: Choice) -> Settings:
    params: Settings = {(of, f".{name}"): (value, choice.kind) for name, value in choice.params.items()}
    return {(of, ""): (choice.kind, ""), **params}


def _with_names(document: Document, names: Mapping[str, str]) -> Document:
    """The document with nodes renamed everywhere; not validated, as it is only compared."""
    if not names:
        return document

    def name(value: Any) -> Any:
        return names.get(value, value)

    graph = Graph.model_construct(
        nodes=tuple(
            node.model_copy(update={"id": name(node.id), "shares": name(node.shares)}) for node in document.model.nodes
        ),
        edges=tuple(
            edge.model_copy(update={"source": name(edge.source), "target": name(edge.target)})
            for edge in document.model.edges
        ),
        blocks=tuple(
            block.model_copy(update={"members": tuple(map(name, block.members))}) for block in document.model.blocks
        ),
    )
    layout = {name(key): place for key, place in document.layout.items()}
    outputs = {name(key): output for key, output in document.training.outputs.items()}
    training = document.training.model_copy(update={"outputs": outputs})
    return document.model_copy(update={"model": graph, "layout": layout, "training": training})


def _renamed(before: Document, after: Document) -> dict[str, str]:
    """Earlier id -> new id of nodes that are the same but for the id: judged by parameters, neighbours and place."""
    here, there = {node.id for node in before.model.nodes}, {node.id for node in after.model.nodes}
    gone = [node for node in before.model.nodes if node.id not in there]
    come = [node for node in after.model.nodes if node.id not in here]
    if not gone or not come:
        return {}
    around_gone, around_come = _neighbours(before.model), _neighbours(after.model)
    scored = sorted(
        (
            (_likeness(old, new, around_gone[old.id], around_come[new.id], before, after), old.id, new.id)
            for old in gone
            for new in come
            if old.kind == new.kind
        ),
        key=lambda item: -item[0],
    )
    names: dict[str, str] = {}
    for likeness, old_id, new_id in scored:
        if likeness >= 3 and old_id not in names and new_id not in names.values():
            names[old_id] = new_id
    return names


def _neighbours(graph: Graph) -> dict[str, tuple[set[str], set[str]]]:
    found: dict[str, tuple[set[str], set[str]]] = {node.id: (set(), set()) for node in graph.nodes}
    for edge in graph.edges:
        found[edge.source][1].add(edge.target)
        found[edge.target][0].add(edge.source)
    return found


def _likeness(
    old: Node,
    new: Node,
    around: tuple[set[str], set[str]],
    beside: tuple[set[str], set[str]],
    before: Document,
    after: Document,
) -> int:
    """Of 6: parameters and place count 2, what comes before and what follows 1 each."""
    place = before.layout.get(old.id)
    return (
        2 * _same(old.params, new.params)
        + 2 * (place is not None and place == after.layout.get(new.id))
        + (around[0] == beside[0])
        + (around[1] == beside[1])
    )


def _words(changes: Changes, default: Default) -> Iterable[str]:
    yield from (f"Added {_called(node)}{_path(changes, node)}" for node in changes.added)
    yield from (f"Removed {_called(node)}" for node in changes.removed)
    for change in changes.changed:
        if change.renamed:
            yield f"Renamed {change.before.id} to {change.after.id}"
        for detail in change.details:
            yield _node_words(change, detail, default)
    new, gone = {node.id for node in changes.added}, {node.id for node in changes.removed}
    for edge in changes.connected:
        if edge.source not in new and edge.target not in new:
            yield f"Connected {edge.source} to {_port(edge)}"
    for edge in changes.disconnected:
        if edge.source not in gone and edge.target not in gone and not _bridged(changes, new, edge):
            yield f"Disconnected {edge.source} from {_port(edge)}"
    yield from (f"Added the block {block.name} ({_list(block.members)})" for block in changes.blocks_added)
    yield from (f"Dissolved the block {block.name}" for block in changes.blocks_removed)
    for block in changes.blocks_changed:
        yield from (_block_words(detail) for detail in block.details)
    yield from _settings_words(changes.settings, default)
    if changes.name:
        yield f"Project {changes.name[0]} → {changes.name[1]}"
    yield from (f"The {name} stand in another order" for name in changes.reordered)
    if changes.folded:
        yield f"Folded or unfolded {_list(changes.folded)}"
    if changes.moved:
        yield f"Moved {_list(changes.moved)}" if len(changes.moved) < 4 else f"Moved {len(changes.moved)} layers"


def _called(node: Node) -> str:
    return f"{node.id} ({node.kind})"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:5])} and {len(names) - 5} more"


def _path(changes: Changes, node: Node) -> str:
    """Where a new node stands: ": conv → drop → dense"."""
    before = [edge.source for edge in changes.connected if edge.target == node.id]
    after = [edge.target for edge in changes.connected if edge.source == node.id]
    if not before and not after:
        return ""
    return ": " + " → ".join(part for part in (_list(before), node.id, _list(after)) if part)


def _bridged(changes: Changes, new: set[str], edge: Edge) -> bool:
    """Whether new nodes now stand on this edge, which is told with them."""
    reached, waiting = set(), [edge.source]
    while waiting:
        at = waiting.pop()
        for step in changes.connected:
            if step.source == at and step.target == edge.target and at in new:
                return True
            if step.source == at and step.target in new and step.target not in reached:
                reached.add(step.target)
                waiting.append(step.target)
    return False


def _port(edge: Edge) -> str:
    return f"{edge.target}, input {edge.port + 1}" if edge.port else edge.target


_SWITCH_WORDS = {
    ("frozen", True): "frozen",
    ("frozen", False): "trains again",
    ("bypassed", True): "bypassed",
    ("bypassed", False): "in use again",
}


def _node_words(change: NodeChange, detail: Detail, default: Default) -> str:
    if detail.kind:
        return _detail_words(detail, default, change.before.kind)
    match detail.name:
        case "shares":
            what = f"shares the layer of {detail.after}" if detail.after else "a layer of its own"
        case "kind":
            what = f"{detail.before} → {detail.after}"
        case name:
            what = _SWITCH_WORDS[name, detail.after]
    return f"{detail.of}: {what}"


def _block_words(detail: Detail) -> str:
    match detail.name:
        case "name":
            return f"Block {detail.before} → {detail.after}"
        case "repeat":
            return f"{detail.of}: stands {detail.before} → {detail.after} times"
    return f"{detail.of}: {_exchanged(detail.before, detail.after)}"


def _settings_words(settings: Sequence[Detail], default: Default) -> Iterable[str]:
    """Parameters of what was chosen instead of something else are told as they are now, not as a change."""
    chosen = {detail.of for detail in settings if not detail.name}
    no_data = any(ABSENT in (detail.before, detail.after) for detail in settings if detail.name == "data set")
    for detail in settings:
        if isinstance(detail.before, tuple) and isinstance(detail.after, tuple):
            yield f"{detail.name.capitalize()}: {_exchanged(detail.before, detail.after)}"
        elif detail.name.startswith(".") and detail.of in chosen:
            if detail.after is not ABSENT:
                yield f"{detail.of}: {_plain(detail.name)} {_value(detail.after)}"
        elif not (no_data and detail.of == "Data"):
            yield _detail_words(detail, default, detail.kind)


def _detail_words(detail: Detail, default: Default, kind_before: str) -> str:
    name = detail.name.removeprefix(".")
    before = _in_force(detail.before, kind_before, name, default) if detail.kind else _value(detail.before)
    after = _in_force(detail.after, detail.kind, name, default) if detail.kind else _value(detail.after)
    of = f"{detail.of}: {_plain(name)}".removesuffix(": ") if detail.of else _plain(name).capitalize()
    return f"{of} {before} → {after}" if name or not detail.of else f"{of}: {before} → {after}"


def _exchanged(before: Sequence[Any], after: Sequence[Any]) -> str:
    """What came and what went: "with accuracy, without mae"."""
    come = [item for item in after if item not in before]
    gone = [item for item in before if item not in after]
    parts = [f"with {_list(come)}"] if come else []
    parts += [f"without {_list(gone)}"] if gone else []
    return ", ".join(parts) or f"{_list(before)} → {_list(after)}"


def _plain(name: str) -> str:
    return name.removeprefix(".").replace("_", " ")


def _in_force(value: Any, kind: str, name: str, default: Default) -> str:
    known = default(kind, name) if value is ABSENT else value
    return "default" if known is ABSENT else _value(known)


def _value(value: Any) -> str:
    if value is ABSENT or value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    value = thaw(value)
    if isinstance(value, dict) and "kind" in value:
        return str(value["kind"])
    if isinstance(value, list) and all(isinstance(item, int | float) for item in value):
        return " × ".join(map(str, value)) or "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"
