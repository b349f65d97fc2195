"""JSON texts, damaged ones too: what can be read of one, what is wrong with it, and where in it something stands."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.errors import DocumentError, Problem

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,"]|[^\s{}\[\]:,"]+', re.DOTALL)
PLAIN = re.compile(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")

NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
LONGEST_NUMBER = 300
"""Digits of a whole number; more are no number that anybody means."""


def locate(text: str, path: str) -> tuple[int, int] | None:
    """Line and column, counted from 1, at which a path such as "model.nodes.3.kind" begins in a JSON text.

    Where the text does not go that deep, the last place on the way to it.
    """
    # What follows the last place found, beside or above it, ends the search.
    steps = path.split(".")
    found: int | None = None
    depth = 0
    stack: list[str | int] = []
    for what, offset, key in _walk(text):
        if what == "open":
            stack.append(-1)
        elif what == "close":
            stack.pop()
        elif len(stack) <= depth:
            break
        else:
            stack[-1] = key
            if len(stack) == depth + 1 and str(key) == steps[depth]:
                found, depth = offset, depth + 1
                if depth == len(steps):
                    break
    return None if found is None else _line(text, found)


def _walk(text: str) -> Iterator[tuple[str, int, str | int]]:
    """The brackets of a JSON text, and the items in them: ("item", where it stands, its name or number)."""
    inside: list[int | None] = []
    waiting = False
    for token in TOKEN.finditer(text):
        mark = token[0][0]
        if mark in "]}":
            if not inside:
                return
            inside.pop()
            yield "close", token.start(), ""
            waiting = False
            continue
        if mark in ":,":
            waiting = mark == ":"
            continue
        count = inside[-1] if inside else None
        if count is not None:
            inside[-1] = count + 1
            yield "item", token.start(), count
        elif inside and not waiting and mark == '"':
            yield "item", token.start(), token[0][1:-1]
        if mark in "[{":
            inside.append(0 if mark == "[" else None)
            yield "open", token.start(), ""
        waiting = False


def no_number(text: str) -> tuple[int, int] | None:
    """Where the first number stands that JSON does not allow."""
    return next((_line(text, token.start()) for token in TOKEN.finditer(text) if token[0] in NO_NUMBERS), None)


def _line(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


@dataclass(frozen=True)
class Damage:
    """Why a text is no JSON, where, and what of it cannot be read."""

    problem: Problem
    place: tuple[int, int] | None = None
    cut: str = ""


class _NoNumber(ValueError):
    """A number that JSON does not allow."""


def loads(text: str | bytes, origin: str) -> Any:
    """The JSON value of a text; `DocumentError` where it is none."""
    try:
        text = _decoded(text)
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, parse_int=_countable)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeDecodeError as error:
        message = f"{origin} is not valid JSON: it is no text in UTF-8, from byte {error.start + 1:,} on."
    except UnicodeEncodeError as error:
        raise DocumentError(f"{origin} holds half a character that no text can hold.", code="text") from error
    except json.JSONDecodeError as error:
        raise DocumentError(_problem(text, origin, error).message, code="not-json", hint="Mend it there.") from error
    except _NoNumber as error:
        line = f" at line {place[0]}, column {place[1]}" if (place := no_number(text)) else ""
        message = f"{origin} is not valid JSON: {error} is not a number that JSON allows{line}."
    except RecursionError:
        message = f"{origin} is not valid JSON for a document: it is nested too deeply."
    raise DocumentError(message, code="not-json", hint="Open a .loom.json file that Layerloom saved.")


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        text.encode()
        return text
    return text.decode(json.detect_encoding(text)).removeprefix("\ufeff")


def _refuse(name: str) -> Any:
    raise _NoNumber(name)


def _finite(text: str) -> float:
    return value if math.isfinite(value := float(text)) else _refuse(text[:20])


def _countable(text: str) -> int:
    return int(text) if len(text) < LONGEST_NUMBER else _refuse(f"{text[:20]}...")


class _Unfit:
    """Stands for a number that JSON does not allow."""

    def __str__(self) -> str:
        return "no number"


UNFIT = _Unfit()


def read(text: str, origin: str) -> tuple[Any, Damage | None]:
    """The JSON value of a text; of a damaged one what stands before the damage, with all brackets closed."""
    try:
        return _loads(text), None
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        problem = _problem(text, origin, error)
        cut = f"Everything from line {line}, column {column} on"
        rest = text[error.pos :].strip()
        damage = Damage(problem, (line, column), cut if rest else f"Whatever came after line {line}")
        try:
            return _loads(_closed(text[: error.pos])), damage
        except (ValueError, RecursionError):
            return None, damage
    except (ValueError, RecursionError):
        message = f"{origin} is nested too deeply to be a document."
        return None, Damage(Problem(code="not-json", message=message))


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=lambda name: UNFIT, parse_float=_number, parse_int=_whole)


def _number(text: str) -> float | _Unfit:
    return value if math.isfinite(value := float(text)) else UNFIT


def _whole(text: str) -> int | _Unfit:
    return int(text) if len(text) < LONGEST_NUMBER else UNFIT


def _problem(text: str, origin: str, error: json.JSONDecodeError) -> Problem:
    """What is wrong with a text at the place where reading it ended."""
    rest = text[error.pos :].strip()
    if not rest or error.msg.startswith("Unterminated"):
        why = "it ends too early"
    else:
        why = next((say for begins, say in _SAYS.items() if error.msg.startswith(begins)), "it cannot be read")
    near = f", just before {_excerpt(rest)}" if rest else "."
    return Problem(
        code="not-json",
        message=f"{origin} is not valid JSON: {why} at line {error.lineno}, column {error.colno}{near}",
        hint="Mend it there, or keep what stands before.",
    )


_SAYS = {
    "Expecting value": "a value is missing",
    "Expecting property name": "a name in double quotes is missing",
    "Illegal trailing comma": "there is a comma too many",
    "Expecting ':'": "a colon is missing",
    "Expecting ','": "a comma or a closing bracket is missing",
    "Extra data": "it ends before",
    "Invalid control character": "a text goes over the end of a line or holds a control character",
    "Invalid": "a backslash begins nothing that JSON knows",
}
"""What Python's reader says, by how it begins, in words of JSON."""


def _excerpt(rest: str) -> str:
    line = rest.splitlines()[0].strip()
    return f"{line}." if len(line) <= 24 else f"{line[:21]}..."


def _closed(text: str) -> str:
    """The text up to its last complete value, with the brackets that are still open closed."""
    stack: list[str] = []
    end, named = 0, False
    for token in TOKEN.finditer(text):
        mark = token[0][0]
        if token[0] == '"' or (mark not in '{}[]:,"' and not PLAIN.fullmatch(token[0])):
            break
        if mark in "{[":
            stack.append("}" if mark == "{" else "]")
        elif mark in "}]":
            if stack:
                stack.pop()
        elif mark in ":,":
            named = mark == ":"
            continue
        elif stack and stack[-1] == "}" and not named:
            continue
        end, named = token.end(), False
    return text[:end] + "".join(reversed(stack))
