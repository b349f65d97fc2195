"""The document as JSON text that one may change: checked as one goes, applied as one step that undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from builder.catalog.registry import layers
from builder.catalog.rules.words import listing
from builder.document import Document
from builder.document.pretty import pretty
from builder.document.recover import Recovered, recover
from builder.ui import problems, session, words
from builder.ui.cost import within_memory
from builder.ui.draft import Checked, Draft
from builder.ui.recovery import SHOWN, offer

Apply = Callable[[Document], None]


@dataclass(frozen=True)
class Held:
    """A text that somebody works on: what it began as, what it is now, and what has been found in it.

    `checked` is what Keras and the rules say of the document in it, as everywhere else.
    """

    base: str
    text: str
    found: Recovered | None = None
    checked: Checked | None = None

    def now(self, text: str) -> Held:
        found = recover(text) if text != self.base else None
        if not found or not found.whole or not found.document:
            return Held(self.base, text, found)
        checked = within_memory(found.document, Checked.of(found.document, session.engine().analyse))
        return Held(self.base, text, found, checked)


def source(draft: Draft) -> None:
    """The text, what is wrong with it and the buttons; the draft is untouched until the text is applied."""
    key = f"json.{draft.id}"
    present = pretty(draft.document.to_dict())
    held: Held = session.value(f"{key}.held") or Held(present, present)
    if held.found is None:
        held = Held(present, present)
    session.keep(f"{key}.held", held)

    def changed(text: str) -> None:
        session.keep(f"{key}.held", held.now(text))

    def check() -> None:
        newest: Held = session.value(f"{key}.held")  # The click may bring a text with it.
        session.keep(f"{key}.held", newest.now(newest.text))

    def reload() -> None:
        session.drop(f"{key}.held")

    def apply(document: Document) -> None:
        before = draft.revision
        session.attempt(draft.perform, {"op": "replace", "document": document.to_dict()})
        if draft.revision != before or document == draft.document:
            session.drop(f"{key}.held")
            st.toast("Applied. Undo brings the earlier document back.", icon=":material/check:")

    _buttons(held, key, check, apply, reload)
    if held.found and held.base != present:
        st.warning(
            "The document has changed since you began to edit this text. Apply puts your text in its place; "
            "Reload shows the document as it is now and drops your text.",
            icon=":material/sync_problem:",
        )
    _finding(held, key, apply, reload)
    with st.container(key="source"):
        st.text_area(
            "Document as JSON",
            value=held.text,
            **session.bind(key, held.text, changed),
            label_visibility="collapsed",
            height=420,
        )


def _buttons(held: Held, key: str, check: Callable[[], None], apply: Apply, reload: Callable[[], None]) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Check",
            key=f"{key}.check",
            icon=":material/rule:",
            help="Ctrl+Enter in the text checks it too",
            on_click=check,
        )
        sound = held.found.document if held.found and held.found.whole else None
        st.button(
            "Apply",
            key=f"{key}.apply",
            icon=":material/check:",
            type="primary",
            disabled=sound is None,
            on_click=apply,
            args=(sound,),
        )
        st.button(
            "Reload",
            key=f"{key}.reload",
            icon=":material/refresh:",
            disabled=held.found is None,
            help="Drop your text and show the document as it is",
            on_click=reload,
        )


def _finding(held: Held, key: str, apply: Apply, reload: Callable[[], None]) -> None:
    """What has been found in the text."""
    if held.found is None:
        st.caption("The text is the document on the canvas. Change it, then apply it.")
    elif held.checked and held.found.document:
        _findings(held.found.document, held.checked)
    else:
        offer(held.found, key=key, accept=apply, cancel=reload)


def _findings(document: Document, checked: Checked) -> None:
    """What the rules and Keras say of it; a network that is not right yet can be applied too, and is marked then."""
    graph = document.model
    size = f"{words.counted(len(graph.nodes), 'layer')}, {words.counted(len(graph.edges), 'connection')}"
    if checked.trouble:
        st.caption(f":orange[:material/info: {words.plain(checked.trouble)}] {size}, not checked. Not applied yet.")
    elif checked.errors:
        st.caption(f"{problems.title(checked.problems)}. {size}. Not applied yet.")
    else:
        st.caption(f":green[:material/check_circle: Sound: {size}. Not applied yet.]")
    for problem in checked.problems[:SHOWN]:
        st.caption(problems.line(problem))
    if len(checked.problems) > SHOWN:
        st.caption(f"and {len(checked.problems) - SHOWN} more")
    _unknown(document)


def _unknown(document: Document) -> None:
    """Layers that nobody knows are kept, and marked on the canvas; that is said before."""
    kinds = sorted({node.kind for node in document.model.nodes if node.kind not in layers})
    if kinds:
        named = listing(kinds if len(kinds) <= 5 else [*kinds[:5], f"{len(kinds) - 5} more"])
        say = "is no layer that Layerloom knows" if len(kinds) == 1 else "are no layers that Layerloom knows"
        st.caption(f":orange[:material/info: {words.plain(named)} {say}: kept as written, and marked on the canvas.]")
