"""Documents out of JSON: what is wrong with a text or a value that is none is said with its place and the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from builder.document.damaged import loads
from builder.document.migrate import FORMAT, migrate
from builder.document.model import (
    MAX_DEPTH,
    Block,
    Choice,
    Data,
    Document,
    Edge,
    Graph,
    Node,
    Output,
    Position,
    Training,
    deeper,
)
from builder.document.names import closest
from builder.errors import DocumentError
from builder.mistakes import Mistake, Step, mistakes

MAX_BYTES = 16 * 2**20
OPEN = "Open a .loom.json file that Layerloom saved."


def parse(text: str | bytes, *, origin: str = "The document") -> Document:
    """Read a document of this or any earlier format; `DocumentError` says what is wrong and where."""
    if len(text) > MAX_BYTES:
        raise DocumentError(
            f"{origin} has {len(text) / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} are read.", code="too-large"
        )
    return from_value(loads(text, origin), origin=origin)


def from_value(value: Any, *, origin: str = "The document") -> Document:
    """Read a document from its JSON value."""
    if not isinstance(value, dict) or type(value.get("format")) is not int or "model" not in value:
        raise DocumentError(f"{origin} {foreign(value)}", code="foreign", hint=OPEN)
    if deeper(value, MAX_DEPTH):
        raise DocumentError(f"{origin} is nested more than {MAX_DEPTH} levels deep.", code="too-deep")
    try:
        return Document.model_validate(migrate(value))
    except ValidationError as error:
        raise refused(error, origin, value) from error


def foreign(value: Any) -> str:
    """Why a JSON value is no document, as the rest of a sentence."""
    need = "is not a Layerloom document: it needs an object with format, name and model"
    if not isinstance(value, dict):
        return f"{need}, and this is {_what(value)}."
    if "format" not in value or "model" not in value:
        lacks = " and ".join(f'no "{name}"' for name in ("format", "model") if name not in value)
        return f"{need}, and there is {lacks}."
    return f'{need}, and "format" is no whole number (this version writes {FORMAT}).'


def refused(error: ValidationError, origin: str, value: Any) -> DocumentError:
    """What pydantic found in a document's value, for a person: the first mistake, and how many more there are."""
    first, *more = mistakes(error)
    node, words = _part(value, first.path)
    place = f" at {first.where}{f' ({words})' if words else ''}" if first.path else ""
    count = f" ({len(more)} more)" if more else ""
    return DocumentError(
        f"{origin} has a mistake{place}: {first.message}{count}.",
        code="invalid",
        where=first.where or None,
        hint=first.hint or _advice(first) or None,
        node=node,
    )


def _what(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else "a text" if isinstance(value, str) else "a single value"


def _part(value: Any, path: tuple[Step, ...]) -> tuple[str | None, str]:
    """The node that a path is in, where the value names it, and in words which layer, connection or block that is."""
    match path:
        case ("model", "nodes", int(number), *_):
            name = _named(value, path[:3], "id")
            return name, f'layer "{name}"' if name else f"layer number {number + 1}"
        case ("model", "edges", int(number), *_):
            source, target = _named(value, path[:3], "source"), _named(value, path[:3], "target")
            return None, f'from "{source}" to "{target}"' if source and target else f"connection number {number + 1}"
        case ("model", "blocks", int(number), *_):
            name = _named(value, path[:3], "id")
            return None, f'block "{name}"' if name else f"block number {number + 1}"
    return None, ""


def _named(value: Any, path: Iterable[Step], field: str) -> str | None:
    """The text in a field of what stands at a path, cut where it is long."""
    for step in path:
        value = value[step]
    name = value.get(field) if isinstance(value, dict) else None
    return (name if len(name) <= 40 else name[:37] + "...") if isinstance(name, str) and name else None


_FIELDS: Mapping[tuple[str, ...], tuple[type[BaseModel], str]] = {
    (): (Document, "A document"),
    ("model",): (Graph, "A network"),
    ("model", "nodes", "*"): (Node, "A layer"),
    ("model", "edges", "*"): (Edge, "A connection"),
    ("model", "blocks", "*"): (Block, "A block"),
    ("data",): (Data, '"data"'),
    ("training",): (Training, '"training"'),
    ("training", "loss"): (Choice, "A loss"),
    ("training", "optimizer"): (Choice, "An optimizer"),
    ("training", "metrics", "*"): (Choice, "A metric"),
    ("training", "callbacks", "*"): (Choice, "A callback"),
    ("training", "outputs", "*"): (Output, "An output"),
    ("training", "outputs", "*", "loss"): (Choice, "A loss"),
    ("layout", "*"): (Position, "A position"),
}
"""What the parts of a document are called and which fields they have."""


def _advice(mistake: Mistake) -> str:
    """What to write instead of a field that there is not, or is missing, or of what should be an object."""
    unfit = mistake.kind in ("model_type", "model_attributes_type")
    if not unfit and mistake.kind not in ("extra_forbidden", "missing"):
        return ""
    above = tuple(map(str, mistake.path if unfit else mistake.path[:-1]))
    model, title = next((found for place, found in _FIELDS.items() if _fits(place, above)), (None, ""))
    if model is None:
        return ""
    fields = tuple(model.model_fields)
    listed = f"{', '.join(fields[:-1])} and {fields[-1]}"
    if unfit:
        return f"{title} is {'a name, or ' if model is Choice else ''}an object with {listed}."
    if mistake.kind == "missing":
        return f"{title} has {listed}."
    if meant := closest(str(mistake.path[-1]), fields, 0.7):
        return f'Is "{meant}" meant?'
    own = ' Its parameters go into "params".' if "params" in fields else ""
    return f"{title} has {listed}.{own}"


def _fits(place: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(place) == len(path) and all(step in ("*", found) for step, found in zip(place, path, strict=True))
