"""`layerloom worker`: the supervisor of this home in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse

from builder import settings
from builder.jobs import supervisor
from builder.jobs.local import LocalEngine
from builder.rundir import holder


def run(arguments: argparse.Namespace) -> int:
    chosen = settings.load()
    if holder(chosen.home / "supervisor.lock") is not None:
        # One that nobody uses any more makes room; its runs go on in ours.
        present = LocalEngine(chosen, role="cli")
        present.status()
        present.close(shutdown=True)
    return supervisor.main(stay=True, wait=0.0)
