"""The canvas as a Streamlit component. Its bundle is a static file (`assets/canvas`); Streamlit gets a stub."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from builder.canvas.wire import CanvasData

BUNDLE = Path(__file__).resolve().parent.parent.parent / "assets" / "canvas"


def _version() -> str:
    """Names the bundle's content, so that no browser keeps an older one."""
    digest = hashlib.sha256()
    for name in ("canvas.js", "canvas.css"):
        digest.update((BUNDLE / name).read_bytes())
    return digest.hexdigest()[:12]


# Streamlit sends inline code again with every answer, so the stub is all that is inline. It waits for the style
# sheet: nodes measured without it would have the wrong size.
_STUB = """
const at = (name) => new URL(`assets/canvas/${name}?v=VERSION`, document.baseURI).href;
const styled = (root) => root.styled ??= new Promise((resolve) => {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: at("canvas.css"), onload: resolve, onerror: resolve });
  root.appendChild(link);
});
export default async function (component) {
  const [bundle] = await Promise.all([import(at("canvas.js")), styled(component.parentElement)]);
  return bundle.default(component);
}
""".replace("VERSION", _version())

_canvas = st.components.v2.component("layerloom_canvas", js=_STUB)


def canvas(data: CanvasData, *, key: str, on_change: Callable[[], None] = lambda: None) -> Any:
    """Draw the canvas; returns what it has sent as its JSON value, or None.

    That value was in session state under `key` before this run began: read it first (`Sent.read`) and apply it,
    and the answer reaches the browser in the same run.
    """
    result = _canvas(key=key, data=data.model_dump(mode="json"), on_sent_change=on_change)
    return result.get("sent")
