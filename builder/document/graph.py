"""Questions about a graph that need no framework: order, cycles, ancestors."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from builder.document.model import Graph


def order(graph: Graph) -> tuple[tuple[str, ...], frozenset[str]]:
    """Node ids so that sources come before targets, and the ids that no order can hold: those on or behind a cycle."""
    waiting = {node.id: 0 for node in graph.nodes}
    followers: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        waiting[edge.target] += 1
        followers[edge.source].append(edge.target)
    ready = deque(node_id for node_id, count in waiting.items() if count == 0)
    done: list[str] = []
    while ready:
        node_id = ready.popleft()
        done.append(node_id)
        for follower in followers[node_id]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    return tuple(done), frozenset(waiting) - frozenset(done)


def cycle(graph: Graph) -> tuple[str, ...]:
    """The ids of one cycle in order, or nothing where the graph has none."""
    _, stuck = order(graph)
    if not stuck:
        return ()
    sources = {edge.target: edge.source for edge in graph.edges if edge.source in stuck and edge.target in stuck}
    path = [next(node.id for node in graph.nodes if node.id in stuck)]
    while path[-1] not in path[:-1]:
        path.append(sources[path[-1]])
    start = path.index(path[-1])
    return tuple(reversed(path[start + 1 :]))


def ancestors(graph: Graph, node_id: str) -> frozenset[str]:
    """Every node whose output reaches this one."""
    return _reached((node_id,), ((edge.target, edge.source) for edge in graph.edges))


def between(graph: Graph, inside: frozenset[str]) -> tuple[str, ...]:
    """The nodes outside a part of the graph that are on a way out of it and back into it, in their order."""
    before = _reached(inside, ((edge.target, edge.source) for edge in graph.edges))
    behind = _reached(inside, ((edge.source, edge.target) for edge in graph.edges))
    found = (before & behind) - inside
    return tuple(node.id for node in graph.nodes if node.id in found)


def _reached(starts: Iterable[str], steps: Iterable[tuple[str, str]]) -> frozenset[str]:
    """All that can be come to from the starts by one step or more."""
    following: dict[str, list[str]] = defaultdict(list)
    for here, there in steps:
        following[here].append(there)
    found: set[str] = set()
    queue = [there for start in starts for there in following[start]]
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            queue.extend(following[current])
    return frozenset(found)


def closes_cycle(graph: Graph, source: str, target: str) -> bool:
    """Whether an edge from source to target would make a cycle."""
    return source == target or target in ancestors(graph, source)
