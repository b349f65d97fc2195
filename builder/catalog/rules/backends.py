"""Whether a run can compute with what its settings name."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.backends import BACKENDS, backend_of
from builder.catalog.memory import learning
from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.catalog.rules.words import count
from builder.errors import Problem

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
    usual = BACKENDS["tensorflow"]
    yield Problem(
        code="backend",
        severity="training",
        message=f"{chosen.title}, which this is to train on, is not installed.",
        where="training.backend",
        hint=chosen.install,
        fix=fixes.fix(f"Train on {usual.title}", fixes.set_path("training.backend", usual.kind)),
    )
