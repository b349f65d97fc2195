"""The steps of undo that are kept with a draft: one compressed document a step, numbered without gaps.

An edit writes one row, whatever came before it: the document it made. Undo and redo write none, they only move the
number that the project stands at; the next edit drops what was ahead of it. A project keeps its last 1,000 steps and
at most 8 MB of them, the oldest go first. A step takes 0.5 to 5 KB; undo within a session has no such limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from builder.document import Document, parse
from builder.store.tables import steps

MOST_STEPS = 1_000
MOST_BYTES = 8_000_000
LOOK_EVERY = 32
"""Edits between two looks at the limits, so that an edit costs no count of all rows."""


@dataclass(frozen=True)
class Steps:
    """What became of a history: from number `first` on it holds `documents`, and it stands at number `at`."""

    first: int
    documents: tuple[Document, ...]
    at: int


@dataclass(frozen=True)
class Kept:
    """The steps there are, by number, and the one that the project stands at."""

    first: int
    at: int
    last: int


def write(connection: Connection, project: str, made: Steps, texts: Iterable[str]) -> None:
    """Put the documents, given as JSON too, in place of all steps from the first number on."""
    rows = [
        {"project": project, "number": made.first + offset, "document": zlib.compress(text.encode(), 1)}
        for offset, text in enumerate(texts)
    ]
    connection.execute(delete(steps).where(steps.c.project == project, steps.c.number >= made.first))
    if rows:
        connection.execute(insert(steps), rows)
    if any(row["number"] % LOOK_EVERY == 0 for row in rows):
        _drop_oldest(connection, project)


def read(connection: Connection, project: str, number: int) -> Document | None:
    """The document of a step, or None where it is no longer kept."""
    query = select(steps.c.document).where(steps.c.project == project, steps.c.number == number)
    packed = connection.execute(query).scalar()
    return None if packed is None else parse(zlib.decompress(packed), origin=f"Step {number} of the project")


def kept(connection: Connection, project: str, at: int) -> Kept:
    """Which steps there are."""
    query = select(func.min(steps.c.number), func.max(steps.c.number)).where(steps.c.project == project)
    first, last = connection.execute(query).one()
    return Kept(at, at, at) if first is None else Kept(first, at, last)


def _drop_oldest(connection: Connection, project: str) -> None:
    query = select(steps.c.number, func.length(steps.c.document)).where(steps.c.project == project)
    total = 0
    for count, (number, size) in enumerate(connection.execute(query.order_by(steps.c.number.desc())), start=1):
        total += size
        if count > 1 and (count > MOST_STEPS or total > MOST_BYTES):
            connection.execute(delete(steps).where(steps.c.project == project, steps.c.number <= number))
            return
