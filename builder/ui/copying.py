"""A button that copies a link to the clipboard; links lead to a project, a version of it, or a layer."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

_SCRIPT = """
const copied = async (text, root) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without HTTPS browsers have no clipboard interface: copy what is selected.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    area.style.position = "fixed";
    root.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const label = parentElement.querySelector(".label");
  const show = (text) => { label.textContent = text; };
  show(data.label);
  button.title = data.help;
  button.onclick = async () => {
    await copied(new URL("./" + data.query, document.baseURI).href, parentElement);
    show("Copied");
    button.focus();
    setTimeout(() => show(data.label), 1600);
  };
}
"""
_HTML = """<button type="button" class="copy-link"><svg viewBox="0 0 24 24" width="16" height="16" fill="none"
stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1"/>
<path d="M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1"/></svg>
<span class="label" aria-live="polite"></span></button>"""
_STYLE = """
button.copy-link { display: inline-flex; align-items: center; gap: .4rem; min-height: 2.5rem; padding: .25rem .75rem;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, 8px); background: transparent;
  color: var(--st-text-color); font: .875rem var(--st-font); cursor: pointer; white-space: nowrap; }
button.copy-link:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button.copy-link:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""
# In the page itself: the keyboard does not reach into a shadow tree from a dialog.
_copy = st.components.v2.component("layerloom_copy", html=_HTML, css=_STYLE, js=_SCRIPT, isolate_styles=False)


def copy_link(label: str, *, key: str, help: str = "", **places: str | None) -> None:
    """A button that copies the address of a place on the Design page: project, version, with, node."""
    query = "?" + urlencode({name: place for name, place in places.items() if place})
    _copy(key=key, data={"label": label, "help": help, "query": query}, width="content")
