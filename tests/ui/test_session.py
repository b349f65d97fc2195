"""Widgets that show a value of the document, whoever changed it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from builder.ui import session

    document = st.session_state.setdefault("document", {"name": "Block"})
    entered = st.session_state.setdefault("entered", [])
    callbacks = st.session_state.setdefault("callbacks", [])
    if st.button("Rename elsewhere"):
        document["name"] = "Stem"
    if st.button("What overtaken runs still call"):
        for late in callbacks:
            late()

    def change(name: str) -> None:
        entered.append(name)
        if name != "Refused":
            document["name"] = name

    bound = session.bind("name", document["name"], change)
    callbacks.append(bound["on_change"])
    st.text_input("Name", value=document["name"], **bound)


@pytest.fixture
def shown() -> AppTest:
    return AppTest.from_function(page, default_timeout=30).run()


def enter(shown: AppTest, text: str) -> None:
    shown.text_input[0].set_value(text).run()
    assert not shown.exception


def entered(shown: AppTest) -> list[str]:
    return shown.session_state["entered"]


def test_what_is_entered_is_an_edit(shown: AppTest) -> None:
    enter(shown, "Head")
    assert entered(shown) == ["Head"]
    assert shown.text_input[0].value == "Head"


def test_a_change_from_elsewhere_is_shown_and_is_no_edit(shown: AppTest) -> None:
    enter(shown, "Head")
    shown.button[0].click().run()
    assert shown.text_input[0].value == "Stem"
    assert entered(shown) == ["Head"]


def test_what_the_old_widget_still_sends_is_no_edit(shown: AppTest) -> None:
    enter(shown, "Head")
    shown.button[0].click().run()
    shown.button[1].click().run()
    assert shown.session_state["document"] == {"name": "Stem"}
    assert entered(shown) == ["Head"]


def test_a_value_that_was_shown_before_can_be_entered_at_once(shown: AppTest) -> None:
    enter(shown, "Head")
    shown.button[0].click().run()
    for name in ("Head", "Block", "Head"):
        enter(shown, name)
        assert shown.session_state["document"] == {"name": name}


def test_what_is_refused_can_be_entered_again(shown: AppTest) -> None:
    enter(shown, "Refused")
    assert shown.text_input[0].value == "Block"
    enter(shown, "Refused")
    assert entered(shown) == ["Refused", "Refused"]
