"""The source text of a function that makes data, with the functions and constants of its module that it needs."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from types import CodeType, FunctionType, ModuleType
from typing import Any

MODULES = {"numpy": "np"}
"""What such a function may use of other packages, and the name that it has in a script."""


def source(function: Callable[..., Any]) -> tuple[str, ...]:
    """The texts in the order in which they must stand: constants, then functions, each before it is used.

    Annotations of the signature are left out: they name types of this project's own.
    """
    constants: dict[str, str] = {}
    functions: dict[str, str] = {}
    _collect(function, constants, functions)
    return ("\n".join(constants.values()), *functions.values()) if constants else tuple(functions.values())


def _collect(function: Any, constants: dict[str, str], functions: dict[str, str]) -> None:
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType) and value.__module__ == function.__module__:
            if name not in functions:
                _collect(value, constants, functions)
        elif value is not None and not isinstance(value, ModuleType):
            constants[name] = f"{name} = {value!r}"
    functions[function.__name__] = _text(function)


def _names(code: CodeType) -> tuple[str, ...]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return (*code.co_names, *(name for item in inner for name in _names(item)))


def _text(function: Any) -> str:
    text = textwrap.dedent(inspect.getsource(function)).rstrip()
    body = text[re.search(r"\) *(->[^\n]*)?:\n", text).end() :]
    return f"def {function.__name__}({', '.join(inspect.signature(function).parameters)}):\n{body}"
