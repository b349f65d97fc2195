"""Whether a run can compute with what its settings name."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.backends import BACKENDS, backend_of
from builder.catalog.memory import learning
from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count
from builder.document.graph import ancestors
from builder.errors import Fix, Problem

PATIENCE = 60
"""Seconds until the first step from which on a person is told of them."""


@rule
def first_step_comes_soon(view: View) -> Iterator[Problem]:
    """A network of very many layers is compiled for minutes, in which a run shows nothing."""
    chosen, layers = backend_of(view.document), learning(view.analysis)
    seconds = chosen.traces * layers
    if seconds < PATIENCE:
        return
    quick = " or ".join(other.title for other in BACKENDS.values() if not other.traces)
    yield Problem(
        code="slow-start",
        severity="warning",
        message=f"The network has {layers:,} layers that learn. {chosen.title} compiles the step through all of them "
        f"before it takes the first one, for {count(round(seconds / 60), 'minute')} or more.",
        hint=f"Use fewer layers or repeat blocks less often, or train on {quick}, which compiles nothing.",
        where="training.backend",
    )


@rule
def backend_is_installed(view: View) -> Iterator[Problem]:
    chosen = backend_of(view.document)
    if chosen.installed:
        return
    yield Problem(
        code="backend",
        severity="training",
        message=f"{chosen.title}, which this is to train on, is not installed.",
        where="training.backend",
        hint=chosen.install,
        fix=_on_the_usual(),
    )


@rule
def what_is_overwritten_is_not_needed(view: View) -> Iterator[Problem]:
    """What is overwritten is wrong for whoever else takes it, and what it came from cannot be differentiated."""
    chosen = backend_of(view.document)
    for node_id, entry in view.entries.items():
        edges = view.into[node_id]
        if chosen.kind not in entry.overwrites_on or len(edges) != 1:
            continue
        source = edges[0].source
        learning = next((name for name in ancestors(view.model, node_id) if _learns(view, name)), None)
        others = [edge.target for edge in view.out_of[source] if edge.target != node_id]
        if learning or others:
            what = f"{view.name(learning)} before it could not learn" if learning else f'"{others[0]}" would take that'
            yield Problem(
                code="overwrites",
                message=f"On {chosen.title}, {view.name(node_id)} overwrites what comes in: {what}.",
                node=node_id,
                hint="Place it behind an Input, in front of all layers that learn, with nothing else connected there.",
                fix=_on_the_usual(),
            )


def _learns(view: View, node_id: str) -> bool:
    report = view.analysis.nodes.get(node_id)
    return report is not None and report.trainable > 0


def _on_the_usual() -> Fix:
    usual = BACKENDS["tensorflow"]
    return fixes.fix(f"Train on {usual.title}", fixes.set_path("training.backend", usual.kind))
