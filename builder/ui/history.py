"""A draft's history: the documents before and after the present one. What is kept with the project is read on undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.document import Document, apply
from builder.store import Kept, Steps

Read = Callable[[int], Document]
"""Reads the step with a number from the store; `LoomError` where it is no longer there."""


class Step:
    """One document of a history. One that the project keeps is read when it is first wanted."""

    def __init__(self, document: Document | None, number: int = 0, read: Read | None = None):
        self._document = document
        self._number = number
        self._read = read

    @property
    def document(self) -> Document:
        if self._document is None:
            assert self._read
            self._document = self._read(self._number)
        return self._document


@dataclass(frozen=True)
class History:
    """The present document with the steps before and after it; `first` is the number of the earliest one.

    Documents share what did not change, so depth costs little, and a session has no limit.
    """

    present: Step
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()
    first: int = 0

    @classmethod
    def opened(cls, document: Document, kept: Kept, read: Read) -> History:
        """The history that is kept with a project."""

        def steps(first: int, last: int) -> tuple[Step, ...]:
            return tuple(Step(None, number, read) for number in range(first, last + 1))

        return cls(Step(document), steps(kept.first, kept.at - 1), steps(kept.at + 1, kept.last), kept.first)

    @property
    def document(self) -> Document:
        return self.present.document

    @property
    def at(self) -> int:
        """The number of the present step."""
        return self.first + len(self.past)

    def then(self, document: Document) -> History:
        # Python holds True and 1 for equal; as JSON, and for Keras, they are not.
        same = document == self.document and document.to_json() == self.document.to_json()
        return self if same else History(Step(document), (*self.past, self.present), first=self.first)

    def undo(self) -> History:
        if not self.past:
            return self
        return self._with_document(History(self.past[-1], self.past[:-1], (self.present, *self.future), self.first))

    def redo(self) -> History:
        if not self.future:
            return self
        return self._with_document(History(self.future[0], (*self.past, self.present), self.future[1:], self.first))

    def after(self, edit: Mapping[str, Any]) -> History:
        """The history after an edit, an undo or a redo; `LoomError` where it cannot be done."""
        match edit.get("op"):
            case "undo":
                return self.undo()
            case "redo":
                return self.redo()
        return self.then(apply(self.document, edit))

    def changed_since(self, saved: History) -> Steps:
        """What must be written where `saved` is kept already: the steps from the first that is another one."""
        before, after = saved._line(), self._line()
        common = 0
        for old, new in zip(before, after, strict=False):
            if old is not new:
                break
            common += 1
        return Steps(self.first + common, tuple(step.document for step in after[common:]), self.at)

    def joined(self, theirs: History) -> History:
        """Their history with those older steps of this one that are no longer kept with the project."""
        missing = theirs.first - self.first
        if missing <= 0 or missing > len(self.past):
            return theirs
        return History(theirs.present, (*self.past[:missing], *theirs.past), theirs.future, self.first)

    def _line(self) -> tuple[Step, ...]:
        return (*self.past, self.present, *self.future)

    def _with_document(self, moved: History) -> History:
        """The history that was moved to, after its document could be read."""
        _ = moved.document
        return moved
