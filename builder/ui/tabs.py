"""Two tabs on one draft: a look every few seconds whether another one has changed it.

The look costs one query for one number. A run of this fragment waits for others and never breaks one off, so that no
edit on its way is lost; each edit looks by itself besides.
"""

from __future__ import annotations

import streamlit as st

from builder.ui import session

SECONDS = 3.0


@st.fragment(run_every=SECONDS)
def other_tabs() -> None:
    """Show what another tab has changed, and tell it, without waiting for a click."""
    with st.container(key="tabs"):
        if session.draft().outdated():
            st.rerun()
