"""Every parameter of the catalogue has a field, and a field changes the document only when a person changed it."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from builder.catalog.registry import callbacks, layers, losses, metrics, optimizers, schedules

KINDS = [
    (registry.folder, entry.kind)
    for registry in (layers, losses, optimizers, metrics, callbacks, schedules)
    for entry in registry
    if entry.params
]


def page(folder: str, kind: str, params: dict) -> None:
    """A page with the form of one entry; what it changes is in session state."""
    import streamlit as st

    from builder.catalog import registry
    from builder.ui import forms

    entry = getattr(registry, folder)[kind]
    st.session_state["form.more"] = st.session_state["form.more.left"] = True
    held = st.session_state.setdefault("params", {**entry.start_params, **params})
    changes = st.session_state.setdefault("changes", [])

    def change(name: str, value: object) -> None:
        held[name] = value
        changes.append((name, value))

    forms.fields(entry, held, change, key="form")


def form(folder: str, kind: str, **params: Any) -> AppTest:
    return AppTest.from_function(page, args=(folder, kind, params), default_timeout=30).run()


@pytest.mark.parametrize(("folder", "kind"), KINDS, ids=lambda value: value)
def test_every_entry_has_a_form_that_changes_nothing_by_itself(folder: str, kind: str) -> None:
    test = form(folder, kind).run()
    assert not test.exception
    assert test.session_state["changes"] == []


def test_a_number_is_changed() -> None:
    test = form("layers", "Dense")
    test.number_input(key="form.units").set_value(10).run()
    assert test.session_state["changes"] == [("units", 10)]
    assert test.number_input(key="form.units").value == 10


def test_a_kernel_is_read_from_text_and_a_wrong_one_is_explained() -> None:
    test = form("layers", "Conv2D")
    field = test.text_input(key="form.kernel_size")
    field.set_value("5 x 3").run()
    assert test.session_state["changes"] == [("kernel_size", [5, 3])]
    test.text_input(key="form.kernel_size").set_value("five").run()
    assert len(test.session_state["changes"]) == 1
    assert any("five" in caption.value for caption in test.caption)
    assert test.text_input(key="form.kernel_size").value == "five"
    test.text_input(key="form.kernel_size").set_value("7").run()
    assert test.session_state["changes"][-1] == ("kernel_size", 7)
    assert not any("five" in caption.value for caption in test.caption)


def test_the_field_follows_the_document() -> None:
    test = form("layers", "Dense")
    test.session_state["params"]["units"] = 99
    test.run()
    assert test.number_input[0].value == 99
    assert test.session_state["changes"] == []


def test_a_value_that_does_not_fit_is_shown_with_the_reason() -> None:
    test = form("layers", "Dense", units=-3)
    assert not test.exception
    assert any("must be a whole number" in caption.value for caption in test.caption)
    test.text_input(key="form.units#").set_value("12").run()
    assert test.session_state["changes"] == [("units", 12)]


def test_a_learning_rate_becomes_a_schedule_and_a_number_again() -> None:
    test = form("optimizers", "Adam")
    test.selectbox(key="form.learning_rate").set_value("ExponentialDecay").run()
    assert test.session_state["params"]["learning_rate"]["kind"] == "ExponentialDecay"
    test.number_input(key="form.learning_rate.ExponentialDecay.decay_rate").set_value(0.5).run()
    assert test.session_state["params"]["learning_rate"]["params"]["decay_rate"] == 0.5
    test.selectbox(key="form.learning_rate").set_value("Constant").run()
    assert test.session_state["params"]["learning_rate"] == 0.001


def test_a_layer_inside_a_layer_has_its_own_fields() -> None:
    test = form("layers", "Bidirectional")
    test.selectbox(key="form.layer").set_value("GRU").run()
    assert test.session_state["params"]["layer"]["kind"] == "GRU"
    test.number_input(key="form.layer.GRU.units").set_value(7).run()
    assert test.session_state["params"]["layer"]["params"]["units"] == 7


def penalty(test: AppTest) -> Any:
    return test.session_state["params"]["kernel_regularizer"]


def test_a_penalty_is_a_name_until_its_strength_is_set() -> None:
    test = form("layers", "Dense")
    test.selectbox(key="form.kernel_regularizer").set_value("l2").run()
    assert penalty(test) == "l2"
    test.number_input(key="form.kernel_regularizer.L2.l2").set_value(0.001).run()
    assert penalty(test) == {"kind": "L2", "params": {"l2": 0.001}}
    assert test.selectbox(key="form.kernel_regularizer").value == "l2"
    test.number_input(key="form.kernel_regularizer.L2.l2").set_value(0.01).run()
    assert penalty(test) == "l2"
    test.selectbox(key="form.kernel_regularizer").set_value("none").run()
    assert penalty(test) is None


def test_both_penalties_start_with_strengths_that_do_something() -> None:
    test = form("layers", "Dense")
    test.selectbox(key="form.kernel_regularizer").set_value("l1_l2").run()
    assert penalty(test) == {"kind": "L1L2", "params": {"l1": 0.01, "l2": 0.01}}
    test.number_input(key="form.kernel_regularizer.L1L2.l1").set_value(0.0).run()
    assert penalty(test) == {"kind": "L1L2", "params": {"l2": 0.01}}


def test_an_initializer_has_its_own_fields() -> None:
    test = form("layers", "Dense", kernel_initializer={"kind": "RandomNormal", "params": {"stddev": 0.1}})
    assert test.selectbox(key="form.kernel_initializer").value == "random_normal"
    assert test.number_input(key="form.kernel_initializer.RandomNormal.stddev").value == 0.1
    assert test.session_state["changes"] == []
    test.number_input(key="form.kernel_initializer.RandomNormal.seed").set_value(4).run()
    value = test.session_state["params"]["kernel_initializer"]
    assert value == {"kind": "RandomNormal", "params": {"stddev": 0.1, "seed": 4}}


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        ("activation", "swish", "silu"),
        ("activation", "hard_swish", "hard_silu"),
        ("kernel_initializer", "HeNormal", "he_normal"),
        ("kernel_initializer", "zero", "zeros"),
        ("kernel_regularizer", {"kind": "l1l2", "params": {}}, "l1_l2"),
        ("bias_constraint", "NonNeg", "non_neg"),
    ],
)
def test_the_usual_name_is_shown_and_an_alias_stays_as_it_was_written(name: str, written: Any, shown: str) -> None:
    test = form("layers", "Dense", **{name: written})
    assert test.selectbox(key=f"form.{name}").value == shown
    assert test.session_state["changes"] == []
    assert test.session_state["params"][name] == written


def test_no_initializer_brings_another_seed_field_for_the_same_label() -> None:
    test = form("layers", "LSTM", kernel_initializer="he_normal", recurrent_initializer="orthogonal")
    assert not test.exception
    keys = [field.key for field in test.number_input if field.label == "Seed"]
    assert len(keys) == len(set(keys)) == 3
