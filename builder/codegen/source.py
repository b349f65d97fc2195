"""The source text of a function that makes or reads data, with all that it needs: functions, constants, imports."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any


@dataclass
class Source:
    """The text of a function and of what it needs, each in the order in which it must stand.

    Annotations of the signature are left out: they name types of this project's own.
    """

    modules: dict[str, str] = field(default_factory=dict)
    """The modules that are used, by their name in the text: {"np": "numpy"}."""
    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    """What is used stands before what uses it."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The constants together, then each function."""
        return tuple(filter(None, ("\n".join(self.constants.values()), *self.functions.values())))


def source(function: Callable[..., Any]) -> Source:
    """The text of the function with all that it needs of its module."""
    found = Source()
    _collect(function, found)
    return found


def _collect(function: Any, found: Source) -> None:
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType) and value.__module__ == function.__module__:
            if name not in found.functions:
                _collect(value, found)
        elif isinstance(value, ModuleType):
            found.modules[name] = value.__name__
        elif value is not None and not name.startswith("__"):
            found.constants[name] = f"{name} = {value!r}"
    found.functions[function.__name__] = _text(function)


def _names(code: CodeType) -> tuple[str, ...]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return (*code.co_names, *(name for item in inner for name in _names(item)))


def _text(function: Any) -> str:
    text = textwrap.dedent(inspect.getsource(function)).rstrip()
    body = text[re.search(r"\) *(->[^\n]*)?:\n", text).end() :]
    return f"def {function.__name__}({', '.join(inspect.signature(function).parameters)}):\n{body}"
