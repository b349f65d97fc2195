"""Whether a run can compute with what its settings name."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.backends import BACKENDS, backend_of
from builder.catalog.rules import fixes
from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.errors import Problem


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
