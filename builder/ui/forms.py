"""Catalogue parameters as form fields: a widget for each type, so that a new parameter needs no code here.

A field shows the document's value, whoever changed it; what a person enters is given to `change`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from builder.catalog import types
from builder.catalog.registry import NESTED, Chosen, chosen
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
    was = session.value(left, False)
    return st.expander(label, expanded=was, **session.bind(key, was, lambda opened: session.keep(left, opened)))


def field(param: Param, value: Any, change: Change, *, key: str) -> None:
    """One parameter as the widget of its type; a value that does not fit is shown as text, with the reason."""
    value = thaw(value)
    wrong = param.type.check(value)
    draw = _json if wrong and value is not None else WIDGETS[type(param.type)]
    draw(param, value, change, key)
    if wrong and value is not None:
        st.caption(f":red[{param.title} {wrong}.]")


def _bind(
    param: Param, before: Any, change: Change, key: str, shown: Any, read: Callable[[Any], Any] = lambda raw: raw
) -> dict[str, Any]:
    """Bind a widget to the parameter: a changed value is given on; what cannot be read stays, with the reason."""

    def entered(raw: Any) -> None:
        try:
            after = read(raw)
        except ValueError:
            session.keep(f"{key}!", (raw, before))
            return
        session.drop(f"{key}!")
        if after != before:
            session.attempt(change, param.name, after)

    return session.bind(key, shown, entered)


def _refused(key: str, value: Any) -> Any:
    """What was entered and cannot be read, or None; forgotten when the parameter has another value since."""
    raw, before = session.value(f"{key}!", (None, value))
    return raw if before == value else None


def _help(param: Param) -> str:
    if param.goes == "nowhere":
        return param.help
    default = "" if param.required else f"  \nKeras' default: `{json.dumps(thaw(param.default))}`"
    return f"{param.help}{default}  \n`{param.name}`"


def _toggle(param: Param, value: Any, change: Change, key: str) -> None:
    st.toggle(
        param.title,
        value=bool(value),
        help=_help(param),
        **_bind(param, value, change, key, bool(value)),
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
        value=value,
        placeholder="not set" if kind.none else None,
        help=_help(param),
        **_bind(param, value, change, key, value, checked),
    )
    if (refused := _refused(key, value)) is not None or (kind.none is False and value is None):
        st.caption(f":red[{param.title} {kind.check(refused)}.]")


def _step(value: Any) -> float:
    """A tenth of the value's size, so that plus and minus are useful for 0.001 as well as for 0.5."""
    if not value:
        return 0.01
    return float(f"1e{int(f'{abs(value):e}'.split('e')[1]) - (1 if f'{abs(value):e}'.startswith('1') else 0)}")


def _choice(param: Param, value: Any, change: Change, key: str) -> None:
    assert isinstance(param.type, types.OneOf)
    options = ([NONE] if param.type.none else []) + list(param.type.options)
    shown = NONE if value is None else value
    st.selectbox(
        param.title,
        options,
        index=options.index(shown),
        help=_help(param),
        **_bind(param, value, change, key, shown, lambda raw: None if raw == NONE else raw),
    )


def _text(param: Param, value: Any, change: Change, key: str) -> None:
    st.text_input(
        param.title,
        value=value or "",
        help=_help(param),
        **_bind(param, value, change, key, value or "", lambda raw: raw or None if param.type.none else raw),
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
    """A line of text, as the person wrote it; one that cannot be read stays there, with what was expected."""
    refused = _refused(key, value)
    shown = refused if refused is not None else _as_written(session.value(key, text), text, value, read)
    st.text_input(
        param.title,
        value=shown,
        placeholder="not set" if param.type.none else None,
        help=_help(param),
        **_bind(param, value, change, key, shown, read),
    )
    if refused is not None:
        st.caption(
            f":red[{param.title} must be {words.plain(param.type.expected())}, received “{words.plain(refused)}”.]"
        )


def _as_written(written: str, text: str, value: Any, read: Callable[[str], Any]) -> str:
    """What stands in the field where that is the value ("3,3" for "3, 3"), else the value's usual text."""
    try:
        return written if read(written) == value else text
    except ValueError:
        return text


def _nested(param: Param, value: Any, change: Change, key: str) -> None:
    """An entry as a value: which one, and its own parameters; or a plain value where the type takes one."""
    kind = param.type
    assert isinstance(kind, types.EntryOf)
    inner = chosen(kind, value)
    if kind.plain and inner is None:
        WIDGETS[type(kind.plain)](replace(param, type=kind.plain), value, change, f"{key}.number")
    nothing = [CONSTANT] if kind.plain else [NONE] if kind.none else []
    options = [*nothing, *kind.options]
    shown = kind.name(inner.entry.kind) if inner else nothing[0]

    def pick(named: str) -> None:
        if named in nothing:
            made = thaw(param.default) if kind.plain else None
        else:
            entry = NESTED[kind.sort][named]
            made = kind.usual({"kind": entry.kind, "params": thaw(entry.start_params)})
        session.attempt(change, param.name, made)

    st.selectbox(
        f"{param.title} {kind.sort.removesuffix('s')}" if kind.plain else param.title,
        options,
        index=options.index(shown),
        help="Keep it constant, or let it change with the training step." if kind.plain else _help(param),
        **session.bind(key, shown, pick),
    )
    if inner and inner.entry.params:
        with st.container(border=kind.bare):
            fields(inner.entry, inner.params, _within(param, kind, inner, change), key=f"{key}.{inner.entry.kind}")


def _within(param: Param, kind: types.EntryOf, inner: Chosen, change: Change) -> Change:
    """Changes of an entry that is a value, as changes of that value; one that is Keras' default is left out."""

    def changed(name: str, item: Any) -> None:
        own = {other: thaw(set_) for other, set_ in inner.params.items() if other != name}
        of = inner.entry.param(name)
        if of is None or not of.is_default(item):
            own[name] = item
        change(param.name, kind.usual({"kind": inner.entry.kind, "params": own}))

    return changed


WIDGETS: dict[type[types.Type], Callable[[Param, Any, Change, str], None]] = {
    types.Bool: _toggle,
    types.Int: _number,
    types.Float: _number,
    types.Text: _text,
    types.OneOf: _choice,
    types.Ints: _list,
    types.Floats: _list,
    types.Margins: _json,
    types.EntryOf: _nested,
}
