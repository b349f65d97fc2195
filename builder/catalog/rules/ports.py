"""The edges into every node: as many as its layer takes, one to a port."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, listing
from builder.catalog.spec import Ports
from builder.document import Edge
from builder.errors import Fix, Problem


@rule
def nothing_hangs_in_the_air(view: View) -> Iterator[Problem]:
    for node_id, entry in view.entries.items():
        if entry.ports.least == 0 or view.into[node_id]:
            continue
        behind = view.behind(node_id) - {node_id}
        more = f", nor into the {count(len(behind), 'layer')} behind it" if behind else ""
        yield Problem(
            code="unconnected",
            message=f"No data flows into {view.name(node_id)}{more}.",
            node=node_id,
            hint="Connect the layer before it to it, or delete it.",
            fix=_join(view, node_id),
        )


def _join(view: View, node_id: str) -> Fix | None:
    """Connect the one loose end that there is, if there is just one: the only output, else the only input."""
    reached = view.behind(node_id)
    for ends in (view.outputs, view.inputs):
        loose = [end.id for end in ends if end.id != node_id and end.id not in reached]
        if len(loose) == 1 and view.entries[node_id].ports.least == 1:
            return fixes.fix(f'Connect "{loose[0]}" to it', fixes.connect(loose[0], node_id))
        if loose:
            return None
    return None


@rule
def every_needed_port_is_taken(view: View) -> Iterator[Problem]:
    for node_id, entry in view.entries.items():
        edges, ports = view.into[node_id], entry.ports
        if not edges or ports.least < 2:
            continue
        if not ports.names:
            if len(edges) < ports.least:
                yield Problem(
                    code="missing-input",
                    message=f"{view.name(node_id)} needs at least {count(ports.least, 'input')}, and has {len(edges)}.",
                    node=node_id,
                    hint="Connect another layer to it, or delete it.",
                )
            continue
        taken = {edge.port for edge in edges}
        missing = [number for number in range(ports.least) if number not in taken]
        if missing:
            query = next((edge.source for edge in edges if edge.port == 0), None)
            itself = entry.family == "attention" and query is not None and node_id not in view.stuck
            yield Problem(
                code="missing-input",
                message=f"{view.name(node_id)} needs {listing(ports.names[: ports.least])}, "
                f"and nothing is connected to {listing(ports.names[number] for number in missing)}.",
                node=node_id,
                hint="For self-attention, connect the same layer to query and value."
                if itself
                else "Connect a layer to it.",
                fix=fixes.fix("Attend to itself", *(fixes.connect(query, node_id, number) for number in missing))
                if itself
                else None,
            )


@rule
def ports_exist(view: View) -> Iterator[Problem]:
    for edge, ports in _edges(view):
        if ports.most is None or edge.port < ports.most:
            continue
        there = "no input" if ports.most == 0 else "one input" if ports.most == 1 else listing(ports.names)
        yield Problem(
            code="port",
            message=f'{view.name(edge.target)} takes {there}, and "{edge.source}" is connected to its port number '
            f"{edge.port}, counted from 0.",
            node=edge.target,
            edge=(edge.source, edge.target, edge.port),
            hint="Remove this connection, or join the layers first, by Add or Concatenate.",
            fix=fixes.fix("Remove this connection", fixes.disconnect(edge)),
        )


@rule
def ports_take_one_edge(view: View) -> Iterator[Problem]:
    first: dict[tuple[str, int], Edge] = {}
    for edge, ports in _edges(view):
        if ports.most is not None and edge.port >= ports.most:
            continue
        other = first.setdefault((edge.target, edge.port), edge)
        if other is edge:
            continue
        yield Problem(
            code="port-taken",
            message=f'"{other.source}" and "{edge.source}" are connected to the same port of {view.name(edge.target)}.',
            node=edge.target,
            edge=(edge.source, edge.target, edge.port),
            hint="A port takes one connection: move one of them, or join the two by Add or Concatenate first.",
            fix=_elsewhere(view, edge),
        )


def _elsewhere(view: View, edge: Edge) -> Fix:
    """Move the edge to the first free port; remove it where there is none."""
    most = view.entries[edge.target].ports.most
    taken = {other.port for other in view.into[edge.target]}
    free = next(number for number in range(len(taken) + 1) if number not in taken)
    if (most is not None and free >= most) or edge.target in view.stuck:
        return fixes.fix("Remove this connection", fixes.disconnect(edge))
    return fixes.fix("Give it a port of its own", fixes.disconnect(edge), fixes.connect(edge.source, edge.target, free))


def _edges(view: View) -> Iterator[tuple[Edge, Ports]]:
    for edge in view.model.edges:
        if entry := view.entries.get(edge.target):
            yield edge, entry.ports
