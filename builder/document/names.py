"""Ids of layers and blocks: what one may look like, and which one to take instead of one that may not be."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Container, Iterable

LONGEST = 64
NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{LONGEST - 1}}}")
RULE = f"starts with a letter and has up to {LONGEST} letters, digits and underscores"


def as_name(text: str) -> str:
    """A text as an id: letters without accents, digits and underscores, a letter first."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", plain)[:LONGEST]
    return plain if re.match(r"[A-Za-z]", plain) else f"layer_{plain.lstrip('_')}"[:LONGEST].rstrip("_")


def free_name(wanted: str, taken: Container[str]) -> str:
    """The wanted id where it is free, else with the lowest free number behind it, as the canvas numbers them."""
    if wanted not in taken:
        return wanted
    stem, number = re.sub(r"_\d+$", "", wanted), 2
    while (name := f"{stem[: LONGEST - 1 - len(str(number))]}_{number}") in taken:
        number += 1
    return name


def closest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that a mistyped one most likely means; capitals and underscores do not count."""
    plain = {_plain(item): item for item in reversed(list(known))}
    match = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=likeness)
    return plain[match[0]] if match else None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "").replace("-", "")
