"""What all pages share: the frame, and what a person sees when something unforeseen goes wrong."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"

# Streamlit's own words for a server that is gone name its own command; they cannot be set, only replaced.
STYLE = """
[data-testid="stMainBlockContainer"] { max-width: 100%; padding-left: 1rem; padding-right: 1rem; }
.st-key-panel { max-height: calc(100vh - 7.5rem); overflow: hidden auto; padding: 0 .5rem 1rem 2px; }
[data-testid="stDialog"] { background-color: light-dark(rgb(29 36 51 / .3), rgb(0 0 0 / .6)); }
[data-testid="stDialog"] > div { border: 1px solid light-dark(transparent, #303747); }
[data-testid="stDialog"]:has([data-testid="stErrorCodeBlock"]) :is(h2, h2 + div > *) { display: none; }
[data-testid="stDialog"] h2 + div:has([data-testid="stErrorCodeBlock"])::after { display: block; padding: 0 2rem 1rem 0;
  content: "The server does not answer. All that you made is saved, and this page goes on by itself once it is back. "
  "Where it was stopped, start it again: uv run app.py"; }
[data-testid="stPopoverButton"] p, .st-key-run-title p {
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[data-testid^="stBaseButton-primary"]:not(:disabled) { color: light-dark(#fff, #10131c); }
.st-key-problems { max-height: max(12rem, 36vh); overflow: hidden auto; scrollbar-width: thin; }
.st-key-project { max-width: 16rem; }
.st-key-banner > :first-child { flex: 1 1 14rem; }
@media (min-width: 640px) {
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] > * > * > .st-key-panel) { flex-wrap: nowrap; }
  [data-testid="stColumn"]:has(> * > * > .st-key-panel) { min-width: 18rem; }
  [data-testid="stColumn"]:has(> * > * > .st-key-panel):not(:has(.st-key-code-form)) { max-width: 28rem; }
}
.st-key-bar { min-height: 2.5rem; }
@media (max-width: 1080px) {
  .st-key-bar { row-gap: .25rem; min-height: 5.25rem; align-content: flex-start; }
  .st-key-train { order: 1; }
  :has(> .st-key-cost) { order: 2; flex-basis: 100%; }
  .st-key-panel { max-height: calc(100vh - 10rem); }
}
.st-key-bar p { font-variant-numeric: tabular-nums; white-space: nowrap; }
.layer-picture svg { display: block; width: 100%; max-width: 24rem; margin: 0 auto; }
.st-key-explained .katex-display { margin: .25rem 0 .5rem; overflow: auto hidden; }
.st-key-tabs, [data-testid="stLayoutWrapper"]:has(> .st-key-tabs) { display: none; }
.st-key-changes { max-height: calc(100vh - 14rem); overflow: hidden auto; }
.st-key-source textarea { font-family: "Source Code Pro", monospace; font-size: .75rem; white-space: pre;
  height: max(16rem, calc(100vh - 26rem)); }
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
