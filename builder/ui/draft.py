"""The draft on the screen: a project's document, its history, and what has been checked of it. No Streamlit here.

Every edit, from the canvas, the inspector or a one-click fix, goes through `perform`: it is applied, put into the
history and saved, history and all. Where another tab has saved meanwhile, its document is taken and the edit is made
on top of it, so that neither side loses anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.canvas.wire import Sent
from builder.catalog.analysis import Analysis
from builder.catalog.rules import problems as find_problems
from builder.catalog.rules import refused
from builder.document import Document
from builder.document.part import cut
from builder.errors import LoomError, Problem
from builder.store import Conflict, Project, Projects, ShelfBlock
from builder.ui.history import History

TABS_REMEMBERED = 16
Change = Callable[[History], History]
"""An edit, an undo, or several, as what they make of a history."""


@dataclass(frozen=True)
class Checked:
    """What is known of one revision: Keras' reports and the problems, or why there are none (`trouble`)."""

    analysis: Analysis = field(default_factory=Analysis)
    problems: tuple[Problem, ...] = ()
    trouble: str | None = None

    @classmethod
    def of(cls, document: Document, analyse: Callable[[Document], Analysis]) -> Checked:
        """What the engine and the rules say of a document."""
        try:
            analysis = analyse(document)
        except LoomError as error:
            return cls(trouble=str(error))
        return cls(analysis, find_problems(document, analysis))

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def refusal(self) -> str | None:
        """Why Train is refused, or None."""
        if self.trouble:
            return self.trouble
        error = refused(self.problems)
        return str(error) if error else None


class Draft:
    """One person's view of one project."""

    def __init__(self, project: Project, store: Projects):
        self.id = project.id
        self.opening = secrets.token_hex(4)
        self.revision = 1
        self._store = store
        self.history = self._kept(project)
        self.refused: tuple[dict[str, Any], ...] = ()
        self.selected: tuple[str, ...] = ()
        self.select: dict[str, Any] | None = None
        self.acked: dict[str, int] = dict(project.acked)
        self.notices: list[str] = []
        self.unsaved: str | None = None
        self.gone = False
        """Whether the project was deleted elsewhere."""
        self._version = project.version
        self._saved = self.history
        self._waiting: list[Change] = []
        """What was done since it could last be saved."""
        self._shelf: tuple[ShelfBlock, ...] | None = None
        self._checked: tuple[int, Checked] | None = None

    @property
    def document(self) -> Document:
        return self.history.document

    @property
    def shelf(self) -> tuple[ShelfBlock, ...]:
        """The person's own blocks, for the palette."""
        if self._shelf is None:
            self._shelf = self._store.shelf.all()
        return self._shelf

    def perform(self, *edits: Mapping[str, Any]) -> None:
        """Make edits as one step of undo; `DocumentError` where they cannot be made, and then nothing has changed."""
        edit = edits[0] if len(edits) == 1 else {"op": "batch", "edits": list(edits)}
        self._commit(lambda history: history.after(edit))

    def receive(self, sent: Sent | None) -> None:
        """Apply what the canvas has sent and has not been applied yet; refusals are told back to it.

        Among the edits may be messages for the shelf (`_SHELF`), which are no edits of the document and are not undone.
        """
        if sent is None or sent.draft != self.id:
            return
        self.selected = sent.selected
        fresh = sent.fresh(self.acked)
        if not fresh:
            return
        refused: list[dict[str, Any]] = []
        shelved: list[tuple[int, Callable[[], Any]]] = []

        def change(history: History) -> History:
            refused.clear()
            shelved.clear()
            for item in fresh:
                try:
                    if order := _SHELF.get(str(item.edit.get("op"))):
                        shelved.append((item.n, order(self._store, history.document, item.edit)))
                        continue
                    history = history.after(item.edit)
                except LoomError as error:
                    refused.append({"n": item.n, "message": str(error)})
            return history

        others = {key: value for key, value in self.acked.items() if key != sent.client}
        self.acked = dict(list(others.items())[1 - TABS_REMEMBERED :]) | {sent.client: fresh[-1].n}
        self._commit(change, always=True)
        self._fill_shelf(shelved, refused)
        self.refused = tuple(refused)

    def outdated(self) -> bool:
        """Whether another tab has changed or deleted the project since it was last looked at here."""
        try:
            newest = self._store.version(self.id)
        except LoomError:
            return False
        return (newest is None) != self.gone or newest not in (None, self._version)

    def refresh(self) -> None:
        """See whether another tab has changed the project, and take its version where nothing here waits for saving."""
        try:
            newest = self._store.version(self.id)
            self.gone = newest is None
            if newest in (None, self._version):
                return
            if self._waiting:
                self._commit(lambda history: history, always=True)
                return
            theirs = self._store.get(self.id)
        except LoomError:
            return
        self._adopt(theirs)
        self.history = self._saved
        self.revision += 1
        self.notices.append("Another tab changed this project. This is its version; undo leads back.")

    def point_at(self, nodes: Iterable[str]) -> None:
        """Ask the canvas to select nodes and bring them into view."""
        token = self.select["token"] + 1 if self.select else 1
        self.select = {"token": token, "nodes": list(nodes)}
        self.selected = tuple(self.select["nodes"])

    def checked(self, analyse: Callable[[Document], Analysis]) -> Checked:
        """Reports and problems of the present document; asked for once a revision."""
        if self._checked is None or self._checked[0] != self.revision or self._checked[1].trouble:
            self._checked = (self.revision, Checked.of(self.document, analyse))
        return self._checked[1]

    def _commit(self, change: Change, *, always: bool = False) -> None:
        history = change(self.history)
        if history is self.history and not always:
            return
        self._waiting.append(change)
        try:
            try:
                self._save(history)
            except Conflict:
                self._adopt(self._store.get(self.id))
                history = self._again()
                self._save(history)
                self.notices.append("Another tab changed this project. Your edit was made on top of its version.")
            self._waiting.clear()
            self.unsaved = None
        except LoomError as error:
            self.unsaved = str(error)
        self.history = history
        self.revision += 1

    def _save(self, history: History) -> None:
        steps = history.changed_since(self._saved)
        self._version = self._store.save(self.id, self._version, history.document, self.acked, steps)
        self._saved = history

    def _kept(self, project: Project) -> History:
        return History.opened(project.document, project.steps, lambda number: self._store.step(self.id, number))

    def _adopt(self, theirs: Project) -> None:
        """Go on from what another tab has saved."""
        self._saved = self.history.joined(self._kept(theirs))
        self._version = theirs.version
        self.acked = {**theirs.acked, **{k: max(n, theirs.acked.get(k, 0)) for k, n in self.acked.items()}}

    def _again(self) -> History:
        """Everything that waits for saving, made anew on top of what is saved; what cannot be made is told."""
        history = self._saved
        for change in self._waiting:
            try:
                history = change(history)
            except LoomError as error:
                self.notices.append(f"An edit does not fit the version of the other tab: {error}")
        return history

    def _fill_shelf(self, orders: Iterable[tuple[int, Callable[[], Any]]], refused: list[dict[str, Any]]) -> None:
        for number, order in orders:
            self._shelf = None
            try:
                order()
            except LoomError as error:
                refused.append({"n": number, "message": str(error)})


def _keep_block(store: Projects, document: Document, order: Mapping[str, Any]) -> Callable[[], Any]:
    """Put a block, as it is at this moment, on the shelf."""
    block = document.model.block(str(order.get("block")))
    part = cut(document, block.id)
    return lambda: store.shelf.keep(block.name, part)


def _forget_block(store: Projects, _: Document, order: Mapping[str, Any]) -> Callable[[], Any]:
    return lambda: store.shelf.forget(str(order.get("id")))


_SHELF = {"keep_block": _keep_block, "forget_block": _forget_block}
"""Messages that come among the canvas' edits and are about the shelf."""
