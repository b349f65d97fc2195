"""Widgets that show a value of the document, whoever changed it."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from builder.ui import session


def page() -> None:
    import streamlit as st

    from builder.ui import session

    document = st.session_state.setdefault("document", {"name": "Block"})
    if st.button("Rename elsewhere"):
        document["name"] = "Stem"
    before = document["name"]

    def change() -> None:
        after = session.value("name")
        if after != before:
            document["name"] = after

    st.text_input("Name", key=session.bind("name", document["name"]), on_change=change)


@pytest.fixture
def shown() -> AppTest:
    return AppTest.from_function(page).run()


def test_a_late_echo_of_the_old_value_is_no_edit(shown: AppTest) -> None:
    shown.button[0].click().run()
    shown.text_input[0].set_value("Block").run()
    assert shown.session_state["document"] == {"name": "Stem"}
    assert shown.text_input[0].value == "Stem"


def test_another_value_is_an_edit(shown: AppTest) -> None:
    shown.button[0].click().run()
    shown.text_input[0].set_value("Head").run()
    assert shown.session_state["document"] == {"name": "Head"}


def test_the_old_value_can_be_entered_again_later(shown: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.button[0].click().run()
    later = time.monotonic() + 2 * session.SETTLED
    monkeypatch.setattr(session.time, "monotonic", lambda: later)
    shown.text_input[0].set_value("Block").run()
    assert shown.session_state["document"] == {"name": "Block"}
