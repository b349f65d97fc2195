"""`layerloom datasets list|show`: what networks can learn from, and whether it is on this computer."""

from __future__ import annotations

import argparse
from typing import Any

from builder.catalog.registry import datasets
from builder.catalog.spec import Dataset, KerasSource
from builder.cli.output import print_json, shape, table
from builder.errors import DataError


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        if arguments.json:
            print_json([_value(entry) for entry in datasets])
        else:
            rows = [
                (entry.kind, entry.title, entry.task, shape(entry.shape), f"{entry.samples:,}", state(entry))
                for entry in datasets
            ]
            print(table(("name", "title", "task", "one sample", "samples", "here"), rows, right=(4,)))
        return 0
    entry = datasets.get(arguments.dataset)
    if entry is None:
        raise DataError(
            f'There is no data set "{arguments.dataset}".',
            code="unknown-dataset",
            hint=f"There are: {', '.join(known.kind for known in datasets)}.",
        )
    if arguments.json:
        print_json(_value(entry))
    else:
        print(_text(entry))
    return 0


def state(entry: Dataset) -> str:
    """ "included", "downloaded", or how much there is to download."""
    if not isinstance(entry.source, KerasSource):
        return "included"
    return f"to download ({entry.to_download:g} MB)" if entry.to_download else "downloaded"


def _value(entry: Dataset) -> dict[str, Any]:
    return {
        "name": entry.kind,
        "title": entry.title,
        "summary": entry.summary,
        "task": entry.task,
        "shape": entry.shape,
        "dtype": entry.dtype,
        "range": (entry.low, entry.high),
        "classes": entry.classes,
        "features": entry.features,
        "samples": entry.samples,
        "test": entry.test,
        "licence": entry.licence,
        "here": not entry.to_download,
        "path": str(entry.source.path) if isinstance(entry.source, KerasSource) else None,
    }


def _text(entry: Dataset) -> str:
    rows = [
        ("name", entry.kind),
        ("title", entry.title),
        ("summary", entry.summary),
        ("task", entry.task),
        ("one sample", f"{shape(entry.shape)} {entry.dtype}, from {entry.low:g} to {entry.high:g}"),
        ("samples", f"{entry.samples:,}" + (f", and {entry.test:,} to test" if entry.test else "")),
        ("classes", ", ".join(entry.classes)),
        ("features", ", ".join(entry.features)),
        ("licence", entry.licence),
        ("about", entry.doc or ""),
        ("here", state(entry)),
        ("file", str(entry.source.path) if isinstance(entry.source, KerasSource) else ""),
    ]
    return "\n".join(f"{name:<11} {value}" for name, value in rows if value)
