"""Keras' and TensorFlow's errors as sentences: their own words, without colours, tracebacks and argument lists."""

from __future__ import annotations

import re

from builder.document import Node
from builder.errors import DocumentError, LoomError, Problem

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WRAPPED = re.compile(
    r"Exception encountered when calling .*?\n\n(?:\x1b\[1m)?(.*?)(?:\x1b\[0m)?\n\nArguments received by ",
    re.S,
)
_TENSOR = re.compile(r"<KerasTensor shape=(\([^)]*\)), dtype=(\w+)[^>]*>")
_LONGEST = 600


def plain(error: BaseException) -> str:
    """What the error says, in one paragraph.

    Keras wraps the message of a failed call in "Exception encountered when calling ..." and a list of the arguments;
    the message inside is what a person needs.
    """
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    while wrapped := _WRAPPED.search(text):
        text = wrapped[1]
    text = _TENSOR.sub(r"a tensor of shape \1", _COLOUR.sub("", text))
    text = re.sub(r"\s+", " ", text).strip()
    if not text:
        return type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def layer_error(node: Node, error: Exception) -> DocumentError:
    """The error of building one layer, with its node named."""
    if isinstance(error, LoomError):
        problem = error.problem
        place = {"edge": problem.edge, "where": problem.where}
        return DocumentError(problem.message, code=problem.code, hint=problem.hint, node=node.id, **place)
    return DocumentError(f'"{node.id}" ({node.kind}): {plain(error)}', code="keras", node=node.id)


def problem_of(error: BaseException, *, code: str = "training") -> Problem:
    """Any error of a run as a problem that a person can read."""
    if isinstance(error, LoomError):
        return error.problem
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return Problem(
            code="memory",
            message="There was not enough memory to train this network.",
            hint="Lower the batch size, use fewer samples or make the layers smaller.",
        )
    message = f"Training failed: {plain(error).rstrip('.')}."
    return Problem(code=code, message=message, hint="log.txt in the run's folder has more.")
