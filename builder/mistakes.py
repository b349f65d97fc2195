"""What does not fit where values are read, in words: pydantic's own are for programmers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

Step = str | int


class Wrong(ValueError):
    """What a validator says of a value: `at` is where below the value that it looks at, `hint` what to do.

    The sentence says all, what was received too.
    """

    def __init__(self, message: str, *at: Step, hint: str = ""):
        super().__init__(message)
        self.at = at
        self.hint = hint


@dataclass(frozen=True)
class Mistake:
    """One thing that does not fit: `expected` is the rest of a sentence about `value`, which stands at `path`."""

    kind: str
    path: tuple[Step, ...]
    expected: str
    value: Any
    hint: str = ""

    @property
    def where(self) -> str:
        return ".".join(map(str, self.path))

    @property
    def message(self) -> str:
        """What was expected, and what was received where that is not said with it."""
        return self.expected if self.kind in _WHOLE_SENTENCES else f"{self.expected}, received {shown(self.value)}"


def mistakes(error: ValidationError) -> Iterator[Mistake]:
    """What pydantic has found, in its order."""
    for wrong in error.errors(include_url=False):
        kind, context = wrong["type"], wrong.get("ctx", {})
        raised = context.get("error")
        at, hint = (raised.at, raised.hint) if isinstance(raised, Wrong) else ((), "")
        expected = str(raised) if raised else _SAYS.get(kind, _unfit)(context)
        yield Mistake(kind, (*wrong["loc"], *at), expected, wrong["input"], hint)


def shown(value: Any) -> str:
    """A value as JSON writes it, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def _unfit(_: Mapping[str, Any]) -> str:
    return "the value does not fit"


def _text(message: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: message


def _length(limit: str, what: str, words: str) -> Callable[[Mapping[str, Any]], str]:
    def say(context: Mapping[str, Any]) -> str:
        number = context[limit]
        if limit == "min_length" and number == 1:
            return "it must not be empty"
        return f"it must have {words} {number:,} {what}{'' if number == 1 else 's'}"

    return say


def _bound(name: str, words: str) -> Callable[[Mapping[str, Any]], str]:
    def say(context: Mapping[str, Any]) -> str:
        limit = context[name]
        return f"it must be {words} {limit:,}" if isinstance(limit, int) else f"it must be {words} {limit:g}"

    return say


def _options(context: Mapping[str, Any]) -> str:
    return f"it must be {context['expected']}".replace("'", '"')


def _tags(context: Mapping[str, Any]) -> str:
    return f"it must be one of {context['expected_tags']}".replace("'", "")


_WHOLE, _NUMBER, _SWITCH = (
    _text("it must be a whole number"),
    _text("it must be a number"),
    _text("it must be true or false"),
)
_LIST, _OBJECT, _WORDS = _text("it must be a list"), _text("it must be an object"), _text("it must be a text")

_WHOLE_SENTENCES = {"missing", "extra_forbidden", "value_error"}
"""Kinds of mistakes of which all is said without the value: there is none, or a rule of ours names it."""

_SAYS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": _text("it is missing"),
    "extra_forbidden": _text("there is no such field"),
    "string_type": _WORDS,
    "string_unicode": _text("it must be a text without halves of characters"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _text("it must be a finite number"),
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "literal_error": _options,
    "enum": _options,
    "union_tag_not_found": _text("it must say what it does"),
    "union_tag_invalid": _tags,
    "greater_than": _bound("gt", "above"),
    "greater_than_equal": _bound("ge", "at least"),
    "less_than": _bound("lt", "below"),
    "less_than_equal": _bound("le", "at most"),
    "string_too_short": _length("min_length", "character", "at least"),
    "string_too_long": _length("max_length", "character", "at most"),
    "too_short": _length("min_length", "item", "at least"),
    "too_long": _length("max_length", "item", "at most"),
}
