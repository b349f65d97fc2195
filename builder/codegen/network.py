"""The network as Python: `keras.Sequential` for a plain chain of layers, the functional API for every other graph.

Layers have the names that they have in a run, so that weights can be exchanged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from builder.catalog.reading import dataset_of, entrance, inputs_of, is_input, output_names
from builder.catalog.registry import layers
from builder.codegen.entries import call_options, construct, gives_pair
from builder.codegen.expression import COMMENTED, WIDTH, Bracket, Call, Code, Expression, call, literal, statement
from builder.codegen.structure import Loop, Part, Section, outline
from builder.codegen.text import GAP, WORDS, Block, comment, commented, file_stem, variables
from builder.document import Document, Edge, Graph, Node
from builder.document.expand import Expanded
from builder.document.graph import cycle, order

LOOP_NAMES = frozenset({"number", "suffix"})
"""What functions of repeated blocks call their own things."""


@dataclass(frozen=True)
class Layer:
    """A node as Python: its layer (or Input) as an expression, and why it cannot be used, if so."""

    node: Node
    code: Expression | None
    wrong: tuple[str, ...] = ()


@dataclass
class Network:
    """The statements that build `model`, and the functions that they call."""

    functions: list[list[Block]] = field(default_factory=list)
    statements: list[Block] = field(default_factory=list)


def network(drawn: Graph, found: Expanded, document: Document, taken: frozenset[str]) -> Network:
    """The network of a document whose graph was expanded from the drawn one; `taken` are names of other things.

    A node that Keras would refuse for certain (no input, unknown kind) is there as a comment that says why.
    """
    writer = _Writer(drawn, found, document, taken)
    writer.write()
    return writer.network


class _Writer:
    def __init__(self, drawn: Graph, found: Expanded, document: Document, taken: frozenset[str]):
        self.document, self.graph, self.origin = document, found.graph, found.origin
        self.drawn = {node.id: node for node in drawn.nodes}
        self.nodes = {node.id: node for node in self.graph.nodes}
        self.dataset = dataset_of(document)
        self.into: dict[str, list[Edge]] = defaultdict(list)
        for edge in sorted(self.graph.edges, key=lambda edge: edge.port):
            self.into[edge.target].append(edge)
        self.ids, self.stuck = order(self.graph)
        self.parts = outline(drawn, found, self.ids)
        self.owners = {node.shares for node in self.graph.nodes if node.shares}
        looped = any(isinstance(part, Loop) for part in _flat(self.parts))
        self.names = variables((*self.ids, *sorted(self.stuck)), taken | LOOP_NAMES if looped else taken)
        used = taken | LOOP_NAMES | set(self.names.values())
        owners = sorted(self.owners)
        shared = variables((f"{owner}_layer" for owner in owners), used)
        self.shared = dict(zip(owners, shared.values(), strict=True))
        self.used = {*used, *shared.values()}
        self.standing: set[str] = set()
        self.made: set[str] = set()
        self.network = Network()

    def write(self) -> None:
        if chain := self._chain():
            self._sequential(chain)
            return
        self._left_out()
        self._functional(self.parts)
        self._circle()
        entries = [self.names[node.id] for node in inputs_of(self.graph) if node.id in self.standing]
        exits = [self.names[node_id] for node_id in output_names(self.document) if node_id in self.standing]
        whole = bool(entries and exits)
        made = call("keras.Model", inputs=_one_or_list(entries), outputs=_one_or_list(exits))
        model = statement("model = ", made, width=WIDTH if whole else COMMENTED)
        if not whole:
            model = comment(f"The network has no {'output' if entries else 'input'} yet.") + "\n" + commented(model)
        self._add(Block(model))

    def _add(self, *blocks: Block) -> None:
        self.network.statements += blocks

    # --- one chain of layers ---

    def _chain(self) -> tuple[Layer, ...]:
        """The layers from the input to the output where the graph is one chain without branches, else nothing."""
        edges = {(edge.source, edge.target): edge.port for edge in self.graph.edges}
        plain = (
            len(self.ids) > 1
            and not self.stuck
            and not self.owners
            and len(edges) == len(self.graph.edges)
            and set(edges) == set(pairwise(self.ids))
            and not any(edges.values())
            and is_input(self.nodes[self.ids[0]])
            and not any(isinstance(part, Loop) for part in _flat(self.parts))
        )
        if not plain:
            return ()
        for node_id in self.ids[1:]:
            entry = layers.get(self.nodes[node_id].kind)
            if not entry or entry.ports.call != "one" or entry.ports.most != 1:
                return ()
        found = tuple(map(self._layer, self.ids))
        return () if any(layer.wrong for layer in found) else found

    def _sequential(self, chain: tuple[Layer, ...]) -> None:
        written = {layer.node.id: layer for layer in chain}
        self._left_out()
        self._add(Block("model = keras.Sequential(\n    ["))
        for part in _flat(self.parts):
            if isinstance(part, Section):
                self._add(Block(comment(part.block.name, indent=8), part.block.id))
                continue
            assert isinstance(part, str)
            code = written[part].code
            assert code is not None
            lines = (*self._remarks(part, indent=8), statement("", code, end=",", indent=8))
            self._add(Block("\n".join(lines), self.origin[part]))
        self._add(Block("    ]\n)"))

    # --- any other graph ---

    def _functional(self, parts: tuple[Part, ...]) -> None:
        for part in parts:
            if isinstance(part, str):
                self._applied(part)
            elif isinstance(part, Section):
                self._add(GAP, Block(comment(part.block.name), part.block.id))
                self._functional(part.parts)
                self._add(GAP)
            elif self._can_loop(part):
                self._loop(part)
            else:
                for copy in part.copies:
                    for node_id in copy:
                        self._applied(node_id)

    def _applied(self, node_id: str) -> None:
        usable, text = self._application(node_id, self.names)
        if usable:
            self.standing.add(node_id)
        self._add(Block(text, self.origin[node_id]))

    def _application(
        self, node_id: str, names: Mapping[str, str], *, name: Expression | None = None, indent: int = 0
    ) -> tuple[bool, str]:
        """The layer applied to its inputs, and whether it can be: commented out where not."""
        node, layer = self.nodes[node_id], self._layer(node_id, name)
        code, wrong = layer.code, [*layer.wrong]
        usable, paired = code is not None, False
        lines = list(self._remarks(node_id, indent=indent))
        if not is_input(node):
            edges = tuple(self.into[node_id])
            wrong += _wiring(node, edges)
            blocked = sorted({edge.source for edge in edges} - self.standing)
            if blocked:
                wrong.append(f"it waits for {' and '.join(blocked)}.")
            usable = usable and bool(edges) and not blocked
            owner = node.shares or node_id
            if code and owner in self.shared:
                if usable and owner not in self.made:
                    lines.append(statement(f"{self.shared[owner]} = ", code, indent=indent))
                    self.made.add(owner)
                code = Code(self.shared[owner])
            given, named = _arguments(node, edges, names)
            options = call_options(self.nodes[owner].kind, self.nodes[owner].params)
            paired = gives_pair(self.nodes[owner].kind, self.nodes[owner].params) is not None
            code = Call(code, given, (*named, *options)) if code else None
        text = statement(
            f"{names[node_id]}{', _' if paired else ''} = ",
            code or Code("..."),
            indent=indent,
            width=WIDTH if usable else COMMENTED,
        )
        lines += [comment(f"{_title(node)}: {complaint}", indent=indent) for complaint in wrong]
        return usable, "\n".join((*lines, text if usable else commented(text)))

    def _layer(self, node_id: str, name: Expression | None = None) -> Layer:
        """The node's layer; one that it shares is the owner's, under the owner's name."""
        node = self.nodes[node_id]
        if is_input(node):
            found = entrance(node, self.dataset)
            named: dict[str, Expression] = {"shape": literal(found.shape)}
            if found.dtype != "float32":
                named["dtype"] = literal(found.dtype)
            missing = f'"{node_id}" has no shape: choose a data set or give it one.'
            return Layer(
                node,
                call("keras.Input", **named, name=literal(node_id)),
                () if found.shape is not None else (missing,),
            )
        owner = self.nodes[node.shares] if node.shares else node
        entry = layers.get(owner.kind)
        frozen = owner.frozen and entry is not None and entry.freezable
        extra: dict[str, Expression] = {"trainable": Code("False")} if frozen else {}
        made = construct(layers, "layers", owner.kind, owner.params, **extra, name=name or literal(owner.id))
        return Layer(node, made.code, made.wrong)

    def _remarks(self, node_id: str, *, indent: int = 0) -> Iterator[str]:
        """What the code of a node does not say by itself."""
        drawn = self.drawn.get(self.origin[node_id])
        if drawn and drawn.bypassed and drawn.kind != self.nodes[node_id].kind:
            yield comment(f"{_title(drawn)} is bypassed: its input goes through.", indent=indent)

    def _left_out(self) -> None:
        """Nodes that were drawn and are not built."""
        built = set(self.origin.values())
        for node in self.drawn.values():
            if node.id not in built:
                self._add(Block(comment(f"{_title(node)} is left out: it feeds only what is bypassed."), node.id))

    def _circle(self) -> None:
        if self.stuck:
            circle = cycle(self.graph)
            line = f"These run in a circle, which no network can: {' -> '.join((*circle, circle[0]))}."
            self._add(Block(comment(line)))
            self._add(
                *(Block(comment(_title(self.nodes[node_id])), self.origin[node_id]) for node_id in sorted(self.stuck))
            )

    # --- a block that repeats ---

    def _can_loop(self, loop: Loop) -> bool:
        """Whether every copy can be written: its inputs stand, and no layer of it is wrong."""
        first = loop.copies[0]
        outside = {self.nodes[node_id].shares for node_id in first} - set(first) - {None}
        return (
            set(loop.sources) <= self.standing
            and outside <= self.made
            and not any(
                self._layer(node_id).wrong or any(_wiring(self.nodes[node_id], tuple(self.into[node_id])))
                for node_id in first
            )
        )

    def _loop(self, loop: Loop) -> None:
        """The function that makes one copy, and the loop that calls it; variables are called as in the first copy."""
        first, block = loop.copies[0], loop.block
        function = self._function_name(block.name)
        source, *extra = loop.sources
        names = {**self.names, source: "x"}
        arguments = ["x", *(self.names[other] for other in extra), "number"]
        lines = [f"def {function}({', '.join(arguments)}):"]
        lines.append(comment(f"{block.name}: {_plural(len(first), 'layer')}, named by the copy's number.", indent=4))
        lines.append('    suffix = f"_{number}" if number > 1 else ""')
        body = [Block("\n".join(lines), block.id)]
        for node_id in first:
            owner = self.nodes[node_id].shares or node_id
            name = Code(f'f"{owner}{{suffix}}"') if owner in first else literal(owner)
            _, text = self._application(node_id, names, name=name, indent=4)
            self.standing.add(node_id)
            body.append(Block(text, self.origin[node_id]))
        variable = self.names[first[loop.exit]]
        self.network.functions.append([*body, Block(f"    return {variable}", block.id)])
        self.standing.update(node_id for copy in loop.copies for node_id in copy)
        self.names[loop.copies[-1][loop.exit]] = variable
        given = ", ".join([variable, *arguments[1:]])
        self._add(
            GAP,
            Block(
                f"{variable} = {self.names[source]}\n"
                f"for number in range(1, {block.repeat + 1}):\n"
                f"    {variable} = {function}({given})",
                block.id,
            ),
            GAP,
        )

    def _function_name(self, title: str) -> str:
        stem = file_stem(title, "block")
        stem = stem if stem[0].isalpha() else f"block_{stem}"
        name, number = stem, 1
        while name in self.used or name in WORDS:
            number += 1
            name = f"{stem}_block" if number == 2 else f"{stem}_block_{number}"
        self.used.add(name)
        return name


def _flat(parts: tuple[Part, ...]) -> Iterator[Part]:
    """All parts in order, a section before what is in it."""
    for part in parts:
        yield part
        if isinstance(part, Section):
            yield from _flat(part.parts)


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


def _wiring(node: Node, edges: Collection[Edge]) -> Iterator[str]:
    entry = layers.get(node.kind)
    least, most = (entry.ports.least, entry.ports.most) if entry else (1, None)
    if len(edges) < least:
        yield f"it needs {_plural(least, 'input')} and has {len(edges) or 'none'}."
    elif most is not None and len(edges) > most:
        yield f"it takes {_plural(most, 'input')} and has {len(edges)}."


def _title(node: Node) -> str:
    return f"{node.id} ({node.kind})"


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _one_or_list(names: list[str]) -> Expression:
    return Code(names[0]) if len(names) == 1 else Bracket(tuple(map(Code, names)))
