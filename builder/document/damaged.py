"""JSON texts that are damaged: what can still be read of one, and where in it something stands."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.errors import Problem

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,"]|[^\s{}\[\]:,"]+', re.DOTALL)
PLAIN = re.compile(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")

NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


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


class _Unfit:
    """Stands for a number that JSON does not allow."""


UNFIT = _Unfit()


def read(text: str, origin: str) -> tuple[Any, Damage | None]:
    """The JSON value of a text; of a damaged one what stands before the damage, with all brackets closed."""
    try:
        return _loads(text), None
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        problem = Problem(
            code="not-json",
            message=f"{origin} is not valid JSON: {_why(text, error)} at line {line}, column {column}.",
            hint="Mend it there, or keep what stands before.",
        )
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
    return int(text) if len(text) < 300 else UNFIT


def _why(text: str, error: json.JSONDecodeError) -> str:
    if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
        return "it ends too early"
    return f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at")


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
