"""Parameter types: what fits, what is said of what does not, and that no JSON value breaks them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.catalog import registry
from builder.catalog.types import (
    Bool,
    EntryOf,
    Float,
    Floats,
    Int,
    Ints,
    Margins,
    OneOf,
    Text,
    Type,
)
from builder.document.model import freeze

RATE = EntryOf(sort="schedules", kinds=("CosineDecay",), plain=Float(above=0))
PENALTY = EntryOf(sort="regularizers", kinds=("L2", "L1"), aliases=(("l2", "L2"), ("L_2", "L2")), bare=True)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["kind", "params", "x"]), inner),
    max_leaves=8,
)
TYPES = sorted(
    {
        param.type
        for name in ("layers", "losses", "optimizers", "metrics", "callbacks", "schedules")
        for entry in getattr(registry, name)
        for param in entry.params
    },
    key=repr,
)


@given(st.sampled_from(TYPES), JSON | st.integers(-10, 300) | st.lists(st.integers(-2, 9), min_size=1, max_size=4))
def test_every_type_of_the_catalogue_judges_every_value(kind: Type, value: Any) -> None:
    wrong = kind.check(value)
    assert wrong == kind.check(freeze(value))
    if wrong is None:
        kind.cast(freeze(value))
    else:
        assert wrong.startswith("must be ")
        assert kind.expected() in wrong


@given(st.integers(), st.integers(), st.integers())
def test_whole_numbers_lie_between_their_bounds(low: int, high: int, value: int) -> None:
    assert Int(low=low, high=high).fits(value) == (low <= value <= high)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_open_bounds_leave_the_end_out(end: float, value: float) -> None:
    assert Float(above=end).fits(value) == (value > end)
    assert Float(below=end).fits(value) == (value < end)
    assert Float(low=end).fits(value) == (value >= end)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (Bool(), True, True),
        (Bool(), 1, False),
        (Int(), True, False),
        (Int(), 2.0, False),
        (Int(), None, False),
        (Int(none=True), None, True),
        (Float(), 1, True),
        (Float(), False, False),
        (Float(), float("inf"), False),
        (Float(), float("nan"), False),
        (Float(), 10**400, False),
        (Float(), "1", False),
        (Text(longest=3), "abc", True),
        (Text(longest=3), "abcd", False),
        (OneOf(options=("same", "valid")), "same", True),
        (OneOf(options=("same", "valid")), "Same", False),
        (OneOf(options=("same", "valid")), ["same"], False),
        (Ints(size=2, low=1), 3, True),
        (Ints(size=2, low=1), [3, 5], True),
        (Ints(size=2, low=1), (3, 5), True),
        (Ints(size=2, low=1), [3], False),
        (Ints(size=2, low=1), [3, 0], False),
        (Ints(size=2, low=1), [3, None], False),
        (Ints(size=2, low=1), [3, 1.5], False),
        (Ints(size=2, single=False), 3, False),
        (Ints(single=False), [], False),
        (Ints(single=False, empty=True), [], True),
        (Ints(single=False, unknown=True), [None, 3], True),
        (Floats(size=2, low=0, high=1), 0.5, True),
        (Floats(size=2, low=0, high=1), [0, 1], True),
        (Floats(size=2, low=0, high=1), [0, 2], False),
        (Floats(size=2, single=False), 0.5, False),
        (Margins(), 1, True),
        (Margins(), [1, 2], True),
        (Margins(), [[1, 0], [0, 2]], True),
        (Margins(), [[1, 0], 2], False),
        (Margins(), [1, 2, 3], False),
        (Margins(), -1, False),
        (EntryOf(sort="layers", kinds=("LSTM",)), {"kind": "LSTM"}, True),
        (EntryOf(sort="layers", kinds=("LSTM",)), {"kind": "Dense"}, False),
        (EntryOf(sort="layers", kinds=("LSTM",)), "LSTM", False),
        (RATE, 0.1, True),
        (RATE, 0, False),
        (RATE, {"kind": "CosineDecay"}, True),
        (RATE, {"type": "CosineDecay"}, False),
        (RATE, {"kind": "Cosine"}, False),
        (RATE, "CosineDecay", False),
        (PENALTY, "l2", True),
        (PENALTY, "L2", True),
        (PENALTY, "L1", True),
        (PENALTY, "l1", False),
        (PENALTY, {"kind": "L2", "params": {"l2": 0.001}}, True),
        (PENALTY, {"kind": "l2"}, True),
        (PENALTY, {"kind": ["l2"]}, False),
        (PENALTY, None, False),
        (PENALTY, 0.01, False),
        (OneOf(options=("silu",), aliases=(("swish", "silu"),)), "swish", True),
    ],
    ids=repr,
)
def test_values_and_types(kind: Type, value: Any, fits: bool) -> None:
    assert (kind.check(value) is None) == fits


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Int(low=1, high=4096), "a whole number from 1 to 4,096"),
        (Int(low=0), "a whole number from 0 up"),
        (Int(high=9), "a whole number up to 9"),
        (Float(low=0, below=1), "a number from 0 up and below 1"),
        (Float(above=0), "a number above 0"),
        (RATE, "a number above 0, or a schedule"),
        (PENALTY, "one of l2, L1, or one of them with its parameters"),
        (EntryOf(sort="layers", kinds=("LSTM", "GRU")), "a layer: LSTM, GRU"),
        (OneOf(options=("same", "valid")), "one of same, valid"),
        (Ints(size=2, low=1), "one or 2 whole numbers from 1 up"),
        (Ints(size=2, single=False), "2 whole numbers"),
        (Ints(single=False, low=-1), "one or more whole numbers from -1 up"),
        (Floats(size=2, low=0, high=1), "one or 2 numbers from 0 to 1"),
        (Bool(), "on or off"),
    ],
    ids=repr,
)
def test_what_fits_is_said_in_words(kind: Type, words: str) -> None:
    assert kind.expected() == words


@pytest.mark.parametrize(
    ("value", "usual"),
    [
        ("L_2", "l2"),
        ("L1", "L1"),
        ({"kind": "L2"}, "l2"),
        ({"kind": "l2", "params": {}}, "l2"),
        ({"kind": "l2", "params": {"l2": 1.0}}, {"kind": "L2", "params": {"l2": 1.0}}),
        ("other", "other"),
        ({"kind": "other"}, {"kind": "other"}),
        (None, None),
    ],
    ids=repr,
)
def test_one_entry_has_one_usual_form(value: Any, usual: Any) -> None:
    assert PENALTY.usual(value) == usual
    assert PENALTY.usual(PENALTY.usual(value)) == usual


@pytest.mark.parametrize(
    ("kind", "value", "cast"),
    [
        (Float(), 1, 1.0),
        (Float(none=True), None, None),
        (RATE, 1, 1.0),
        (PENALTY, "L_2", "l2"),
        (OneOf(options=("silu",), aliases=(("swish", "silu"),)), "swish", "silu"),
        (RATE, {"kind": "CosineDecay"}, {"kind": "CosineDecay"}),
        (Int(), 1, 1),
        (Ints(), [1, None], (1, None)),
        (Ints(), 3, 3),
        (Floats(), [1, 2.5], (1.0, 2.5)),
        (Floats(), 1, 1.0),
        (Margins(), [[1, 0], [0, 2]], ((1, 0), (0, 2))),
        (Margins(), 2, 2),
    ],
    ids=repr,
)
def test_values_become_what_keras_wants(kind: Type, value: Any, cast: Any) -> None:
    assert repr(kind.cast(value)) == repr(cast)
