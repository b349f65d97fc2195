"""Python expressions as values, and how they are laid out: the line breaks are those that `ruff format` would choose.

An expression is text, a call or a bracketed list of expressions; anything that JSON can hold becomes one by `literal`.
The layout is the classic one of pretty printers (Wadler, "A prettier printer", 2003): a bracket whose content does not
fit on the line is opened, outermost first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

WIDTH = 88
COMMENTED = WIDTH - len("# ")
"""The width of code that is to be commented out."""
INDENT = 4


@dataclass(frozen=True)
class Code:
    """Text that is not broken: a name, a number, a string."""

    text: str


@dataclass(frozen=True)
class Call:
    """A call: what is called (a name, or another call as in `layers.Dense(8)(x)`), arguments and named arguments."""

    function: Expression
    arguments: tuple[Expression, ...] = ()
    named: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class Bracket:
    """A list, tuple or dict; opened, it has a line for every item."""

    items: tuple[Expression, ...]
    ends: str = "[]"
    keys: tuple[Expression, ...] | None = None


Expression = Code | Call | Bracket


def call(function: Expression | str, *arguments: Expression, **named: Expression) -> Call:
    """A call as one writes it down."""
    return Call(Code(function) if isinstance(function, str) else function, arguments, tuple(named.items()))


def literal(value: Any) -> Expression:
    """The literal of a JSON value: lists as tuples, the way Keras' examples write sizes, and 1 / 255 as such."""
    if isinstance(value, str):
        return Code(string(value))
    if isinstance(value, Mapping):
        return Bracket(tuple(map(literal, value.values())), "{}", tuple(map(literal, value)))
    if isinstance(value, list | tuple):
        return Bracket(tuple(map(literal, value)), "()")
    if isinstance(value, float) and 1e-4 < value < 1 and len(repr(value)) > 12 and value == 1 / round(1 / value):
        return Code(f"1 / {round(1 / value)}")
    return Code(repr(value).replace("e+", "e"))


def string(value: str) -> str:
    """The literal of a text in the quotes that need fewer escapes, double ones by preference."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    body = repr('"' + value + "'")[2:-3].replace("\\'", "'")
    return quote + body.replace(quote, "\\" + quote) + quote


def statement(start: str, value: Expression, *, end: str = "", indent: int = 0, width: int = WIDTH) -> str:
    """One statement (`start` is "name = " or "", `end` what follows it), from column `indent` up to `width`."""
    text = " " * indent + _layout((start, *_parts(value), end), indent, width)
    if start and _columns(text.partition("\n")[0]) > width:
        wrapped = _Open(("(", _Break("", 1), *_parts(value), _Break("", -1), ")"))
        return " " * indent + _layout((start, wrapped, end), indent, width)
    return text


class _Open(NamedTuple):
    """Parts that stay on one line if they fit, and break all together if they do not."""

    group: tuple[Any, ...]


class _Break(NamedTuple):
    """A place where the line may end: `flat` is written where it does not; `step` changes the indentation."""

    flat: str
    step: int = 0


class _Comma(NamedTuple):
    """A comma that is written only where the group is broken."""


_Part = str | _Open | _Break | _Comma


def _parts(value: Expression) -> tuple[_Part, ...]:
    if isinstance(value, Code):
        return (value.text,)
    if isinstance(value, Call):
        items = [_parts(item) for item in value.arguments]
        items += [(f"{name}=", *_parts(item)) for name, item in value.named]
        if not items:
            return (*_parts(value.function), "()")
        inside = _Open(tuple(_separated(items)))
        return (*_parts(value.function), _Open(("(", _Break("", 1), inside, _Break("", -1), ")")))
    items = [_parts(item) for item in value.items]
    if value.keys is not None:
        items = [(*_parts(key), ": ", *item) for key, item in zip(value.keys, items, strict=True)]
    start, end = value.ends
    if not items:
        return (start + end,)
    if len(items) == 1 and start == "(":
        return (_Open(("(", _Break("", 1), *items[0], ",", _Break("", -1), ")")),)
    return (_Open((start, _Break("", 1), *_separated(items), _Break("", -1), end)),)


def _separated(items: list[tuple[_Part, ...]]) -> Iterator[_Part]:
    for number, item in enumerate(items):
        yield from item
        if number < len(items) - 1:
            yield ","
            yield _Break(" ")
    if len(items) > 1:
        yield _Comma()


def _layout(parts: tuple[_Part, ...], column: int, width: int) -> str:
    written: list[str] = []
    indent = column
    waiting: list[tuple[_Part, bool]] = [(part, False) for part in reversed(parts)]
    while waiting:
        part, flat = waiting.pop()
        if isinstance(part, str):
            written.append(part)
            column += _columns(part)
        elif isinstance(part, _Open):
            fits = flat or _fits(part, waiting, width - column)
            waiting += [(item, fits) for item in reversed(part.group)]
        elif isinstance(part, _Comma):
            if not flat:
                written.append(",")
        elif flat:
            written.append(part.flat)
            column += len(part.flat)
        else:
            indent += part.step * INDENT
            written.append("\n" + " " * indent)
            column = indent
    return "".join(written)


def _columns(text: str) -> int:
    """The columns that a text takes in an editor: wide letters (Chinese, Japanese, Korean, emoji) two, accents none."""
    if text.isascii():
        return len(text)
    accents = sum(unicodedata.category(letter) in ("Mn", "Me", "Cf") for letter in text)
    return len(text) - accents + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _fits(group: _Open, rest: list[tuple[_Part, bool]], room: int) -> bool:
    """Whether the group in one line, and what must follow it on that line, fits into the room."""
    waiting: list[tuple[_Part, bool]] = [(group, True)]
    behind = len(rest)
    while room >= 0:
        if not waiting:
            if not behind:
                return True
            behind -= 1
            waiting.append(rest[behind])
        part, flat = waiting.pop()
        if isinstance(part, str):
            room -= _columns(part)
        elif isinstance(part, _Open):
            waiting += [(item, flat) for item in reversed(part.group)]
        elif isinstance(part, _Break):
            if not flat:
                return True
            room -= len(part.flat)
        elif not flat:
            room -= 1
    return False
