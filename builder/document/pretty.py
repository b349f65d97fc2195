"""JSON as one likes to read and edit it: whatever fits on a line stands on one."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 88


def pretty(value: Any, *, width: int = WIDTH) -> str:
    """The text of a JSON value; lists and objects that are too long for a line have one for each of their items."""
    return _lines(value, 0, 0, width)


def _lines(value: Any, indent: int, used: int, width: int) -> str:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict | list) or not value or len(flat) + used + indent <= width:
        return flat
    space = " " * (indent + 1)
    if isinstance(value, list):
        items = [space + _lines(item, indent + 1, 1, width) for item in value]
        return "[\n" + ",\n".join(items) + "\n" + " " * indent + "]"
    items = []
    for name, item in value.items():
        start = f"{json.dumps(name, ensure_ascii=False)}: "
        items.append(space + start + _lines(item, indent + 1, len(start) + 1, width))
    return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"
