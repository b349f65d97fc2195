"""Whether a connection that one is about to draw will fit, why not, and which layer in between would make it fit.

Keras is asked, and nobody else: each connection becomes a network of its own, in which inputs of the shapes in question
feed a copy of the target. All of them are one document, so that one question answers them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

from pydantic import BaseModel, ConfigDict

from builder.catalog.analysis import Analysis, NodeReport, Tensor
from builder.catalog.consequences import consequences
from builder.catalog.registry import layers
from builder.catalog.rules.reports import first_sentence
from builder.catalog.rules.words import shape_words
from builder.document import Document, Edge, Graph, Node
from builder.errors import Fix

Analyse = Callable[[Document], Analysis]


class Bridge(BaseModel):
    """Layers that make a connection fit when they are put into it, and the words on the button that does it."""

    model_config = ConfigDict(frozen=True)

    label: str
    layers: tuple[tuple[str, dict[str, Any]], ...]


class Verdict(BaseModel):
    """What Keras says of a connection; `fits` is None where something before it is not known yet.

    `reason` says why it does not fit, or what one that fits leads to; `fixes` mend the latter once it is drawn.
    """

    model_config = ConfigDict(frozen=True)

    fits: bool | None = None
    reason: str | None = None
    bridge: Bridge | None = None
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True)
class Gap:
    """What a bridge has to span: the sample that arrives, those on the other inputs, the axes of what is wanted."""

    shape: tuple[int | None, ...]
    beside: tuple[tuple[int | None, ...], ...]
    wanted: int


@dataclass(frozen=True)
class _Trial:
    """A connection with everything that arrives at its target once it is drawn: (port, tensor, from the link)."""

    link: Edge
    node: Node
    arriving: tuple[tuple[int, Tensor, bool], ...]

    @property
    def gap(self) -> Gap:
        entry = layers.get(self.node.kind)
        return Gap(
            shape=next(tensor.shape[1:] for _, tensor, own in self.arriving if own),
            beside=tuple(tensor.shape[1:] for _, tensor, own in self.arriving if not own),
            wanted=len(entry.example) if entry else 0,
        )


def judge(document: Document, links: Sequence[Edge], analyse: Analyse, *, closely: bool = False) -> tuple[Verdict, ...]:
    """The verdict on each link as if it alone were drawn, in place of an edge into the same port.

    `closely` also looks at what a link that fits leads to, which costs an analysis of the whole network each.
    """
    known = analyse(document).nodes
    trials = [_trial(document, link, known) for link in links]
    asked = [trial for trial in trials if trial]
    reports = _ask([(trial, ()) for trial in asked], analyse)
    wrong = [trial for trial, report in zip(asked, reports, strict=True) if report.error]
    bridges = _bridges(wrong, analyse)
    verdicts: dict[Edge, Verdict] = {}
    for trial, report in zip(asked, reports, strict=True):
        if report.error:
            reason = _reason(document, trial, report.error)
            verdicts[trial.link] = Verdict(fits=False, reason=reason, bridge=bridges.get(trial.link))
        elif report.output:
            verdicts[trial.link] = _foreseen(document, trial.link, analyse) if closely else Verdict(fits=True)
    return tuple(verdicts.get(link, Verdict()) for link in links)


def _foreseen(document: Document, link: Edge, analyse: Analyse) -> Verdict:
    found = consequences(document, link, analyse)
    return Verdict(
        fits=True,
        reason=" ".join(problem.message for problem in found) or None,
        fixes=tuple(problem.fix for problem in found if problem.fix),
    )


def _trial(document: Document, link: Edge, known: Mapping[str, NodeReport]) -> _Trial | None:
    node = document.model.node(link.target)
    if node.bypassed:
        return None
    if node.shares:
        node = node.model_copy(update={"params": document.model.node(node.shares).params})
    stays = [edge for edge in document.model.edges if edge.target == link.target and edge.port != link.port]
    arriving = []
    for edge in sorted((*stays, link), key=lambda edge: edge.port):
        report = known.get(edge.source)
        if report is None or report.output is None:
            return None
        arriving.append((edge.port, report.output, edge is link))
    return _Trial(link, node, tuple(arriving))


def _ask(trials: Sequence[tuple[_Trial, Sequence[tuple[str, dict[str, Any]]]]], analyse: Analyse) -> list[NodeReport]:
    """Keras on every target, each behind the layers that are tried in between."""
    if not trials:
        return []
    nodes: list[Node] = []
    edges: list[Edge] = []
    inputs: dict[Tensor, str] = {}

    def source(tensor: Tensor) -> str:
        if tensor not in inputs:
            inputs[tensor] = f"arriving{len(inputs)}"
            params = {"shape": list(tensor.shape[1:]), "dtype": tensor.dtype}
            nodes.append(Node(id=inputs[tensor], kind="Input", params=params))
        return inputs[tensor]

    for number, (trial, between) in enumerate(trials):
        target = f"target{number}"
        nodes.append(Node(id=target, kind=trial.node.kind, params=trial.node.params))
        for port, tensor, own in trial.arriving:
            end = source(tensor)
            for step, (kind, params) in enumerate(between if own else ()):
                nodes.append(Node(id=f"bridge{number}_{step}", kind=kind, params=params))
                edges.append(Edge(source=end, target=nodes[-1].id))
                end = nodes[-1].id
            edges.append(Edge(source=end, target=target, port=port))
    analysis = analyse(Document(name="Trial", model=Graph(nodes=tuple(nodes), edges=tuple(edges))))
    return [analysis.nodes[f"target{number}"] for number in range(len(trials))]


def _bridges(wrong: Sequence[_Trial], analyse: Analyse) -> dict[Edge, Bridge]:
    """For each link that does not fit, the first bridge that Keras accepts."""
    tries = [(trial, bridge) for trial in wrong for bridge in _candidates(trial.gap)]
    reports = _ask([(trial, bridge.layers) for trial, bridge in tries], analyse)
    found: dict[Edge, Bridge] = {}
    for (trial, bridge), report in zip(tries, reports, strict=True):
        if report.output:
            found.setdefault(trial.link, bridge)
    return found


def _candidates(gap: Gap) -> Iterator[Bridge]:
    """What people put between layers that do not fit, the smallest change first. Keras says which of them do."""
    if None in gap.shape:
        return
    for propose in (_resampling, _projection, _pooled_projection, _axes_added, _axes_removed):
        yield from propose(gap)


def _resampling(gap: Gap) -> Iterator[Bridge]:
    """Images of the same height and width as those on the other inputs."""
    for other in gap.beside:
        if len(gap.shape) != 3 or len(other) != 3 or None in other or other[:2] == gap.shape[:2]:
            continue
        down = [mine // theirs for mine, theirs in zip(gap.shape[:2], other[:2], strict=True)]
        if min(down) >= 1:
            yield _bridge(f"Insert MaxPooling2D of {shape_words(down)}", ("MaxPooling2D", {"pool_size": down}))
        up = [theirs // mine for mine, theirs in zip(gap.shape[:2], other[:2], strict=True)]
        if min(up) >= 1:
            yield _bridge(f"Insert UpSampling2D of {shape_words(up)}", ("UpSampling2D", {"size": up}))


def _projection(gap: Gap) -> Iterator[Bridge]:
    """As many channels or features as on the other inputs, and half the size where they have that."""
    for other in gap.beside:
        if len(other) != len(gap.shape) or None in other:
            continue
        width = other[-1]
        if len(other) == 1:
            yield _bridge(f"Insert Dense with {width} units", ("Dense", {"units": width}))
        if len(other) in (2, 3):
            kind = f"Conv{len(other) - 1}D"
            params: dict[str, Any] = {"filters": width, "kernel_size": 1}
            words = f"Insert {kind} 1×1 with {width} filters" if len(other) == 3 else f"Insert {kind} with {width}"
            yield _bridge(words, (kind, params))
            strides = max(mine // max(theirs, 1) for mine, theirs in zip(gap.shape, other, strict=True))
            if strides > 1:
                yield _bridge(f"{words}, strides {strides}", (kind, {**params, "strides": strides, "padding": "same"}))


def _pooled_projection(gap: Gap) -> Iterator[Bridge]:
    """From an image or a sequence to rows as long as those on the other inputs."""
    for other in gap.beside:
        if len(gap.shape) in (2, 3) and len(other) == 1 and other[0]:
            pool = f"GlobalAveragePooling{len(gap.shape) - 1}D"
            yield _bridge(f"Insert {pool}", (pool, {}))
            yield _bridge(f"Insert {pool} and Dense", (pool, {}), ("Dense", {"units": other[0]}))


def _axes_added(gap: Gap) -> Iterator[Bridge]:
    """The same numbers with more axes: a square image where the numbers make one, else one more axis at the end."""
    if gap.beside or len(gap.shape) >= gap.wanted:
        return
    shapes = []
    side = isqrt(gap.shape[0] or 0) if gap.shape else 0
    if len(gap.shape) == 1 and gap.wanted == 3 and side * side == gap.shape[0] and side > 1:
        shapes.append((side, side, 1))
    if len(gap.shape) == 1 and gap.wanted == 3:
        shapes.append((1, 1, gap.shape[0]))
    shapes.append((*gap.shape, *[1] * (gap.wanted - len(gap.shape))))
    for shape in shapes:
        yield _bridge(f"Insert Reshape to {shape_words(shape)}", ("Reshape", {"target_shape": list(shape)}))


def _axes_removed(gap: Gap) -> Iterator[Bridge]:
    """The same numbers with fewer axes, or their means."""
    if len(gap.shape) == 3 and gap.wanted == 2:
        height, width, channels = gap.shape
        rows = (height, (width or 1) * (channels or 1))
        yield _bridge(f"Insert Reshape to {shape_words(rows)}", ("Reshape", {"target_shape": list(rows)}))
    if len(gap.shape) >= 2:
        yield _bridge("Insert Flatten", ("Flatten", {}))
    if len(gap.shape) in (2, 3):
        pool = f"GlobalAveragePooling{len(gap.shape) - 1}D"
        yield _bridge(f"Insert {pool}", (pool, {}))


def _bridge(label: str, *between: tuple[str, dict[str, Any]]) -> Bridge:
    return Bridge(label=label, layers=between)


_PREFIX = re.compile(r"^Input \d+( with name '[^']*')? of layer ['\"][^'\"]*['\"] is incompatible with the layer: ")
_NAME = re.compile(r"['\"]target\d+['\"]")
_AXES = re.compile(r"expected (min_|max_)?ndim=(\d+), found ndim=(\d+)")
_BOUND = {"min_": "at least ", "max_": "at most ", None: ""}


def plainly(error: str) -> str:
    """Keras' first sentence without the name of the layer; its count of axes in plain words."""
    words = _PREFIX.sub("", first_sentence(error))
    return _AXES.sub(lambda found: f"needs {_BOUND[found[1]]}{found[2]} axes, gets {found[3]}", words).rstrip(".")


def _reason(document: Document, trial: _Trial, error: str) -> str:
    """ "Dense output (batch, 10) into Conv2D: needs at least 4 axes, gets 2." """
    words = _NAME.sub(f'"{trial.link.target}"', plainly(error))
    if len(trial.arriving) > 1:
        sizes = " + ".join(shape_words(tensor.shape[1:]) for _, tensor, _ in trial.arriving)
        return f"{trial.node.kind} of {sizes}: {words}."
    shape = next(tensor.shape for _, tensor, own in trial.arriving if own)
    axes = ", ".join(
        "batch" if index == 0 else "any" if size is None else str(size) for index, size in enumerate(shape)
    )
    source = document.model.node(trial.link.source).kind
    return f"{source} output ({axes}) into {trial.node.kind}: {words}."
