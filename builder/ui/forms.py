"""Catalogue parameters as form fields: a widget for each type, so that a new parameter needs no code here.

A field shows the document's value, whoever changed it. What a person enters is given to `change` only when it differs
from the document: a widget's callback can fire without an action (measured: 8 to 12 of 15 quick edits were lost else).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from builder.catalog import types
from builder.catalog.registry import layers, schedules
from builder.catalog.spec import Entry, Param
from builder.document import thaw
from builder.ui import session, words

Change = Callable[[str, Any], None]
"""Called with the parameter's name and its new value."""

NONE = "none"
CONSTANT = "Constant"


def fields(entry: Entry, params: Mapping[str, Any], change: Change, *, key: str) -> None:
    """All parameters of an entry: the usual ones, and the rest behind "More"."""
    usual = [param for param in entry.params if not param.advanced]
    rare = [param for param in entry.params if param.advanced]
    for param in usual:
        field(param, param.value(params), change, key=f"{key}.{param.name}")
    if rare:
        set_rare = sum(param.name in params for param in rare)
        more = folded(f"More ({set_rare} set)" if set_rare else "More", key=f"{key}.more")
        if more.open:
            with more:
                for param in rare:
                    field(param, param.value(params), change, key=f"{key}.{param.name}")


def folded(label: str, *, key: str) -> Any:
    """A fold whose content is made only while it is `open`: what nobody sees costs an edit nothing.

    It stays as it was left, also while it is not on the page: Streamlit forgets widgets that are not drawn.
    """
    left = f"{key}.left"

    def leave() -> None:
        session.keep(left, session.value(key))

    return st.expander(label, key=session.bind(key, session.value(left, False)), on_change=leave)


def field(param: Param, value: Any, change: Change, *, key: str) -> None:
    """One parameter as the widget of its type; a value that does not fit is shown as text, with the reason."""
    value = thaw(value)
    wrong = param.type.check(value)
    draw = _json if wrong and value is not None else WIDGETS[type(param.type)]
    draw(param, value, change, key)
    if wrong and value is not None:
        st.caption(f":red[{param.title} {wrong}.]")


def _accept(param: Param, before: Any, change: Change, key: str, read: Callable[[Any], Any]) -> Callable[[], None]:
    """A widget callback that gives a changed value on; a text that cannot be read stays, with the reason."""

    def changed() -> None:
        raw = session.value(key)
        try:
            after = read(raw)
        except ValueError:
            session.keep(f"{key}!", raw)
            return
        session.drop(f"{key}!")
        if after != before:
            session.attempt(change, param.name, after)

    return changed


def _help(param: Param) -> str:
    if not param.keras:
        return param.help
    default = "" if param.required else f"  \nKeras' default: `{json.dumps(thaw(param.default))}`"
    return f"{param.help}{default}  \n`{param.name}`"


def _toggle(param: Param, value: Any, change: Change, key: str) -> None:
    st.toggle(
        param.title,
        key=session.bind(key, bool(value)),
        help=_help(param),
        on_change=_accept(param, value, change, key, bool),
    )


def _number(param: Param, value: Any, change: Change, key: str) -> None:
    kind = param.type
    if isinstance(kind, types.Int):
        low, high, step, form = kind.low, kind.high, 1, "%d"
        read: Callable[[Any], Any] = lambda raw: None if raw is None else int(raw)  # noqa: E731
    else:
        assert isinstance(kind, types.Float)
        low = kind.low if kind.low is not None else kind.above
        high = kind.high if kind.high is not None else kind.below
        low, high = (None if low is None else float(low)), (None if high is None else float(high))
        step, form = kind.step or _step(value), "%g"
        value = None if value is None else float(value)
        read = lambda raw: raw  # noqa: E731

    def checked(raw: Any) -> Any:
        number = read(raw)
        if kind.check(number):
            raise ValueError
        return number

    st.number_input(
        param.title,
        min_value=low,
        max_value=high,
        step=step,
        format=form,
        key=session.bind(key, value),
        placeholder="not set" if kind.none else None,
        help=_help(param),
        on_change=_accept(param, value, change, key, checked),
    )
    if (refused := session.value(f"{key}!")) is not None or (kind.none is False and value is None):
        st.caption(f":red[{param.title} {kind.check(refused)}.]")


def _step(value: Any) -> float:
    """A tenth of the value's size, so that plus and minus are useful for 0.001 as well as for 0.5."""
    if not value:
        return 0.01
    return float(f"1e{int(f'{abs(value):e}'.split('e')[1]) - (1 if f'{abs(value):e}'.startswith('1') else 0)}")


def _choice(param: Param, value: Any, change: Change, key: str) -> None:
    assert isinstance(param.type, types.OneOf)
    options = ([NONE] if param.type.none else []) + list(param.type.options)
    st.selectbox(
        param.title,
        options,
        key=session.bind(key, NONE if value is None else value),
        help=_help(param),
        on_change=_accept(param, value, change, key, lambda raw: None if raw == NONE else raw),
    )


def _text(param: Param, value: Any, change: Change, key: str) -> None:
    st.text_input(
        param.title,
        key=session.bind(key, value or ""),
        help=_help(param),
        on_change=_accept(param, value, change, key, lambda raw: raw or None if param.type.none else raw),
    )


def _list(param: Param, value: Any, change: Change, key: str) -> None:
    """Numbers in a line of text: "3", "3, 3" or "3 × 3"."""

    def read(raw: str) -> Any:
        parts = raw.replace("×", ",").replace("x", ",").replace("(", "").replace(")", "").replace(" ", ",").split(",")
        numbers = [_one_number(part) for part in parts if part]
        made = None if not numbers else numbers[0] if len(numbers) == 1 and param.type.single else numbers
        if param.type.check(made):
            raise ValueError
        return made

    _line(param, _joined(value), value, change, key, read)


def _one_number(text: str) -> Any:
    if text in ("None", "?"):
        return None
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number


def _joined(value: Any) -> str:
    if value is None:
        return ""
    items = value if isinstance(value, Sequence) else [value]
    return ", ".join("?" if item is None else f"{item:g}" if isinstance(item, float) else str(item) for item in items)


def _json(param: Param, value: Any, change: Change, key: str) -> None:
    """A value as JSON text: for nested lists, and for what a document holds that does not fit."""
    key = f"{key}#"

    def read(raw: str) -> Any:
        made = json.loads(raw)
        if param.type.check(made):
            raise ValueError
        return made

    _line(param, json.dumps(value), value, change, key, read)


def _line(param: Param, text: str, value: Any, change: Change, key: str, read: Callable[[str], Any]) -> None:
    """A line of text; one that cannot be read stays there, with what was expected."""
    refused = session.value(f"{key}!")
    st.text_input(
        param.title,
        key=session.bind(key, refused if refused is not None else text),
        placeholder="not set" if param.type.none else None,
        help=_help(param),
        on_change=_accept(param, value, change, key, read),
    )
    if refused is not None:
        st.caption(
            f":red[{param.title} must be {words.plain(param.type.expected())}, received “{words.plain(refused)}”.]"
        )


def _nested(param: Param, value: Any, change: Change, key: str) -> None:
    """A layer inside a layer: which one, and its own parameters."""
    assert isinstance(param.type, types.LayerOf)
    inner = layers[value["kind"]]

    def pick() -> None:
        chosen = session.value(key)
        if chosen != inner.kind:
            session.attempt(change, param.name, {"kind": chosen, "params": layers[chosen].start_params})

    st.selectbox(param.title, param.type.kinds, key=session.bind(key, inner.kind), help=_help(param), on_change=pick)
    own = value.get("params", {})
    fields(
        inner,
        own,
        lambda name, item: change(param.name, {"kind": inner.kind, "params": {**own, name: item}}),
        key=f"{key}.{inner.kind}",
    )


def _rate(param: Param, value: Any, change: Change, key: str) -> None:
    """A learning rate: a number, or a schedule with its own parameters."""
    kind = value["kind"] if isinstance(value, Mapping) else CONSTANT

    def pick() -> None:
        chosen = session.value(key)
        if chosen == kind:
            return
        made = 0.001 if chosen == CONSTANT else {"kind": chosen, "params": schedules[chosen].start_params}
        session.attempt(change, param.name, made)

    if kind == CONSTANT:
        _number(param, value, change, f"{key}.number")
    st.selectbox(
        f"{param.title} schedule",
        [CONSTANT, *(schedule.kind for schedule in schedules)],
        key=session.bind(key, kind),
        on_change=pick,
        help="Keep the rate constant, or let it change with the training step.",
    )
    if kind != CONSTANT:
        own = value.get("params", {})
        fields(
            schedules[kind],
            own,
            lambda name, item: change(param.name, {"kind": kind, "params": {**own, name: item}}),
            key=f"{key}.{kind}",
        )


WIDGETS: dict[type[types.Type], Callable[[Param, Any, Change, str], None]] = {
    types.Bool: _toggle,
    types.Int: _number,
    types.Float: _number,
    types.Text: _text,
    types.OneOf: _choice,
    types.Ints: _list,
    types.Floats: _list,
    types.Margins: _json,
    types.LayerOf: _nested,
    types.Rate: _rate,
}
