"""What one takes away from a run: the model, the script, the document; and the way back to the canvas."""

from __future__ import annotations

import streamlit as st

from builder import jobs
from builder.rundir import ENDED, RunDirectory, RunRecord
from builder.ui import session
from builder.ui.focus import enter_menu


def address(run_id: str, name: str) -> str:
    """Where the server hands out a run's artifact, below the server's base path."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/api/runs/{run_id}/artifacts/{name}"


def actions(run: RunDirectory, record: RunRecord, *, key: str) -> None:
    """Downloads and next steps of a run, as buttons in the surrounding line."""
    with st.popover("Take away", icon=":material/download:", key=f"{key}.take"):
        if run.model_path.is_file():
            st.link_button(
                "Model (.keras)",
                address(run.id, "model.keras"),
                icon=":material/deployed_code:",
                width="stretch",
                help="The network with the weights of its best epoch, for keras.models.load_model.",
            )
        st.link_button(
            "Python script",
            address(run.id, "script.py"),
            icon=":material/code:",
            width="stretch",
            help="A readable Keras script that trains exactly this network, with what was changed on the way.",
        )
        st.link_button(
            "Document (.loom.json)",
            address(run.id, "document.loom.json"),
            icon=":material/description:",
            width="stretch",
            help="Network, data and training as they were, to open here or to train with the CLI.",
        )
        enter_menu(f"{key}.take.enter")
    design = st.button(
        "Open in Design",
        icon=":material/account_tree:",
        key=f"{key}.design",
        help="A copy as a new project: change it and train it as another run",
    )
    if design and session.attempt(lambda: session.start(run.document())):
        st.switch_page("pages/design.py")
    if record.state not in ENDED:
        return
    pressed = st.button("Train again", icon=":material/replay:", key=f"{key}.again", help="The same from the start")
    name = session.press_key(f"{key}.again", pressed)
    if pressed:
        again = session.attempt(_again, run, name)
        if again:
            session.show_run(again.id)
            st.switch_page("pages/train.py", query_params={"run": again.id})


def _again(run: RunDirectory, key: str) -> RunDirectory:
    project = run.record().project
    return jobs.train(session.engine(), session.settings().runs, run.document(), project=project, key=key)
