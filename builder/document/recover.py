"""What can be kept of a text that should be a document: damaged, foreign, too new or wrong in places.

Nothing here raises, whatever the text holds, and the time it takes grows with its length alone. Layers of a kind that
nobody knows are kept: the rules mark them on the canvas. So are circles.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from builder.document.damaged import locate, no_number, read
from builder.document.model import MAX_NODES, Document
from builder.document.reading import MAX_BYTES, OPEN, foreign, parse
from builder.document.salvage import Salvage, count
from builder.errors import DocumentError, Problem


@dataclass(frozen=True)
class Recovered:
    """The document in a text, or what of it can be kept, and what would be lost.

    `problem` says why the text as it is cannot be opened, and is None where it can: then nothing is lost. `line` and
    `column`, counted from 1, are where. `layers` is how many layers the text has, `untold` how many losses are not told
    one by one.
    """

    document: Document | None
    lost: tuple[str, ...] = ()
    problem: Problem | None = None
    layers: int = 0
    line: int | None = None
    column: int | None = None
    untold: int = 0

    @property
    def whole(self) -> bool:
        return self.problem is None

    @property
    def losses(self) -> int:
        """How many things would be lost, those that are only counted too."""
        return len(self.lost) + self.untold

    def offer(self) -> str:
        """What can be kept, as a sentence."""
        if self.document is None:
            return "Nothing of it can be kept."
        kept = len(self.document.model.nodes)
        return f"This can be kept: {kept:,} of {self.layers:,} layer{'' if self.layers == 1 else 's'}."


def recover(text: str | bytes, *, origin: str = "The text") -> Recovered:
    """Read a text as `parse` does; where that refuses it, keep what is sound."""
    if len(text) > MAX_BYTES:
        message = f"{origin} has {len(text) / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} are read."
        return Recovered(None, problem=Problem(code="too-large", message=message))
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), errors="replace")
    text = text.removeprefix("\ufeff")
    value, damage = read(text, origin)
    if damage is None and not isinstance(value, dict):
        return Recovered(None, problem=_foreign(value, origin))
    if (found := count(value)) > MAX_NODES:
        return Recovered(None, problem=_too_many(origin, found), layers=found)
    if damage is None:
        try:
            return Recovered(parse(text, origin=origin), layers=found)
        except DocumentError as error:
            problem = error.problem
        place = locate(text, problem.where) if problem.where else no_number(text)
    else:
        problem, place = damage.problem, damage.place
    line, column = place or (None, None)
    if not isinstance(value, dict):
        return Recovered(None, problem=problem, line=line, column=column)
    try:
        salvage = Salvage()
        if damage and damage.cut:
            salvage.tell(damage.cut)
        document = salvage.document(value)
    except (ValidationError, RecursionError):
        document = None
    if document is None:
        return Recovered(None, problem=problem, layers=found, line=line, column=column)
    return Recovered(document, tuple(salvage.lost), problem, found, line, column, salvage.untold)


def _foreign(value: Any, origin: str) -> Problem:
    return Problem(code="foreign", message=f"{origin} {foreign(value)}", hint=OPEN)


def _too_many(origin: str, count: int) -> Problem:
    return Problem(
        code="too-many-layers",
        message=f"{origin} has {count:,} layers; a document holds at most {MAX_NODES:,}.",
        where="model.nodes",
        hint="Repeat a part by a block, or divide the network into several documents.",
    )
