"""Problems as the pages say them: how many there are, and each with its place and the next step."""

from __future__ import annotations

from collections.abc import Sequence

from builder.errors import Problem
from builder.ui import words


def title(problems: Sequence[Problem]) -> str:
    """How many of which weight, with their sign: what makes the document wrong is a problem, the rest is a hint."""
    errors = sum(problem.severity == "error" for problem in problems)
    parts = ((errors, "problem"), (len(problems) - errors, "hint"))
    colour, icon = ("red", "error") if errors else ("orange", "info")
    counted = " · ".join(words.counted(number, word) for number, word in parts if number)
    return f":{colour}[:material/{icon}:] {counted}"


def line(problem: Problem) -> str:
    """One of them."""
    colour = "red" if problem.severity == "error" else "orange"
    place = f"**{problem.node}**: " if problem.node else ""
    hint = f"  \n{words.plain(problem.hint)}" if problem.hint else ""
    return f":{colour}[{place}{words.plain(problem.message)}]{hint}"
