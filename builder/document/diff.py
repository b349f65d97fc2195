"""What changed between two documents, as values. Pure: nothing here knows Keras or the catalogue.

A node that only got another id is reported as renamed, not as one removed and one added. `diff` is empty exactly when
both documents have the same JSON value (keys of mappings in any order).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.document.model import Block, Choice, Document, Edge, Graph, Node, thaw

ABSENT: Any = object()
"""Stands for a parameter or setting that is not given: Keras' default, or nothing."""


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
