"""The draft on the screen: a project's document, its history, and what has been checked of it. No Streamlit here.

Every edit, from the canvas, the inspector or a one-click fix, goes through `perform`: it is applied, put into the
history and saved. Where another tab has saved meanwhile, its document is taken and the edit is made on top of it, so
that neither side loses anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.canvas.wire import Sent
from builder.catalog.analysis import Analysis
from builder.catalog.rules import problems as find_problems
from builder.document import Document, apply
from builder.errors import LoomError, Problem
from builder.store import Conflict, Project, Projects

TABS_REMEMBERED = 16


@dataclass(frozen=True)
class History:
    """A document with the values before and after it. Documents share what did not change, so depth costs little."""

    document: Document
    past: tuple[Document, ...] = ()
    future: tuple[Document, ...] = ()

    def then(self, document: Document) -> History:
        # Python holds True and 1 for equal; as JSON, and for Keras, they are not.
        same = document == self.document and document.to_json() == self.document.to_json()
        return self if same else History(document, (*self.past, self.document))

    def undo(self) -> History:
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.document, *self.future))

    def redo(self) -> History:
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.document), self.future[1:])

    def after(self, edit: Mapping[str, Any]) -> History:
        """The history after an edit, an undo or a redo; `DocumentError` where it cannot be done."""
        match edit.get("op"):
            case "undo":
                return self.undo()
            case "redo":
                return self.redo()
        return self.then(apply(self.document, edit))


@dataclass(frozen=True)
class Checked:
    """What is known of one revision: Keras' reports and the problems, or why there are none (`trouble`)."""

    analysis: Analysis = field(default_factory=Analysis)
    problems: tuple[Problem, ...] = ()
    trouble: str | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def refusal(self) -> str | None:
        """Why Train is refused, or None."""
        if self.trouble:
            return self.trouble
        refusing = tuple(problem for problem in self.problems if problem.refuses_training)
        if refusing:
            more = f" ({len(refusing) - 1} more)" if len(refusing) > 1 else ""
            return f"{refusing[0].sentence()}{more}"
        return None


class Draft:
    """One person's view of one project."""

    def __init__(self, project: Project, store: Projects):
        self.id = project.id
        self.opening = secrets.token_hex(4)
        self.revision = 1
        self.history = History(project.document)
        self.refused: tuple[dict[str, Any], ...] = ()
        self.selected: tuple[str, ...] = ()
        self.select: dict[str, Any] | None = None
        self.acked: dict[str, int] = dict(project.acked)
        self.notices: list[str] = []
        self.unsaved: str | None = None
        self._store = store
        self._version = project.version
        self._checked: tuple[int, Checked] | None = None

    @property
    def document(self) -> Document:
        return self.history.document

    def perform(self, *edits: Mapping[str, Any]) -> None:
        """Make edits as one step of undo; `DocumentError` where they cannot be made, and then nothing has changed."""
        edit = edits[0] if len(edits) == 1 else {"op": "batch", "edits": list(edits)}
        self._commit(lambda history: history.after(edit))

    def receive(self, sent: Sent | None) -> None:
        """Apply what the canvas has sent and has not been applied yet; refusals are told back to it."""
        if sent is None or sent.draft != self.id:
            return
        self.selected = sent.selected
        fresh = sent.fresh(self.acked)
        if not fresh:
            return
        refused: list[dict[str, Any]] = []

        def change(history: History) -> History:
            refused.clear()
            for item in fresh:
                try:
                    history = history.after(item.edit)
                except LoomError as error:
                    refused.append({"n": item.n, "message": str(error)})
            return history

        others = {key: value for key, value in self.acked.items() if key != sent.client}
        self.acked = dict(list(others.items())[1 - TABS_REMEMBERED :]) | {sent.client: fresh[-1].n}
        self._commit(change, always=True)
        self.refused = tuple(refused)

    def point_at(self, nodes: Iterable[str]) -> None:
        """Ask the canvas to select nodes and bring them into view."""
        token = self.select["token"] + 1 if self.select else 1
        self.select = {"token": token, "nodes": list(nodes)}
        self.selected = tuple(self.select["nodes"])

    def checked(self, analyse: Callable[[Document], Analysis]) -> Checked:
        """Reports and problems of the present document; asked for once a revision."""
        if self._checked is None or self._checked[0] != self.revision or self._checked[1].trouble:
            try:
                analysis = analyse(self.document)
                checked = Checked(analysis, find_problems(self.document, analysis))
            except LoomError as error:
                checked = Checked(trouble=str(error))
            self._checked = (self.revision, checked)
        return self._checked[1]

    def _commit(self, change: Callable[[History], History], *, always: bool = False) -> None:
        history = change(self.history)
        if history is self.history and not always:
            return
        try:
            try:
                self._version = self._store.save(self.id, self._version, history.document, self.acked)
            except Conflict:
                theirs = self._store.get(self.id)
                history = change(self.history.then(theirs.document))
                self._version = self._store.save(self.id, theirs.version, history.document, self.acked | theirs.acked)
                self.notices.append("Another tab changed this project. Your edit was made on top of its version.")
            self.unsaved = None
        except LoomError as error:
            self.unsaved = str(error)
        self.history = history
        self.revision += 1
