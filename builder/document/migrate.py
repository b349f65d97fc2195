"""Old formats are read for ever: one function a format step, applied in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from builder.errors import DocumentError

FORMAT = 1

STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Format n -> the function that turns its value into one of format n + 1."""


def migrate(value: dict[str, Any]) -> dict[str, Any]:
    """Bring a document's JSON value to the present format; the value itself is left alone."""
    version = value["format"]
    if version > FORMAT or version < 1:
        raise DocumentError(
            f"The document has format {version}; this version of Layerloom reads formats 1 to {FORMAT}.",
            code="format",
            where="format",
            hint="Update Layerloom to open it." if version > FORMAT else None,
        )
    while version < FORMAT:
        value = STEPS[version](value)
        version = value["format"]
    return value
