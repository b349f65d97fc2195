"""Layerloom's entry: `uv run app.py` starts the server, and each browser session runs the pages below."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def pages() -> None:
    """One run of the script: the frame and the page that the address names."""
    from builder.ui.page import frame

    frame()
    st.navigation(
        [
            st.Page("pages/design.py", title="Design", icon=":material/account_tree:", default=True),
            st.Page("pages/train.py", title="Train", icon=":material/show_chart:"),
            st.Page("pages/runs.py", title="Runs", icon=":material/history:"),
        ],
        position="top",
    ).run()


if get_script_run_ctx(suppress_warning=True) is not None:
    pages()
else:
    try:
        from builder.ui.serve import make_app, serve

        app = make_app(Path(__file__).resolve(), listens=__name__ == "__main__")
        if __name__ == "__main__":
            serve(app)
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # Ctrl-C while it starts is an end, not a fault.
