"""The network as Python: `keras.Sequential` for a plain chain of layers, the functional API for every other graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from builder.catalog.registry import layers
from builder.codegen.entries import construct
from builder.codegen.expression import Bracket, Call, Code, Expression, call, literal, statement
from builder.codegen.inputs import Input, inputs, is_input, outputs
from builder.codegen.text import Block, comment, commented, variables
from builder.document import Document, Edge, Node
from builder.document.graph import cycle, order


@dataclass(frozen=True)
class Layer:
    """A node as Python: its layer (or Input) as an expression, and why it cannot be used, if so."""

    node: Node
    code: Expression | None
    wrong: tuple[str, ...]


def network(document: Document, taken: frozenset[str]) -> Iterator[Block]:
    """The statements that build `model`; `taken` are the names that the script uses for other things.

    A node that Keras would refuse for certain (no input, unknown kind) is there as a comment that says why.
    """
    made = {node.id: _layer(document, node) for node in document.model.nodes}
    chain = _chain(document)
    if chain and not any(made[node_id].wrong for node_id in chain):
        yield from _sequential([made[node_id] for node_id in chain])
    else:
        yield from _functional(document, made, taken)


def _layer(document: Document, node: Node) -> Layer:
    name = literal(node.id)
    if is_input(node):
        found = next(item for item in inputs(document) if item.id == node.id)
        return Layer(node, _input(found), _missing_shape(found))
    made = construct(layers, "layers", node.kind, node.params, name=name)
    return Layer(node, made.code, made.wrong)


def _input(found: Input) -> Call:
    named: dict[str, Expression] = {"shape": literal(found.shape)}
    if found.dtype != "float32":
        named["dtype"] = literal(found.dtype)
    return call("keras.Input", **named, name=literal(found.id))


def _missing_shape(found: Input) -> tuple[str, ...]:
    return () if found.shape is not None else (f'"{found.id}" has no shape: choose a data set or give it one.',)


def _chain(document: Document) -> tuple[str, ...]:
    """The ids from the input to the output where the graph is one chain without branches, else nothing."""
    graph = document.model
    ids, stuck = order(graph)
    edges = {(edge.source, edge.target) for edge in graph.edges}
    plain = (
        len(ids) > 1
        and not stuck
        and len(edges) == len(graph.edges)
        and edges == set(pairwise(ids))
        and is_input(graph.node(ids[0]))
    )
    single = all(
        (entry := layers.get(graph.node(node_id).kind)) and entry.ports.call == "one" and entry.ports.most == 1
        for node_id in ids[1:]
    )
    return ids if plain and single and all(edge.port == 0 for edge in graph.edges) else ()


def _sequential(chain: list[Layer]) -> Iterator[Block]:
    yield Block("model = keras.Sequential(\n    [")
    for layer in chain:
        assert layer.code is not None
        yield Block(statement("", layer.code, indent=8) + ",", layer.node.id)
    yield Block("    ]\n)")


def _functional(document: Document, made: Mapping[str, Layer], taken: frozenset[str]) -> Iterator[Block]:
    ids, stuck = order(document.model)
    names = variables((*ids, *sorted(stuck)), taken)
    standing: set[str] = set()
    for node_id in ids:
        usable, block = _applied(document, made[node_id], names, standing)
        if usable:
            standing.add(node_id)
        yield block
    if stuck:
        circle = cycle(document.model)
        yield Block(comment(f"These run in a circle, which no network can: {' -> '.join((*circle, circle[0]))}."))
        yield from (Block(comment(_title(made[node_id].node)), node_id) for node_id in sorted(stuck))
    entries = [names[item.id] for item in inputs(document) if item.id in standing]
    exits = [names[node_id] for node_id in outputs(document) if node_id in standing]
    model = statement("model = ", call("keras.Model", inputs=_one_or_list(entries), outputs=_one_or_list(exits)))
    if entries and exits:
        yield Block(model)
    else:
        yield Block(comment(f"The network has no {'output' if entries else 'input'} yet.") + "\n" + commented(model))


def _applied(
    document: Document, layer: Layer, names: Mapping[str, str], standing: Collection[str]
) -> tuple[bool, Block]:
    """The layer applied to its inputs, and whether it can be: commented out where not."""
    node, code, wrong = layer.node, layer.code, list(layer.wrong)
    usable = code is not None
    if not is_input(node):
        edges = document.model.inputs_of(node.id)
        wrong += _wiring(node, edges)
        blocked = sorted({edge.source for edge in edges} - set(standing))
        if blocked:
            wrong.append(f"it waits for {' and '.join(blocked)}.")
        usable = usable and bool(edges) and not blocked
        code = Call(code, *_arguments(node, edges, names)) if code else None
    text = statement(f"{names[node.id]} = ", code or Code("..."))
    lines = [comment(f"{_title(node)}: {complaint}") for complaint in wrong]
    return usable, Block("\n".join((*lines, text if usable else commented(text))), node.id)


def _arguments(
    node: Node, edges: tuple[Edge, ...], names: Mapping[str, str]
) -> tuple[tuple[Expression, ...], tuple[tuple[str, Expression], ...]]:
    """What a layer is called with: one tensor, a list of them, or one to each named argument."""
    entry = layers.get(node.kind)
    sources: list[Expression] = [Code(names[edge.source]) for edge in edges]
    how = entry.ports.call if entry else "one"
    if entry and how == "arguments":
        ports = {edge.port for edge in edges if edge.port < len(entry.ports.names)}
        if len(ports) == len(edges):
            return (), tuple((entry.ports.names[edge.port], Code(names[edge.source])) for edge in edges)
    if how == "list" or len(sources) > 1:
        return (Bracket(tuple(sources)),), ()
    return tuple(sources), ()


def _wiring(node: Node, edges: tuple[Edge, ...]) -> Iterator[str]:
    entry = layers.get(node.kind)
    least, most = (entry.ports.least, entry.ports.most) if entry else (1, None)
    if len(edges) < least:
        yield f"it needs {least} input{'' if least == 1 else 's'} and has {len(edges) or 'none'}."
    elif most is not None and len(edges) > most:
        yield f"it takes {most} input{'' if most == 1 else 's'} and has {len(edges)}."


def _title(node: Node) -> str:
    return f"{node.id} ({node.kind})"


def _one_or_list(names: list[str]) -> Expression:
    return Code(names[0]) if len(names) == 1 else Bracket(tuple(map(Code, names)))
