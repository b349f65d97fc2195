"""Where the keyboard goes when a menu opens: Streamlit leaves it on the button, many stops away from the menu."""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
export default function ({ parentElement }) {
  const menu = parentElement.closest('[data-testid="stPopoverBody"]');
  if (!menu || menu.contains(document.activeElement) || menu.dataset.entered) return;
  menu.dataset.entered = "true";
  menu.tabIndex = -1;
  menu.style.outline = "none";
  menu.focus({ preventScroll: true });
}
"""
_enter = st.components.v2.component("layerloom_enter", html="<span></span>", js=_SCRIPT, isolate_styles=False)


def enter_menu(key: str) -> None:
    """Called last inside a popover: when it opens, the next Tab leads into it. Escape leads back to its button."""
    _enter(key=key, height=1)
