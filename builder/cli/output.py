"""How results look: tables, numbers with units, problems, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from builder.errors import Problem


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))


def say(text: str) -> None:
    """A word beside the result: to stderr, so that stdout holds the result alone."""
    print(text, file=sys.stderr, flush=True)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Columns as wide as they need to be; those numbered in `right` are aligned to the right."""
    aligned = set(right)
    lines = [tuple(headings), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in aligned else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def size(count: float) -> str:
    """Bytes with a unit: "241.0 KiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def operations(count: int | None) -> str:
    """Floating-point operations with a unit: "30.9 GFLOP"."""
    if count is None:
        return "unknown"
    number = float(count)
    for unit in ("FLOP", "kFLOP", "MFLOP", "GFLOP"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "FLOP" else f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TFLOP"


def duration(seconds: float) -> str:
    """A time span: "3.2 s", "4 min 05 s", "2 h 10 min"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def shape(axes: Sequence[int | None]) -> str:
    """A shape as Keras prints it: "(None, 26, 26, 32)"."""
    return f"({', '.join(map(str, axes))}{',' if len(axes) == 1 else ''})"


def metrics(values: dict[str, float | None]) -> str:
    """Figures in one line: "loss 0.0412  val_accuracy 0.9861"."""
    return "  ".join(f"{name} {'not finite' if value is None else f'{value:.4g}'}" for name, value in values.items())


def problem_lines(problems: Iterable[Problem]) -> Iterable[str]:
    """Each problem with its place, its code and what to do."""
    for problem in problems:
        place = problem.node or problem.where or (problem.edge and f"{problem.edge[0]} -> {problem.edge[1]}")
        yield f"{problem.severity}{f' at {place}' if place else ''} [{problem.code}]: {problem.message}"
        if problem.hint:
            yield f"  {problem.hint}"
