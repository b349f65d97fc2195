"""The live view as a Streamlit component; its bundle is a static file (`assets/live`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

BUNDLE = Path(__file__).resolve().parents[2] / "assets" / "live"


def _version() -> str:
    """Names the bundle's content, so that no browser keeps an older one."""
    return hashlib.sha256(b"".join((BUNDLE / name).read_bytes() for name in ("live.js", "live.css"))).hexdigest()[:12]


# Streamlit sends inline code again with every answer, so the stub is all that is inline.
_STUB = f"""
export default async function (component) {{
  const bundle = await import(new URL("assets/live/live.js?v={_version()}", document.baseURI).href);
  return bundle.default(component);
}}
"""

_live = st.components.v2.component("layerloom_live", js=_STUB)


def live(run_id: str, hues: Mapping[str, str], plan: Mapping[str, Any], *, key: str) -> bool:
    """Draw a run and follow it in the browser, without further script runs.

    `hues` holds the colour of each layer's family by node id, as CSS (`builder.charts.families.hue`), `plan` the
    network to draw (`builder.charts.plan`). True in the one script run that follows the end of a run which the browser
    saw going on.
    """
    result = _live(key=key, data={"run": run_id, "hues": dict(hues), "plan": dict(plan)}, on_ended_change=lambda: None)
    return bool(result.ended)
