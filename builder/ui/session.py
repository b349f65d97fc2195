"""Session state: the only code that touches `st.session_state`.

What a person made is never only here: drafts are saved in the store and named by `?project=`, runs by `?run=`.
Links go further: `?project=..&version=..&with=..` compares two versions, `&node=..` points at a layer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import streamlit as st

from builder import jobs, store
from builder.canvas.wire import Sent
from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.errors import LoomError
from builder.jobs.probe import Probes
from builder.settings import Settings, load
from builder.store import Projects, Version
from builder.ui.draft import Draft

FIRST_TEMPLATE = "digits_cnn"
ADDRESS = ("version", "with", "node")
"""What an address may name besides the project: a version to look at, another to compare it with, a layer."""


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The installation's settings, read once a server."""
    return load()


@st.cache_resource(show_spinner=False)
def engine() -> jobs.Engine:
    """The engine that runs and analyses for this server."""
    return jobs.connect(settings())


@st.cache_resource(show_spinner=False)
def largest_run() -> int | None:
    """Bytes that one run may use where this server's runs train; None where nobody knows."""
    return engine().status().memory


@st.cache_resource(show_spinner=False)
def probes() -> Probes:
    """The measurements of this server."""
    return Probes(settings())


def projects() -> Projects:
    """The projects of the person at the browser."""
    return Projects(store.connect(settings().database))


def draft() -> Draft:
    """The draft on the screen: the one the address names, else the session's, else the last one, else a new one."""
    named = st.query_params.get("project")
    current: Draft | None = st.session_state.get("draft")
    _hold_address(named)
    if current is None or (named and named != current.id):
        current = _open(named)
        st.session_state["draft"] = current
    if named != current.id:
        st.query_params["project"] = current.id
    return current


def show(project_id: str) -> Draft:
    """Bring another project to the screen."""
    return _show(Draft(projects().get(project_id), projects()))


def start(document: Document) -> Draft:
    """Make a new project of a document and bring it to the screen."""
    return show(projects().create(document).id)


def delete(current: Draft) -> None:
    """Put a project aside and bring the one worked on before to the screen."""
    projects().delete(current.id)
    opened = _show(_open(None))
    opened.notices.append(f"{current.document.name} is put aside. Bring it back in the menu under the project's name.")


def restore(project_id: str) -> Draft:
    """Bring a deleted project back, to the screen too."""
    projects().restore(project_id)
    return show(project_id)


def address(name: str) -> str | None:
    """What the address says of the project on the screen: see ADDRESS."""
    return st.query_params.get(name)


def go(**places: str | None) -> None:
    """Change parts of the address; None takes one out."""
    for name, place in places.items():
        if place is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = place
    _hold_address(st.query_params.get("project"))


def follow(current: Draft) -> None:
    """Select the layer that the address points at, once for each time that the project is opened."""
    node = address("node")
    if not node or st.session_state.get("followed") == (current.opening, node):
        return
    st.session_state["followed"] = (current.opening, node)
    if any(other.id == node for other in current.document.model.nodes):
        current.point_at([node])
    elif not address("version"):
        current.notices.append(f'The link leads to the layer "{node}", and this network has none of that name.')


def version(current: Draft) -> Version | None:
    """The version that the address asks to look at, or None."""
    named = address("version")
    if not named:
        return None
    try:
        found = projects().versions.get(named)
    except LoomError as error:
        current.notices.append(str(error))
    else:
        if found.project == current.id:
            return found
        current.notices.append(f'The version "{found.name}" belongs to another project.')
    go(**{"version": None, "with": None})
    return None


def run_id() -> str | None:
    """The run on the screen: the one that the address names, else the one last looked at in this session."""
    named = st.query_params.get("run") or st.session_state.get("run")
    if named:
        st.session_state["run"] = named
        if st.query_params.get("run") != named:
            st.query_params["run"] = named
    return named


def show_run(named: str | None) -> None:
    """Remember the run to look at."""
    st.session_state["run"] = named


def compared() -> tuple[str, ...]:
    """The runs that the address asks to see side by side."""
    return tuple(filter(None, st.query_params.get("compare", "").split(",")))


def compare(runs: tuple[str, ...]) -> None:
    """Ask for runs side by side in the address; for none, the list again."""
    if runs:
        st.query_params["compare"] = ",".join(runs)
    else:
        st.query_params.pop("compare", None)


def canvas_sent(key: str) -> Sent | None:
    """What the canvas under this key has sent, read before it is mounted again, so that the answer is in this run."""
    state = st.session_state.get(key)
    return Sent.read(state.get("sent")) if state else None


def bind(key: str, shown: Any, entered: Callable[[Any], None]) -> dict[str, Any]:
    """The `key` and `on_change` of a widget that shows a value of the document; give it `shown` as its default too.

    `entered` is called with what a person enters, once, and never with anything else. While the widget holds what it
    is to show, its key stays. Where something else has changed the value (an edit on the canvas, an undo, another
    tab), the widget is drawn anew under another key, and what the old one still sends is nobody's. To set the value of
    a widget that is on the screen cannot be relied on: it goes lost where the next run begins before it is sent, and
    the widget sends what it showed as if it were entered now; Streamlit also calls back twice when a run is overtaken
    (seen: every sixth undo was taken back by the field that had shown the value before).
    """
    turns: dict[str, int] = st.session_state.setdefault("turns", {})
    taken: dict[str, tuple[str, Any]] = st.session_state.setdefault("taken", {})
    drawn = _drawn(key)
    if st.session_state.get(drawn, shown) == shown:
        taken.pop(key, None)
    else:
        turns[key] = turns.get(key, 0) + 1
        drawn = _drawn(key)

    def changed() -> None:
        value = st.session_state.get(drawn, shown)
        if value != shown and taken.get(key) != (drawn, value):
            taken[key] = (drawn, value)
            entered(value)

    return {"key": drawn, "on_change": changed}


def value(key: str, default: Any = None) -> Any:
    """What a widget with this key holds, or what was kept under it."""
    return st.session_state.get(_drawn(key), default)


def _drawn(key: str) -> str:
    """The key under which a bound widget was drawn last."""
    turn = st.session_state.get("turns", {}).get(key)
    return f"{key}~{turn}" if turn else key


def keep(key: str, made: Any) -> None:
    """Hold something for the session that is lost without harm: an open tab, a text that could not be read."""
    st.session_state[key] = made


def drop(key: str) -> None:
    st.session_state.pop(key, None)


def press_key(button: str, pressed: bool) -> str:
    """What the present press of a button that starts something is called, so that two clicks are one start.

    A second click that was on its way when the first was answered comes with the same name; the name changes once
    the button has been drawn again without being pressed.
    """
    held: dict[str, tuple[str, bool]] = st.session_state.setdefault("press-keys", {})
    name, used = held.get(button, ("", True))
    if used and (not pressed or not name):
        name, used = secrets.token_hex(8), False
    held[button] = (name, used or pressed)
    return name


def attempt(action: Callable[..., Any], *args: Any) -> Any:
    """Do what a click asked for; an error becomes a sentence on the page, and then the result is None."""
    try:
        return action(*args)
    except LoomError as error:
        st.toast(str(error), icon=":material/error:")
        return None


def _hold_address(named: str | None) -> None:
    """Remember the address; a click in the top menu leaves it out, and then it is put back.

    The menu takes all of it, so that an address with a project and no version was gone to on purpose.
    """
    held: dict[str, str] = st.session_state.get("address", {})
    if named is None:
        for name, place in held.items():
            st.query_params[name] = place
    else:
        st.session_state["address"] = {name: st.query_params[name] for name in ADDRESS if name in st.query_params}


def _show(opened: Draft) -> Draft:
    st.session_state["draft"] = opened
    st.query_params["project"] = opened.id
    go(**dict.fromkeys(ADDRESS))
    return opened


def _open(named: str | None) -> Draft:
    mine = projects()
    if named:
        try:
            return Draft(mine.get(named), mine)
        except LoomError as error:
            st.toast(str(error), icon=":material/error:")
    for info in mine.recent(1):
        return Draft(mine.get(info.id), mine)
    return Draft(mine.create(from_value(templates[FIRST_TEMPLATE].document)), mine)
