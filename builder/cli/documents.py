"""What a command names: a document by its file or as a template, a run by its id."""

from __future__ import annotations

import json
from pathlib import Path

from builder.catalog.registry import templates
from builder.document import Document, apply, from_value, parse
from builder.errors import DocumentError, RunError
from builder.rundir import RunDirectory
from builder.settings import Settings


def read_document(name: str) -> Document:
    """The document in a file, or the template of this name; `DocumentError` where there is neither."""
    path = Path(name)
    try:
        if path.is_file():
            return parse(path.read_bytes(), origin=name)
    except OSError as error:
        reason = f"{name[:200]} cannot be read: {error.strerror or error}."
        raise DocumentError(reason, code="unreadable") from error
    if template := templates.get(name):
        return from_value(template.document, origin=f"The template {name}")
    known = ", ".join(entry.kind for entry in sorted(templates, key=lambda entry: entry.order))
    raise DocumentError(
        f"There is no file {name} and no template of that name.",
        code="no-document",
        hint=f"Templates: {known}." if known else None,
    )


def changed(document: Document, changes: list[str]) -> Document:
    """The document after `--set PATH=VALUE` options: "training.epochs=3", "model.conv.filters=8"."""
    for change in changes:
        path, separator, text = change.partition("=")
        if not separator or not path:
            raise DocumentError(
                f'"{change}" is not PATH=VALUE.', code="path", hint="For example: --set training.epochs=3"
            )
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        steps = path.split(".")
        if steps[0] == "model":
            if len(steps) != 3:
                raise DocumentError(f'"{path}" is not model.NODE.PARAM.', code="path", where=path)
            edit = {"op": "set_param", "node": steps[1], "name": steps[2], "value": value}
        else:
            edit = {"op": "set", "path": path, "value": value}
        document = apply(document, edit)
    return document


def find_run(settings: Settings, name: str) -> RunDirectory:
    """The run with this id; "last" is the newest."""
    if name != "last":
        return RunDirectory.open(settings.runs, name)
    if runs := RunDirectory.all(settings.runs):
        return runs[0]
    raise RunError("There are no runs yet.", code="unknown-run", hint="Start one: layerloom train DOC.")
