"""What all pages share: the frame, and what a person sees when something unforeseen goes wrong."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"

STYLE = """
[data-testid="stMainBlockContainer"] { max-width: 100%; padding-left: 1rem; padding-right: 1rem; }
.st-key-panel { max-height: calc(100vh - 7.5rem); overflow: hidden auto; padding: 0 .5rem 1rem 2px; }
.st-key-bar p { font-variant-numeric: tabular-nums; white-space: nowrap; }
.layer-picture svg { display: block; width: 100%; max-width: 24rem; margin: 0 auto; }
.st-key-explained .katex-display { margin: .25rem 0 .5rem; overflow: auto hidden; }
.st-key-tabs, [data-testid="stLayoutWrapper"]:has(> .st-key-tabs) { display: none; }
.st-key-changes { max-height: calc(100vh - 14rem); overflow: hidden auto; }
[data-testid="stMetricValue"], td, th { font-variant-numeric: tabular-nums; }
"""


def frame() -> None:
    """Page settings and the few rules of style that the theme cannot say."""
    st.set_page_config(page_title="Layerloom", page_icon=ASSETS / "brand" / "icon.svg", layout="wide")
    st.logo(ASSETS / "brand" / "logo.svg", icon_image=ASSETS / "brand" / "icon.svg", size="medium")
    st.html(f"<style>{STYLE}</style>")


def unforeseen(error: Exception) -> bool:
    """A page's uncaught error as a sentence; the traceback goes to the server's log only."""
    logging.getLogger("layerloom").error("%s", "".join(traceback.format_exception(error)))
    st.error(
        "Something went wrong on this page. Your project and your runs are saved: reload the page to go on. "
        "The server's log has the details.",
        icon=":material/error:",
    )
    return True
