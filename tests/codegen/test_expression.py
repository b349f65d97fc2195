from __future__ import annotations

import ast
import subprocess

import ruff
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.codegen.expression import Bracket, Call, Code, Expression, call, literal, statement, string

NAMES = st.from_regex(r"[a-z][a-z_]{0,20}[a-z]", fullmatch=True).map("v_{}".format)
LONG_NAMES = st.from_regex(r"[a-z][a-z_]{18,60}[a-z]", fullmatch=True).map("v_{}".format)
VALUES = st.one_of(
    st.integers(-5000, 5000),
    st.floats(0.0001, 1e5),
    st.booleans(),
    st.none(),
    st.text("abcdefg '\"", max_size=25),
    st.lists(st.integers(0, 300), max_size=4),
    st.dictionaries(st.text("abc", min_size=1), st.integers(), max_size=3),
)


def _inside(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    named = st.dictionaries(NAMES, inner, max_size=4).map(lambda found: tuple(found.items()))
    calls = st.builds(Call, NAMES.map("layers.{}".format).map(Code), st.lists(inner, max_size=2).map(tuple), named)
    return calls | st.lists(inner, max_size=5).map(tuple).map(Bracket)


EXPRESSIONS = st.recursive(VALUES.map(literal) | NAMES.map(Code), _inside, max_leaves=12)
LAYERS = st.builds(
    Call,
    st.builds(Call, NAMES.map("layers.{}".format).map(Code), st.just(()), st.tuples(st.tuples(NAMES, EXPRESSIONS))),
    st.tuples(NAMES.map(Code) | st.lists(NAMES.map(Code), min_size=2, max_size=4).map(tuple).map(Bracket)),
)


@given(st.lists(st.tuples(NAMES, EXPRESSIONS) | st.tuples(LONG_NAMES, LAYERS), min_size=20, max_size=60))
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_statements_are_laid_out_as_ruff_would(statements: list[tuple[str, Expression]]) -> None:
    text = "".join(statement(f"{name} = ", value) + "\n" for name, value in statements)
    ran = subprocess.run(
        [ruff.find_ruff_bin(), "format", "--isolated", "-"], input=text, text=True, capture_output=True, check=True
    )
    assert ran.stdout == text


@given(st.text())
def test_a_string_is_itself_again(value: str) -> None:
    assert ast.literal_eval(string(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_is_itself_again(value: float) -> None:
    assert eval(statement("", literal(value))) == value


def test_lists_become_tuples_and_a_255th_stays_readable() -> None:
    assert statement("", literal([3, [1, 2], [5]])) == "(3, (1, 2), (5,))"
    assert statement("", literal(1 / 255)) == "1 / 255"
    assert statement("", literal(0.001)) == "0.001"


def test_a_long_call_opens_at_its_last_bracket_that_helps() -> None:
    layer = call("layers.Conv2D", literal(32), kernel_size=literal((3, 3)), padding=literal("same"))
    long = call("layers.Conv2D", literal(32), **{f"parameter_{n}": literal(n) for n in range(6)})
    assert statement("conv = ", Call(layer, (Code("image"),))) == (
        'conv = layers.Conv2D(32, kernel_size=(3, 3), padding="same")(image)'
    )
    assert statement("conv = ", Call(long, (Code("image"),))) == (
        "conv = layers.Conv2D(\n"
        "    32,\n"
        "    parameter_0=0,\n"
        "    parameter_1=1,\n"
        "    parameter_2=2,\n"
        "    parameter_3=3,\n"
        "    parameter_4=4,\n"
        "    parameter_5=5,\n"
        ")(image)"
    )
