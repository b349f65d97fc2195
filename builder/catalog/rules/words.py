"""Small parts of sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from builder.document import thaw
from builder.document.names import closest as closest


def listing(names: Iterable[str], last: str = "and", most: int | None = None) -> str:
    """ "a", "a and b", "a, b and c"; of more than `most` the first ones: "a, b and 17 more"."""
    names = list(names)
    if most is not None and len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def quoted(names: Iterable[str], last: str = "and") -> str:
    """Names of nodes in a row: "conv", "pool" and "flat"."""
    return listing((f'"{name}"' for name in names), last)


def shown(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    text = json.dumps(thaw(value), ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def shape_words(shape: Iterable[int | None]) -> str:
    """A shape without its batch: 28 × 28 × 1."""
    return " × ".join("any" if size is None else f"{size:,}" for size in shape) or "a single number"


def count(number: int, noun: str) -> str:
    """ "1 class", "10 classes"."""
    plural = noun + ("es" if noun.endswith(("s", "x", "ch")) else "s")
    return f"{number:,} {noun if number == 1 else plural}"
