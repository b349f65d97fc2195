"""Session state: the only code that touches `st.session_state`.

What a person made is never only here: drafts are saved in the store and named by `?project=`, runs by `?run=`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from builder import jobs, store
from builder.canvas.wire import Sent
from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.errors import LoomError
from builder.settings import Settings, load
from builder.store import Projects
from builder.ui.draft import Draft

FIRST_TEMPLATE = "digits_cnn"


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The installation's settings, read once a server."""
    return load()


@st.cache_resource(show_spinner=False)
def engine() -> jobs.Engine:
    """The engine that runs and analyses for this server."""
    return jobs.connect(settings())


def projects() -> Projects:
    """The projects of the person at the browser."""
    return Projects(store.connect(settings().database))


def draft() -> Draft:
    """The draft on the screen: the one the address names, else the session's, else the last one, else a new one."""
    named = st.query_params.get("project")
    current: Draft | None = st.session_state.get("draft")
    if current is None or (named and named != current.id):
        current = _open(named)
        st.session_state["draft"] = current
    if named != current.id:
        st.query_params["project"] = current.id
    return current


def show(project_id: str) -> Draft:
    """Bring another project to the screen."""
    st.session_state["draft"] = Draft(projects().get(project_id), projects())
    st.query_params["project"] = project_id
    return st.session_state["draft"]


def start(document: Document) -> Draft:
    """Make a new project of a document and bring it to the screen."""
    return show(projects().create(document).id)


def delete(current: Draft) -> None:
    """Put a project aside and bring the one worked on before to the screen."""
    projects().delete(current.id)
    st.session_state["draft"] = opened = _open(None)
    st.query_params["project"] = opened.id


def restore(project_id: str) -> Draft:
    """Bring a deleted project back, to the screen too."""
    projects().restore(project_id)
    return show(project_id)


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


def bind(key: str, value: Any) -> str:
    """Make the widget with this key show a value, and return the key; call it right before the widget."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def value(key: str, default: Any = None) -> Any:
    """What the widget with this key holds."""
    return st.session_state.get(key, default)


def keep(key: str, made: Any) -> None:
    """Hold something for the session that is lost without harm: an open tab, a text that could not be read."""
    st.session_state[key] = made


def drop(key: str) -> None:
    st.session_state.pop(key, None)


def attempt(action: Callable[..., Any], *args: Any) -> Any:
    """Do what a click asked for; an error becomes a sentence on the page, and then the result is None."""
    try:
        return action(*args)
    except LoomError as error:
        st.toast(str(error), icon=":material/error:")
        return None


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
