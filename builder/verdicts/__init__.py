"""How a run is going, in a plain sentence: rules that read its events, each with what to change in the next run.

`History` gathers the events; a rule is a function of it in a module of its own in `rules/`. To add a rule is to write
that module and to name it in `judge.RULES`, where the order says which one speaks when several could.
"""

from __future__ import annotations

from builder.verdicts.history import History
from builder.verdicts.judge import RULES, verdict

__all__ = ["RULES", "History", "verdict"]
