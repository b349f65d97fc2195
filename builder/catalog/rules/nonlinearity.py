"""Activations along the network: where one stands that hinders learning, and where none stands that is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf, prod

from builder.catalog.intervals import CLIPS, Interval
from builder.catalog.rules import fixes
from builder.catalog.rules.applied import Applied
from builder.catalog.rules.head import activate, heads, serves
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count, quoted
from builder.errors import Problem

SHARING = ("softmax", "sparsemax", "log_softmax")
"""Activations by which the numbers of a row share one sum, so that a hidden layer of many units says little."""

WEIGHING = ("recurrent", "attention")
"""Families whose layers weigh what comes in, besides those that declare `sums`."""


@rule
def shares_are_made_once(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        if layer.activation not in SHARING or not layer.bends:
            continue
        before = _before(view, node_id)
        if before is None or view.applied[before].activation not in SHARING:
            continue
        yield Problem(
            code="softmax-twice",
            severity="warning",
            message=f"{view.name(before)} ends in {view.applied[before].activation}, and {view.name(node_id)} puts its "
            "shares through softmax once more: all classes come out nearly alike, and learning is slow.",
            node=node_id,
            hint="Use softmax once, at the end.",
            fix=fixes.take_out(view, node_id),
        )


@rule
def scores_are_not_cut_before_softmax(view: View) -> Iterator[Problem]:
    for node_id, layer in view.applied.items():
        if layer.activation != "softmax" or not layer.bends or not _leads_out(view, node_id):
            continue
        before = _before(view, node_id)
        if before is None or view.applied[before].activation in SHARING:
            continue
        owner = view.applied[before]
        if not _cuts(owner.activation, view.intervals.get(before)):
            continue
        yield Problem(
            code="cut-scores",
            severity="warning",
            message=f"{view.name(before)} ends in {owner.activation}, and {view.name(node_id)} makes shares of that: "
            f"scores {_reach(view, before)} cannot tell the classes apart as they should.",
            node=before,
            hint="Softmax takes raw scores: leave the layer before it linear.",
            fix=fixes.take_out(view, before)
            if owner.bends
            else fixes.fix(owner.setting(before, "activation", "linear"), owner.put("activation", None))
            if len(view.out_of[before]) == 1
            else None,
        )


def _cuts(activation: str | None, reach: Interval | None) -> bool:
    """Whether scores are held within bounds, or those below 0 all count as 0."""
    if reach is None or activation in (None, "linear"):
        return False
    return (reach.low > -inf and reach.high < inf) or activation in CLIPS


def _reach(view: View, node_id: str) -> str:
    reach = view.intervals.get(node_id)
    return reach.words() if reach else "that are cut off"


@rule
def logits_are_not_cut(view: View) -> Iterator[Problem]:
    for head in heads(view):
        reach, activation = head.interval, head.activation
        if not (head.from_logits or head.loss.scores) or reach is None or not serves(head.loss, head.dataset.task):
            continue
        if activation in (None, "linear") or activation in head.loss.activations:
            continue
        cut = _cuts(activation, reach) if head.loss.labels != "values" else (reach.low > -inf or reach.high < inf)
        if cut and head.from_logits:
            yield Problem(
                code="cut-scores",
                severity="warning",
                message=f"{head.loss.kind} has from_logits on and wants raw scores of any size, and {head.name} ends "
                f"in {activation}, which gives numbers {reach.words()}.",
                node=head.node.id,
                where=head.path,
                hint="Leave the last layer linear.",
                fix=activate(head, "linear"),
            )


@rule
def shares_stand_at_the_end(view: View) -> Iterator[Problem]:
    """Softmax inside a network is a gate or the weights of attention where something is joined with it."""
    for node_id, layer in view.applied.items():
        before = _before(view, node_id) if layer.bends else None
        if layer.activation not in SHARING or (before and view.applied[before].activation in SHARING):
            continue
        following = _following(view, node_id, _passes_or_sums_up)
        if not following or not all(_weighs(view, other) for other in following):
            continue
        plain = layer.entry.family == "recurrent"
        instead = _usual(layer) if plain else "relu"
        yield Problem(
            code="softmax-hidden",
            severity="warning",
            message=f"{view.name(node_id)} ends in {layer.activation} and leads to {quoted(sorted(following))}: its "
            "numbers add up to 1, so that only few of them can say something at a time.",
            node=node_id,
            hint=f"Softmax belongs at the end; between layers use {instead}.",
            fix=fixes.fix(layer.setting(node_id, "activation", instead), layer.put("activation", instead))
            if layer.entry.param("activation")
            else fixes.take_out(view, node_id),
        )


def _usual(layer: Applied) -> str:
    param = layer.entry.param("activation")
    return str(param.default) if param and param.default else "relu"


@rule
def something_bends_between_layers(view: View) -> Iterator[Problem]:
    """Weighted sums of weighted sums are weighted sums. A narrow one between wider ones is a bottleneck, and meant."""
    after = {one: other for one in view.applied if (other := _collapses_into(view, one))}
    for first in [one for one in after if one not in after.values()]:
        chain = [first]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        *bare, last = chain
        one = view.applied[first].setting(first, "activation", "relu")
        yield Problem(
            code="linear-stack",
            severity="warning",
            message=f"{quoted(chain)} follow each other without an activation between them: "
            f"{count(len(chain), 'layer')} that can do no more than {view.name(last)} alone.",
            node=first,
            hint="Give all but the last an activation such as relu.",
            fix=fixes.fix(
                one if len(bare) == 1 else f"Use relu in {quoted(bare)}",
                *(view.applied[name].put("activation", "relu") for name in bare),
            ),
        )


def _collapses_into(view: View, node_id: str) -> str | None:
    """The layer that follows a linear one with nothing in between but what leaves numbers as they are."""
    layer = view.applied[node_id]
    if layer.entry.sums != "all" or layer.activation != "linear" or not _trains_alone(view, node_id):
        return None
    following = _following(view, node_id, _passes)
    if len(following) != 1:
        return None
    (other,) = following
    after = view.applied.get(other)
    if (
        after is None
        or after.entry.sums is None
        or not _trains_alone(view, other)
        or _is_bottleneck(view, node_id, other)
    ):
        return None
    return other


def _trains_alone(view: View, node_id: str) -> bool:
    node = view.nodes[node_id]
    return not (node.frozen or node.shares or any(other.shares == node_id for other in view.nodes.values()))


def _is_bottleneck(view: View, node_id: str, other: str) -> bool:
    """Whether fewer numbers go through it than come in and than come out behind it; also where that is not known."""
    edges = view.into[node_id]
    widths = [_width(view, place) for place in (edges[0].source if edges else node_id, node_id, other)]
    sizes = _window(view, node_id)
    if None in widths or len(set(sizes)) > 1:
        return True  # Windows along one axis after the other are one window in two steps.
    before, here, after = (width or 0 for width in widths)
    return here < before * prod(sizes) and here < after


def _width(view: View, node_id: str) -> int | None:
    shape = view.shape(node_id)
    return shape[-1] if shape and len(shape) > 1 else None


def _window(view: View, node_id: str) -> tuple[int, ...]:
    """The size of a layer's window along each axis; none where it has no window."""
    size = view.applied[node_id].value("kernel_size")
    if isinstance(size, tuple | list):
        return tuple(size)
    shape = view.shape(node_id)
    return () if size is None or shape is None else (size,) * (len(shape) - 2)


@rule
def nothing_disturbs_the_output(view: View) -> Iterator[Problem]:
    for output in view.outputs:
        node_id, seen = output.id, set[str]()
        while node_id not in seen and node_id in view.applied and len(view.into[node_id]) == 1:
            seen.add(node_id)
            layer = view.applied[node_id]
            if layer.entry.disturbs and layer.value(layer.entry.disturbs):
                yield Problem(
                    code="disturbed-output",
                    severity="warning",
                    message=f"{view.name(node_id)} changes the outputs of the network at random while it trains: "
                    "the loss counts errors that the network did not make.",
                    node=node_id,
                    hint="Place it between hidden layers, before the last layer with weights.",
                    fix=fixes.take_out(view, node_id),
                )
            elif "values" not in layer.entry.keeps and not layer.bends:
                break
            node_id = view.into[node_id][0].source


def _before(view: View, node_id: str) -> str | None:
    """The layer whose numbers come in, past those that leave numbers as they are; None where several meet."""
    seen = {node_id}
    while len(view.into[node_id]) == 1:
        node_id = view.into[node_id][0].source
        if node_id in seen or node_id not in view.applied:
            return None
        seen.add(node_id)
        if not _passes(view, node_id):
            return node_id
    return None


def _leads_out(view: View, node_id: str) -> bool:
    """Whether what a layer gives is an output of the network, whatever passes it on."""
    ends = {node.id for node in view.outputs}
    seen, queue = {node_id}, [node_id]
    while queue:
        current = queue.pop()
        if current in ends:
            return True
        for edge in view.out_of[current]:
            if edge.target not in seen and _passes(view, edge.target):
                seen.add(edge.target)
                queue.append(edge.target)
    return False


def _following(view: View, node_id: str, passes: Callable[[View, str], bool]) -> frozenset[str]:
    """The layers that a layer's numbers come to, past those that pass them on; empty where one way leads out."""
    found, seen, queue = set[str](), {node_id}, [node_id]
    while queue:
        current = queue.pop()
        if not view.out_of[current]:
            return frozenset()
        for edge in view.out_of[current]:
            if edge.target in seen:
                continue
            seen.add(edge.target)
            if passes(view, edge.target):
                queue.append(edge.target)
            else:
                found.add(edge.target)
    return frozenset(found)


def _passes(view: View, node_id: str) -> bool:
    """Whether a layer with one input hands its numbers on as they are, when training is over."""
    entry = view.entries.get(node_id)
    return entry is not None and "values" in entry.keeps and len(view.into[node_id]) == 1 and entry.ports.most == 1


def _passes_or_sums_up(view: View, node_id: str) -> bool:
    """Also past pooling and normalisation, behind which the numbers still say the same."""
    entry = view.entries.get(node_id)
    if entry is None or entry.ports.most != 1:
        return False
    return _passes(view, node_id) or entry.family == "pooling" or (entry.scales and "width" in entry.keeps)


def _weighs(view: View, node_id: str) -> bool:
    layer = view.applied.get(node_id)
    return layer is not None and (layer.entry.sums is not None or layer.entry.family in WEIGHING)
