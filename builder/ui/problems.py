"""Problems as the pages say them: how many there are, and each with its place and the next step."""

from __future__ import annotations

from collections.abc import Sequence

from builder.errors import Problem
from builder.ui import words


def title(problems: Sequence[Problem]) -> str:
    """Whether they refuse training, and how many of which weight: what refuses nothing is a hint."""
    errors = sum(problem.severity == "error" for problem in problems)
    hints = sum(not problem.refuses_training for problem in problems)
    refused = any(problem.refuses_training for problem in problems)
    parts = ["Cannot train yet"] if refused else []
    parts += [words.counted(number, word) for number, word in ((errors, "problem"), (hints, "hint")) if number]
    colour, icon = ("red", "error") if errors else ("orange", "block" if refused else "info")
    return f":{colour}[:material/{icon}:] {' · '.join(parts)}"


def line(problem: Problem) -> str:
    """One of them."""
    colour = "red" if problem.severity == "error" else "orange"
    place = f"**{problem.node}**: " if problem.node else ""
    hint = f"  \n{words.plain(problem.hint)}" if problem.hint else ""
    return f":{colour}[{place}{words.plain(problem.message)}]{hint}"
