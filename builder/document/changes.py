"""What changed between two documents, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from builder.document.diff import ABSENT, Changes, Detail, NodeChange
from builder.document.model import Edge, Node, thaw

Default = Callable[[str, str], Any]
"""(kind, parameter) -> the value in force where none is given, or ABSENT where that is not known."""


def words(changes: Changes, default: Default = lambda kind, name: ABSENT) -> tuple[str, ...]:
    """Each change as a short sentence, what matters most first; empty exactly where nothing changed."""
    return tuple(_sentences(changes, default))


def _sentences(changes: Changes, default: Default) -> Iterable[str]:
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
