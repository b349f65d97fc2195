"""What tests of the local engine say of it."""

from __future__ import annotations

from collections.abc import Callable

from builder.jobs.local import LocalEngine
from builder.settings import Settings

Make = Callable[..., LocalEngine]
"""Makes an engine of the test's home: `make(*zygote_arguments, **timing)`."""


def worker_pid(settings: Settings, run_id: str) -> int | None:
    """The process that is at work on a run, or None."""
    text = (settings.runs / run_id / "worker.lock").read_text()
    return int(text) if text else None
